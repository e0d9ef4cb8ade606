"""The addresses of the service and that of the floor, for the length of a run."""

from django.urls import include, path

from auditing.benchmark import floors

urlpatterns = [
    path("floor/<str:name>/", floors.floor_view, name="audit_floor"),
    path("", include("peph.urls")),
]
