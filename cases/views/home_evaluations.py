"""Evaluations on the first page: what the host has to write, what the programme waits for or looks into."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.lists.evaluations import soon
from cases.models import Evaluation, awaited_evaluations
from cases.policy import AWAITED_EVALUATION_POLICY, Action
from cases.views.evaluation_rows import awaited_rows
from cases.views.home_blocks import MOST_COUNTED, MOST_ROWS, Block, address
from peph.paging import count_up_to


def host_blocks(user: Any) -> list[Block]:
    """Hosts: the evaluations of their placements that are late or due within three weeks."""
    return [
        _awaited(
            user,
            "to-evaluate",
            _("Evaluations to write"),
            _("No evaluation is due within 21 days."),
        )
    ]


def officer_blocks(user: Any) -> list[Block]:
    """Coordinators and the lead: the same, awaited from the hosts; and who does not agree."""
    disputed = Evaluation.objects.visible_to(user).unsettled()
    shown = disputed.with_people().order_by("answer_follow_up__due_on", "pk")
    return [
        _awaited(
            user,
            "evaluations-awaited",
            _("Evaluations awaited"),
            _("No evaluation is late or due within 21 days."),
        ),
        Block(
            name="disagreements",
            kind="disagreements",
            title=_("Disagreements to look into"),
            rows=list(shown[:MOST_ROWS]),
            count=count_up_to(disputed, MOST_COUNTED),
            empty=_("No participant disagrees with an evaluation."),
            url=address("cases:evaluation_list", state="unsettled"),
            link=_("All disagreements to look into"),
        ),
    ]


def _awaited(user: Any, name: str, title: Any, empty: Any) -> Block:
    seen = awaited_evaluations().filter(
        AWAITED_EVALUATION_POLICY.q(user, Action.VIEW), due_on__lte=soon()
    )
    shown = seen.annotate(**AWAITED_EVALUATION_POLICY.flags(user)).order_by("due_on", "pk")
    return Block(
        name=name,
        kind="evaluations",
        title=title,
        rows=awaited_rows(shown[:MOST_ROWS]),
        count=count_up_to(seen, MOST_COUNTED),
        empty=empty,
        url=address("cases:evaluation_list", state="due", when="soon"),
        link=_("All evaluations to write within 21 days"),
    )
