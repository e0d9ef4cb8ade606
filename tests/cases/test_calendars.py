"""One's calendar: behind a secret address, what one answers for and may see now, as RFC 5545 wants it."""

import datetime as dt
import re

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar
from rest_framework.test import APIClient

from cases.models import CalendarFeed, FollowUp
from cases.services.calendars import calendar_of, events_of, renew_calendar, revoke_calendar
from cases.services.follow_ups import complete_follow_up, update_follow_up
from organizations.models import FollowUpStep
from organizations.services.grants import end_grant
from peph.accounts.services import deactivate, set_language
from peph.audit.changes import SYSTEM, change
from peph.audit.models import AccessLog, ChangeSet
from peph.errors import Conflict, Forbidden

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 12, 1, 17, tzinfo=dt.UTC)
DUE = dt.date(2026, 12, 8)
END = dt.date(2027, 4, 11)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOON):
        yield


@pytest.fixture
def alone(cast, follow_up):
    """The only follow-up: the mid-term evaluation, shared with the host, a colleague responsible."""
    with change(by=SYSTEM, verb="tests.alone"):
        FollowUp.objects.exclude(pk=follow_up.pk).delete()
        follow_up.step = FollowUpStep.objects.get(code="mid-evaluation")
        follow_up.subject, follow_up.due_on = "", DUE
        follow_up.responsible = cast["colleague"]
        follow_up.save()
        type(follow_up.placement).objects.update(planned_end=END)
    return follow_up


def address_of(user):
    return f"/calendar/{renew_calendar(user, by=user)}.ics"


def read(client, user):
    """The calendar as a calendar program gets and reads it."""
    client.logout()
    answer = client.get(address_of(user))
    assert answer.status_code == 200
    return Calendar.from_ical(answer.content)


def last_change(follow_up):
    """As its history has it, by the clock of the database."""
    return follow_up.history.first().history_date.replace(microsecond=0)


# ------------------------------------------------------------------ what is in it, for whom
EVALUATION, ENDS = "Évaluation de mi-parcours", "Fin du stage"
IN_IT = {
    "colleague": {EVALUATION},
    "coordinator": {EVALUATION, ENDS},
    "representative": {EVALUATION, ENDS},
    "supervisor": {EVALUATION, ENDS},
}


def test_each_person_gets_what_they_answer_for_and_nothing_else(cast, alone, case):
    found = {
        name: {each.title.removeprefix(f"{case.number} – ") for each in events_of(user)}
        for name, user in cast.items()
    }
    assert {name: titles for name, titles in found.items() if titles} == IN_IT


def test_a_host_gets_no_follow_up_of_the_programme(cast, alone):
    update_follow_up(alone, by=cast["coordinator"], is_shared=False)
    assert [each.uid for each in events_of(cast["supervisor"])] == [
        f"placement-end-{alone.placement_id}"
    ]


def test_what_is_done_or_far_away_is_not_in_it(cast, alone):
    user = cast["colleague"]
    for days, there in ((-61, False), (-60, True), (400, True), (401, False)):
        day = NOON.date() + dt.timedelta(days=days)
        update_follow_up(alone, by=cast["coordinator"], due_on=day)
        assert bool(events_of(user)) is there, days
        alone.refresh_from_db()
    update_follow_up(alone, by=cast["coordinator"], due_on=DUE)
    complete_follow_up(alone, by=cast["coordinator"], done_on=NOON.date(), mode="call")
    assert events_of(user) == []


def test_access_that_ended_is_gone_from_the_calendar_at_once(client, cast, alone):
    user, calendar = cast["colleague"], address_of(cast["colleague"])
    assert b"VEVENT" in client.get(calendar).content
    end_grant(user.regiongrants.get(), by=cast["lead"], reason="Départ")
    answer = client.get(calendar)
    assert answer.status_code == 200
    assert b"VEVENT" not in answer.content


