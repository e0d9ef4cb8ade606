"""Menu entries of the auditor’s workspace: shown to whoever could see at least one row behind them."""

from django.utils.translation import gettext_lazy as _

from auditing.policy import ACCESS_LOG_POLICY, CHANGE_SET_POLICY, PROOF_POLICY, SAMPLE_POLICY
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
            "access_log",
            _("Access log"),
            "auditing:access_log",
            lambda user: ACCESS_LOG_POLICY.anywhere(user, Action.VIEW),
            82,
        ),
        navigation.Item(
            "samples",
            _("Samples"),
            "auditing:sample_list",
            lambda user: SAMPLE_POLICY.anywhere(user, Action.VIEW),
            84,
        ),
        navigation.Item(
            "proof",
            _("Proof"),
            "auditing:proof",
            lambda user: PROOF_POLICY.anywhere(user, Action.VIEW),
            95,
        ),
    )
