"""An evaluation in each state, as the tests of evaluations need it."""

import datetime as dt
from typing import Any

from cases.models import Evaluation, Placement
from cases.services.evaluations import answer_evaluation, sign_evaluation, start_evaluation

CODES = ["quality", "methods", "autonomy", "learning", "teamwork", "service"]
SCORES: dict[str, Any] = {code: {"level": 3, "comment": ""} for code in CODES}
SIGNED_ON, ANSWERED_ON = dt.date(2026, 10, 14), dt.date(2026, 10, 20)
CONTENT = {"objectives": "Les deux premiers.", "needs": "Consignes écrites."}


def draft(placement: Placement, by: Any, kind: str = "mid_term") -> Evaluation:
    """A complete draft: nothing but the signature is missing."""
    recommendation = {} if kind == "self" else {"recommendation": "continue"}
    return start_evaluation(placement, by=by, kind=kind, scores=SCORES, **CONTENT, **recommendation)


def signed(placement: Placement, by: Any, kind: str = "mid_term") -> Evaluation:
    return sign_evaluation(
        draft(placement, by, kind), by=by, author_name="Dominique Exemple", signed_on=SIGNED_ON
    )


def answered(placement: Placement, by: Any, answer: str = "disagrees") -> Evaluation:
    comment = "Les échéances ont été tenues." if answer == "disagrees" else ""
    return answer_evaluation(
        signed(placement, by), by=by, answer=answer, comment=comment, answered_on=ANSWERED_ON
    )
