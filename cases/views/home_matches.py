"""The blocks of the first page about matching: what a host owes an answer to, what is late for an officer."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Match
from cases.views.home_blocks import MOST_COUNTED, MOST_ROWS, Block, address
from cases.workflow import MatchStatus
from peph.paging import count_up_to


def officer_blocks(user: Any) -> list[Block]:
    """Coordinators and the lead: hosts that have not decided in time, offers without an answer."""
    today = timezone.localdate()
    return [
        match_block(
            "late-decisions",
            _("Decisions of hosts, late"),
            Match.objects.decision_late(today),
            user,
            "decide_by",
            empty=_("No host is late with a decision."),
            url=address("cases:match_list", awaiting="host_late"),
            link=_("All late decisions of hosts"),
        ),
        match_block(
            "late-answers",
            _("Offers without an answer, late"),
            Match.objects.answer_late(today),
            user,
            "answer_by",
            empty=_("No offer waits too long for an answer."),
            url=address("cases:match_list", awaiting="answer_late"),
            link=_("All offers without an answer"),
        ),
    ]


def host_blocks(user: Any) -> list[Block]:
    """Hosts: profiles received, and decisions due after an interview."""
    return [
        match_block(
            "profiles",
            _("Profiles received: interviews to plan"),
            Match.objects.filter(status=MatchStatus.SENT),
            user,
            "sent_on",
            move="plan-interview",
            empty=_("No profile waits for an interview."),
            url=address("cases:match_list", awaiting="interview"),
            link=_("All profiles received"),
        ),
        match_block(
            "decisions",
            _("Decisions due after an interview"),
            Match.objects.filter(status=MatchStatus.INTERVIEWED),
            user,
            "decide_by",
            empty=_("No decision is due."),
            url=address("cases:match_list", status=MatchStatus.INTERVIEWED),
            link=_("All decisions due"),
        ),
    ]


def match_block(
    name: str, title: Any, found: Any, user: Any, order: str, *, move: str = "", **more: Any
) -> Block:
    """Matches of `found` that `user` may see, the oldest first; each row has the day and the move due."""
    seen = found.visible_to(user)
    shown = seen.with_people().with_abilities(user).order_by(order, "pk")[:MOST_ROWS]
    return Block(
        name=name,
        kind="matches",
        title=title,
        rows=[_row(match, order, move) for match in shown],
        count=count_up_to(seen, MOST_COUNTED),
        **more,
    )


def _row(match: Match, order: str, move: str) -> dict[str, Any]:
    due = {step.name: step.label for step in match.available_transitions}
    return {
        "match": match,
        "day": getattr(match, order),
        "move": move if move in due else "",
        "label": due.get(move, ""),
    }
