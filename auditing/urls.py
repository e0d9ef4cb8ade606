"""Addresses of the auditor’s workspace, a list for each screen."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from auditing.models import Population
from auditing.views import (
    access_log,
    accesses,
    as_of,
    change_sets,
    checklist,
    findings,
    proof,
    record_history,
    sample_items,
    sample_reports,
    samples,
)
from auditing.workflow import FINDING_WORKFLOW, SAMPLE_WORKFLOW

app_name = "auditing"


class SampleMove(StringConverter):
    """Only the moves that people are offered have an address."""

    regex = "|".join(SAMPLE_WORKFLOW.offered_names)


class FindingMove(SampleMove):
    """The same for findings."""

    regex = "|".join(FINDING_WORKFLOW.offered_names)


class PopulationCode(SampleMove):
    """The kinds of record a sample is drawn from."""

    regex = "|".join(Population.values)


register_converter(SampleMove, "sample_move")
register_converter(FindingMove, "finding_move")
register_converter(PopulationCode, "population")

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
SAMPLE, FINDING = "samples/<uuid:pk>/", "findings/<uuid:pk>/"
SAMPLES = [
    path("samples/", samples.sample_list, name="sample_list"),
    path("samples/new/", samples.sample_choose, name="sample_choose"),
    path("samples/new/<population:population>/", samples.sample_new, name="sample_new"),
    path(SAMPLE, samples.sample_detail, name="sample_detail"),
    path(f"{SAMPLE}redraw/", samples.sample_redraw, name="sample_redraw"),
    path(f"{SAMPLE}report/", sample_reports.sample_report, name="sample_report"),
    path(f"{SAMPLE}export/<slug:format>/", sample_reports.sample_export, name="sample_export"),
    path(f"{SAMPLE}move/<sample_move:name>/", samples.sample_move, name="sample_move"),
    path(f"{SAMPLE}items/<int:position>/", sample_items.item_detail, name="item_detail"),
    path(f"{SAMPLE}findings/new/", findings.finding_new, name="finding_new"),
]
FINDINGS = [
    path("findings/", findings.finding_list, name="finding_list"),
    path(FINDING, findings.finding_detail, name="finding_detail"),
    path(f"{FINDING}edit/", findings.finding_edit, name="finding_edit"),
    path(f"{FINDING}move/<finding_move:name>/", findings.finding_move, name="finding_move"),
]
CHECKLIST = [
    path("checklist/", checklist.question_list, name="question_list"),
    path("checklist/new/", checklist.question_new, name="question_new"),
    path("checklist/<uuid:pk>/edit/", checklist.question_edit, name="question_edit"),
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

PROOF = [
    path("proof/", proof.proof_page, name="proof"),
    path("proof/verify/", proof.proof_verify, name="proof_verify"),
    path("proof/checkpoints/<int:pk>/", proof.checkpoint_note, name="checkpoint_note"),
]

urlpatterns = [
    *CHANGE_SETS,
    *AS_OF,
    *ACCESS_LOG,
    *SAMPLES,
    *FINDINGS,
    *CHECKLIST,
    *PROOF,
]
