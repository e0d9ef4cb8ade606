"""Pages and API of the outcomes, their block on the first page, and what comes after the last one."""

import datetime as dt
import re

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from cases.models import FollowUp, Outcome
from cases.services.cases import move_case
from cases.views.home_outcomes import outcome_blocks
from organizations.models import JobClass
from peph.audit.changes import SYSTEM, change
from peph.audit.models import ChangeSet
from tests.browsing import address, get, post, queries, text
from tests.cases.test_documents import put
from tests.cases.test_outcomes import OPENS, completed, noon, record

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/outcomes/"
AFTER = dt.date(2027, 2, 8)
TYPED = {
    "situation": "private",
    "source": "participant",
    "checked_on": "2027-02-08",
    "mode": "call",
    "comment": "Jointe au téléphone",
}


@pytest.fixture
def over(cast, placement):
    """The placement of the cast, over."""
    return completed(placement, cast["coordinator"])


@pytest.fixture
def api(cast):
    def signed_in(who):
        client = APIClient()
        client.force_login(cast[who])
        return client

    return signed_in


def section(page):
    found = re.search(r'<section class="stack" id="outcomes".*?</section>', page, re.DOTALL)
    return found.group(0) if found else ""


# ------------------------------------------------------------------ the page of the placement
# person → sees the part, may record. Exceptions on one case have ended by then.
SEES = {
    "coordinator": (True, True),
    "lead": (True, True),
    "auditor": (True, False),
    "auditor_host": (True, False),
    "privacy": (True, False),
    "supervisor": (False, False),
    "representative": (False, False),
}


@pytest.mark.parametrize("who", SEES)
def test_the_four_moments_are_for_the_programme_and_not_for_hosts(who, client, cast, over):
    record(over, cast["coordinator"], situation="regular_same", is_linked=True)
    with noon(AFTER):
        shown = section(text(client, cast[who], over.get_absolute_url()))
    sees, may = SEES[who]
    assert bool(shown) is sees
    if sees:
        for words in ("À la fin", "13 semaines après", "26 semaines après", "52 semaines après",
                      "Emploi régulier, même ministère ou organisme", "grâce au stage", "Notée",
                      "À noter", "Pas encore", "2027-05-21"):  # fmt: skip
            assert words in shown
    url = address("outcome_new", over, "week_13")
    assert (url in shown) is may
    assert address("outcome_new", over, "week_26") not in shown


def test_before_the_end_the_part_says_when_it_will_be(client, cast, placement):
    shown = section(text(client, cast["coordinator"], placement.get_absolute_url()))
    assert "une fois le stage terminé" in shown
    assert "outcomes/" not in shown


# ------------------------------------------------------------------ the form
def test_an_outcome_is_recorded_with_its_follow_up(client, cast, over, case):
    by, url = cast["coordinator"], address("outcome_new", over, "week_13")
    evidence = put(case, by, kind="evidence", title="Lettre d’embauche")
    job = JobClass.objects.order_by("code").first()
    with noon(AFTER):
        page = text(client, by, url)
        assert "Lettre d’embauche" in page
        assert 'name="is_retained"' not in page
        answer = post(client, by, url, **TYPED, evidence=evidence.pk, job_class=job.pk,
                      started_on="2026-12-01", is_linked="on")  # fmt: skip
        assert answer["Location"] == f"{over.get_absolute_url()}#outcomes"
        made = Outcome.objects.get()
        assert (made.moment, made.situation, made.job_class, made.evidence, made.is_linked) == (
            "week_13", "private", job, evidence, True,
        )  # fmt: skip
        done = FollowUp.objects.get(placement=over, step__code="outcome-13")
        assert (done.done_on, done.mode) == (AFTER, "call")
        shown = section(text(client, by, over.get_absolute_url()))
        assert "Lettre d’embauche" in shown
        assert address("outcome_edit", made) in shown
        assert get(client, by, url).status_code == 409


