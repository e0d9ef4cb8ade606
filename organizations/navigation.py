"""Menu entries of the host side: shown to whoever could see at least one row behind them."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from organizations.policy import (
    CALL_POLICY,
    ORGANIZATION_POLICY,
    PROGRAM_POLICY,
    PROJECT_POLICY,
    SITE_POLICY,
    Action,
)
from peph import navigation


def register() -> None:
    """Called once at start-up."""
    navigation.register(
        navigation.Item(
            "projects", _("Projects"), "organizations:project_list", _sees_projects, 44
        ),
        navigation.Item("calls", _("Calls"), "organizations:call_list", _sees_calls, 46),
        navigation.Item(
            "organizations",
            _("Host organisations"),
            "organizations:organization_list",
            _sees_organizations,
            50,
        ),
        navigation.Item("sites", _("Host sites"), "organizations:site_list", _sees_sites, 60),
        navigation.Item("grants", _("Access"), "organizations:grant_list", _gives_access, 90),
    )


def _sees_projects(user: Any) -> bool:
    return PROJECT_POLICY.anywhere(user, Action.VIEW)


def _sees_calls(user: Any) -> bool:
    return CALL_POLICY.anywhere(user, Action.VIEW)


def _sees_organizations(user: Any) -> bool:
    return ORGANIZATION_POLICY.anywhere(user, Action.VIEW)


def _sees_sites(user: Any) -> bool:
    return SITE_POLICY.anywhere(user, Action.VIEW)


def _gives_access(user: Any) -> bool:
    return PROGRAM_POLICY.anywhere(user, Action.GRANT)
