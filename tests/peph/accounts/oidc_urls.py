"""The addresses of a service that has an identity provider."""

from django.urls import include, path

from peph import urls

urlpatterns = [path("accounts/", include("peph.accounts.oidc.urls")), *urls.urlpatterns]
handler400, handler403, handler404 = urls.handler400, urls.handler403, urls.handler404
handler429, handler500 = urls.handler429, urls.handler500
