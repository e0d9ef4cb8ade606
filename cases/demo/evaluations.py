"""The demonstration's evaluations: by the host or for it, agreed with, disputed, and one just begun."""

import datetime as dt
from typing import Any

from django.utils import timezone

from cases.models import Placement
from cases.services.evaluations import answer_evaluation, start_evaluation
from organizations.models import EvaluationCriterion

# Family name → kind, who fills it in, recommendation, day signed counted from today (none: a draft), and
# what the participant answers ten days later.
EVALUATIONS: dict[str, tuple[tuple[str, str, str, int | None, str], ...]] = {
    "Ostiguy": (
        ("mid_term", "host", "continue", -147, "agrees"),
        ("self", "officer", "", -145, ""),
    ),
    "Quirion": (("mid_term", "host", "extend", -136, "disagrees"),),
    "Rancourt": (
        ("mid_term", "officer", "continue", -216, "agrees"),
        ("final", "host", "hire", -40, ""),
    ),
    "Sirois": (("final", "host", "", None, ""),),
}
COMMENTS = ("Travail soigné, relu avant la remise.", "", "Demande conseil au bon moment.")
DISAGREEMENT = "Les retards tenaient au logiciel, installé un mois après mon arrivée."


def evaluate(placement: Placement, *, host: Any, officer: Any) -> None:
    """Write the evaluations of one placement, where the demonstration has some."""
    for kind, who, recommendation, signed, answer in EVALUATIONS.get(
        placement.participant.last_name, ()
    ):
        today = timezone.localdate()
        evaluation = start_evaluation(
            placement,
            by=host if who == "host" else officer,
            kind=kind,
            scores=_scores(whole=signed is not None),
            author_name=placement.participant.full_name
            if kind == "self"
            else placement.supervisor_name,
            recommendation=recommendation,
            objectives="L’accueil et le classement sont maîtrisés.",
            needs="Consignes écrites et priorités confirmées chaque lundi.",
            signed_on=None if signed is None else today + dt.timedelta(days=signed),
        )
        if answer and signed is not None:
            answer_evaluation(
                evaluation,
                by=officer,
                answer=answer,
                comment=DISAGREEMENT if answer == "disagrees" else "",
                answered_on=today + dt.timedelta(days=signed + 10),
            )


def _scores(*, whole: bool) -> dict[str, dict[str, Any]]:
    """Levels of 2 to 4; one criterion was not observed. A draft has its first half."""
    codes = list(EvaluationCriterion.objects.filter(is_active=True).values_list("code", flat=True))
    scores: dict[str, dict[str, Any]] = {
        code: {"level": 2 + rank % 3, "comment": COMMENTS[rank % 3]}
        for rank, code in enumerate(codes)
    }
    scores[codes[-1]] = {"level": None, "comment": "Aucun contact avec le public jusqu’ici."}
    return scores if whole else {code: scores[code] for code in codes[: len(codes) // 2]}
