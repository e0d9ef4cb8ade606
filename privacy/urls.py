"""Addresses of the protection of personal information, a list for each screen."""

from django.urls import path, register_converter

from privacy.views import erasures, retention
from privacy.workflow import ERASURE_WORKFLOW

app_name = "privacy"


class ErasureMove:
    """Only the moves that people are offered have an address."""

    regex = "|".join(ERASURE_WORKFLOW.offered_names)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ErasureMove, "erasure_move")

RETENTION = [
    path("retention/", retention.due_list, name="due_list"),
    path("retention/rules/", retention.retention_rule_list, name="retention_rule_list"),
    path("retention/rules/<uuid:pk>/", retention.retention_rule_edit, name="retention_rule_edit"),
    path("retention/holds/", retention.legal_hold_list, name="legal_hold_list"),
    path("retention/holds/<uuid:pk>/lift/", retention.legal_hold_lift, name="legal_hold_lift"),
    path("participants/<uuid:pk>/legal-hold/", retention.legal_hold_new, name="legal_hold_new"),
]

ERASURES = [
    path("retention/erasures/", erasures.erasure_list, name="erasure_list"),
    path("retention/erasures/<uuid:pk>/", erasures.erasure_detail, name="erasure_detail"),
    path(
        "retention/erasures/<uuid:pk>/<erasure_move:name>/",
        erasures.erasure_move,
        name="erasure_move",
    ),
    path("participants/<uuid:pk>/erasure/", erasures.erasure_new, name="erasure_new"),
]

urlpatterns = [
    *RETENTION,
    *ERASURES,
]