# ------------------------------------------------------------------ as a calendar program reads it
def test_a_calendar_library_reads_every_day_of_it(client, cast, alone, case):
    calendar = read(client, cast["coordinator"])
    assert calendar["x-wr-calname"] == "peph – échéances suivies par Camille Coordinator"
    assert calendar["version"] == "2.0"
    assert calendar.decoded("refresh-interval") == dt.timedelta(hours=6)
    assert calendar["refresh-interval"].params["VALUE"] == "DURATION"
    evaluation, end = calendar.walk("VEVENT")
    assert evaluation["uid"] == f"follow-up-{alone.pk}@peph"
    assert evaluation["summary"] == f"{case.number} – Évaluation de mi-parcours"
    assert evaluation["url"] == f"http://testserver/cases/{case.pk}/#follow-up-{alone.pk}"
    assert [str(each) for each in evaluation["categories"].cats] == ["Évaluation"]
    assert (evaluation["sequence"], evaluation["transp"]) == (1, "TRANSPARENT")
    assert evaluation.decoded("dtstart") == DUE
    assert evaluation.decoded("dtend") == DUE + dt.timedelta(days=1)
    assert evaluation.decoded("last-modified") == evaluation.decoded("dtstamp")
    assert evaluation.decoded("last-modified") == last_change(alone)
    assert end["uid"] == f"placement-end-{alone.placement_id}@peph"
    assert end["summary"] == f"{case.number} – Fin du stage"
    assert end.decoded("dtstart") == END
    assert all(not each.errors for each in calendar.walk())


def test_it_speaks_the_persons_language(client, cast, alone, case):
    set_language(cast["colleague"], "en", by=SYSTEM)
    calendar = read(client, cast["colleague"])
    assert calendar["x-wr-calname"] == "peph – what Camille Colleague follows"
    (event,) = calendar.walk("VEVENT")
    assert event["summary"] == f"{case.number} – Mid-term evaluation"


def test_no_name_of_a_participant_nor_a_typed_subject_leaves_the_service(client, cast, case):
    with change(by=SYSTEM, verb="tests.subject"):
        FollowUp.objects.filter(step=None).update(subject="Appeler Éloïse Côté-Tremblay")
    calendar = read(client, cast["coordinator"]).to_ical().decode()
    assert f"{case.number} – Suivi" in calendar.replace("\r\n ", "")
    for private in ("Éloïse", "Côté", "Tremblay", "Dominique"):
        assert private not in calendar


def test_lines_are_folded_at_75_octets_and_read_back_whole(client, cast, alone, case):
    long = "Évaluation préparée à l’été : éléments vérifiés, améliorations; suite " * 1 + "é" * 40
    with change(by=SYSTEM, verb="tests.step"):
        FollowUpStep.objects.filter(code="mid-evaluation").update(label_fr=long)
    client.logout()
    content = client.get(address_of(cast["colleague"])).content
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert b"\n" not in content.replace(b"\r\n", b"")
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert event["summary"] == f"{case.number} – {long}"


def test_the_uid_stays_and_the_sequence_grows_when_it_moves(client, cast, alone):
    (before,) = read(client, cast["colleague"]).walk("VEVENT")
    update_follow_up(alone, by=cast["coordinator"], due_on=DUE + dt.timedelta(days=7))
    (after,) = read(client, cast["colleague"]).walk("VEVENT")
    assert after["uid"] == before["uid"]
    assert after["sequence"] == before["sequence"] + 1
    assert after.decoded("last-modified") == last_change(alone) >= before.decoded("last-modified")
    assert after.decoded("dtstart") == DUE + dt.timedelta(days=7)


def test_the_same_calendar_is_the_same_bytes(client, cast, alone):
    calendar = address_of(cast["coordinator"])
    assert client.get(calendar).content == client.get(calendar).content


def test_it_costs_as_much_for_many_follow_ups_as_for_one(client, cast, alone):
    calendar = address_of(cast["colleague"])

    def cost():
        with CaptureQueriesContext(connection) as found:
            count = client.get(calendar).content.count(b"BEGIN:VEVENT")
        return count, len(found)

    one = cost()
    with change(by=SYSTEM, verb="tests.many"):
        for number in range(9):
            FollowUp.objects.create(
                case=alone.case, region=alone.region, subject=f"S{number}", due_on=DUE,
                responsible=cast["colleague"],
            )  # fmt: skip
    many = cost()
    assert (one[0], many[0]) == (1, 10)
    assert one[1] == many[1]


