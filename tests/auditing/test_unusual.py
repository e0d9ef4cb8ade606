"""What is out of the ordinary in the access log: each rule against a table written by hand."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from auditing.services import unusual
from auditing.services.unusual import Flag, flags
from auditing.services.unusual_words import flag_lines
from cases.services.participants import update_participant
from peph.audit.changes import SYSTEM, change
from peph.audit.models import AccessLog

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 6, 30)
DAY = dt.timedelta(days=1)


def at(day, hour=10, minute=0):
    """A moment of a local day."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour, minute)))


def read(user, day, count=1, *, verb="open", hour=10, minute=0, ids=None, case=None, model=""):
    """So many lines of one person on one day, each on a record of its own."""
    AccessLog.objects.bulk_create(
        AccessLog(
            at=at(day, hour, minute),
            actor_id=user.pk,
            channel="page",
            verb=verb,
            model=model or "cases.note",
            object_id=f"{day}-{number}" if verb in ("open", "health", "refuse") else "",
            object_ids=ids,
            case_id=case and case.pk,
        )
        for number in range(count)
    )


def found(since=TODAY, until=TODAY):
    """Flags of the period as (kind, day, value, limit)."""
    return [
        (flag.kind, flag.day, flag.value, flag.limit)
        for flag in flags(AccessLog.objects.all(), since, until)
    ]


VOLUMES = {
    # own days before, own count, peers' days before, peers' count, today → value and limit, or nothing
    "nothing known, at the floor": (0, 0, 0, 0, 50, None),
    "nothing known, above the floor": (0, 0, 0, 0, 51, 50),
    "usual for oneself": (10, 30, 0, 0, 90, None),
    "above three times one's own": (10, 30, 0, 0, 91, 90),
    "few days of one's own count for nothing": (4, 30, 0, 0, 60, 50),
    "new, but the role reads as much": (0, 0, 10, 40, 120, None),
    "new, and above the role": (0, 0, 10, 40, 121, 120),
    "usual for oneself, far above the role": (10, 60, 10, 20, 61, 60),
    "the smaller of both decides": (10, 20, 10, 60, 61, 60),
    "three times little is the floor": (10, 2, 10, 2, 51, 50),
}


@pytest.mark.parametrize("name", VOLUMES)
def test_many_records_opened_in_a_day(name, cast):
    own_days, own, peer_days, peers, today, limit = VOLUMES[name]
    for back in range(1, own_days + 1):
        read(cast["coordinator"], TODAY - back * DAY, own)
    for back in range(1, peer_days + 1):
        read(cast["colleague"], TODAY - back * DAY, peers)
    read(cast["coordinator"], TODAY, today)
    assert found() == ([("opened", TODAY, today, limit)] if limit else [])


def test_the_same_record_opened_often_counts_once(cast):
    for minute in range(60):
        read(cast["coordinator"], TODAY, 10, minute=minute)
    assert found() == []


def test_what_is_older_than_thirty_days_or_of_another_role_is_no_habit(cast):
    for back in range(31, 45):
        read(cast["coordinator"], TODAY - back * DAY, 100)
    for back in range(1, 20):
        read(cast["auditor"], TODAY - back * DAY, 100)
    read(cast["coordinator"], TODAY, 60)
    assert found() == [("opened", TODAY, 60, 50)]


def test_one_wild_day_in_twenty_does_not_make_a_habit(cast):
    for back in range(1, 21):
        read(cast["coordinator"], TODAY - back * DAY, 100 if back == 1 else 20)
    read(cast["coordinator"], TODAY, 70)
    assert ("opened", TODAY, 70, 60) in found()


MEASURES = {
    # verb, lines, keys of each line → kind, value, limit
    "listed": ("list", 11, 100, ("listed", TODAY, 1100, 1000)),
    "searched": ("search", 11, 100, ("listed", TODAY, 1100, 1000)),
    "few listed": ("list", 10, 100, None),
    "exported": ("export", 6, 1, ("exported", TODAY, 6, 5)),
    "few exported": ("export", 5, 1, None),
}


@pytest.mark.parametrize("name", MEASURES)
def test_many_rows_listed_or_exported_in_a_day(name, cast):
    verb, lines, keys, expected = MEASURES[name]
    read(cast["coordinator"], TODAY, lines, verb=verb, ids=[str(each) for each in range(keys)])
    assert found() == ([expected] if expected else [])


