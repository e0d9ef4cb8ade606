"""What the first page shows of privacy: the clocks that run, incidents, erasures to decide on."""

from typing import Any

from django.db.models import Case, IntegerField, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.views import home
from cases.views.home_blocks import MOST_COUNTED, MOST_ROWS, Block, address
from organizations.policy import everywhere
from peph.paging import count_up_to
from privacy.models import AccessRequest, Erasure, Incident
from privacy.services.retention import due_cases, due_counts


def register() -> None:
    """Called once at start-up."""
    home.register(everywhere("protect"), incident_blocks, first=True)
    home.register(everywhere("protect"), clock_blocks, first=True)
    home.register(everywhere("protect"), due_blocks)
    home.register(everywhere("lead", "protect"), erasure_blocks)


def clock_blocks(user: Any) -> list[Block]:
    """Requests to answer, those whose last day has passed first."""
    found = AccessRequest.objects.open().visible_to(user)
    rows = found.with_people().order_by("due_on", "pk")[:MOST_ROWS]
    return [
        Block(
            name="clocks",
            app="privacy",
            kind="clocks",
            title=_("Clocks running"),
            rows=list(rows),
            count=count_up_to(found, MOST_COUNTED),
            empty=_("No access request waits for an answer."),
            url=_address("requests"),
            link=_("All requests to answer"),
        )
    ]


def incident_blocks(user: Any) -> list[Block]:
    """Incidents not closed, those with a serious risk nobody was told of first; nothing without any."""
    found = Incident.objects.open().visible_to(user)
    untold = Case(
        When(serious_risk="yes", cai_notified_on__isnull=True, then=0),
        default=1,
        output_field=IntegerField(),
    )
    rows = list(found.with_people().order_by(untold, "known_on", "pk")[:MOST_ROWS])
    if not rows:
        return []
    return [
        Block(
            name="incidents",
            app="privacy",
            kind="incidents",
            title=_("Confidentiality incidents not closed"),
            rows=rows,
            count=count_up_to(found, MOST_COUNTED),
            url=_address("incidents"),
            link=_("All incidents not closed"),
        )
    ]


def due_blocks(user: Any) -> list[Block]:
    """How many people are kept for longer than the rules say, and what holds them back."""
    counts = due_counts(due_cases().visible_to(user))
    url = reverse("privacy:due_list")
    return [
        Block(
            name="due",
            kind="counts",
            title=_("Retention periods that are over"),
            rows=[
                (_("Due"), counts.due, url),
                (_("Kept by a legal hold"), counts.held, url),
                (_("Erasure under way"), counts.waiting, url),
            ],
        )
    ]


def erasure_blocks(user: Any) -> list[Block]:
    """Erasures that wait for this very person's decision; nothing where none does."""
    found = Erasure.objects.to_decide_by(user)
    rows = list(found.with_people().order_by("proposed_at", "pk")[:MOST_ROWS])
    if not rows:
        return []
    return [
        Block(
            name="erasures",
            app="privacy",
            kind="erasures",
            title=_("Erasures to decide on"),
            rows=rows,
            count=count_up_to(found, MOST_COUNTED),
            url=address("privacy:erasure_list", mine="true"),
            link=_("All erasures to decide on"),
        )
    ]


def _address(code: str) -> str:
    return f"{reverse('privacy:register', args=[code])}?open=true"
