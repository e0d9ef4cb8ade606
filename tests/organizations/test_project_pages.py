"""Pages of calls and projects: who opens them, what they offer, forms that keep what was typed."""

import re

import pytest
from django.utils import timezone

from organizations.models import Call, JobClass, Project, ProjectScore
from organizations.services.calls import move_call
from organizations.services.grants import give_grant
from organizations.services.projects import move_project
from peph.audit.changes import SYSTEM, change
from peph.audit.models import AccessLog
from tests.browsing import get, queries, text
from tests.browsing import post as send
from tests.proposing import draft, open_call, scored, submitted, under_review

pytestmark = pytest.mark.django_db

# person → (a draft of the MTMD, edit, move “submit”, its scores, the call, edit of the call, new call,
#           new project at the site)
STATUSES = {
    "lead":                     (200, 200, 200, 403, 200, 200, 200, 200),
    "coordinator":              (200, 200, 200, 403, 200, 403, 403, 200),
    "coordinator_elsewhere":    (404, 404, 404, 404, 200, 403, 403, 404),
    "health_only":              (404, 404, 404, 404, 200, 403, 403, 404),
    "representative":           (200, 200, 200, 403, 200, 403, 403, 200),
    "representative_elsewhere": (404, 404, 404, 404, 200, 403, 403, 404),
    "supervisor":               (200, 200, 403, 403, 200, 403, 403, 200),
    "supervisor_elsewhere":     (404, 404, 404, 404, 200, 403, 403, 404),
    "committee":                (404, 404, 404, 404, 200, 403, 403, 403),
    "auditor":                  (200, 403, 403, 403, 200, 403, 403, 403),
    "auditor_region":           (200, 403, 403, 403, 200, 403, 403, 403),
    "auditor_host":             (200, 403, 403, 403, 200, 403, 403, 403),
    "privacy":                  (200, 403, 403, 403, 200, 403, 403, 403),
    "outsider":                 (404, 404, 404, 404, 404, 404, 403, 404),
    "reader":                   (404, 404, 404, 404, 404, 404, 403, 404),
    "former":                   (404, 404, 404, 404, 404, 404, 403, 404),
    "superuser":                (404, 404, 404, 404, 404, 404, 403, 404),
}  # fmt: skip


def address(record, rest=""):
    noun = "calls" if isinstance(record, Call) else "projects"
    return f"/{noun}/{record.pk}/{rest}"


@pytest.fixture
def reviewed(cast, world, call):
    """A project of the MTMD under review."""
    return under_review(world.site_03, cast["representative"], call, lead=cast["lead"])


@pytest.mark.parametrize("who", STATUSES)
def test_each_person_opens_what_is_theirs(who, cast, client, call, project):
    client.force_login(cast[who])
    found = tuple(
        client.get(url).status_code
        for url in (
            address(project),
            address(project, "edit/"),
            address(project, "move/submit/"),
            address(project, "score/"),
            address(call),
            address(call, "edit/"),
            "/calls/new/",
            f"/host-sites/{project.site_id}/projects/new/",
        )
    )
    assert found == STATUSES[who]


@pytest.mark.parametrize("url", ["/projects/", "/calls/", "/calls/new/"])
def test_a_stranger_is_asked_to_sign_in(url, client, db):
    assert client.get(url).status_code == 302


@pytest.mark.parametrize("rest", ["move/fill/", "move/free/", "move/fly/"])
def test_a_move_nobody_is_offered_has_no_address(rest, cast, client, project):
    assert get(client, cast["lead"], address(project, rest)).status_code == 404


def test_what_is_hidden_is_answered_as_what_does_not_exist(cast, client, project):
    client.force_login(cast["representative_elsewhere"])
    hidden = client.get(address(project))
    absent = client.get("/projects/01900000-0000-7000-8000-000000000000/")
    assert hidden.content == absent.content
    assert [row.object_id for row in AccessLog.objects.filter(verb="refuse")] == [str(project.pk)]