def test_too_early_is_told_with_the_day(client, cast, over):
    with noon(dt.date(2026, 12, 1)):
        answer = get(client, cast["coordinator"], address("outcome_new", over, "week_13"))
    assert answer.status_code == 409
    assert "2027-02-05" in answer.content.decode()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"situation": ""}, "situation"),
        ({"checked_on": "2027-02-09"}, "checked_on"),
        ({"checked_on": "hier"}, "checked_on"),
        ({"situation": "searching", "is_linked": "on"}, "is_linked"),
        ({"mode": ""}, "mode"),
        ({"evidence": "0198f3c5-0000-7000-8000-000000000000"}, "evidence"),
        ({"comment": "x" * 2001}, "comment"),
    ],
)
def test_a_refused_form_keeps_what_was_typed(changed, field, client, cast, over):
    url = address("outcome_new", over, "week_13")
    with noon(AFTER):
        answer = post(client, cast["coordinator"], url, **(TYPED | changed))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert f'id="id_{field}_error"' in page
    assert "comment" in changed or "Jointe au téléphone" in page
    assert not Outcome.objects.exists()


def test_whether_the_job_lasted_is_asked_where_one_was_found(client, cast, over):
    record(over, cast["coordinator"], situation="casual_same")
    url = address("outcome_new", over, "week_13")
    with noon(AFTER):
        assert 'name="is_retained"' in text(client, cast["coordinator"], url)
        post(client, cast["coordinator"], url, **(TYPED | {"is_retained": "false"}))
    assert Outcome.objects.get(moment="week_13").is_retained is False


def test_a_stale_correction_shows_both(client, cast, over):
    outcome = record(over, cast["coordinator"], "week_13", today=AFTER)
    url, by = address("outcome_edit", outcome), cast["coordinator"]
    with noon(AFTER):
        first = {**TYPED, "version": outcome.version, "situation": "studies"}
        assert post(client, by, url, **first).status_code == 302
        answer = post(client, by, url, **(first | {"situation": "private"}))
    assert answer.status_code == 412
    assert "Études" in answer.content.decode()
    assert Outcome.objects.get().situation == "studies"


# ------------------------------------------------------------------ after the last one
def test_after_the_last_moment_closing_is_next_and_stays_a_person_s_act(client, cast, over, case):
    record(over, cast["coordinator"], "week_26")
    close = f'href="{address("case_move", case, "close")}"'
    with noon(OPENS["week_52"]):
        for url in (case.get_absolute_url(), over.get_absolute_url()):
            assert close not in section(text(client, cast["coordinator"], url))
    record(over, cast["coordinator"], "week_52", situation="unknown")
    with noon(OPENS["week_52"]):
        for url in (case.get_absolute_url(), over.get_absolute_url()):
            shown = section(text(client, cast["coordinator"], url))
            assert close in shown
            assert "il reste à fermer le dossier" in shown
            assert close not in section(text(client, cast["auditor"], url))
            assert section(text(client, cast["supervisor"], url)) == ""
        case.refresh_from_db()
        assert case.status == "post_placement"
        move_case(case, "close", by=cast["coordinator"], closed_on="2027-11-05",
                  closure_reason="employed_elsewhere", reason="Suivi terminé")  # fmt: skip
        assert close not in section(text(client, cast["coordinator"], over.get_absolute_url()))


# ------------------------------------------------------------------ the first page
def block(page):
    return section(page)


def test_the_first_page_tells_the_coordinator_what_can_be_recorded(client, cast, over):
    with noon(AFTER):
        shown = block(text(client, cast["coordinator"], "/"))
        assert "Situations après le stage à noter" in shown
        for moment in ("end", "week_13"):
            assert address("outcome_new", over, moment) in shown
        assert address("outcome_new", over, "week_26") not in shown
        assert "(2)" in shown
        assert block(text(client, cast["supervisor"], "/")) == ""
        assert address("outcome_new", over, "end") not in text(
            client, cast["coordinator_elsewhere"], "/"
        )
    record(over, cast["coordinator"], "week_13")
    with noon(AFTER):
        assert address("outcome_new", over, "week_13") not in text(client, cast["coordinator"], "/")


