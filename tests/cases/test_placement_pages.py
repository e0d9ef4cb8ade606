"""Pages of the placements: who opens them, what is shown to whom, forms that keep what was typed."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from cases.models import Case, Placement
from cases.services.cases import move_case
from cases.services.participants import give_consent
from cases.services.placements import move_placement, update_placement
from peph.audit.changes import SYSTEM, change
from peph.audit.models import AccessLog, ChangeSet

# person → (detail, edit, the move “suspend”) of a placement of region 03 at the MTMD
STATUSES = {
    "lead": (200, 200, 200),
    "coordinator": (200, 200, 200),
    "colleague": (200, 200, 200),
    "coordinator_elsewhere": (404, 404, 404),
    "health_only": (404, 404, 404),
    "representative": (200, 200, 403),
    "representative_elsewhere": (404, 404, 404),
    "supervisor": (200, 200, 403),
    "supervisor_elsewhere": (404, 404, 404),
    "committee": (404, 404, 404),
    "auditor": (200, 403, 403),
    "auditor_region": (200, 403, 403),
    "auditor_elsewhere": (404, 404, 404),
    "auditor_host": (200, 403, 403),
    "privacy": (200, 403, 403),
    "outsider": (404, 404, 404),
    "reader": (200, 403, 403),
    "editor": (200, 200, 200),
    "former": (404, 404, 404),
    "superuser": (404, 404, 404),
}


def address(placement, rest=""):
    return f"/placements/{placement.pk}/{rest}"


def page(client, user, url):
    client.force_login(user)
    answer = client.get(url)
    assert answer.status_code == 200, answer.content.decode()[:500]
    return answer.content.decode()


def waiting_case(case_elsewhere, by):
    """The case of region 06, admitted and waiting for a placement."""
    give_consent(
        case_elsewhere.participant,
        by=by,
        purpose="case_management",
        text_version="2026-01",
        given_on=dt.date(2026, 5, 5),
    )
    move_case(case_elsewhere, "start-intake", by=by, first_contact_on="2026-05-05")
    move_case(case_elsewhere, "start-review", by=by, applied_on="2026-05-06")
    return move_case(case_elsewhere, "admit", by=by, decided_on="2026-05-20")


@pytest.mark.parametrize("who", STATUSES)
def test_each_person_opens_what_is_theirs(who, cast, client, placement):
    client.force_login(cast[who])
    found = tuple(
        client.get(address(placement, rest)).status_code for rest in ("", "edit/", "move/suspend/")
    )
    assert found == STATUSES[who]


def test_what_is_hidden_is_answered_as_what_does_not_exist(cast, client, placement):
    client.force_login(cast["coordinator_elsewhere"])
    hidden = client.get(address(placement))
    absent = client.get("/placements/01900000-0000-7000-8000-000000000000/")
    assert hidden.content == absent.content
    refused = AccessLog.objects.filter(verb="refuse")
    assert [row.object_id for row in refused] == [str(placement.pk)]


def test_opening_a_placement_is_logged_with_its_case(cast, client, placement):
    page(client, cast["supervisor"], address(placement))
    entry = AccessLog.objects.get(verb="open", model="cases.placement")
    assert (entry.actor_id, entry.case_id) == (cast["supervisor"].pk, placement.case_id)


@pytest.mark.parametrize("who", ["representative", "supervisor"])
def test_a_host_reads_who_works_there_and_nothing_else(who, cast, client, placement):
    shown = page(client, cast[who], address(placement))
    for told in ("Éloïse Côté-Tremblay", "eloise@exemple.qc.ca", "418 555-0100"):
        assert told in shown
    for kept in (
        "1988-11-05",
        "rue de l’Exemple",
        "Loupe d’écran",
        "Préfère être jointe",
        "Organisme Exemple",
    ):
        assert kept not in shown


def test_a_host_reads_what_has_to_be_adapted_once_the_participant_agreed(cast, client, placement):
    give_consent(
        placement.participant,
        by=cast["coordinator"],
        purpose="share_needs",
        text_version="2026-01",
        given_on=dt.date(2026, 3, 1),
    )
    assert "Loupe d’écran" in page(client, cast["supervisor"], address(placement))


def test_a_host_reads_the_shared_follow_ups_only(cast, client, placement):
    for who, seen in (("coordinator", True), ("supervisor", False)):
        shown = page(client, cast[who], address(placement))
        assert "Appel à la superviseure" in shown
        assert ("Premier suivi" in shown) is seen


def test_the_page_offers_the_moves_open_to_its_reader(cast, client, placement):
    officer = page(client, cast["coordinator"], address(placement))
    for name in ("suspend", "extend", "complete", "end-early"):
        assert address(placement, f"move/{name}/") in officer
    assert address(placement, "move/sign/") not in officer
    assert "/move/" not in page(client, cast["auditor"], address(placement))


def test_a_move_that_does_not_start_here_is_a_conflict(cast, client, placement):
    client.force_login(cast["coordinator"])
    assert client.get(address(placement, "move/sign/")).status_code == 409
    answer = client.post(address(placement, "move/start/"), {"version": placement.version})
    assert answer.status_code == 409


def test_a_move_is_made_and_told(cast, client, placement):
    client.force_login(cast["coordinator"])
    back = timezone.localdate() + dt.timedelta(days=20)
    answer = client.post(
        address(placement, "move/suspend/"),
        {
            "version": placement.version,
            "suspended_on": "2026-06-01",
            "resume_on": back.isoformat(),
            "reason": "Congé convenu",
        },
    )
    assert (answer.status_code, answer["Location"]) == (302, address(placement))
    placement.refresh_from_db()
    assert (placement.status, placement.resume_on) == ("suspended", back)
    assert ChangeSet.objects.latest("number").reason == "Congé convenu"
    assert back.isoformat() in page(client, cast["coordinator"], address(placement))


def test_a_refused_move_keeps_what_was_typed_and_changes_nothing(cast, client, placement):
    client.force_login(cast["coordinator"])
    before = ChangeSet.objects.count()
    answer = client.post(
        address(placement, "move/suspend/"),
        {"version": placement.version, "suspended_on": "2026-06-01", "reason": "Congé convenu"},
    )
    assert answer.status_code == 400
    shown = answer.content.decode()
    assert "Congé convenu" in shown
    assert 'href="#id_resume_on"' in shown
    assert ChangeSet.objects.count() == before


def test_an_error_of_the_service_lands_on_its_field(cast, client, placement):
    client.force_login(cast["coordinator"])
    answer = client.post(
        address(placement, "move/complete/"),
        {"version": placement.version, "ended_on": "2026-01-01"},
    )
    assert answer.status_code == 400
    assert 'id="id_ended_on_error"' in answer.content.decode()


def test_a_move_that_ends_says_so_first(cast, client, placement):
    shown = page(client, cast["coordinator"], address(placement, "move/end-early/"))
    assert "alert-warning" in shown
    assert "alert-warning" not in page(
        client, cast["coordinator"], address(placement, "move/extend/")
    )


@time_machine.travel(dt.datetime(2026, 11, 23, 15, tzinfo=dt.UTC))
def test_nobody_approves_their_own_extension(cast, client, placement):
    move_placement(
        placement,
        "extend",
        by=cast["coordinator"],
        extension_end=placement.planned_end + dt.timedelta(days=30),
        reason="Objectif à finir",
    )
    placement.refresh_from_db()
    client.force_login(cast["coordinator"])
    body = {"version": placement.version}
    shown = page(client, cast["coordinator"], address(placement))
    assert address(placement, "move/approve-extension/") not in shown
    assert "Vous avez demandé cette prolongation" in shown
    assert client.post(address(placement, "move/approve-extension/"), body).status_code == 403
    client.force_login(cast["colleague"])
    assert client.post(address(placement, "move/approve-extension/"), body).status_code == 302


FIELDS = {
    "hours_per_week": "28",
    "supervisor_name": "Maxime Nouvelle",
    "supervisor_email": "maxime@exemple.qc.ca",
    "mentor_name": "",
}


@pytest.mark.parametrize("who", ["representative", "supervisor"])
def test_a_host_keeps_its_own_fields_up_to_date_and_no_other(who, cast, client, placement):
    shown = page(client, cast[who], address(placement, "edit/"))
    assert 'name="planned_end"' not in shown
    answer = client.post(
        address(placement, "edit/"),
        {**FIELDS, "version": placement.version, "planned_end": "2030-01-01"},
    )
    assert answer.status_code == 302
    end = placement.planned_end
    placement.refresh_from_db()
    assert (placement.supervisor_name, placement.planned_end) == ("Maxime Nouvelle", end)


def test_the_programme_changes_what_was_agreed_until_it_is_signed(cast, client, placement):
    url, data = (
        address(placement, "edit/"),
        {**FIELDS, "planned_end": "2027-05-01", "job_class": ""},
    )
    client.force_login(cast["coordinator"])
    assert 'name="planned_end"' not in client.get(url).content.decode()
    assert client.post(url, {**data, "version": placement.version}).status_code == 302
    placement.refresh_from_db()
    assert placement.planned_end == dt.date(2027, 4, 11)
    with change(by=SYSTEM, verb="test"):
        placement.status, placement.signed_on, placement.started_on = "to_sign", None, None
        placement.save()
    assert 'name="planned_end"' in client.get(url).content.decode()
    sent = client.post(
        url, {**data, "version": placement.version, "planned_start": placement.planned_start}
    )
    assert sent.status_code == 302
    placement.refresh_from_db()
    assert placement.planned_end == dt.date(2027, 5, 1)


def test_a_stale_form_shows_both_versions_and_saves_nothing(cast, client, placement):
    opened = placement.version
    update_placement(placement, by=cast["colleague"], supervisor_name="Dominique Autre")
    client.force_login(cast["supervisor"])
    answer = client.post(address(placement, "edit/"), {**FIELDS, "version": opened})
    assert answer.status_code == 412
    shown = answer.content.decode()
    assert "Dominique Autre" in shown
    assert "Maxime Nouvelle" in shown
    assert f'name="version" value="{opened + 1}"' in shown
    placement.refresh_from_db()
    assert placement.supervisor_name == "Dominique Autre"
    answer = client.post(address(placement, "edit/"), {**FIELDS, "version": opened + 1})
    assert answer.status_code == 302


def test_the_mentor_is_somebody_else_than_the_supervisor(cast, client, placement):
    client.force_login(cast["supervisor"])
    answer = client.post(
        address(placement, "edit/"),
        {**FIELDS, "mentor_name": "maxime nouvelle", "version": placement.version},
    )
    assert answer.status_code == 400
    assert 'id="id_mentor_name_error"' in answer.content.decode()


def test_a_placement_is_opened_from_a_waiting_case(cast, client, case_elsewhere, world):
    by = cast["coordinator_elsewhere"]
    case = waiting_case(case_elsewhere, by)
    url = f"/cases/{case.pk}/placements/new/"
    shown = page(client, by, url)
    assert str(world.site_06.pk) in shown
    assert str(world.site_03.pk) not in shown
    body = {"version": case.version, "site": world.site_06.pk, "planned_start": "2026-11-02"}
    answer = client.post(url, body)
    placement = Placement.objects.get(case=case)
    assert (answer.status_code, answer["Location"]) == (302, address(placement))
    assert placement.planned_end == dt.date(2027, 10, 31)
    assert Case.objects.get(pk=case.pk).status == "in_placement"
    assert client.post(url, body).status_code == 409


def test_a_site_one_may_not_see_cannot_be_chosen(cast, client, case_elsewhere, world):
    by = cast["coordinator_elsewhere"]
    case = waiting_case(case_elsewhere, by)
    client.force_login(by)
    answer = client.post(
        f"/cases/{case.pk}/placements/new/",
        {"version": case.version, "site": world.site_03.pk, "planned_start": "2026-11-02"},
    )
    assert answer.status_code == 400
    assert 'value="2026-11-02"' in answer.content.decode()
    assert not Placement.objects.filter(case=case).exists()


@pytest.mark.parametrize(
    ("who", "status"),
    [("coordinator", 409), ("supervisor", 403), ("auditor", 403), ("outsider", 404)],
)
def test_no_placement_is_opened_on_a_placed_case(who, status, cast, client, case):
    client.force_login(cast[who])
    assert client.get(f"/cases/{case.pk}/placements/new/").status_code == status