def test_opening_a_project_is_logged(cast, client, project):
    text(client, cast["supervisor"], address(project))
    entry = AccessLog.objects.get(verb="open", model="organizations.project")
    assert (entry.actor_id, entry.object_id) == (cast["supervisor"].pk, str(project.pk))


# ------------------------------------------------------------------ the life of a project on pages
def fields(**changes):
    return {
        "title": "Soutien technique",
        "job_class": JobClass.objects.get(code="272-10").pk,
        "tasks": "Répondre aux demandes",
        "objectives": "Connaître le parc",
        "supervision": "Chaque jour",
        "adaptations": "",
        "supervisor_name": "Dominique Superviseur",
        "supervisor_email": "",
        "mentor_name": "",
        "hours_per_week": "35",
        "seats": "1",
        "starts_from": "2099-04-01",
        "hiring": "to_see",
        **changes,
    }


def test_a_host_proposes_completes_and_submits_from_the_page_of_its_site(cast, client, world, call):
    host = cast["representative"]
    site = f"/host-sites/{world.site_03.pk}/"
    assert f'href="{site}projects/new/"' in text(client, host, site)

    answer = send(client, host, f"{site}projects/new/", **fields(call=call.pk))
    project = Project.objects.get(title="Soutien technique")
    assert (answer.status_code, answer["Location"]) == (302, address(project))
    page = text(client, host, address(project))
    assert "Brouillon" in page
    assert "Technicienne ou technicien en informatique" in page
    assert address(project, "move/submit/") in page

    answer = send(
        client, host, address(project, "edit/"),
        **fields(call=call.pk, version=1, mentor_name="Claude Mentor", telework="on"),
    )  # fmt: skip
    assert answer.status_code == 302
    project.refresh_from_db()
    assert (project.mentor_name, project.telework, project.version) == ("Claude Mentor", True, 2)

    answer = send(client, host, address(project, "move/submit/"), version=2)
    assert (answer.status_code, answer["Location"]) == (302, address(project))
    project.refresh_from_db()
    assert project.status == "submitted"
    assert "Déposé" in text(client, host, address(project))
    assert get(client, host, address(project, "edit/")).status_code == 409


def test_a_refused_project_keeps_what_was_typed(cast, client, world, call):
    answer = send(
        client, cast["representative"], f"/host-sites/{world.site_03.pk}/projects/new/",
        **fields(call=call.pk, mentor_name="dominique superviseur", tasks="Un texte déjà tapé"),
    )  # fmt: skip
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Un texte déjà tapé" in page
    assert "Une autre personne que celle qui supervise" in page
    assert not Project.objects.filter(title="Soutien technique").exists()


def test_a_project_is_proposed_for_a_call_that_takes_projects_only(cast, client, world, call):
    url = f"/host-sites/{world.site_03.pk}/projects/new/"
    move_call(call, "close", by=cast["lead"])
    move_call(call, "start-selection", by=cast["lead"])
    answer = get(client, cast["representative"], url)
    assert answer.status_code == 409
    assert "Aucun appel ne reçoit de projets" in answer.content.decode()

    following = open_call(cast["lead"], fiscal_year=2028)
    page = text(client, cast["representative"], url)
    assert f'<option value="{following.pk}" selected>' in page
    assert str(call.pk) not in page
    answer = send(client, cast["representative"], url, **fields(call=call.pk))
    assert answer.status_code == 400


def test_somebody_elses_change_is_shown_beside_what_was_typed(cast, client, project, call):
    client.force_login(cast["supervisor"])
    url = address(project, "edit/")
    assert client.post(url, fields(call=call.pk, version=1, seats="2")).status_code == 302
    answer = client.post(url, fields(call=call.pk, version=1, seats="3"))
    page = answer.content.decode()
    assert answer.status_code == 412
    assert "<td>2</td>" in page
    assert "<td>3</td>" in page
    assert Project.objects.get(pk=project.pk).seats == 2


def test_a_returned_project_tells_its_host_what_is_missing_and_by_when(cast, client, project):
    move_project(project, "submit", by=cast["representative"])
    answer = send(
        client, cast["lead"], address(project, "move/return/"),
        version=2, reason="Précisez l’encadrement", reply_by="2098-01-08",
    )  # fmt: skip
    assert answer.status_code == 302
    page = text(client, cast["supervisor"], address(project))
    assert "Précisez l’encadrement" in page
    assert "2098-01-08" in page