# ------------------------------------------------------------------ the secret address
def test_the_answer_is_kept_nowhere_and_the_log_names_no_secret(client, cast, alone):
    secret = renew_calendar(cast["colleague"], by=cast["colleague"])
    answer = client.get(f"/calendar/{secret}.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Robots-Tag"] == "noindex"
    logged = AccessLog.objects.latest("id")
    assert (logged.actor_id, logged.object_ids) == (cast["colleague"].pk, [f"follow-up-{alone.pk}"])
    assert not AccessLog.objects.filter(path__contains=secret).exists()
    stored = CalendarFeed.objects.get()
    assert secret not in str(vars(stored))
    assert secret not in str(list(CalendarFeed.history.values()))


def test_only_the_last_address_works(client, cast):
    old, new = address_of(cast["lead"]), address_of(cast["lead"])
    assert (client.get(old).status_code, client.get(new).status_code) == (404, 200)
    assert revoke_calendar(cast["lead"], by=cast["lead"]) is True
    assert client.get(new).status_code == 404
    assert revoke_calendar(cast["lead"], by=cast["lead"]) is False


@pytest.mark.parametrize("secret", ["", "x", "x" * 42, "x" * 44, "é" * 43, "x" * 43])
def test_an_address_that_is_none_is_not_found(secret, client, db):
    assert client.get(f"/calendar/{secret}.ics").status_code == 404


def test_nothing_is_written_to_a_calendar(client, cast):
    assert client.post(address_of(cast["lead"])).status_code == 405


def test_a_closed_account_has_no_calendar(client, cast):
    calendar = address_of(cast["colleague"])
    deactivate(cast["colleague"], by=SYSTEM, reason="Départ")
    assert client.get(calendar).status_code == 404
    with pytest.raises(Conflict):
        renew_calendar(cast["colleague"], by=cast["colleague"])


def test_nobody_makes_or_ends_somebody_elses_address(cast):
    address_of(cast["lead"])
    before = ChangeSet.objects.count()
    for name, user in cast.items():
        if name != "lead":
            for write in (renew_calendar, revoke_calendar):
                with pytest.raises(Forbidden):
                    write(cast["lead"], by=user)
    assert ChangeSet.objects.count() == before


# ------------------------------------------------------------------ page and API
def secret_in(page):
    return re.search(r"/calendar/([\w-]{43})\.ics", page)


def test_the_page_shows_the_address_once_and_asks_before_it_ends(client, cast):
    client.force_login(cast["coordinator"])
    assert "Créer l’adresse" in client.get("/calendar/").content.decode()
    made = client.post("/calendar/")
    assert "no-store" in made["Cache-Control"]
    first = secret_in(made.content.decode())
    assert calendar_of(first[1]).user == cast["coordinator"]
    later = client.get("/calendar/").content.decode()
    assert secret_in(later) is None
    assert "une adresse secrète depuis le 2026-12-01" in later

    asked = client.post("/calendar/")
    assert "Renouveler l’adresse de votre calendrier?" in asked.content.decode()
    assert calendar_of(first[1])
    second = secret_in(client.post("/calendar/", {"confirmed": "yes"}).content.decode())
    assert calendar_of(first[1]) is None

    asked = client.post("/calendar/revoke/")
    assert "Révoquer l’adresse de votre calendrier?" in asked.content.decode()
    assert calendar_of(second[1])
    assert client.post("/calendar/revoke/", {"confirmed": "yes"}).status_code == 302
    assert calendar_of(second[1]) is None


def test_the_first_page_leads_to_it(client, cast):
    for name in ("coordinator", "supervisor"):
        client.force_login(cast[name])
        assert 'href="/calendar/"' in client.get("/").content.decode()


def test_a_program_makes_and_ends_the_address(cast, client):
    api = APIClient()
    api.force_login(cast["coordinator"])
    assert api.get("/api/v1/calendar-feed/").status_code == 404
    made = api.post("/api/v1/calendar-feed/")
    assert (made.status_code, made["Cache-Control"]) == (201, "no-store")
    assert client.get(made.json()["url"]).status_code == 200
    assert set(api.get("/api/v1/calendar-feed/").json()) == {"created_at"}
    assert api.delete("/api/v1/calendar-feed/").status_code == 204
    assert client.get(made.json()["url"]).status_code == 404
    assert api.delete("/api/v1/calendar-feed/").status_code == 204
