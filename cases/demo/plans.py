"""Plans and progress reports of the demonstration: most hosts report every month, one has gone silent."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone

from cases.models import FollowUp, Placement
from cases.services.plans import add_objective, update_objective
from cases.services.reports import add_report
from cases.workflow import PLACEMENT_ENDED, PLACEMENT_STARTED

OBJECTIVES = (
    ("Accueillir et orienter les personnes au comptoir", "Une semaine sans aide"),
    ("Classer et retrouver les dossiers de l’unité", "Moins de cinq minutes par dossier"),
    ("Rédiger une note de service simple", "Deux notes acceptées telles quelles"),
)
SILENT = "Ostiguy"
PERIOD = dt.timedelta(days=28)
TOLD = (
    (Decimal(140), Decimal(0), FollowUp.Concern.NONE, "Bonne intégration dans l’équipe."),
    (Decimal("132.5"), Decimal("7.5"), FollowUp.Concern.NONE, ""),
    (Decimal(119), Decimal(21), FollowUp.Concern.WATCH, "Le rythme des tâches est à revoir."),
)


def keep_plan(placement: Placement, *, programme: Any, host: Any) -> None:
    """Give a placement its plan, and a report for each four weeks gone by; every third for the host."""
    # Its moves went on since it was opened.
    placement.refresh_from_db()
    if placement.is_current:
        plan = [
            add_objective(placement, by=programme, text=text, indicator=seen)
            for text, seen in OBJECTIVES
        ]
        if placement.status in PLACEMENT_STARTED:
            update_objective(plan[0], by=host, state="reached", progress="Acquis depuis un mois.")
            update_objective(plan[1], by=host, state="under_way", progress="Avec un modèle.")
    if placement.status not in PLACEMENT_STARTED | PLACEMENT_ENDED:
        return
    last = min(placement.ends_on, timezone.localdate())
    if placement.participant.last_name == SILENT:
        last -= 2 * PERIOD
    first, number = placement.starts_on, 0
    while first + PERIOD <= last:
        worked, absent, concern, progress = TOLD[number % len(TOLD)]
        add_report(
            placement,
            by=programme if number % 3 == 1 else host,
            from_on=first,
            to_on=first + PERIOD - dt.timedelta(days=1),
            hours_worked=worked,
            hours_absent=absent,
            progress=progress,
            concern=concern,
            author_name=placement.supervisor_name,
        )
        first, number = first + PERIOD, number + 1