def test_a_decision_and_its_reason_reach_the_host(cast, client, reviewed):
    day = timezone.localdate().isoformat()
    answer = send(
        client, cast["lead"], address(reviewed, "move/reject/"), version=reviewed.version,
        decided_on=day, minute="CES-7", rejection_reason="tasks", reason="Tâches trop répétitives",
    )  # fmt: skip
    assert answer.status_code == 302
    page = text(client, cast["representative"], address(reviewed))
    for told in ("Non retenu", day, "CES-7", "Tâches qui ne conviennent pas", "trop répétitives"):
        assert told in page
    assert "Pointages du comité" not in page


def test_a_move_that_does_not_start_here_is_a_conflict(cast, client, project):
    assert get(client, cast["lead"], address(project, "move/select/")).status_code == 409
    answer = send(client, cast["lead"], address(project, "move/open/"), version=1)
    assert answer.status_code == 409


def test_what_stands_in_the_way_is_said_beside_the_moves(cast, client, call, project, placement):
    move_project(project, "submit", by=cast["representative"])
    page = text(client, cast["lead"], address(project))
    assert "Le comité analyse les projets une fois l’appel clos." in page
    assert address(project, "move/start-review/") not in page
    answer = send(client, cast["lead"], address(project, "move/start-review/"), version=2)
    assert (answer.status_code, Project.objects.get(pk=project.pk).status) == (409, "submitted")

    move_call(call, "close", by=cast["lead"])
    move_call(call, "start-selection", by=cast["lead"])
    page = text(client, cast["lead"], address(call))
    assert "1 projet de cet appel reste à décider." in page
    assert address(call, "move/publish/") not in page


# ------------------------------------------------------------------ calls
CALENDAR = {
    "fiscal_year": "2030",
    "opens_on": "2029-09-01",
    "closes_on": "2029-11-15",
    "committee_on": "2029-12-10",
    "results_on": "2030-01-15",
    "start_from": "2030-04-01",
    "start_to": "2030-10-31",
}


def test_the_lead_plans_corrects_and_opens_a_call(cast, client):
    lead = cast["lead"]
    assert 'href="/calls/new/"' in text(client, lead, "/calls/")
    assert 'href="/calls/new/"' not in text(client, cast["coordinator"], "/calls/")
    answer = send(client, lead, "/calls/new/", **CALENDAR)
    call = Call.objects.get(fiscal_year=2030)
    assert (answer.status_code, answer["Location"]) == (302, address(call))

    corrected = {**CALENDAR, "closes_on": "2029-11-20", "version": 1}
    assert send(client, lead, address(call, "edit/"), **corrected).status_code == 302
    assert send(client, lead, address(call, "move/open/"), version=2).status_code == 302
    call.refresh_from_db()
    assert (call.status, call.closes_on.isoformat()) == ("open", "2029-11-20")
    page = text(client, cast["representative"], address(call))
    assert "Appel 2030-2031" in page
    assert "Ouvert" in page
    assert "2029-11-20" in page
    assert "/move/" not in page


def test_dates_out_of_order_are_refused_on_the_form(cast, client):
    answer = send(client, cast["lead"], "/calls/new/", **{**CALENDAR, "closes_on": "2029-12-24"})
    assert answer.status_code == 400
    assert "Les dates d’un appel se suivent" in answer.content.decode()
    assert 'value="2029-12-24"' in answer.content.decode()


def test_a_call_counts_the_projects_its_reader_sees(cast, client, world, call, project):
    submitted(world.saaq_03, cast["representative_elsewhere"], call, title="Autre organisme")
    with change(by=SYSTEM, verb="test"):
        Project.objects.filter(title="Autre organisme").update(is_late=True)
    lists = {
        "lead": ["status=draft", "status=submitted", "late=true"],
        "representative": ["status=draft"],
        "representative_elsewhere": ["status=submitted", "late=true"],
        "committee": ["status=submitted", "late=true"],
        "supervisor": ["status=draft"],
        "coordinator_elsewhere": [],
    }
    for who, expected in lists.items():
        page = text(client, cast[who], address(call))
        assert re.findall(rf"/projects/\?call={call.pk}&amp;([a-z=_]+)", page) == expected, who
        for narrowed in expected:
            shown = get(client, cast[who], f"/projects/?call={call.pk}&{narrowed}")
            assert shown.context["listing"].count == 1


