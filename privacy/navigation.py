"""Menu entries of the protection of personal information: shown to whoever could see a row behind them."""

from django.utils.translation import gettext_lazy as _

from cases.policy import Action
from peph import navigation
from privacy.policy import RETENTION_RULE_POLICY


def register() -> None:
    """Called once at start-up."""
    # Retention and erasure.
    navigation.register(
        navigation.Item(
            "retention",
            _("Retention"),
            "privacy:due_list",
            lambda user: RETENTION_RULE_POLICY.anywhere(user, Action.VIEW),
            90,
        ),
    )
