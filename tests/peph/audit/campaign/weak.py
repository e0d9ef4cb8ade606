"""Weaknesses sown into the verifier: each misses a deed that the sound one sees, or the campaign is blind.

They are put in where the verifier is called or where a finding is noted. Those in a hash are put into the
world as well: its chain is recomputed with the weak hash, so that nothing but the weakness is different.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple
from unittest import mock

from peph.audit import (
    hashing,
    rows,
    sound_postgresql,
    sound_sqlite,
    verify,
    verify_chain,
    verify_live,
    verify_rows,
    verify_unseen,
)
from peph.audit.checkpoint import Note
from peph.audit.findings import Problem, Report
from peph.audit.triggers import install
from tests.peph.audit.campaign import running
from tests.peph.audit.campaign.world import World, rehash

Patch = AbstractContextManager[Any]


class Weakness(NamedTuple):
    """How it is sown, the class of deeds that shows it, and what of the world the deeds are aimed at."""

    sow: Callable[[World], Patch]
    deed: str
    aim: Callable[[World], dict[str, Any]] = lambda world: {}
    in_the_hash: bool = False


def _without(weak: Callable[[Problem], bool]) -> Patch:
    """A verifier that does not look where these problems are found."""
    sound = Report.add

    def add(self: Report, problem: Problem) -> None:
        if not weak(problem):
            sound(self, problem)

    return mock.patch.object(Report, "add", add)


def _nothing(place: Any, name: str, answer: Any = None) -> Callable[[World], Patch]:
    return lambda world: mock.patch.object(place, name, return_value=answer)


def _leaf(weak: Callable[..., bytes]) -> Callable[[World], Patch]:
    return lambda world: mock.patch.object(hashing.Shape, "leaf", weak)


def _fast() -> Any:
    return sound_sqlite if running.connection.vendor == "sqlite" else sound_postgresql


@contextmanager
def _fast_without_journal(world: World) -> Iterator[None]:
    """The fast path compares the leaves, and nothing of what the journal repeats."""
    sound = sound_postgresql._sound

    def weak(declaration: Any) -> Iterator[str]:
        return (each for each in sound(declaration) if " j." not in each or "sha256" in each)

    made = _fast()
    generated = made._function if made is sound_sqlite else made._statement
    generated.cache_clear()
    try:
        if made is sound_sqlite:
            with mock.patch.object(sound_sqlite, "_differences", return_value=["False"]):
                yield
        else:
            with mock.patch.object(sound_postgresql, "_sound", weak):
                yield
    finally:
        generated.cache_clear()


_sound_leaf = hashing.Shape.leaf


def _leaf_without_kind(own: Any, values: Any, salt: Any, redacted: Any = None) -> bytes:
    at = rows.positions(own)["history_type"]
    return _sound_leaf(own, [*values[:at], None, *values[at + 1 :]], salt, redacted)


def _leaf_without_personal(own: Any, values: Any, salt: Any, redacted: Any = None) -> bytes:
    kept = [
        None if personal else value for personal, value in zip(own.is_personal, values, strict=True)
    ]
    return _sound_leaf(own, kept, b"")


def _leaf_without_salt(own: Any, values: Any, salt: Any, redacted: Any = None) -> bytes:
    return _sound_leaf(own, values, b"", redacted)


def _leaf_without_lengths(own: Any, values: Any, salt: Any, redacted: Any = None) -> bytes:
    return hashing.sha256("".join(str(value or "") for value in values).encode())


def _header_without_lengths(values: Any) -> bytes:
    names = hashing.header_names()
    return hashing.sha256("".join(str(values[name] or "") for name in names).encode())


def _last_row(world: World) -> dict[str, Any]:
    return {"rows": world.rows[-1:]}


def _row_of(world: World) -> Problem:
    return world.rows[-1].where


def _last_set(world: World) -> dict[str, Any]:
    return {"sets": world.sets[-1:]}


def _middle_set(world: World) -> dict[str, Any]:
    return {"sets": [world.sets[len(world.sets) // 2]]}


def _number(aimed: dict[str, Any]) -> int:
    return int(aimed["sets"][0]["number"])


WEAKNESSES: dict[str, Weakness] = {
    "skips the last history row": Weakness(
        lambda world: _without(lambda p: p.history_id == _row_of(world).history_id),
        "the actor altered",
        _last_row,
    ),
    "skips the last change set": Weakness(
        lambda world: _without(lambda p: p.change_set == _number(_last_set(world))),
        "text shifted between verb and reason",
        _last_set,
    ),
    "skips a link in the middle": Weakness(
        lambda world: _without(
            lambda p: p.kind == "chain" and p.change_set == _number(_middle_set(world))
        ),
        "text shifted between verb and reason",
        _middle_set,
    ),
    "skips gaps and links": Weakness(
        lambda world: _without(lambda p: p.change_set is not None and p.history_id is None),
        "a change set altered",
    ),
    "skips history rows that are gone": Weakness(
        lambda world: _without(lambda p: p.kind == "deleted" and p.history_id is not None),
        "a history row deleted",
    ),
    "skips the live records": Weakness(_nothing(verify_live, "check"), "a record altered"),
    "skips vanished records": Weakness(
        _nothing(verify_live, "_check_vanished"), "a record deleted"
    ),
    "skips history rows without a journal row": Weakness(
        _nothing(verify_unseen, "check"), "a history row doubled"
    ),
    "skips the journal's own columns": Weakness(
        _nothing(verify_rows, "_journal_difference"), "a journal row altered"
    ),
    "skips commitments beside values": Weakness(
        _nothing(rows, "is_sound_redaction", True), "a commitment forged over a value"
    ),
    "skips checkpoints": Weakness(
        _nothing(verify, "_check_notes"),
        "a value altered and everything recomputed",
        lambda world: {"receipts": []},
    ),
    "skips receipts": Weakness(
        _nothing(verify, "_check_receipts"), "a backup newer than the checkpoint restored"
    ),
    "skips the clock": Weakness(
        _nothing(verify_chain, "_check_clock"),
        "a change set dated back and everything recomputed",
        lambda world: {"receipts": []},
    ),
    "believes the fast path without looking": Weakness(
        lambda world: mock.patch.object(_fast(), "suspects", return_value=[]),
        "the actor altered",
    ),
    "believes the fast path about the journal's own columns": Weakness(
        _fast_without_journal, "a journal row altered"
    ),
    "looks at what the fast path suspects without naming it": Weakness(
        _nothing(verify_rows.Rows, "_look_at"), "a value altered"
    ),
    "reads change sets from the first number only": Weakness(
        lambda world: mock.patch.object(verify_chain, "LOWEST", 0),
        "a change set forged before the first",
    ),
    "skips the triggers": Weakness(_nothing(install, "check", []), "a trigger dropped"),
    "hashes no kind": Weakness(_leaf(_leaf_without_kind), "the kind altered", in_the_hash=True),
    "hashes no personal value": Weakness(
        _leaf(_leaf_without_personal), "a commitment altered", in_the_hash=True
    ),
    "hashes no salt": Weakness(
        _leaf(_leaf_without_salt), "the salt altered or dropped", in_the_hash=True
    ),
    "hashes values without their lengths": Weakness(
        _leaf(_leaf_without_lengths),
        "text shifted between neighbouring columns",
        in_the_hash=True,
    ),
    "hashes no column of a change set": Weakness(
        _nothing(hashing, "header", bytes(32)), "a change set altered", in_the_hash=True
    ),
    "hashes a change set without lengths": Weakness(
        lambda world: mock.patch.object(hashing, "header", _header_without_lengths),
        "text shifted between verb and reason",
        in_the_hash=True,
    ),
}


def rehashed(world: World) -> World:
    """The same world, as a service with the weak hash would have written it."""
    for row in world.rows:
        raw = rows.by_history_id(running.connection, row.declaration, [row.history_id])[
            row.history_id
        ]
        leaf = hashing.shape(row.declaration).leaf(raw.values, raw.salt, raw.redacted)
        world.execute(
            "UPDATE audit_changedrow SET leaf = %s WHERE id = %s", leaf, row.journal["id"]
        )
    rehash(world, 1)
    new = World(world.note, [], {})
    assert new.rows
    heads = {each["number"]: each["hash"] for each in new.sets}
    new.note = Note(world.note.origin, world.note.number, heads[world.note.number])
    return new


def _copy(world: World) -> World:
    copy = World(world.note, world.receipts, world.backups)
    copy.tables = world.tables
    return copy


def misses(world: World, weakness: Weakness, *, times: int) -> bool:
    """Whether a verifier with this weakness misses one of so many deeds; it must find nothing before."""
    with weakness.sow(world), world.rolled_back():
        aimed = rehashed(world) if weakness.in_the_hash else _copy(world)
        for name, value in weakness.aim(world).items():
            setattr(aimed, name, value)
        assert running.examine(aimed) == []
        tally = running.Tally()
        # The savepoints of the deeds lie inside this one.
        for seed in range(times):
            if running.attempt(aimed, weakness.deed, seed, tally) is False:
                return True
    return False