# ------------------------------------------------------------------ the list
FILTERS = {
    "": True,
    "?q=inventaire": True,
    "?q=INVENT soutien": True,
    "?q=ventaire": False,
    "?status=draft": True,
    "?status=submitted": False,
    "?status=nonsense": False,
    "?late=true": False,
    "?undecided=true": False,
    "?cursor=nonsense": None,
}


@pytest.mark.parametrize("query", FILTERS)
def test_the_list_is_narrowed_by_the_address(query, cast, client, project):
    answer = get(client, cast["coordinator"], f"/projects/{query}")
    if FILTERS[query] is None:
        assert answer.status_code == 400
    else:
        assert answer.status_code == 200
        assert (address(project) in answer.content.decode()) is FILTERS[query]


def test_the_list_is_narrowed_by_call_place_and_job_class(cast, client, world, project):
    other = open_call(cast["lead"], fiscal_year=2028)
    job = JobClass.objects.get(code="272-10")
    for query, found in (
        (f"call={project.call_id}", True),
        (f"call={other.pk}", False),
        (f"region={world.regions['03'].pk}", True),
        (f"region={world.regions['06'].pk}", False),
        (f"organization={world.mtmd.pk}", True),
        (f"organization={world.saaq.pk}", False),
        (f"job_class={project.job_class_id}", True),
        (f"job_class={job.pk}", False),
        (f"site={world.site_03.pk}", True),
        (f"site={world.site_06.pk}", False),
    ):
        assert (address(project) in text(client, cast["lead"], f"/projects/?{query}")) is found, (
            query
        )


def test_only_the_committee_is_asked_whether_a_score_is_missing(cast, client, reviewed):
    page = text(client, cast["committee"], "/projects/?to_score=true")
    assert 'name="to_score"' in page
    assert address(reviewed) in page
    assert 'name="to_score"' not in text(client, cast["lead"], "/projects/")
    scored(reviewed, cast["committee"], 1, 2, 3, 4, 4)
    assert address(reviewed) not in text(client, cast["committee"], "/projects/?to_score=true")


@pytest.mark.parametrize("who", ["coordinator_elsewhere", "representative_elsewhere", "committee"])
def test_the_list_holds_nothing_of_others(who, cast, client, project):
    assert address(project) not in text(client, cast[who], "/projects/")


MENU = {
    "lead": True,
    "coordinator_elsewhere": True,
    "supervisor": True,
    "committee": True,
    "auditor_region": True,
    "privacy": True,
    "reader": False,
    "outsider": False,
}


@pytest.mark.parametrize("who", MENU)
def test_the_menu_leads_to_projects_and_calls(who, cast, client):
    page = text(client, cast[who], "/")
    assert (re.search(r'href="/projects/"[^>]*>Projets<', page) is not None) is MENU[who]
    assert (re.search(r'href="/calls/"[^>]*>Appels<', page) is not None) is MENU[who]


# ------------------------------------------------------------------ the committee
def test_a_member_scores_on_a_page_and_sees_the_table(cast, client, reviewed):
    member = cast["committee"]
    page = text(client, member, address(reviewed))
    assert address(reviewed, "score/") in page
    assert "Ce projet n’a encore reçu aucun pointage." in page

    url = address(reviewed, "score/")
    assert "Tâches utiles, variées" in text(client, member, url)
    answer = send(
        client, member, url, version=reviewed.version,
        **{"tasks": "4", "tasks.comment": "Varié", "learning": "3"},
    )  # fmt: skip
    assert (answer.status_code, answer["Location"]) == (302, address(reviewed))
    assert set(ProjectScore.objects.values_list("criterion__code", "level", "comment")) == {
        ("tasks", 4, "Varié"), ("learning", 3, ""),
    }  # fmt: skip
    form = text(client, member, url)
    assert "Varié" in form
    assert re.search(r'name="tasks" value="4"[^>]*checked', form)

    scored(reviewed, member, 4, 3, 3, 2, 1)
    page = text(client, member, address(reviewed))
    assert "Camille Committee" in page
    assert "Moyenne pondérée" in page
    assert "2,92" in page  # (12 + 9 + 9 + 4 + 1) / 12


