"""Addresses of the auditor’s workspace, a list for each screen."""

from django.urls import path

from auditing.views import access_log, accesses, as_of, change_sets

app_name = "auditing"

CHANGE_SETS = [
    path("history/", change_sets.change_set_list, name="change_set_list"),
    path("history/<int:number>/", change_sets.change_set_detail, name="change_set_detail"),
]

AS_OF = [
    path("as-of/case/<uuid:pk>/", as_of.case_as_of, name="case_as_of"),
    path("as-of/<str:label>/<str:key>/", as_of.record_as_of, name="record_as_of"),
]

ACCESS_LOG = [
    path("access-log/", access_log.access_log, name="access_log"),
    path("access-log/unusual/", access_log.access_log_unusual, name="access_log_unusual"),
    path(
        "participants/<uuid:pk>/accesses/",
        accesses.participant_accesses,
        name="participant_accesses",
    ),
]

urlpatterns = [
    *CHANGE_SETS,
    *AS_OF,
    *ACCESS_LOG,
]
