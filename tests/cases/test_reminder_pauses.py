"""Who may silence the reminders of a placement, for how long, and how page and API say it."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from cases.models import Case, ReminderPause
from cases.services.cases import move_case
from cases.services.pauses import end_pause, pause_reminders
from cases.services.placements import move_placement
from peph.audit.models import ChangeSet
from peph.errors import Conflict, Forbidden, Invalid, Stale
from tests.browsing import address, post, text

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 12, 1)
NOON = dt.datetime(2026, 12, 1, 17, tzinfo=dt.UTC)
MAY = {"lead", "second_lead", "coordinator", "colleague", "health_coordinator"}
# Who reads why reminders are silent: the programme, never the host.
READS = MAY | {"auditor", "auditor_region", "auditor_host", "privacy", "reader", "editor"}


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOON):
        yield


@pytest.fixture
def pause(cast, placement):
    return pause_reminders(
        placement, by=cast["coordinator"], reason="Un appel a tout réglé", until=TODAY
    )


@pytest.fixture
def api():
    def client(user):
        made = APIClient()
        made.force_login(user)
        return made

    return client


def test_only_officers_pause_and_take_up_again(cast, placement):
    for name, user in cast.items():
        before = ChangeSet.objects.count()
        if name in MAY:
            pause = pause_reminders(placement, by=user, reason="R", until=TODAY)
            assert (pause.paused_by, pause.is_live) == (user, True)
            assert end_pause(pause, by=user).ended_on == TODAY
            assert ChangeSet.objects.count() == before + 2
        else:
            with pytest.raises(Forbidden):
                pause_reminders(placement, by=user, reason="R", until=TODAY)
            assert ChangeSet.objects.count() == before


def test_nobody_else_takes_up_a_pause(cast, pause):
    for name in sorted(set(cast) - MAY):
        before = ChangeSet.objects.count()
        with pytest.raises(Forbidden):
            end_pause(pause, by=cast[name])
        assert ChangeSet.objects.count() == before


def test_who_reads_a_pause(cast, pause):
    seen = {name for name in cast if ReminderPause.objects.visible_to(cast[name]).exists()}
    assert seen == READS


@pytest.mark.parametrize(("days", "allowed"), [(-1, False), (0, True), (92, True), (93, False)])
def test_a_pause_lasts_from_today_to_three_months(days, allowed, cast, placement):
    def do():
        return pause_reminders(
            placement, by=cast["lead"], reason="R", until=TODAY + dt.timedelta(days=days)
        )

    if allowed:
        assert do().until == TODAY + dt.timedelta(days=days)
    else:
        with pytest.raises(Invalid) as refused:
            do()
        assert list(refused.value.fields) == ["until"]


def test_a_pause_says_why(cast, placement):
    with pytest.raises(Invalid) as refused:
        pause_reminders(placement, by=cast["lead"], reason="  ", until=TODAY)
    assert list(refused.value.fields) == ["reason"]


def test_there_is_one_pause_at_a_time(cast, placement, pause):
    with pytest.raises(Conflict):
        pause_reminders(placement, by=cast["colleague"], reason="R", until=TODAY)
    end_pause(pause, by=cast["colleague"])
    with pytest.raises(Conflict):
        end_pause(pause, by=cast["colleague"])
    assert pause_reminders(placement, by=cast["colleague"], reason="R", until=TODAY).is_live


def test_a_pause_that_ran_out_makes_room_and_cannot_be_ended(cast, placement, pause):
    with time_machine.travel(NOON + dt.timedelta(days=5)):
        with pytest.raises(Conflict):
            end_pause(pause, by=cast["lead"])
        after = pause_reminders(
            placement, by=cast["lead"], reason="R", until=TODAY + dt.timedelta(days=9)
        )
        pause.refresh_from_db()
        assert pause.ended_on == TODAY + dt.timedelta(days=1)
        assert list(ReminderPause.objects.live()) == [after]


def test_a_closed_case_has_nothing_to_pause(cast, placement):
    by = cast["coordinator"]
    move_placement(
        placement, "end-early", by=by, ended_on="2026-11-30", ended_by="host", reason="R"
    )
    case = Case.objects.get(pk=placement.case_id)
    move_case(case, "close", by=by, closed_on="2026-12-01", closure_reason="withdrew", reason="R")
    with pytest.raises(Conflict):
        pause_reminders(placement, by=by, reason="R", until=TODAY)


def test_a_stale_copy_ends_nothing(cast, pause):
    with pytest.raises(Stale):
        end_pause(pause, by=cast["lead"], version=pause.version + 1)


# ------------------------------------------------------------------ pages
def test_the_page_of_the_placement_offers_the_pause_and_then_its_end(client, cast, placement):
    page, by = placement.get_absolute_url(), cast["coordinator"]
    assert address("reminder_pause_new", placement) in text(client, by, page)
    answer = post(
        client, by, address("reminder_pause_new", placement), reason="Réglé", until="2026-12-15"
    )
    assert answer.status_code == 302
    assert answer.url == f"{page}#reminders"
    pause = ReminderPause.objects.get()
    shown = text(client, by, page)
    assert "jusqu’au 2026-12-15 inclusivement" in shown
    assert "Réglé" in shown
    assert address("reminder_pause_new", placement) not in shown
    answer = post(client, by, address("reminder_pause_end", pause), version=pause.version)
    assert answer.status_code == 302
    assert address("reminder_pause_new", placement) in text(client, by, page)


@pytest.mark.parametrize("who", ["representative", "supervisor"])
def test_a_host_learns_of_no_pause(who, client, cast, placement, pause):
    shown = text(client, cast[who], placement.get_absolute_url())
    assert "Un appel a tout réglé" not in shown
    assert 'id="reminders"' not in shown


@pytest.mark.parametrize("who", ["auditor", "reader", "editor"])
def test_who_only_reads_is_offered_nothing(who, client, cast, placement, pause):
    shown = text(client, cast[who], placement.get_absolute_url())
    assert "Un appel a tout réglé" in shown
    assert address("reminder_pause_end", pause) not in shown


def test_a_refused_form_keeps_what_was_typed(client, cast, placement):
    answer = post(
        client, cast["lead"], address("reminder_pause_new", placement),
        reason="Réglé par appel", until="2028-01-01",
    )  # fmt: skip
    assert answer.status_code == 400
    page = answer.content.decode()
    assert 'value="Réglé par appel"' in page
    assert "au plus 92 jours" in page
    assert not ReminderPause.objects.exists()


def test_a_page_opened_before_somebody_else_ended_it_says_so(client, cast, pause):
    end_pause(pause, by=cast["colleague"])
    answer = post(client, cast["lead"], address("reminder_pause_end", pause), version=1)
    assert answer.status_code == 409


# ------------------------------------------------------------------ API
def test_a_program_pauses_and_takes_up_again(api, cast, placement):
    client = api(cast["coordinator"])
    body = {"placement": str(placement.pk), "reason": "Réglé", "until": "2026-12-15"}
    made = client.post("/api/v1/reminder-pauses/", body, format="json")
    assert made.status_code == 201
    pause = made.json()
    assert (pause["until"], pause["is_live"], pause["actions"]) == ("2026-12-15", True, ["end"])
    again = client.post("/api/v1/reminder-pauses/", body, format="json")
    assert again.status_code == 409
    one = f"/api/v1/reminder-pauses/{pause['id']}/"
    assert client.post(f"{one}end/", format="json").status_code == 428
    stale = client.post(f"{one}end/", format="json", headers={"if-match": '"9"'})
    assert stale.status_code == 412
    done = client.post(f"{one}end/", format="json", headers={"if-match": made["ETag"]})
    assert (done.status_code, done.json()["ended_on"]) == (200, "2026-12-01")
    assert (done.json()["is_live"], done.json()["actions"]) == (False, [])


def test_a_program_finds_the_pauses_that_hold(api, cast, placement, pause):
    client = api(cast["coordinator"])

    def listed(query):
        return len(client.get(f"/api/v1/reminder-pauses/?{query}").json()["results"])

    assert listed("live=true") == listed(f"placement={placement.pk}") == 1
    end_pause(pause, by=cast["lead"])
    assert (listed("live=true"), listed(f"case={placement.case_id}")) == (0, 1)
    assert client.get("/api/v1/reminder-pauses/?live=maybe").status_code == 400


def test_what_the_page_offers_the_api_offers(client, api, cast, placement, pause):
    for name in sorted(READS):
        shown = text(client, cast[name], placement.get_absolute_url())
        answer = api(cast[name]).get(f"/api/v1/reminder-pauses/{pause.pk}/")
        offered = address("reminder_pause_end", pause) in shown
        assert (["end"] if offered else []) == answer.json()["actions"], name
        assert offered is (name in MAY)


def test_the_history_of_a_pause_says_who_ended_it(api, cast, pause):
    end_pause(pause, by=cast["colleague"])
    client = api(cast["coordinator"])
    found = client.get(f"/api/v1/reminder-pauses/{pause.pk}/history/").json()["results"]
    assert [each["verb"] for each in found] == ["cases.reminder.resume", "cases.reminder.pause"]
    assert timezone.localdate() == TODAY