def test_a_comment_without_a_level_is_asked_for_one(cast, client, reviewed):
    answer = send(
        client, cast["committee"], address(reviewed, "score/"), version=reviewed.version,
        **{"tasks.comment": "Pas de niveau"},
    )  # fmt: skip
    assert answer.status_code == 400
    assert "Pas de niveau" in answer.content.decode()
    assert not ProjectScore.objects.exists()


def test_a_member_is_told_on_the_page_why_a_project_is_not_theirs_to_score(
    cast, client, world, reviewed
):
    give_grant(by=SYSTEM, user=cast["committee"], role="represent", on=world.mtmd, reason="X")
    assert address(reviewed, "score/") not in text(client, cast["committee"], address(reviewed))
    answer = get(client, cast["committee"], address(reviewed, "score/"))
    assert answer.status_code == 403
    assert "d’autres membres évaluent ses projets" in answer.content.decode()


def test_a_project_is_scored_on_its_page_only_under_review(cast, client, project):
    move_project(project, "submit", by=cast["representative"])
    assert get(client, cast["committee"], address(project, "score/")).status_code == 409
    assert address(project, "score/") not in text(client, cast["committee"], address(project))


def test_the_lead_reads_the_table_and_its_means(cast, client, reviewed):
    scored(reviewed, cast["committee"], 4, 4, 4, 4, 1, comment="Vu")
    page = text(client, cast["lead"], address(reviewed))
    assert "Camille Committee" in page
    assert "Vu" in page
    assert "3,75" in page


PARTICIPANT = ("Éloïse", "Côté-Tremblay", "Zoé", "Ladouceur", "eloise@exemple.qc.ca")


def test_no_page_the_committee_reaches_names_a_participant(
    cast, client, world, call, reviewed, case, placement
):
    with change(by=SYSTEM, verb="test"):
        type(placement).objects.filter(pk=placement.pk).update(project=reviewed)
    # One organisation stands for the sixty that look alike.
    member, seen = cast["committee"], set()
    left = ["/", f"/host-organizations/{world.mtmd.pk}/"]
    while left:
        url = left.pop()
        seen.add(url)
        page = get(client, member, url).content.decode()
        for name in PARTICIPANT:
            assert name not in page, (url, name)
        for found in re.findall(r'href="(/[^"#?]*)', page):
            apart = found.startswith(("/static/", "/host-organizations/0", "/api/"))
            if not apart and found not in seen and found not in left:
                left.append(found)
    assert {address(reviewed), address(call), f"/host-sites/{world.site_03.pk}/"} <= seen
    assert f"/cases/{case.pk}/" not in seen
    assert f"/placements/{placement.pk}/" not in seen


# ------------------------------------------------------------------ what it costs
@pytest.mark.parametrize("who", ["lead", "coordinator", "supervisor", "committee"])
def test_the_pages_cost_the_same_for_one_ten_and_fifty_projects(who, cast, client, world, call):
    first = submitted(world.site_03, cast["representative"], call)
    urls = ["/projects/", address(first), address(call), "/"]
    found = [[queries(client, cast[who], url) for url in urls]]
    for more in (9, 40):
        for number in range(more):
            draft(world.site_03, cast["representative"], call, title=f"Poste {number}")
            with change(by=SYSTEM, verb="test"):
                Project.objects.filter(title=f"Poste {number}").update(
                    status="submitted", submitted_on=timezone.localdate()
                )
        found.append([queries(client, cast[who], url) for url in urls])
    assert found[0] == found[1] == found[2]
