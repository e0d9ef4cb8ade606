"""The addresses of the service and those of the floor, for the length of a run."""

from django.urls import include, path

from cases.benchmark import views

urlpatterns = [
    path("floor/", views.floor_list, name="floor_list"),
    path("floor/<uuid:pk>/", views.floor_detail, name="floor_detail"),
    path("", include("peph.urls")),
]
