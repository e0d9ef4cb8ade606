"""Menu entries of the auditor’s workspace: shown to whoever could see at least one row behind them."""

from django.utils.translation import gettext_lazy as _

from auditing.policy import CHANGE_SET_POLICY, PROOF_POLICY
from cases.policy import Action
from peph import navigation


def register() -> None:
    """Called once at start-up."""
    navigation.register(
        navigation.Item(
            "history",
            _("History"),
            "auditing:change_set_list",
            lambda user: CHANGE_SET_POLICY.anywhere(user, Action.VIEW),
            80,
        ),
        navigation.Item(
            "proof",
            _("Proof"),
            "auditing:proof",
            lambda user: PROOF_POLICY.anywhere(user, Action.VIEW),
            95,
        ),
    )
