"""Addresses of the auditor’s workspace, a list for each screen."""

from django.urls import path

from auditing.views import change_sets, record_history

app_name = "auditing"

CHANGE_SETS = [
    path("history/", change_sets.change_set_list, name="change_set_list"),
    path("history/<int:number>/", change_sets.change_set_detail, name="change_set_detail"),
    path("history/export/", change_sets.change_set_export, name="change_set_export"),
    path(
        "history/<str:kind>/<str:object_id>/",
        record_history.record_history,
        name="record_history",
    ),
]

urlpatterns = [
    *CHANGE_SETS,
]
