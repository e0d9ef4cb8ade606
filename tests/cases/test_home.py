"""The first page: who gets which blocks, what stands in them, and at what cost."""

import datetime as dt
import re

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.models import Case, FollowUp, Placement
from cases.services.cases import move_case
from cases.services.follow_ups import add_follow_up
from cases.services.participants import withdraw_consent
from organizations.services.grants import give_grant
from organizations.services.hosts import open_site
from peph.audit import access_log
from peph.audit.changes import SYSTEM, change

# What is always there; the others come when they hold something.
OFFICER = ["late", "week", "ending", "referred", "own", "awaited", "problems"]
HOST = ["to-sign", "to-start", "active", "ending", "shared"]
LEAD = [*OFFICER, "regions"]
BLOCKS = {
    "lead": LEAD,
    "second_lead": LEAD,
    "coordinator": OFFICER,
    "colleague": OFFICER,
    "coordinator_elsewhere": OFFICER,
    "health_coordinator": OFFICER,
    "health_only": ["no-access"],
    "representative": HOST,
    "representative_elsewhere": HOST,
    "supervisor": HOST,
    "supervisor_elsewhere": HOST,
    "committee": ["projects"],
    "auditor": ["changes"],
    "auditor_region": ["changes"],
    "auditor_elsewhere": ["changes"],
    "auditor_host": ["changes"],
    "privacy": ["clocks", "health-reads", "withdrawn", "due"],
    "outsider": ["no-access"],
    "reader": ["shared-cases"],
    "editor": ["shared-cases"],
    "former": ["no-access"],
    "superuser": ["no-access"],
}


def first_page(client, user):
    client.force_login(user)
    answer = client.get("/")
    assert answer.status_code == 200
    return answer.content.decode()


def block(page, name):
    """The part of the page that is one block."""
    found = re.search(rf'<section class="stack" id="{name}".*?</section>', page, re.DOTALL)
    assert found, name
    return found.group(0)


def late_follow_up(case, by, subject="Appel en retard", days=3):
    return add_follow_up(
        case, by=by, subject=subject, due_on=timezone.localdate() - dt.timedelta(days=days)
    )


def test_blocks_and_cast_name_the_same_people(cast):
    assert set(BLOCKS) | {"inactive"} == set(cast)


@pytest.mark.parametrize("who", BLOCKS)
@time_machine.travel(dt.datetime(2026, 5, 4, 15, tzinfo=dt.UTC), tick=False)
def test_each_person_gets_the_blocks_of_their_work(who, cast, client):
    page = first_page(client, cast[who])
    assert re.findall(r'<section class="stack" id="([a-z-]+)"', page) == BLOCKS[who]


def test_a_stranger_is_asked_to_sign_in(client, db):
    answer = client.get("/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_a_disabled_account_is_asked_to_sign_in(client, cast):
    client.force_login(cast["inactive"])
    assert client.get("/").status_code == 302


def test_the_outsider_is_told_whom_to_ask(client, cast):
    page = first_page(client, cast["outsider"])
    assert "lead@exemple.qc.ca" in page
    assert "second-lead@exemple.qc.ca" in page


@pytest.mark.parametrize(
    ("who", "sees"),
    [("lead", True), ("coordinator", True), ("colleague", True), ("coordinator_elsewhere", False)],
)
@time_machine.travel(dt.datetime(2026, 11, 23, 15, tzinfo=dt.UTC))
def test_a_late_follow_up_shows_in_its_region_only(who, sees, cast, client, case):
    follow_up = late_follow_up(case, cast["coordinator"])
    shown = block(first_page(client, cast[who]), "late")
    assert ("Appel en retard" in shown) is sees
    assert (f"/follow-ups/{follow_up.pk}/done/" in shown) is sees


def test_a_block_counts_all_and_shows_eight(cast, client, case):
    FollowUp.objects.filter(case=case).overdue()  # the schedule's own may be late as well
    before = FollowUp.objects.filter(region=case.region).overdue().count()
    for number in range(12):
        late_follow_up(case, cast["coordinator"], subject=f"Appel {number}")
    shown = block(first_page(client, cast["coordinator"]), "late")
    assert shown.count("<tr>") == 1 + 8
    assert f"({before + 12})" in shown
    assert 'href="/follow-ups/?when=overdue"' in shown


def test_a_follow_up_done_leaves_the_page(cast, client, case):
    follow_up = late_follow_up(case, cast["coordinator"])
    with change(by=SYSTEM, verb="cases.follow-up.done"):
        FollowUp.objects.filter(pk=follow_up.pk).update(done_on=timezone.localdate(), mode="call")
    assert "Appel en retard" not in block(first_page(client, cast["coordinator"]), "late")


def test_a_referral_is_one_click_from_its_region(cast, client, case_elsewhere):
    shown = block(first_page(client, cast["coordinator_elsewhere"]), "referred")
    assert f'href="/cases/{case_elsewhere.pk}/"' in shown
    assert "Ladouceur" not in first_page(client, cast["coordinator"])


def test_my_cases_are_counted_by_status_with_the_filter_in_the_address(cast, client):
    shown = block(first_page(client, cast["coordinator"]), "own")
    assert 'href="/cases/?mine=true&amp;status=in_placement"' in shown
    assert 'href="/cases/?mine=true&amp;status=referred"' not in shown
    assert "<tr>" not in block(first_page(client, cast["colleague"]), "own")


def test_an_interruption_is_told_once_the_expected_return_has_passed(cast, client, case):
    move_case(
        case,
        "suspend",
        by=cast["coordinator"],
        resume_on=timezone.localdate() + dt.timedelta(days=1),
        reason="Congé",
    )
    assert case.number not in block(first_page(client, cast["coordinator"]), "awaited")
    with change(by=SYSTEM, verb="cases.case.update"):
        Case.objects.filter(pk=case.pk).update(
            resume_on=timezone.localdate() - dt.timedelta(days=1)
        )
    assert case.number in block(first_page(client, cast["coordinator"]), "awaited")


def test_the_lead_sees_every_region_with_its_figures(cast, client, world):
    shown = block(first_page(client, cast["lead"]), "regions")
    assert shown.count("<tr>") == 1 + 17
    row = re.search(r"<tr>(?:(?!<tr>).)*03 Capitale-Nationale.*?</tr>", shown, re.DOTALL).group(0)
    assert re.findall(r'<td class="number">(\d+)<', row)[:4] == ["1", "0", "0", "1"]


@pytest.mark.parametrize(
    ("who", "signs"),
    [("representative", True), ("supervisor", False)],
)
def test_a_signature_is_asked_of_whoever_may_sign(who, signs, cast, client, placement):
    with change(by=SYSTEM, verb="cases.placement.update"):
        Placement.objects.filter(pk=placement.pk).update(status="to_sign", started_on=None)
    shown = block(first_page(client, cast[who]), "to-sign")
    assert "Côté-Tremblay" in shown
    assert (f"/placements/{placement.pk}/move/sign/" in shown) is signs


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("representative", True),
        ("supervisor", True),
        ("representative_elsewhere", False),
        ("supervisor_elsewhere", False),
    ],
)
def test_a_host_sees_its_own_placements_only(who, sees, cast, client, placement):
    page = first_page(client, cast[who])
    assert ("Côté-Tremblay" in block(page, "active")) is sees
    assert "1988-11-05" not in page
    assert "rue de l’Exemple" not in page


