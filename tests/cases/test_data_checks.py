"""Each check of the data finds its problem once, in the queue of who answers for the case; nothing else."""

import datetime as dt
import json
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import (
    Accommodation,
    Case,
    Consent,
    Dismissal,
    FollowUp,
    Outcome,
    Participant,
    Placement,
)
from cases.services.data_checks.table import BY_CODE, CHECKS
from cases.services.dismissals import dismiss_problem, restore_problem
from organizations.models import HostOrganization
from peph.audit.changes import SYSTEM, change
from peph.audit.models import ChangeSet
from peph.errors import Conflict, Forbidden, Invalid

pytestmark = pytest.mark.django_db
# The cast's placement runs from 2026-04-13 to 2027-04-11; by this day its case was seen on time.
TODAY = dt.datetime(2026, 5, 1, 15, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def on_that_day():
    with time_machine.travel(TODAY, tick=False):
        yield


def wrong(model, pk, **values):
    with change(by=SYSTEM, verb="test"):
        model.objects.filter(pk=pk).update(**values)


def add(record):
    with change(by=SYSTEM, verb="test"):
        record.save()


def break_past_end(x):
    wrong(Placement, x.pk, planned_end=dt.date(2026, 4, 30))


def break_start(x):
    wrong(Placement, x.pk, status="preparation", started_on=None)


def break_return(x):
    wrong(
        Placement, x.pk,
        status="suspended", suspended_on=dt.date(2026, 4, 20), resume_on=dt.date(2026, 4, 30),
    )  # fmt: skip


def break_length(x):
    # 104 weeks from 2026-04-13 end on 2028-04-09: one day more is too long.
    wrong(Placement, x.pk, planned_end=dt.date(2028, 4, 10))


def break_overlap(x):
    twin = Placement.objects.get(pk=x.pk)
    twin.pk, twin._state.adding = None, True
    twin.id = Participant().id
    twin.status, twin.started_on, twin.ended_on = "completed", "2026-01-05", "2026-04-20"
    twin.planned_start = dt.date(2026, 1, 5)
    add(twin)
    add(_outcome(twin))


def break_host(x):
    wrong(HostOrganization, x.organization_id, valid_to=dt.date(2026, 3, 31))


def break_evaluation(x):
    due = FollowUp.objects.get(placement=x, step__code="mid-evaluation")
    wrong(FollowUp, due.pk, due_on=dt.date(2026, 4, 15))


def break_outcome(x):
    wrong(Placement, x.pk, status="completed", ended_on=dt.date(2026, 4, 15))
    wrong(Case, x.case_id, status="post_placement")


def break_accommodation(x):
    add(
        Accommodation(
            case=x.case, placement=x, region=x.region, organization=x.organization, site=x.site,
            barrier="Lire l’écran", kind="software", measure="Loupe", requested_on="2026-03-01",
        )
    )  # fmt: skip


def break_contact(x):
    wrong(Case, x.case_id, referred_on=dt.date(2025, 12, 1), first_contact_on=dt.date(2026, 1, 30))


def break_coordinator(x):
    wrong(Case, x.case_id, coordinator=None)


def break_review(x):
    wrong(Placement, x.pk, status="cancelled", started_on=None)
    wrong(Case, x.case_id, status="eligibility_review", applied_on=dt.date(2026, 3, 1))


def break_consent(x):
    wrong(Consent, Consent.objects.get(participant=x.participant_id).pk, expires_on="2026-04-30")


def break_person(x):
    one = x.participant
    add(Participant(last_name="Cote Tremblay", first_name="Eloise", birth_date=one.birth_date))


def break_placed(x):
    wrong(Placement, x.pk, status="cancelled", started_on=None)


def break_case_return(x):
    wrong(Case, x.case_id, status="suspended", resumes_as="in_placement", resume_on="2026-04-30")


def break_closing(x):
    long_ago = {"planned_start": dt.date(2024, 1, 8), "started_on": dt.date(2024, 1, 8)}
    wrong(Placement, x.pk, status="completed", ended_on=dt.date(2025, 1, 3), **long_ago)
    wrong(Case, x.case_id, status="post_placement")
    add(_outcome(Placement.objects.get(pk=x.pk)))


def _outcome(placement):
    return Outcome.of(
        placement, moment="end", situation="studies", source="participant", checked_on="2026-04-20"
    )


# check → what breaks the cast's placement, and the day the problem dates from
BROKEN = {
    "past-end": (break_past_end, "2026-04-30"),
    "start-unconfirmed": (break_start, "2026-04-13"),
    "placement-return-passed": (break_return, "2026-04-30"),
    "too-long": (break_length, "2026-04-13"),
    "overlap": (break_overlap, "2026-04-13"),
    "host-gone": (break_host, "2026-03-31"),
    "evaluation-missing": (break_evaluation, "2026-04-15"),
    "outcome-missing": (break_outcome, "2026-04-15"),
    "accommodation-late": (break_accommodation, "2026-04-13"),
    "no-contact": (break_contact, "2026-01-30"),
    "no-coordinator": (break_coordinator, "2026-01-12"),
    "review-late": (break_review, "2026-03-01"),
    "consent-expired": (break_consent, "2026-04-30"),
    "duplicate-person": (break_person, "2026-01-12"),
    "placed-nowhere": (break_placed, "2026-01-12"),
    "case-return-passed": (break_case_return, "2026-04-30"),
    "to-close": (break_closing, "2025-01-03"),
}


@pytest.fixture
def fresh(placement):
    """The cast's placement as a case without any problem: seen lately."""
    wrong(Case, placement.case_id, first_contact_on=dt.date(2026, 4, 1))
    return placement


def found(user=None):
    """check → days, of everything found, or of what the person sees."""
    return {
        check.code: [row.since.isoformat() for row in rows]
        for check in CHECKS
        if (rows := check.visible_to(user) if user else check.problems())
    }


def test_every_check_is_broken_here():
    assert set(BROKEN) == set(BY_CODE)


def test_a_sound_case_has_no_problem(fresh, case_elsewhere):
    assert found() == {}


@pytest.mark.parametrize("code", BROKEN)
def test_a_check_finds_its_problem_and_no_other(code, fresh):
    break_it, since = BROKEN[code]
    break_it(fresh)
    assert found() == {code: [since]}


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("coordinator", True), ("lead", True), ("auditor_region", True), ("auditor_host", True),
        ("coordinator_elsewhere", False), ("representative", False), ("reader", False),
        ("outsider", False), ("auditor_elsewhere", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("code", ["past-end", "no-coordinator"])
def test_a_problem_is_in_the_queue_of_who_answers_for_the_case(code, who, sees, fresh, cast):
    BROKEN[code][0](fresh)
    assert (code in found(cast[who])) == sees


def test_a_problem_set_aside_comes_back_on_its_day_and_can_be_taken_up_again(fresh, cast):
    break_coordinator(fresh)
    by = cast["coordinator"]
    case = fresh.case_id
    dismissal = dismiss_problem(
        "no-coordinator", case, by=by, reason="Remplaçante nommée lundi", until=dt.date(2026, 5, 8)
    )
    assert found() == {}
    told = ChangeSet.objects.latest("number")
    assert (told.verb, told.reason) == ("cases.problem.dismiss", "Remplaçante nommée lundi")
    with time_machine.travel(dt.datetime(2026, 5, 9, 15, tzinfo=dt.UTC), tick=False):
        assert found() == {"no-coordinator": ["2026-01-12"]}
        again = dismiss_problem("no-coordinator", case, by=by, reason="Encore une semaine")
        assert again.pk == dismissal.pk
        assert found() == {}
    restore_problem(again, by=by)
    assert found() == {"no-coordinator": ["2026-01-12"]}


@pytest.mark.parametrize(
    ("who", "code", "more", "error"),
    [
        ("auditor", "no-coordinator", {}, Forbidden),
        ("representative", "no-coordinator", {}, Forbidden),
        ("coordinator_elsewhere", "no-coordinator", {}, Forbidden),
        ("coordinator", "past-end", {}, Conflict),
        ("coordinator", "nothing", {}, Invalid),
        ("coordinator", "no-coordinator", {"until": dt.date(2026, 5, 1)}, Invalid),
    ],
)
def test_setting_aside_is_refused_and_leaves_nothing(who, code, more, error, fresh, cast):
    break_coordinator(fresh)
    before = ChangeSet.objects.count()
    with pytest.raises(error):
        dismiss_problem(code, fresh.case_id, by=cast[who], reason="R", **more)
    assert (Dismissal.objects.count(), ChangeSet.objects.count()) == (0, before)


def test_the_page_shows_the_queue_and_sets_a_line_aside(fresh, cast, client):
    break_past_end(fresh)
    client.force_login(cast["coordinator"])
    page = client.get("/data-problems/").content.decode()
    assert "Éloïse Côté-Tremblay" in page
    assert "Stage dont la fin est passée, toujours en cours" in page
    address = f"/data-problems/past-end/{fresh.pk}/dismiss/"
    assert address in page
    assert client.post(address, {"reason": ""}).status_code == 400
    assert client.post(address, {"reason": "Prolongation à l’étude"}).status_code == 302
    page = client.get("/data-problems/").content.decode()
    assert "Rien à corriger" in page
    assert "Prolongation à l’étude" in page
    kept = Dismissal.objects.get()
    assert client.post(f"/data-problems/{kept.pk}/restore/").status_code == 302
    assert address in client.get("/data-problems/?check=past-end").content.decode()


def test_an_auditor_reads_the_queue_and_is_offered_no_button(fresh, cast, client):
    break_past_end(fresh)
    client.force_login(cast["auditor"])
    page = client.get("/data-problems/").content.decode()
    assert "Éloïse Côté-Tremblay" in page
    assert "/dismiss/" not in page


def test_the_api_goes_through_the_checks_page_by_page(fresh, cast, client):
    break_past_end(fresh)
    break_coordinator(fresh)
    client.force_login(cast["coordinator"])
    first = client.get("/api/v1/data-problems/?page_size=1").json()
    second = client.get(first["next"]).json()
    assert [each["check"] for each in (*first["results"], *second["results"])] == [
        "past-end", "no-coordinator",
    ]  # fmt: skip
    assert first["results"][0]["since"] == "2026-04-30"
    assert second["results"][0]["coordinator"] is None
    assert client.get("/api/v1/data-problems/?mine=true").json()["results"] == []
    assert client.get("/api/v1/data-problems/?check=nothing").status_code == 400
    assert client.get("/api/v1/data-problems/?cursor=99.x").status_code == 400


def test_the_api_sets_aside_and_restores(fresh, cast, client):
    break_past_end(fresh)
    client.force_login(cast["coordinator"])
    body = json.dumps({"check": "past-end", "object_id": str(fresh.pk), "reason": "À l’étude"})
    url = "/api/v1/data-problems/dismissals/"
    made = client.post(url, body, content_type="application/json")
    assert made.status_code == 201
    assert client.post(url, body, content_type="application/json").status_code == 404
    assert client.delete(f"{url}{made.json()['id']}/").status_code == 204
    assert len(client.get("/api/v1/data-problems/").json()["results"]) == 1


def check_data(*arguments):
    out = StringIO()
    try:
        call_command("check_data", *arguments, stdout=out)
    except CommandError as error:
        return error.returncode, out.getvalue()
    return 0, out.getvalue()


def test_the_command_tells_by_its_status(fresh, case):
    assert check_data("--json") == (0, '{"ok": true, "problems": []}\n')
    break_past_end(fresh)
    status, told = check_data("--json", "--region", "03")
    assert (status, json.loads(told)["problems"]) == (
        1,
        [
            {
                "check": "past-end",
                "problem": "Stage dont la fin est passée, toujours en cours",
                "since": "2026-04-30",
                "case": case.number,
                "region": "03",
                "coordinator": "coordinator@exemple.qc.ca",
                "object_id": str(fresh.pk),
            }
        ],
    )
    assert check_data("--region", "06")[0] == 0


def test_the_page_asks_as_many_queries_for_many_problems_as_for_one(fresh, cast, client):
    client.force_login(cast["coordinator"])
    break_coordinator(fresh)
    with CaptureQueriesContext(connection) as one:
        client.get("/data-problems/?check=no-coordinator")
    for number in range(9):
        person = Participant(
            last_name=f"Roy{number}", first_name="Ève", birth_date=dt.date(1990, 1, 1 + number)
        )
        add(person)
        add(
            Case(
                participant=person, region=fresh.region, referred_on=dt.date(2026, 4, 20),
                first_contact_on=dt.date(2026, 4, 21),
            )
        )  # fmt: skip
    with CaptureQueriesContext(connection) as ten:
        answer = client.get("/data-problems/?check=no-coordinator")
    assert answer.content.decode().count("/dismiss/") == 10
    assert len(ten) == len(one)
