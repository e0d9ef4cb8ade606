"""What people and jobs may do, drawn by lot: nothing of it is ever a finding."""

import datetime as dt
import random
import time
import uuid
from collections.abc import Callable
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import F

from peph.accounts.models import User
from peph.audit.changes import SYSTEM, change
from peph.audit.redaction import redact
from peph.audit.triggers import sqlite
from tests.ledger.models import Account, Entry, Tag, Tagging

Act = Callable[[random.Random], object]


class _Refused(Exception):
    """Somebody changes their mind in the middle of a change."""


def _entry(chance: random.Random) -> Entry:
    entries = list(Entry.objects.order_by("id")[:40])
    return chance.choice(entries) if entries else _create(chance)


def _code(chance: random.Random) -> str:
    return f"{chance.getrandbits(48):x}"


def _create(chance: random.Random) -> Entry:
    n = chance.randrange(1000)
    return Entry.objects.create(
        account=chance.choice([None, *Account.objects.order_by("id")[:5]]),
        name=chance.choice(["Zoë", "", None, "a\u2028b", "Loïc, « L’Ami »"]),
        remark=chance.choice(["", None, "x" * 500]),
        colour=chance.choice(["red", None]),
        is_open=chance.choice([True, False, None]),
        count=n - 500,
        big=chance.choice([2**62, -1, None]),
        amount=chance.choice([Decimal("0.10"), Decimal("-12.5"), Decimal("1234567890.12"), None]),
        day=dt.date(1999, 12, 31) + dt.timedelta(days=n),
        moment=dt.datetime(2026, 3, 8, 7, 0, 0, chance.choice([0, 1, 500000]), tzinfo=dt.UTC),
        token=uuid.UUID(int=chance.getrandbits(128), version=4),
        blob=chance.choice([b"", b"\x00\xff", None]),
        ratio=chance.choice([0.1, -0.0, 1e-7, None]),
        data=chance.choice([{}, [], None, {"é": [1.5, 1e30, None, {"b": 1, "aa": 2}]}]),
    )


def _save(chance: random.Random) -> None:
    entry = _entry(chance)
    entry.count, entry.name = chance.randrange(10**6), chance.choice(["Max", None, ""])
    entry.save(update_fields=chance.choice([None, ["count"], ["name"]]))


def _update(chance: random.Random) -> None:
    Entry.objects.filter(count__lt=chance.randrange(500)).update(
        count=F("count") + 1, amount=F("amount") + Decimal("0.1")
    )


def _bulk(chance: random.Random) -> None:
    Account.objects.bulk_create([Account(code=_code(chance)) for _each in range(3)])


def _delete(chance: random.Random) -> None:
    _entry(chance).delete()


def _cascade(chance: random.Random) -> None:
    account = Account.objects.create(code=_code(chance))
    for _each in range(2):
        Entry.objects.create(account=account, name="sous")
    account.delete()


def _tag(chance: random.Random) -> None:
    tag = Tag.objects.create(slug=_code(chance))
    tag.entries.add(_entry(chance))
    if chance.randrange(2):
        Tagging.objects.filter(tag=tag).delete()


def _nested(chance: random.Random) -> None:
    with change(by=SYSTEM, verb="tests.inner"):
        _save(chance)
    _save(chance)


def _savepoint(chance: random.Random) -> None:
    """One step of the change is taken back, the rest stays."""
    try:
        with transaction.atomic():
            _create(chance)
            raise _Refused
    except _Refused:
        _save(chance)


def _rolled_back(chance: random.Random) -> None:
    _create(chance)
    raise _Refused


def _nothing(chance: random.Random) -> None:
    Entry.objects.update(seen_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))


def _raw(chance: random.Random) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_entry SET remark = NULL, big = big + 1 WHERE count > %s",
            [chance.randrange(900)],
        )


def _erase(chance: random.Random) -> None:
    """A person is forgotten: the record emptied, its history redacted."""
    entry = _entry(chance)
    entry.name = entry.remark = None
    entry.save()
    redact(Entry, entry.pk)
    if not chance.randrange(3):
        entry.delete()
        redact(Entry, entry.pk)


def _person(chance: random.Random) -> None:
    user = User(email=f"{_code(chance)}@exemple.qc.ca", first_name="Ève", last_name="Côté")
    user.save()
    user.first_name = "Eve"
    user.save()


def _clock_set_back(chance: random.Random) -> None:
    """The triggers of SQLite keep their own last instant; it is put a day ahead of the clock."""
    if connection.vendor == "sqlite":
        sqlite._last_instant[0] = time.time_ns() // 1000 + 86_400 * 10**6
    _save(chance)


ACTS: list[Act] = [
    _create, _create, _create, _save, _save, _update, _bulk, _delete, _cascade, _tag, _nested,
    _savepoint, _rolled_back, _nothing, _raw, _erase, _person, _clock_set_back,
]  # fmt: skip


def work(
    seed: int, times: int, *, between: Callable[[], None] = lambda: None, every: int = 0
) -> None:
    """So many acts, each a change of its own; `between` is called after every so many of them."""
    chance = random.Random(seed)
    for done in range(times):
        act = chance.choice(ACTS)
        reason = chance.choice(["", "demande", "a|b\nc"])
        try:
            with change(by=SYSTEM, verb=f"tests.{act.__name__}", reason=reason):
                act(chance)
        except _Refused:
            pass
        if every and (done + 1) % every == 0:
            between()
