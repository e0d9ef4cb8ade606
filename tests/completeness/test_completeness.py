"""Every change of a tracked row has its history row: same transaction, same content, right person.

Some two thousand changes in the suite; `make completeness-campaign` makes a hundred thousand, by default.
"""

import os
import random
import sys
import time
from contextlib import contextmanager

import pytest
from django.db import connections

from peph.accounts.models import User
from peph.audit import changes
from peph.audit.history import declarations
from peph.audit.verify import verify
from tests.completeness import actions
from tests.completeness.observer import Observer
from tests.completeness.rows import Reader, replayed
from tests.scratch import scratch, scratch_template

__all__ = ["scratch", "scratch_template"]

MUTATIONS = int(os.environ.get("COMPLETENESS_MUTATIONS", "2000"))
SEED = int(os.environ.get("COMPLETENESS_SEED", "5"))
# So much of it by hand, one row or a few at a time; imports do the rest.
BY_HAND = 0.15 if MUTATIONS <= 5000 else 0.05
# A command changes many rows at once: drawn seldom, or it would be all there is.
DRAWN = {"page": 6, "api": 6, "admin": 3, "command": 1}
# Person, case, follow-ups, note, and for half of them a placement.
PER_ROW = 7
MOST_ROWS = 3000
ROW = "{:<10} {:>9} {:>12} {:>9} {:>16}\n"


@pytest.fixture
def world(scratch, tmp_path):
    cast = {
        user.email.split("@")[0].replace("-", "_"): user for user in User.objects.all()
    }  # fmt: skip
    return actions.World(cast, random.Random(SEED), tmp_path)


@pytest.fixture
def observer(world):
    reader = Reader(connections["default"])
    found = Observer(reader)
    found.begin()
    with found.watching(connections["default"]):
        yield found
    reader.close()


def act(world, observer, channel, action):
    """One action; the answer of a page or of the API must be that it was done."""
    if channel.who:
        world.client(channel.who)  # signing in is nobody's action here
    with observer.expecting(channel.actor(world), channel.name):
        answer = action(world)
    if channel.who:
        # A form that comes back, as 200 on the administration site, was refused.
        done = {"page": {200, 302}, "api": {200, 201}, "admin": {302}}[channel.name]
        form = (answer.context or {}).get("form") if channel.name == "page" else None
        told = form.errors if form is not None else answer.content[:2000]
        assert answer.status_code in done, (action.__name__, told)


def import_rows(world, observer, rows):
    with observer.expecting(world.cast["lead"].pk, "import"):
        actions.import_file(world, rows)


def test_every_change_has_its_history_whatever_the_channel(world, observer):
    began = time.monotonic()
    # Each action once, then by lot.
    for channel in actions.CHANNELS:
        for action in channel.actions:
            act(world, observer, channel, action)
    act(world, observer, actions.CHANNELS[0], actions.calendar)  # given up again
    while observer.mutations < MUTATIONS * BY_HAND:
        weights = [DRAWN[each.name] for each in actions.CHANNELS]
        [channel] = world.chance.choices(actions.CHANNELS, weights)
        act(world, observer, channel, world.chance.choice(channel.actions))
    while (left := MUTATIONS - observer.mutations) > 0:
        import_rows(world, observer, min(MOST_ROWS, left // PER_ROW + 1))
    assert observer.problems[:20] == []
    assert set(observer.tallies) == {"page", "api", "command", "admin", "import"}
    assert {kind for _label, kind in observer.kinds} == {"+", "~", "-"}
    assert all(tally.is_complete for tally in observer.tallies.values())
    assert replayed(observer.reader)[:20] == []
    assert verify().is_whole
    tell(observer, time.monotonic() - began)


def tell(observer, seconds):
    """The table of what was seen."""
    sys.stdout.write(ROW.format("channel", "mutations", "with history", "equal", "one transaction"))
    for name, tally in sorted(observer.tallies.items()):
        sys.stdout.write(
            ROW.format(
                name, tally.mutations, tally.with_history, tally.equal, tally.same_transaction
            )
        )
    models = len({label for label, _kind in observer.kinds})
    sys.stdout.write(
        f"{observer.mutations} mutations of {models} models, {len(observer.reader.tracked)} replayed, "
        f"{seconds:.0f} s, {connections['default'].vendor}, seed {SEED}\n"
    )


@contextmanager
def refusing_to_seal(monkeypatch):
    """The last statement of every change fails."""

    def failing(connection, done):
        raise ConnectionAbortedError("no seal")

    with monkeypatch.context() as patched:
        patched.setattr(changes, "_seal", failing)
        yield


@pytest.mark.parametrize(
    ("channel", "action"),
    [(channel, channel.actions[0]) for channel in actions.CHANNELS],
    ids=[channel.name for channel in actions.CHANNELS],
)
def test_without_its_seal_nothing_of_a_change_is_kept(
    channel, action, world, observer, monkeypatch
):
    if channel.who:
        world.client(channel.who)  # it notes the sign-in, which is no history
    before = observer.reader.live()
    with refusing_to_seal(monkeypatch), pytest.raises(ConnectionAbortedError):
        action(world)
    assert observer.reader.live() == before
    ends = {each.label: observer.ends[each.label] for each in observer.reader.tracked}
    new = [observer.reader.history(each, ends[each.label]) for each in observer.reader.tracked]
    assert not any(new)
    assert observer.reader.journal(observer.journal_end)[1] == {}
    assert observer.reader.change_sets(observer.sets_end) == []


@pytest.mark.django_db
def test_every_tracked_table_is_observed():
    reader = Reader(connections["default"])
    assert {each.label for each in reader.tracked} == {each.label for each in declarations()}
    reader.close()


# ------------------------------------------------------------------ the campaign can fail
PAGE = actions.CHANNELS[0]
NOTES = "cases_note"


def write_a_note(world, observer):
    act(world, observer, PAGE, actions.note)
    return observer.tallies["page"], [each.rpartition(": ")[2] for each in observer.problems]


def test_a_trigger_that_is_gone_is_seen(world, observer):
    act(world, observer, PAGE, actions.open_case)
    assert observer.tallies.pop("page").is_complete
    with connections["default"].cursor() as cursor:
        if connections["default"].vendor == "sqlite":
            cursor.execute(f"DROP TRIGGER peph_{NOTES}_insert")
        else:
            cursor.execute(f"ALTER TABLE {NOTES} DISABLE TRIGGER USER")
    tally, problems = write_a_note(world, observer)
    assert (tally.mutations, tally.with_history, problems) == (1, 0, ["no history"])
    assert len(replayed(observer.reader)) == 1
