"""When a sample is signed, and how a finding goes from noted to answered to closed."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.policy import Action as A
from peph.workflow import REASON, Input, Transition, Workflow


class SampleStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("of a sample", "Open")
    SIGNED = "signed", pgettext_lazy("of a sample", "Signed")
    ABANDONED = "abandoned", pgettext_lazy("of a sample", "Abandoned")


class FindingState(models.TextChoices):
    OPEN = "open", pgettext_lazy("of a finding", "To answer")
    ANSWERED = "answered", pgettext_lazy("of a finding", "Answered")
    CLOSED = "closed", pgettext_lazy("of a finding", "Closed")
    WITHDRAWN = "withdrawn", pgettext_lazy("of a finding", "Withdrawn")


S, F = SampleStatus, FindingState
CONCLUSION = Input("conclusion", "text", _("Conclusion"))
CONFIRMATION = Input(
    "confirmation",
    "text",
    _("Number of the sample"),
    help=_("Type the number of the sample again: what is signed can no longer change."),
)
ANSWER = Input("answer", "text", _("Answer"))
CLOSING = Input("closing_note", "text", _("Note of the auditor"), required=False)

# fmt: off
SAMPLE_WORKFLOW = Workflow("auditing.sample", (
    Transition("sign",    frozenset({S.OPEN}), S.SIGNED,    A.EDIT, _("Sign the sample"),    _("Sample signed"),    (CONCLUSION, CONFIRMATION), ends=True),
    Transition("abandon", frozenset({S.OPEN}), S.ABANDONED, A.EDIT, _("Abandon the sample"), _("Sample abandoned"), (REASON,), ends=True),
))
FINDING_WORKFLOW = Workflow("auditing.finding", (
    Transition("answer",   frozenset({F.OPEN}),             F.ANSWERED,  A.ANSWER, _("Answer the finding"),     _("Finding answered"),                 (ANSWER,)),
    Transition("return",   frozenset({F.ANSWERED}),         F.OPEN,      A.EDIT,   _("Ask for another answer"), _("Another answer to a finding asked"), (REASON,)),
    Transition("close",    frozenset({F.ANSWERED}),         F.CLOSED,    A.EDIT,   _("Close the finding"),      _("Finding closed"),                   (CLOSING,), ends=True),
    Transition("withdraw", frozenset({F.OPEN, F.ANSWERED}), F.WITHDRAWN, A.EDIT,   _("Withdraw the finding"),   _("Finding withdrawn"),                (REASON,), ends=True),
))
# fmt: on