def test_the_follow_up_of_an_outcome_leads_to_the_outcome(client, cast, over):
    by = cast["coordinator"]
    steps = FollowUp.objects.filter(placement=over, step__code__in=["outcome-13", "outcome-26"])
    thirteen, twenty_six = steps.order_by("due_on")
    with noon(AFTER):
        answer = get(client, by, address("follow_up_done", thirteen))
        assert answer["Location"] == address("outcome_new", over, "week_13")
        assert get(client, by, address("follow_up_done", twenty_six)).status_code == 200
    record(over, by, "week_13")
    with noon(AFTER):
        assert get(client, by, address("follow_up_done", thirteen)).status_code == 409


def test_the_block_costs_the_same_for_one_and_four_moments(cast, over):
    found = []
    for today, count in ((OPENS["end"], 1), (OPENS["week_52"], 4)):
        with noon(today), CaptureQueriesContext(connection) as captured:
            (shown,) = outcome_blocks(cast["coordinator"])
            names = [str(row.follow_up.case.participant) for row in shown.rows]
            assert (len(names), shown.count) == (count, count)
        found.append(len(captured))
    assert found[0] == found[1]


def test_the_block_is_not_there_when_nothing_waits(client, cast, placement):
    assert block(text(client, cast["coordinator"], "/")) == ""


# ------------------------------------------------------------------ API
def test_the_api_records_corrects_and_reads_back(api, over):
    with noon(AFTER):
        client = api("coordinator")
        body = {"placement": str(over.pk), "moment": "week_13", "situation": "private",
                "source": "agency", "checked_on": "2027-02-08"}  # fmt: skip
        made = client.post(ROOT, body, format="json")
        assert made.status_code == 201, made.json()
        row = made.json()
        assert (row["actions"], row["is_retained"], row["placement"]) == (
            ["edit"],
            None,
            str(over.pk),
        )
        assert row["follow_up"] is not None
        assert client.post(ROOT, body, format="json").status_code == 409
        early = client.post(ROOT, body | {"moment": "week_26"}, format="json")
        assert (early.status_code, "2027-05-07" in early.json()["detail"]) == (409, True)
        url = f"{ROOT}{row['id']}/"
        assert client.patch(url, {"situation": "studies"}, format="json").status_code == 428
        tag = {"if-match": '"1"'}
        fixed = client.patch(url, {"situation": "studies"}, format="json", headers=tag)
        assert (fixed.status_code, fixed.json()["situation"], fixed["ETag"]) == (
            200,
            "studies",
            '"2"',
        )
        again = client.patch(url, {"situation": "private"}, format="json", headers=tag)
        assert again.status_code == 412
        wrong = client.patch(url, {"moment": "end"}, format="json", headers={"if-match": '"2"'})
        assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["moment"])
        history = client.get(f"{url}history/").json()["results"]
        assert [each["verb"] for each in history] == [
            "cases.outcome.update",
            "cases.outcome.record",
        ]
    for query, count in (("moment=week_13", 1), ("moment=end", 0), ("situation=studies", 1),
                         (f"placement={over.pk}", 1)):  # fmt: skip
        assert len(client.get(f"{ROOT}?{query}").json()["results"]) == count
    assert api("auditor").get(url).json()["actions"] == []
    for who in ("supervisor", "representative", "coordinator_elsewhere"):
        assert api(who).get(url).status_code == 404
        assert api(who).get(ROOT).json()["results"] == []


# ------------------------------------------------------------------ cost
@time_machine.travel(dt.datetime(2027, 12, 1, 15, tzinfo=dt.UTC))
@pytest.mark.parametrize("who", ["coordinator", "auditor"])
def test_pages_and_list_cost_the_same_for_one_and_four_outcomes(who, client, cast, over, case):
    with change(by=SYSTEM, verb="cases.outcome.record"):
        _outcome(over, "end")
    urls = [over.get_absolute_url(), case.get_absolute_url(), ROOT]
    found = [queries(client, cast[who], url) for url in urls]
    with change(by=SYSTEM, verb="cases.outcome.record"):
        for moment in ("week_13", "week_26"):
            _outcome(over, moment)
    assert [queries(client, cast[who], url) for url in urls] == found
    assert ChangeSet.objects.filter(verb="cases.outcome.record").count() == 2


def _outcome(placement, moment):
    Outcome.of(placement, moment=moment, situation="studies", source="participant",
               checked_on=OPENS[moment]).save()  # fmt: skip
