"""Where everything is mounted; nothing imports this."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

import organizations.api_urls
from cases.views.home import home
from peph import views

urlpatterns = [
    # What begins with a word of its own comes first: the others are tried one by one.
    path("api/v1/", include(organizations.api_urls.router.urls)),
    path("api/v1/", include("cases.api_urls")),
    path("api/v1/", include("auditing.api_urls")),
    path("api/v1/", include("privacy.api_urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path(
        "api/docs/",
        SpectacularSwaggerSplitView.as_view(url_name="api_schema"),
        name="api_docs",
    ),
    path("admin/", admin.site.urls),
    path("accounts/", include("peph.accounts.urls")),
    path("livez", views.livez, name="livez"),
    path("readyz", views.readyz, name="readyz"),
    path("robots.txt", views.robots, name="robots"),
    path("", home, name="home"),
    path("", include("cases.urls")),
    path("", include("organizations.urls")),
    path("", include("auditing.urls")),
    path("", include("privacy.urls")),
]

handler400 = "peph.views.bad_request"
handler403 = "peph.views.permission_denied"
handler404 = "peph.views.not_found"
handler429 = "peph.views.too_many_requests"
handler500 = "peph.views.server_error"
