"""Addresses of the auditor’s workspace, a list for each screen."""

from django.urls import path

from auditing.views import as_of, change_sets

app_name = "auditing"

CHANGE_SETS = [
    path("history/", change_sets.change_set_list, name="change_set_list"),
    path("history/<int:number>/", change_sets.change_set_detail, name="change_set_detail"),
]

AS_OF = [
    path("as-of/case/<uuid:pk>/", as_of.case_as_of, name="case_as_of"),
    path("as-of/<str:label>/<str:key>/", as_of.record_as_of, name="record_as_of"),
]

urlpatterns = [
    *CHANGE_SETS,
    *AS_OF,
]
