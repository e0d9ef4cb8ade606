"""Telling an altered history row from two whose contents were exchanged, or one put in another's place."""

from itertools import permutations
from typing import Any, NamedTuple

from peph.audit import hashing, rows
from peph.audit.canonical import MALFORMED
from peph.audit.findings import Problem
from peph.audit.history import Declaration
from peph.audit.journal import row_problem

MOST_COMPARED = 100
# What the database added to the values when it wrote the row.
_WRITTEN = (
    "history_id",
    "history_date",
    "history_type",
    "history_user_id",
    "history_change_reason",
    "change_set_id",
)


class Mismatch(NamedTuple):
    """A journal row with the history row it names, whose leaf is not the one the journal holds."""

    journal: Any
    history: rows.RawRow


def explain(declaration: Declaration, mismatches: list[Mismatch]) -> list[Problem]:
    """One problem a mismatch: swapped where another mismatched row explains it, else altered."""
    partner: dict[int, Mismatch] = {}
    for one, other in permutations(mismatches[:MOST_COMPARED], 2):
        if id(one) not in partner and _has_content_of(declaration, one, other):
            partner[id(one)] = other
    return [_problem(each, partner.get(id(each))) for each in mismatches]


def _problem(each: Mismatch, partner: Mismatch | None) -> Problem:
    if partner is None:
        kind, message = "altered", "the history row is not the one that was written"
    else:
        kind = "swapped"
        message = f"it holds the content of history row {partner.journal.history_id}"
    return row_problem(kind, message, each.journal)


def _has_content_of(declaration: Declaration, one: Mismatch, other: Mismatch) -> bool:
    """Whether the values now in `one`, put back in the place of `other`, give the leaf noted there."""
    own = hashing.shape(declaration)
    at = rows.positions(own)
    noted = other.journal.leaf
    for kept in ((), ("history_id",), ("history_id", "change_set_id"), _WRITTEN):
        values = list(one.history.values)
        for name in kept:
            values[at[name]] = other.history.values[at[name]]
        for salt in (one.history.salt, other.history.salt):
            try:
                # On PostgreSQL a leaf is a view of memory, which equals the bytes it shows.
                if own.leaf(values, salt, one.history.redacted) == noted:
                    return True
            except MALFORMED:
                return False
    return False
