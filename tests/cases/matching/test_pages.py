"""The pages of matching: what each reader is shown, what can be done there, and at what cost."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from cases.models import Match, WorkProfile
from cases.services.cases import move_case
from cases.services.matches import move_match, propose_match
from cases.services.participants import withdraw_consent
from peph.audit.changes import SYSTEM, change
from peph.audit.models import AccessLog
from tests.cases.matching.conftest import a_project, a_seeker, agree, put

pytestmark = pytest.mark.django_db


def page(client, user, url, status=200):
    client.force_login(user)
    answer = client.get(url)
    assert answer.status_code == status, answer.content.decode()[:500]
    return answer.content.decode()


def part(text, name):
    """The section of the page with this id; nothing when it has nothing to show."""
    found = re.search(rf'<section class="stack" id="{name}".*?</section>', text, re.DOTALL)
    return found.group(0) if found else ""


# ------------------------------------------------------------------ the page of a case
def test_a_case_shows_what_the_person_looks_for_and_the_matches(client, stage):
    shown = part(
        page(client, stage.cast["coordinator"], stage.seeker.get_absolute_url()), "matching"
    )
    assert "21 à 35" in shown
    assert "Step-free entrance" not in shown
    assert "Entrée sans marche" in shown
    assert "Soutien à la gestion documentaire" in shown
    assert f'href="{stage.match.get_absolute_url()}"' in shown
    assert f'href="/cases/{stage.seeker.pk}/projects/"' in shown
    assert f'href="/cases/{stage.seeker.pk}/work-profile/"' in shown


def test_a_reader_is_offered_nothing_and_a_host_is_told_nothing(client, stage, cast, case):
    shown = part(page(client, cast["reader"], stage.seeker.get_absolute_url()), "matching")
    assert "/projects/" not in shown
    assert "/work-profile/" not in shown
    assert 'id="matching"' not in page(client, cast["supervisor"], case.get_absolute_url())


# ------------------------------------------------------------------ the work profile
PROFILE = {
    "version": "0", "hours_least": "14", "hours_most": "28", "telework": "needed",
    "available_from": "2026-10-01", "other_regions": ["12", "05"], "wants_mentor": "on",
    "experience": "Accueil", "needs_lift": "on",
}  # fmt: skip


def test_a_work_profile_is_written_on_its_page(client, cast, world):
    case = a_seeker(cast, world)
    url = f"/cases/{case.pk}/work-profile/"
    text = page(client, cast["coordinator"], url)
    assert "Ce que le lieu doit offrir" in text
    assert client.post(url, PROFILE).status_code == 302
    kept = WorkProfile.objects.get(case=case)
    assert (kept.hours_most, kept.telework, kept.other_regions, kept.needed, kept.wants_mentor) == (
        28, "needed", "05 12", ["lift"], True,
    )  # fmt: skip
    # The page opens with what is kept.
    text = page(client, cast["coordinator"], url)
    assert re.search(r'value="05"[^>]*checked', text)
    assert not re.search(r'value="06"[^>]*checked', text)


def test_a_refused_profile_keeps_what_was_typed(client, cast, world):
    case = a_seeker(cast, world)
    client.force_login(cast["coordinator"])
    answer = client.post(
        f"/cases/{case.pk}/work-profile/", PROFILE | {"hours_least": "30", "hours_most": "20"}
    )
    assert answer.status_code == 400
    assert "Accueil" in answer.content.decode()
    assert not WorkProfile.objects.exists()


def test_a_stale_profile_is_shown_beside_the_present_one(client, stage):
    client.force_login(stage.cast["coordinator"])
    answer = client.post(f"/cases/{stage.seeker.pk}/work-profile/", PROFILE)
    assert answer.status_code == 412
    assert "Six ans de classement de dossiers." in answer.content.decode()
    assert WorkProfile.objects.get(case=stage.seeker).version == 1


# ------------------------------------------------------------------ the rankings
def test_ranked_projects_are_told_in_words_and_drawings_with_a_button_each(
    client, cast, seeker, call, world
):
    one = a_project(call, world.site_03, title="Le bon")
    two = a_project(call, world.site_03, title="Trop long", hours_per_week=40)
    text = page(client, cast["coordinator"], f"/cases/{seeker.pk}/projects/")
    assert text.index("Le bon") < text.index("Trop long")
    assert (
        "Une personne décide. L’ordre est calculé à chaque visite et n’est conservé nulle part."
        in text
    )
    assert "Viennent d’abord ceux dont le moins de critères sont non satisfaits" in text
    row = text[text.index("Trop long") :]
    assert re.search(
        r'<svg class="icon"[^>]*>.*?</svg> Heures par semaine<span class="field-help"> – '
        r"recherché\xa0: 21 à 35; offert\xa0: 40",
        row,
        re.DOTALL,
    )
    assert re.findall(r'name="project" value="([^"]+)"', text) == [str(one.pk), str(two.pk)]
    log = AccessLog.objects.latest("pk")
    assert (log.verb, log.case_id, log.detail) == ("open", seeker.pk, {"part": "suggestions"})


def test_the_button_proposes_and_leads_to_the_match(client, cast, seeker, project):
    client.force_login(cast["coordinator"])
    answer = client.post(f"/cases/{seeker.pk}/matches/new/", {"project": str(project.pk)})
    made = Match.objects.get(case=seeker)
    assert (answer.status_code, answer["Location"]) == (302, made.get_absolute_url())
    text = page(client, cast["coordinator"], f"/cases/{seeker.pk}/projects/")
    assert 'name="project"' not in text
    assert made.get_absolute_url() in text


@pytest.mark.parametrize("wanted", ["", "x", "01890000-0000-7000-8000-000000000000"])
def test_an_unknown_project_is_refused(wanted, client, cast, seeker):
    client.force_login(cast["coordinator"])
    answer = client.post(f"/cases/{seeker.pk}/matches/new/", {"project": wanted})
    assert answer.status_code == 400
    assert not Match.objects.exists()


def test_before_matching_starts_nobody_is_offered_the_button(client, cast, seeker, project):
    move_case(seeker, "stop-matching", by=cast["coordinator"], reason="Pause")
    text = page(client, cast["coordinator"], f"/cases/{seeker.pk}/projects/")
    assert "Commencez d’abord le jumelage" in text
    assert 'name="project"' not in text
    answer = client.post(f"/cases/{seeker.pk}/matches/new/", {"project": str(project.pk)})
    assert answer.status_code == 409


def test_candidates_of_a_project_are_those_of_ones_own_regions(
    client, cast, world, seeker, project
):
    away = a_seeker(cast, world, last="Loin", region="06", by="lead")
    text = page(client, cast["coordinator"], f"/projects/{project.pk}/candidates/")
    assert seeker.number in text
    assert away.number not in text
    log = AccessLog.objects.latest("pk")
    assert (log.verb, log.object_ids) == ("list", [str(seeker.pk)])
    assert away.number in page(client, cast["lead"], f"/projects/{project.pk}/candidates/")


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("lead", 200),
        ("coordinator", 200),
        ("representative", 403),
        ("supervisor", 403),
        ("auditor", 403),
        ("committee", 403),
        ("coordinator_elsewhere", 404),
        ("representative_elsewhere", 404),
        ("outsider", 404),
    ],
)
def test_who_looks_for_candidates(who, status, client, cast, project):
    page(client, cast[who], f"/projects/{project.pk}/candidates/", status)


# ------------------------------------------------------------------ the page of a match
SECRETS = [
    "77, avenue Secrète", "1991-03-04", "Organisme Discret", "noe@exemple.qc.ca", "G1R",
    "Consignes écrites",
]  # fmt: skip


@pytest.mark.parametrize("who", ["representative", "supervisor"])
def test_a_host_reads_the_profile_and_nothing_of_the_file(who, client, stage):
    put(stage.match, "sent")
    url = stage.match.get_absolute_url()
    text = page(client, stage.cast[who], url)
    for told in ("Noé Gagnon", "21 à 35", "Six ans de classement de dossiers.", "2026-09-01"):
        assert told in text
    assert "Entrée sans marche" not in text
    assert stage.seeker.number not in text
    for secret in SECRETS:
        assert secret not in text, secret

    agree(stage.seeker, stage.cast["coordinator"], "share_needs")
    assert "Entrée sans marche" in page(client, stage.cast[who], url)

    consent = stage.seeker.participant.consents.get(purpose="share_profile")
    withdraw_consent(consent, by=stage.cast["coordinator"], withdrawn_on=dt.date(2026, 6, 20))
    page(client, stage.cast[who], url, 404)
    told = page(client, stage.cast["coordinator"], url)
    assert "l’organisme d’accueil ne voit plus ce jumelage" in told


def test_what_keeps_a_move_closed_stands_beside_it(client, stage):
    url = stage.match.get_absolute_url()
    coordinator = stage.cast["coordinator"]
    assert f"{url}move/send/" in page(client, coordinator, url)
    consent = stage.seeker.participant.consents.get(purpose="share_profile")
    withdraw_consent(consent, by=coordinator, withdrawn_on=dt.date(2026, 6, 20))
    text = part(page(client, coordinator, url), "match-moves")
    assert f"{url}move/send/" not in text
    assert "Consignez d’abord le consentement" in text
    client.force_login(coordinator)
    assert client.get(f"{url}move/send/").status_code == 409


STATUSES = [
    "proposed", "sent", "interview_planned", "interviewed", "selected", "not_selected",
    "withdrawn", "offered", "declined",
]  # fmt: skip


@pytest.mark.parametrize("who", ["coordinator", "editor", "reader", "supervisor", "auditor"])
def test_the_page_offers_what_the_api_offers(who, client, stage):
    api = APIClient()
    api.force_login(stage.cast[who])
    for status in STATUSES:
        match = put(stage.match, status)
        if who == "supervisor" and status == "proposed":
            continue
        text = page(client, stage.cast[who], match.get_absolute_url())
        offered = re.findall(r'href="/matches/[^/]+/move/([a-z-]+)/"', text)
        assert offered == api.get(f"/api/v1/matches/{match.pk}/").json()["actions"], status


def test_a_host_turns_a_person_down_with_a_reason_of_the_list(client, stage):
    put(stage.match, "interviewed")
    client.force_login(stage.cast["supervisor"])
    url = f"{stage.match.get_absolute_url()}move/turn-down/"
    form = client.get(url).content.decode()
    assert "<textarea" not in form
    assert "pour que rien ne soit conservé sur la santé" in form

    typed = {"version": stage.match.version, "decided_on": "2026-06-15", "refusal_reason": "malade"}
    answer = client.post(url, typed)
    assert answer.status_code == 400
    assert 'value="2026-06-15"' in answer.content.decode()
    assert client.post(url, typed | {"refusal_reason": "skills"}).status_code == 302
    match = Match.objects.get(pk=stage.match.pk)
    assert (match.status, match.refusal_reason) == ("not_selected", "skills")


def test_an_acceptance_on_the_page_opens_the_placement(client, stage):
    put(stage.match, "offered")
    client.force_login(stage.cast["coordinator"])
    url = f"{stage.match.get_absolute_url()}move/accept/"
    assert (
        "Les autres jumelages ouverts de la personne sont retirés."
        in client.get(url).content.decode()
    )
    answer = client.post(
        url,
        {
            "version": stage.match.version,
            "answered_on": "2026-06-20",
            "planned_start": "2026-10-05",
        },
    )
    assert answer.status_code == 302
    placement = Match.objects.get(pk=stage.match.pk).placement
    text = page(client, stage.cast["coordinator"], stage.match.get_absolute_url())
    assert f'href="{placement.get_absolute_url()}"' in text


def test_a_stale_form_moves_nothing(client, stage):
    put(stage.match, "interviewed")
    client.force_login(stage.cast["supervisor"])
    answer = client.post(
        f"{stage.match.get_absolute_url()}move/choose/", {"version": 99, "decided_on": "2026-06-15"}
    )
    assert answer.status_code == 412
    assert Match.objects.get(pk=stage.match.pk).status == "interviewed"


@pytest.mark.parametrize("rest", ["move/stop-matching/", "move/close/", "placements/new/"])
def test_whoever_leaves_matching_is_told_what_becomes_of_the_matches(rest, client, stage):
    told = "Les jumelages ouverts de cette personne sont alors retirés."
    url = f"{stage.seeker.get_absolute_url()}{rest}"
    assert told in page(client, stage.cast["coordinator"], url)
    put(stage.match, "not_selected")
    assert told not in page(client, stage.cast["coordinator"], url)


# ------------------------------------------------------------------ the list
FILTERS = {
    "": True,
    "?q=gagn": True,
    "?q=tremb": False,
    "?status=interviewed": True,
    "?status=sent": False,
    "?awaiting=host": True,
    "?awaiting=host_late": True,
    "?awaiting=interview": False,
    "?awaiting=answer": False,
    "?awaiting=answer_late": False,
    "?open=true": True,
    "?status=nonsense": False,
    "?region={region}": True,
    "?region={elsewhere}": False,
    "?organization={organization}": True,
    "?organization={other}": False,
    "?project={project}": True,
    "?project={case}": False,
    "?case={case}": True,
    "?cursor=nonsense": None,
}


def test_the_list_is_narrowed_by_the_address(client, stage):
    put(stage.match, "interviewed")
    ids = {
        "region": stage.world.regions["03"].pk,
        "elsewhere": stage.world.regions["06"].pk,
        "organization": stage.world.mtmd.pk,
        "other": stage.world.saaq.pk,
        "project": stage.project.pk,
        "case": stage.seeker.pk,
    }
    client.force_login(stage.cast["lead"])
    found = {}
    for query in FILTERS:
        answer = client.get(f"/matches/{query.format(**ids)}")
        is_there = stage.match.get_absolute_url() in answer.content.decode()
        found[query] = is_there if answer.status_code == 200 else None
    assert found == FILTERS


@pytest.mark.parametrize(
    ("who", "sees"),
    [("coordinator", True), ("representative", True), ("supervisor", True), ("auditor_host", True),
     ("coordinator_elsewhere", False), ("representative_elsewhere", False), ("outsider", False)],
)  # fmt: skip
def test_the_list_holds_the_own_matches_only(who, sees, client, stage):
    put(stage.match, "sent")
    text = page(client, stage.cast[who], "/matches/")
    assert (stage.match.get_absolute_url() in text) is sees


# ------------------------------------------------------------------ the first page
def test_a_host_is_told_of_profiles_received_and_decisions_due(client, stage):
    put(stage.match, "sent")
    shown = part(page(client, stage.cast["representative"], "/"), "profiles")
    assert f"/matches/{stage.match.pk}/move/plan-interview/" in shown
    assert "2026-06-02" in shown
    put(stage.match, "interviewed")
    text = page(client, stage.cast["representative"], "/")
    assert "Gagnon" not in part(text, "profiles")
    assert "2026-06-22" in part(text, "decisions")


def test_an_officer_is_told_of_what_is_late(client, stage):
    put(stage.match, "interviewed")
    text = page(client, stage.cast["coordinator"], "/")
    assert "2026-06-22" in part(text, "late-decisions")
    assert "Gagnon" not in part(text, "late-answers")
    put(stage.match, "offered")
    text = page(client, stage.cast["coordinator"], "/")
    assert "2026-06-26" in part(text, "late-answers")
    assert "Gagnon" not in part(text, "late-decisions")
    with change(by=SYSTEM, verb="test"):
        Match.objects.filter(pk=stage.match.pk).update(answer_by=dt.date(2099, 1, 1))
    text = page(client, stage.cast["coordinator"], "/")
    assert "Gagnon" not in part(text, "late-answers")
    assert "Gagnon" not in page(client, stage.cast["coordinator_elsewhere"], "/")


# ------------------------------------------------------------------ what it costs
def queries(client, user, url):
    client.force_login(user)
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def more(cast, world, call, number):
    """So many more people in matching, each with a profile sent for a project of its own."""
    by = cast["coordinator"]
    for each in range(number):
        one = a_seeker(cast, world, last=f"Essai {each}")
        agree(one, by, "share_profile")
        project = a_project(call, world.site_03, title=f"Projet {each}")
        move_match(propose_match(one, project, by=by), "send", by=by, sent_on="2026-06-02")


def test_no_page_asks_more_often_for_ten_rows_than_for_one(client, stage, call):
    put(stage.match, "sent")
    asked = {
        ("coordinator", "/matches/"),
        ("supervisor", "/matches/"),
        ("coordinator", f"/cases/{stage.seeker.pk}/projects/"),
        ("coordinator", f"/projects/{stage.project.pk}/candidates/"),
        ("coordinator", stage.seeker.get_absolute_url()),
        ("coordinator", stage.match.get_absolute_url()),
        ("supervisor", "/"),
        ("coordinator", "/"),
        ("coordinator", "/capacity/"),
    }
    before = {each: queries(client, stage.cast[each[0]], each[1]) for each in asked}
    more(stage.cast, stage.world, call, 9)
    assert {each: queries(client, stage.cast[each[0]], each[1]) for each in asked} == before