NIGHT = {
    # hour, minute → flagged
    (21, 59): False, (22, 0): True, (23, 30): True, (0, 5): True, (5, 59): True, (6, 0): False,
}  # fmt: skip


@pytest.mark.parametrize(("hour", "minute"), NIGHT)
def test_what_is_opened_by_night_local_time(hour, minute, cast):
    read(cast["coordinator"], TODAY, 2, hour=hour, minute=minute)
    assert found() == ([("night", TODAY, 2, 0)] if NIGHT[hour, minute] else [])


def test_a_list_by_night_is_nothing(cast):
    read(cast["coordinator"], TODAY, 2, verb="list", hour=23)
    assert found() == []


REFUSALS = {
    # minutes of the refusals → size of the run, or nothing
    "four": ((0, 1, 2, 3), None),
    "five within ten minutes": ((0, 2, 4, 6, 10), 5),
    "five within eleven": ((0, 2, 4, 6, 11), None),
    "the longest run counts": ((0, 1, 2, 3, 4, 30, 31, 32, 33, 34, 35), 6),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_refusals_in_a_row(name, cast):
    minutes, size = REFUSALS[name]
    for minute in minutes:
        read(cast["coordinator"], TODAY, verb="refuse", minute=minute)
    bursts = [each for each in found() if each[0] == "burst"]
    assert bursts == ([("burst", TODAY, size, 5)] if size else [])


NAMES = {
    # names and e-mail of the reader → kind of flag
    ("Éloïse", "Côté-Tremblay", "autre@exemple.qc.ca"): "self",
    ("Eloise", "Cote Tremblay", "autre@exemple.qc.ca"): "self",
    ("Alex", "Roy", "eloise@exemple.qc.ca"): "self",
    ("Alex", "Tremblay", "autre@exemple.qc.ca"): "family",
    ("Alex", "de la Côte", "autre@exemple.qc.ca"): "family",
    ("Éloïse", "Roy", "autre@exemple.qc.ca"): None,
    ("Alex", "Tremblaye", "autre@exemple.qc.ca"): None,
}


@pytest.mark.parametrize(("first", "last", "email"), NAMES)
def test_a_case_opened_by_somebody_with_a_name_of_its_participant(first, last, email, cast, case):
    with change(by=SYSTEM, verb="test"):
        reader = cast["coordinator"]
        reader.first_name, reader.last_name, reader.email = first, last, email
        reader.save()
    read(reader, TODAY, case=case)
    kind = NAMES[first, last, email]
    assert [each.kind for each in flags(AccessLog.objects.all(), TODAY, TODAY)] == (
        [kind] if kind else []
    )


def test_a_participant_without_e_mail_is_nobodys_own_file(cast, case):
    update_participant(case.participant, by=cast["coordinator"], email="")
    read(cast["coordinator"], TODAY, case=case)
    assert found() == []


def test_only_the_lines_of_the_readers_scope_count(cast, client, case, case_elsewhere):
    read(cast["coordinator"], TODAY, 60, case=case)
    read(cast["coordinator_elsewhere"], TODAY, 60, case=case_elsewhere)
    for who, people in {
        "auditor": {"Camille Coordinator", "Camille Coordinator Elsewhere"},
        "auditor_region": {"Camille Coordinator"},
        "auditor_elsewhere": {"Camille Coordinator Elsewhere"},
    }.items():
        client.force_login(cast[who])
        answer = client.get(f"/access-log/unusual/?since={TODAY}&until={TODAY}")
        assert {line.person for line in answer.context["lines"]} == people


def test_each_flag_says_why_in_words(cast, case):
    reader = cast["coordinator"]
    table = [
        (Flag("opened", reader.pk, TODAY, 91, 90, 30, None),
         "91 fiches différentes ouvertes en un jour. Signalé à partir de 91 (habitude de cette"
         " personne\u00a0: 30)."),
        (Flag("listed", reader.pk, TODAY, 1100, 1000),
         "1100 fiches affichées dans des listes en un jour. Signalé à partir de 1001 (rien encore"
         " à quoi comparer)."),
        (Flag("exported", reader.pk, TODAY, 6, 5, 1, 2),
         "6 exportations en un jour. Signalé à partir de 6 (habitude de cette personne\u00a0: 1,"
         " habitude du même rôle\u00a0: 2)."),
        (Flag("night", reader.pk, TODAY, 1), "1 fiche ouverte entre 22\u00a0h et 06\u00a0h."),
        (Flag("burst", reader.pk, TODAY, 6, 5), "6 refus en 10 minutes."),
        (Flag("self", reader.pk, TODAY, 1, case_id=case.pk),
         "La personne porte les noms ou utilise le courriel de la personne participante du dossier"
         f" {case.number}."),
        (Flag("family", reader.pk, TODAY, 1, case_id=case.pk),
         "La personne a un nom de famille en commun avec la personne participante du dossier"
         f" {case.number}."),
    ]  # fmt: skip
    assert [line.why for line in flag_lines(each for each, _why in table)] == [
        text for _flag, text in table
    ]


def test_each_flag_leads_to_the_lines_behind_it(cast, client, case):
    read(cast["coordinator"], TODAY, 3, hour=23)
    read(cast["coordinator"], TODAY - DAY, 2)
    for minute in range(5):
        read(cast["coordinator"], TODAY, verb="refuse", minute=minute)
    client.force_login(cast["auditor"])
    answer = client.get(f"/access-log/unusual/?since={TODAY - 5 * DAY}&until={TODAY}")
    behind = {}
    for line in answer.context["lines"]:
        shown = client.get(f"/access-log/?{line.query}").context["lines"]
        behind[line.flag.kind] = (len(shown), {each.row.actor_id for each in shown})
    assert behind == {
        "burst": (5, {cast["coordinator"].pk}),
        # Opened and health are two actions: the day of the person is shown.
        "night": (8, {cast["coordinator"].pk}),
    }
    only = client.get(f"/access-log/?unusual=true&since={TODAY - 5 * DAY}&until={TODAY}")
    assert len(only.context["lines"]) == 8


PERIODS = {
    # asked → looked at, on 30 June 2026
    (None, None): (dt.date(2026, 6, 24), dt.date(2026, 6, 30)),
    (dt.date(2026, 6, 1), None): (dt.date(2026, 6, 1), dt.date(2026, 6, 30)),
    (dt.date(2020, 1, 1), None): (dt.date(2026, 5, 31), dt.date(2026, 6, 30)),
    (None, dt.date(2026, 6, 10)): (dt.date(2026, 6, 4), dt.date(2026, 6, 10)),
    (None, dt.date(2027, 1, 1)): (dt.date(2026, 6, 24), dt.date(2026, 6, 30)),
}


@pytest.mark.parametrize("asked", PERIODS)
def test_the_period_is_a_week_unless_said_otherwise_and_a_month_at_most(asked, time_machine):
    time_machine.move_to(at(TODAY))
    assert unusual.period(*asked) == PERIODS[asked]


def test_a_period_the_wrong_way_round_is_refused_in_the_form(cast, client):
    client.force_login(cast["auditor"])
    answer = client.get("/access-log/unusual/?since=2026-06-30&until=2026-06-01")
    assert answer.status_code == 400
    assert "Le dernier jour précède le premier." in answer.content.decode()


HOME = {
    "auditor": True,
    "auditor_region": True,
    "privacy": True,
    "lead": False,
    "coordinator": False,
}


@pytest.mark.parametrize("who", HOME)
def test_the_first_page_of_whoever_watches_shows_it(who, cast, client, case):
    today = timezone.localdate()
    client.force_login(cast[who])
    assert "unusual" not in {block.name for block in client.get("/").context["blocks"]}
    read(cast["coordinator"], today, 60, case=case)
    blocks = {block.name: block for block in client.get("/").context["blocks"]}
    assert ("unusual" in blocks) is HOME[who]
    if HOME[who]:
        assert {line.flag.kind for line in blocks["unusual"].rows} >= {"opened"}


def test_flags_cost_the_same_for_one_and_twenty_people(cast, case):
    people = [each for name, each in cast.items() if name != "inactive"]
    counts = []
    for some in (people[:1], people[:20]):
        for person in some:
            read(person, TODAY, 60, case=case)
            read(person, TODAY - DAY, 5, hour=23)
        with CaptureQueriesContext(connection) as captured:
            flag_lines(flags(AccessLog.objects.all(), TODAY, TODAY))
        counts.append(len(captured))
    assert counts[0] == counts[1]
