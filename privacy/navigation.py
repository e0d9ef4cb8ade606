"""Menu entries of the protection of personal information: shown to whoever could see a row behind them."""

from django.utils.translation import gettext_lazy as _

from peph import navigation
from privacy.policy import ACCESS_REQUEST_POLICY, RETENTION_RULE_POLICY, Action


def register() -> None:
    """Called once at start-up."""
    navigation.register(
        navigation.Item(
            "privacy",
            _("Privacy"),
            "privacy:registers",
            lambda user: ACCESS_REQUEST_POLICY.anywhere(user, Action.VIEW),
            90,
        ),
        navigation.Item(
            "retention",
            _("Retention"),
            "privacy:due_list",
            lambda user: RETENTION_RULE_POLICY.anywhere(user, Action.VIEW),
            91,
        ),
    )