def test_a_host_sees_a_shared_follow_up_and_no_other(cast, client, case, placement):
    today = timezone.localdate()
    for subject, shared in (("Visite commune", True), ("Remarque interne", False)):
        add_follow_up(
            case,
            by=cast["coordinator"],
            subject=subject,
            due_on=today,
            placement=placement,
            is_shared=shared,
        )
    shown = block(first_page(client, cast["supervisor"]), "shared")
    assert "Visite commune" in shown
    assert "Remarque interne" not in shown
    assert "/done/" not in shown


def test_an_auditor_sees_the_latest_changes_of_the_own_scope(cast, client, case, case_elsewhere):
    inside = block(first_page(client, cast["auditor_elsewhere"]), "changes")
    assert case_elsewhere.number in inside
    assert case.number not in inside


def test_the_committee_is_told_that_nothing_is_submitted(cast, client):
    page = block(first_page(client, cast["committee"]), "projects")
    assert "table" not in page
    assert "<p" in page


def test_the_privacy_officer_sees_reads_withdrawals_and_old_files(cast, client, case):
    access_log.record("health", user=cast["health_coordinator"], obj=case.participant, case=case)
    page = first_page(client, cast["privacy"])
    assert "<dd>1</dd>" in block(page, "health-reads")
    assert case.number not in page
    withdraw_consent(
        case.participant.consents.get(), by=cast["coordinator"], withdrawn_on=timezone.localdate()
    )
    page = first_page(client, cast["privacy"])
    assert "Côté-Tremblay" in block(page, "withdrawn")


def queries(client, user):
    client.force_login(user)
    client.get("/")
    with CaptureQueriesContext(
        connection,
    ) as captured:
        client.get("/")
    return len(captured)


@pytest.mark.parametrize("who", ["lead", "coordinator", "supervisor", "auditor_region", "privacy"])
def test_the_number_of_queries_does_not_grow_with_the_rows(who, cast, client, case, placement):
    by, today = cast["coordinator"], timezone.localdate()
    found = []
    for more in (1, 9, 40):
        for number in range(more):
            for days in (-2, 2):
                add_follow_up(
                    case,
                    by=by,
                    subject=f"Suivi {number}",
                    due_on=today + dt.timedelta(days=days),
                    placement=placement,
                    is_shared=True,
                )
        found.append(queries(client, cast[who]))
    assert found[0] == found[1] == found[2]


def test_the_number_of_queries_does_not_grow_with_the_grants(cast, client, world):
    user, found = cast["outsider"], []
    sites = [
        open_site(world.mtmd, by=cast["lead"], region=world.regions["03"], name=f"Unité {number}")
        for number in range(50)
    ]
    for first, last in ((0, 1), (1, 10), (10, 50)):
        for site in sites[first:last]:
            give_grant(by=SYSTEM, user=user, role="supervise", on=site, reason="Essai")
        found.append(queries(client, user))
    assert found[0] == found[1] == found[2]
