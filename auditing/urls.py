"""Addresses of the auditor’s workspace, a list for each screen."""

from django.urls import path

from auditing.views import change_sets

app_name = "auditing"

CHANGE_SETS = [
    path("history/", change_sets.change_set_list, name="change_set_list"),
    path("history/<int:number>/", change_sets.change_set_detail, name="change_set_detail"),
]

urlpatterns = [
    *CHANGE_SETS,
]
