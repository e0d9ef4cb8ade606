"""The lives of a confidentiality incident, of an access request, of an erasure."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from peph.workflow import REASON, Input, Transition, Workflow
from privacy.policy import Action as A


class IncidentState(models.TextChoices):
    DISCOVERED = "discovered", pgettext_lazy("of an incident", "To assess")
    ASSESSED = "assessed", pgettext_lazy("of an incident", "Assessed")
    NOTIFIED = "notified", pgettext_lazy("of an incident", "Notices given")
    CLOSED = "closed", pgettext_lazy("of an incident", "Closed")


class SeriousRisk(models.TextChoices):
    YES = "yes", _("Yes, a risk of serious injury")
    NO = "no", _("No risk of serious injury")


class RequestState(models.TextChoices):
    OPEN = "open", pgettext_lazy("of an access request", "To answer")
    GRANTED = "granted", pgettext_lazy("of an access request", "Granted")
    PARTLY = "partly", pgettext_lazy("of an access request", "Granted in part")
    REFUSED = "refused", pgettext_lazy("of an access request", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("of an access request", "Withdrawn")


class ErasureStatus(models.TextChoices):
    PROPOSED = "proposed", pgettext_lazy("of an erasure", "To approve")
    APPROVED = "approved", pgettext_lazy("of an erasure", "Approved, waiting")
    REFUSED = "refused", pgettext_lazy("of an erasure", "Refused")
    CALLED_BACK = "called_back", pgettext_lazy("of an erasure", "Called back")
    DONE = "done", pgettext_lazy("of an erasure", "Carried out")


I, R, E = IncidentState, RequestState, ErasureStatus  # noqa: E741 tables
RISK = Input(
    "serious_risk", "choice", _("Risk of serious injury"), choices=tuple(SeriousRisk.choices)
)
ASSESSMENT = Input(
    "risk_assessment",
    "text",
    _("What leads to this conclusion"),
    help=_(
        "How sensitive the information is, what may follow for the persons, how likely a harmful use is."
    ),
)
CAI_NOTIFIED = Input(
    "cai_notified_on", "date", _("Notice to the Commission d’accès à l’information"), limit="past"
)
PERSONS_NOTIFIED = Input(
    "persons_notified_on",
    "date",
    _("Notice to the persons concerned"),
    required=False,
    limit="past",
)
NOTICE_NOTE = Input(
    "notice_note",
    "text",
    _("Public notice, or why the persons were not told"),
    required=False,
    help=_("Needed when there is no date of a notice to the persons."),
)
MEASURES = Input(
    "measures",
    "text",
    _("Measures taken"),
    help=_("What was done to reduce the risk of injury, and to keep it from happening again."),
)
TOLD = Input(
    "extended_on",
    "date",
    _("Notice of the extension sent on"),
    limit="past",
    help=_("In writing, before the first twenty days are over."),
)
WHY_LONGER = Input("extension_reason", "text", _("Why more time is needed"))
ANSWERED = Input("answered_on", "date", _("Answered on"), limit="past")
ANSWER = Input("answer", "text", _("Answer"), help=_("What was given or corrected, in which form."))
ARTICLE = Input(
    "refusal_article",
    "text",
    _("Provision of the law the refusal rests on"),
    help=_("For example: Access Act, s. 86.1"),
)
WHY_NOT = Input("refusal_reason", "text", _("Reasons for the refusal"))
RECOURSE = Input(
    "recourse_told_on",
    "date",
    _("Recourse told on"),
    limit="past",
    help=_(
        "The person was told in writing of the review by the Commission d’accès à l’information, within thirty days."
    ),
)
REFUSAL = (ARTICLE, WHY_NOT, RECOURSE)
DONE = frozenset({R.GRANTED, R.PARTLY, R.REFUSED, R.WITHDRAWN})
ERASURE_OPEN = frozenset({E.PROPOSED, E.APPROVED})
ERASURE_COMMENT = Input("decision_comment", "text", _("Comment"), required=False)
ERASURE_WHY = Input("decision_comment", "text", _("Reason"))

# fmt: off
INCIDENT_WORKFLOW = Workflow("privacy.incident", (
    Transition("assess", frozenset({I.DISCOVERED, I.ASSESSED, I.NOTIFIED}), I.ASSESSED,   A.EDIT, _("Assess the risk"),     _("Risk of an incident assessed"),      (RISK, ASSESSMENT)),
    Transition("notify", frozenset({I.ASSESSED, I.NOTIFIED}),               I.NOTIFIED,   A.EDIT, _("Record the notices"),  _("Notices of an incident recorded"),   (CAI_NOTIFIED, PERSONS_NOTIFIED, NOTICE_NOTE)),
    Transition("close",  frozenset({I.ASSESSED, I.NOTIFIED}),               I.CLOSED,     A.EDIT, _("Close the incident"),  _("Confidentiality incident closed"),   (MEASURES,), ends=True),
    Transition("reopen", frozenset({I.CLOSED}),                             I.ASSESSED,   A.EDIT, _("Reopen the incident"), _("Confidentiality incident reopened"), (REASON,)),
))
ACCESS_REQUEST_WORKFLOW = Workflow("privacy.accessrequest", (
    Transition("extend",        frozenset({R.OPEN}), R.OPEN,      A.EDIT, _("Extend by ten days"), _("Access request extended by ten days"), (TOLD, WHY_LONGER)),
    Transition("grant",         frozenset({R.OPEN}), R.GRANTED,   A.EDIT, _("Grant"),              _("Access request granted"),              (ANSWERED, ANSWER), ends=True),
    Transition("grant-in-part", frozenset({R.OPEN}), R.PARTLY,    A.EDIT, _("Grant in part"),      _("Access request granted in part"),      (ANSWERED, ANSWER, *REFUSAL), ends=True),
    Transition("refuse",        frozenset({R.OPEN}), R.REFUSED,   A.EDIT, _("Refuse the request"), _("Access request refused"),              (ANSWERED, *REFUSAL), ends=True),
    Transition("withdraw",      frozenset({R.OPEN}), R.WITHDRAWN, A.EDIT, _("Note that the person took it back"), _("Access request taken back"), (REASON,), ends=True),
    Transition("reopen",        DONE,                R.OPEN,      A.EDIT, _("Reopen the request"), _("Access request reopened"),             (REASON,)),
))
ERASURE_WORKFLOW = Workflow("privacy.erasure", (
    Transition("approve",   frozenset({E.PROPOSED}), E.APPROVED,    A.DECIDE, _("Approve the erasure"),   _("Erasure approved"),    (ERASURE_COMMENT,)),
    Transition("refuse",    frozenset({E.PROPOSED}), E.REFUSED,     A.DECIDE, _("Refuse the erasure"),    _("Erasure refused"),     (ERASURE_WHY,), ends=True),
    Transition("call-back", ERASURE_OPEN,            E.CALLED_BACK, A.DECIDE, _("Call the erasure back"), _("Erasure called back"), (ERASURE_WHY,), ends=True),
    Transition("carry-out", frozenset({E.APPROVED}), E.DONE,        A.DECIDE, _("Carry the erasure out"), _("Person erased"),       (), consequence=True, ends=True),
))
# fmt: on
