"""A case that leaves matching leaves no match open behind it."""

from typing import Any

from cases.models import Case, Match
from cases.workflow import MatchStatus
from peph.records import save_valid


def withdraw_open_matches(case: Case, reason: str, *, besides: Any = None) -> None:
    """Withdraw, inside the running change, the open matches of a case; that with the project `besides` stays.

    The case is locked by whoever calls: matches are locked after their case, everywhere.
    """
    found = Match.objects.select_for_update(of=("self",)).filter(case=case).open()
    for match in found.exclude(project=besides) if besides is not None else found:
        match.status, match.refusal_reason = MatchStatus.WITHDRAWN, reason
        save_valid(match)
