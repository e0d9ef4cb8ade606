"""The benchmark: what it answers, that its made-up history is real, and that it touches nothing else."""

import datetime as dt
import json
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from cases.benchmark import running, scratch
from cases.benchmark.lives import REGIONS, WAYS, Chance
from cases.benchmark.timing import Measure, measured
from cases.models import Case
from cases.numbers import is_number
from cases.workflow import CaseStatus
from peph.audit.models import AccessLog, ChangeSet
from tests.scratch import scratch as own_database  # noqa: F401
from tests.scratch import scratch_template  # noqa: F401

TODAY = dt.date(2026, 11, 24)
READERS = ("coordinator", "host", "lead", "auditor", "reader")
MEASURED = {
    "scope",
    *(f"list.{who}" for who in READERS),
    "list.coordinator.deep",
    "list.lead.deep",
    "count.coordinator",
    *(
        f"search.{what}.{who}"
        for what in ("last-name", "first-name", "accent", "two-words", "nothing")
        for who in ("coordinator", "lead")
    ),
    "follow-ups.overdue",
    "detail",
    "timeline",
    *(f"{way}.list.{who}" for way in ("page", "api") for who in READERS),
    "page.detail",
    "api.detail",
    "save.update",
    "save.insert",
    "service.create",
    "service.update",
    "service.transition",
    "bulk.insert",
}


def _rows() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in (Case, ChangeSet, AccessLog)}


def _drop(url: str) -> None:
    if connection.vendor == "sqlite":
        path = Path(url.removeprefix("sqlite:///"))
        path.unlink()
        path.parent.rmdir()
    else:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{urlsplit(url).path[1:]}" WITH (FORCE)')


def test_two_hundred_cases_are_measured_apart_with_a_history_that_verifies(own_database):  # noqa: F811
    before = _rows()
    ran = own_database.manage("benchmark", "--cases", "200", "--seconds", "0", "--json", "--keep")
    assert ran.returncode == 0, ran.stderr
    answer = json.loads(ran.stdout)
    assert (answer["engine"], answer["cases"]) == (connection.vendor, 200)
    assert set(answer) == {"engine", "cases", "results"}
    assert {each["name"] for each in answer["results"]} == MEASURED
    for each in answer["results"]:
        assert set(each) == {"name", "ms", "floor_ms", "ratio"}
        assert each["ms"] > 0 < each["floor_ms"]
        assert each["ratio"] == pytest.approx(each["ms"] / each["floor_ms"], rel=0.1, abs=0.01)
    assert _rows() == before

    name = ran.stderr.strip().rpartition(" ")[2]
    kept = (
        f"sqlite:///{name}"
        if connection.vendor == "sqlite"
        else own_database.url.rpartition("/")[0] + f"/{name}"
    )
    try:
        verified = own_database.manage("verify_history", "--json", DATABASE_URL=kept)
    finally:
        _drop(kept)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    found = json.loads(verified.stdout)
    assert (found["ok"], found["first_problem"]) == (True, None)
    assert found["history_rows"] > 200 * 5


@pytest.mark.django_db
def test_too_few_cases_cannot_be_measured(cast):
    before = _rows()
    with pytest.raises(CommandError, match="At least 200 cases") as refused:
        call_command("benchmark", cases=10)
    assert refused.value.returncode == 2
    assert _rows() == before


def test_a_database_that_cannot_be_made_is_no_measure(monkeypatch):
    def refuse(**_options):
        raise DatabaseError("permission denied to create database")

    monkeypatch.setattr(running, "scratch_database", refuse)
    with pytest.raises(CommandError, match="permission denied") as refused:
        call_command("benchmark", cases=200)
    assert refused.value.returncode == 2


def test_the_scratch_database_is_gone_afterwards_also_after_a_failure(own_database, monkeypatch):  # noqa: F811
    monkeypatch.setattr(scratch, "call_command", lambda *_names, **_options: None)
    monkeypatch.setattr(scratch, "load_reference", lambda: None)
    names = []

    def make_and_fail():
        with scratch.scratch_database() as name:
            names.append(name)
            assert connection.settings_dict["NAME"] == name
            assert connection.introspection.table_names() == []
            raise RuntimeError

    with pytest.raises(RuntimeError):
        make_and_fail()
    assert connection.settings_dict["NAME"] == own_database.name
    assert Case.objects.count() > 0
    assert not _exists(names[0])


def _exists(name: str) -> bool:
    if connection.vendor == "sqlite":
        return Path(name).parent.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() is not None


def test_the_same_seed_gives_the_same_people_and_lives():
    one, two, other = Chance(7, TODAY), Chance(7, TODAY), Chance(8, TODAY)
    drawn = [[(each.person(), each.life()) for _draw in range(20)] for each in (one, two, other)]
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]


def test_lives_end_in_every_status_in_the_shares_given_and_never_in_the_future():
    chance = Chance(1, TODAY)
    lives = [chance.life() for _draw in range(4000)]
    ends = Counter(list(life.steps)[-1] if life.steps else CaseStatus.REFERRED for life in lives)
    assert set(ends) == set(CaseStatus) - {CaseStatus.UNDER_APPEAL}
    assert 0.16 < ends[CaseStatus.IN_PLACEMENT] / 4000 < 0.22
    assert 0.40 < ends[CaseStatus.CLOSED] / 4000 < 0.48
    for life in lives:
        days = [life.referred_on, *life.steps.values()]
        assert days == sorted(days)
        assert days[-1] <= TODAY
        assert life.last.date() <= TODAY
    # One history row for the opening and one for each status: about five a case.
    assert 5 < 1 + sum(len(life.steps) for life in lives) / 4000 < 6


def test_shares_add_up():
    assert sum(way.share for way in WAYS) == 100
    assert sum(REGIONS.values()) == 1000
    assert len(REGIONS) == 17


def test_file_numbers_are_well_formed_and_never_drawn_twice():
    chance = Chance(1, TODAY)
    numbers = [chance.number(2026) for _draw in range(20_000)]
    assert len(set(numbers)) == 20_000
    assert all(is_number(number) for number in numbers[:200])


def test_what_is_prepared_is_given_to_both_and_each_is_run_as_often():
    calls = []
    result = measured(
        Measure(
            "either",
            lambda given: calls.append(("ours", given)),
            lambda given: calls.append(("floor", given)),
            prepare=lambda: (len(calls),),
            is_long=True,
        ),
        seconds=0,
    )
    assert Counter(who for who, _given in calls) == {"ours": 5, "floor": 5}
    assert [given for _who, given in calls] == list(range(10))
    # In turns: whoever was second goes first the next time.
    assert [who for who, _given in calls[:4]] == ["ours", "floor", "floor", "ours"]
    assert result.as_json()["name"] == "either"
