"""How an erasure goes from proposed to carried out."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.policy import Action as A
from peph.workflow import Input, Transition, Workflow


class ErasureStatus(models.TextChoices):
    PROPOSED = "proposed", pgettext_lazy("of an erasure", "To approve")
    APPROVED = "approved", pgettext_lazy("of an erasure", "Approved, waiting")
    REFUSED = "refused", pgettext_lazy("of an erasure", "Refused")
    CALLED_BACK = "called_back", pgettext_lazy("of an erasure", "Called back")
    DONE = "done", pgettext_lazy("of an erasure", "Carried out")


S = ErasureStatus
ERASURE_OPEN = frozenset({S.PROPOSED, S.APPROVED})
COMMENT = Input("decision_comment", "text", _("Comment"), required=False)
WHY = Input("decision_comment", "text", _("Reason"))

# fmt: off
ERASURE_WORKFLOW = Workflow("privacy.erasure", (
    Transition("approve",   frozenset({S.PROPOSED}), S.APPROVED,    A.DECIDE, _("Approve the erasure"),   _("Erasure approved"),    (COMMENT,)),
    Transition("refuse",    frozenset({S.PROPOSED}), S.REFUSED,     A.DECIDE, _("Refuse the erasure"),    _("Erasure refused"),     (WHY,), ends=True),
    Transition("call-back", ERASURE_OPEN,            S.CALLED_BACK, A.DECIDE, _("Call the erasure back"), _("Erasure called back"), (WHY,), ends=True),
    Transition("carry-out", frozenset({S.APPROVED}), S.DONE,        A.DECIDE, _("Carry the erasure out"), _("Person erased"),       (), consequence=True, ends=True),
))
# fmt: on
