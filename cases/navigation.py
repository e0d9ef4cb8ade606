"""Menu entries of the participant side: shown to whoever could see at least one row behind them."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.policy import (
    ACCOMMODATION_POLICY,
    ANSWER_RATE_POLICY,
    CASE_POLICY,
    EVALUATION_POLICY,
    FOLLOW_UP_POLICY,
    KEY_DATE_POLICY,
    MATCH_POLICY,
    PLACEMENT_POLICY,
    REGION_CASE_POLICY,
    Action,
)
from organizations.policy import CAPACITY_POLICY
from peph import navigation
from peph.access import Policy


def register() -> None:
    """Called once at start-up."""
    navigation.register(
        navigation.Item("home", _("My work"), "home", order=10),
        navigation.Item("cases", _("Cases"), "cases:case_list", _may(CASE_POLICY), 20),
        navigation.Item(
            "follow_ups", _("Follow-ups"), "cases:follow_up_list", _may(FOLLOW_UP_POLICY), 30
        ),
        navigation.Item("matches", _("Matches"), "cases:match_list", _may(MATCH_POLICY), 35),
        navigation.Item(
            "placements", _("Placements"), "cases:placement_list", _may(PLACEMENT_POLICY), 40
        ),
        navigation.Item("answers", _("Answers"), "cases:answers", _may(ANSWER_RATE_POLICY), 60),
        navigation.Item("capacity", _("Places"), "cases:capacity", _may(CAPACITY_POLICY), 65),
        navigation.Item(
            "problems",
            _("Data problems"),
            "cases:problem_list",
            _may(CASE_POLICY, Action.AUDIT),
            65,
        ),
        navigation.Item(
            "accommodations",
            _("Accommodation measures"),
            "cases:accommodation_list",
            _may(ACCOMMODATION_POLICY),
            45,
        ),
        navigation.Item(
            "evaluations", _("Evaluations"), "cases:evaluation_list", _may(EVALUATION_POLICY), 45
        ),
        navigation.Item(
            "imports",
            _("Import"),
            "cases:import_new",
            _may(REGION_CASE_POLICY, Action.TAKE_IN),
            70,
        ),
        navigation.Item(
            "key_dates", _("Key dates"), "cases:key_date_list", _may(KEY_DATE_POLICY), 75
        ),
    )


def _may(policy: Policy, action: str = Action.VIEW) -> Callable[[Any], bool]:
    return lambda user: policy.anywhere(user, action)
