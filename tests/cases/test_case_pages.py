"""Pages of the cases: who gets which, what is shown to whom, how far a list goes, at what cost."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from cases.services.cases import move_case, transfer_case
from cases.services.follow_ups import add_follow_up
from cases.services.grants import share_case
from cases.services.notes import add_note
from cases.services.participants import give_consent
from cases.services.placements import move_placement
from organizations.services.grants import give_grant
from peph.audit.models import AccessLog
from tests.browsing import address, get, new_case, post, queries, text

pytestmark = pytest.mark.django_db
TODAY = "2026-11-02"

# page                  coordinator  auditor  representative  editor  reader  elsewhere
STATUS = {
    "case_detail": (200, 200, 200, 200, 200, 404),
    "case_edit": (200, 403, 403, 200, 403, 404),
    "case_transfer": (200, 403, 403, 403, 403, 404),
    "case_timeline": (200, 200, 403, 200, 403, 404),
    "case_access": (200, 403, 403, 403, 403, 404),
    "note_new": (200, 403, 403, 200, 403, 404),
    "follow_up_new": (200, 403, 403, 200, 403, 404),
    "health": (403, 403, 403, 403, 403, 404),
}
PEOPLE = ("coordinator", "auditor", "representative", "editor", "reader", "coordinator_elsewhere")

# What only the programme reads, as it stands on the page of the case.
SECRETS = {
    "birth date": "1988-11-05",
    "address": "12, rue de l’Exemple",
    "note": "Préfère être jointe le matin.",
    "referring agency": "Organisme Exemple",
    "consents": 'id="consents"',
    "timeline": 'id="timeline"',
    "needs": "Loupe d’écran",
}


@pytest.fixture
def referred(cast, world):
    """A case just referred in region 03."""
    return new_case(cast["coordinator"], world, "Gagnon", "Maé")


# ------------------------------------------------------------------ who gets which page
@pytest.mark.parametrize("name", STATUS)
def test_each_page_answers_each_person_as_their_standing_says(name, client, cast, case):
    found = [get(client, cast[who], address(name, case)).status_code for who in PEOPLE]
    assert found == list(STATUS[name])


@pytest.mark.parametrize(
    ("who", "status"), [("coordinator", 200), ("lead", 200), ("auditor", 403), ("outsider", 403)]
)
def test_a_case_is_opened_by_who_takes_people_in(who, status, client, cast):
    assert get(client, cast[who], reverse("cases:case_new")).status_code == status


def test_a_stranger_is_asked_to_sign_in(client, case):
    assert client.get(case.get_absolute_url()).status_code == 302


def test_a_move_nobody_is_offered_has_no_address(client, cast, referred):
    client.force_login(cast["coordinator"])
    assert client.get(f"{referred.get_absolute_url()}move/place/").status_code == 404


# ------------------------------------------------------------------ what is shown to whom
@pytest.mark.parametrize("what", SECRETS)
def test_the_programme_reads_what_a_host_never_sees(what, client, cast, case):
    page = text(client, cast["coordinator"], case.get_absolute_url())
    assert SECRETS[what] in page
    for who in ("representative", "supervisor"):
        assert SECRETS[what] not in text(client, cast[who], case.get_absolute_url())


def test_a_host_reads_whom_it_hosts_and_what_was_shared(client, cast, case, follow_up):
    page = text(client, cast["supervisor"], case.get_absolute_url())
    for shown in (case.number, "Éloïse Côté-Tremblay", "eloise@exemple.qc.ca", follow_up.subject):
        assert shown in page
    assert "Rencontre d’accueil" not in page  # a follow-up of the schedule, not shared


def test_a_host_reads_the_needs_once_the_person_agreed(client, cast, case):
    give_consent(
        case.participant, by=cast["coordinator"], purpose="share_needs", text_version="2026-01",
        given_on=dt.date(2026, 4, 1),
    )  # fmt: skip
    assert "Loupe d’écran" in text(client, cast["supervisor"], case.get_absolute_url())


def test_a_host_never_reads_why_a_case_was_closed(client, cast, case, placement):
    by = cast["coordinator"]
    move_placement(placement, "complete", by=by, ended_on="2026-11-01")
    move_case(case, "close", by=by, closed_on=TODAY, closure_reason="health", reason="Rechute")
    shown = {
        who: text(client, cast[who], case.get_absolute_url())
        for who in ("coordinator", "representative")
    }
    assert "Rechute" in shown["coordinator"]
    label = Case.objects.get(pk=case.pk).get_closure_reason_display()
    assert f"<dd>{label}</dd>" in shown["coordinator"]
    assert f"<dd>{label}</dd>" not in shown["representative"]
    assert "Rechute" not in shown["representative"]


@pytest.mark.parametrize("who", ["reader", "representative", "coordinator", "lead"])
def test_the_link_to_the_health_information_needs_its_own_right(who, client, cast, case):
    assert "/health/" not in text(client, cast[who], case.get_absolute_url())


def test_the_health_link_is_there_for_its_reader(client, cast, case):
    page = text(client, cast["health_coordinator"], case.get_absolute_url())
    assert f'href="{address("health", case)}"' in page


def test_opening_a_case_is_logged_and_so_is_being_refused(client, cast, case):
    get(client, cast["auditor"], case.get_absolute_url())
    get(client, cast["coordinator_elsewhere"], case.get_absolute_url())
    entries = AccessLog.objects.filter(case_id=case.pk).order_by("id")
    assert [(each.verb, each.actor_id) for each in entries] == [
        ("open", cast["auditor"].pk),
        ("refuse", cast["coordinator_elsewhere"].pk),
    ]


# ------------------------------------------------------------------ notes, timeline
def test_a_note_is_corrected_by_its_author_only(client, cast, note):
    url = address("note_edit", note)
    assert get(client, cast["lead"], url).status_code == 403
    by = cast["coordinator"]
    assert f'href="{url}"' in text(client, by, note.case.get_absolute_url())
    assert f'href="{url}"' not in text(client, cast["lead"], note.case.get_absolute_url())
    assert post(client, by, url, version=note.version, text="Le soir.").status_code == 302
    stale = post(client, by, url, version=note.version, text="À midi.")
    assert stale.status_code == 412
    assert "Le soir." in stale.content.decode()
    note.refresh_from_db()
    assert note.text == "Le soir."


def test_a_note_is_added_and_an_empty_one_is_not(client, cast, case):
    url = address("note_new", case)
    assert post(client, cast["coordinator"], url, text=" ").status_code == 400
    assert post(client, cast["coordinator"], url, text="Rappeler mardi.").status_code == 302
    assert "Rappeler mardi." in text(client, cast["colleague"], case.get_absolute_url())


def test_the_timeline_tells_everything_page_by_page(client, cast, case):
    for number in range(15):
        add_note(case, by=cast["coordinator"], text=f"Note {number:02d}.")
    url = address("case_timeline", case)
    page = text(client, cast["auditor"], url)
    assert page.count('id="change-') == 20
    assert "Note 14." in page
    following = re.search(r'rel="next" href="([^"]+)"', page).group(1)
    older = text(client, cast["auditor"], url + following.replace("&amp;", "&"))
    assert "Critères remplis" in older
    numbers = re.findall(r'id="change-(\d+)"', page + older)
    assert len(numbers) == len(set(numbers))


def test_the_timeline_shows_no_row_of_another_case(client, cast, world, case, case_elsewhere):
    transfer_case(
        case_elsewhere, by=cast["lead"], region=world.regions["03"], reason="Déménagement"
    )
    page = text(client, cast["lead"], address("case_timeline", case))
    assert "Ladouceur" not in page
    assert case_elsewhere.number not in page


# ------------------------------------------------------------------ the list, and the cost
def test_the_list_narrows_by_the_address_and_keeps_it(client, cast, case, referred):
    page = text(client, cast["coordinator"], "/cases/?q=gagnon&mine=true")
    assert referred.number in page
    assert case.number not in page
    assert 'value="gagnon"' in page


def test_the_list_of_a_host_does_not_say_who_answers_for_the_file(client, cast, case):
    page = text(client, cast["representative"], "/cases/")
    assert case.number in page
    assert "Camille Coordinator" not in page
    assert page.count('<th scope="col">') == 4


def test_somebody_with_two_kinds_of_work_reads_each_row_by_its_own(
    client, cast, world, case, case_elsewhere
):
    both = cast["coordinator_elsewhere"]
    give_grant(by=cast["lead"], user=both, role="represent", on=world.mtmd, reason="Double rôle")
    page = text(client, both, "/cases/")
    assert case.number in page
    assert "03 Capitale-Nationale</td>" not in page
    assert f"<td>{case_elsewhere.region}</td>" in page


def test_the_list_goes_on_by_key_and_comes_back(client, cast, world, case):
    made = [new_case(cast["lead"], world, f"Nom{number:02d}", "Léo").number for number in range(30)]
    url = "/cases/?q=nom"
    first = text(client, cast["coordinator"], url)
    link = re.search(r'rel="next" href="([^"]+)"', first).group(1).replace("&amp;", "&")
    assert "q=nom" in link
    second = text(client, cast["coordinator"], f"/cases/{link}")
    seen = [re.findall(r">(\d{4}-\w{5}-\w)</a>", page) for page in (first, second)]
    assert [len(numbers) for numbers in seen] == [25, 5]
    assert set(seen[0] + seen[1]) == set(made)
    back = re.search(r'rel="prev" href="([^"]+)"', second).group(1).replace("&amp;", "&")
    assert re.findall(r">(\d{4}-\w{5}-\w)</a>", text(client, cast["lead"], f"/cases/{back}"))


def test_an_empty_list_says_what_to_do(client, cast):
    assert 'class="empty"' in text(client, cast["coordinator"], "/cases/?q=personne")
    assert 'class="empty"' in text(client, cast["outsider"], "/cases/")


def test_the_list_costs_the_same_for_1_10_and_50_rows_and_grants(client, cast, world, case):
    ends = timezone.localdate() + dt.timedelta(days=9)
    found, officer, made = [], [], 0
    for wanted in (1, 10, 50):
        for number in range(made, wanted):
            one = new_case(cast["coordinator"], world, f"Nom{number}", "Léo")
            share_case(
                one, by=cast["lead"], user=cast["outsider"], role="view_case", reason="R",
                expires_on=ends,
            )  # fmt: skip
        made = wanted
        found.append(queries(client, cast["outsider"], "/cases/"))
        officer.append(queries(client, cast["coordinator"], "/cases/"))
    assert found[0] == found[1] == found[2]
    assert officer[0] == officer[1] == officer[2]
    assert max(found + officer) <= 12


def test_the_page_of_a_case_costs_the_same_however_much_happened(client, cast, case, placement):
    found, made, by = [], 0, cast["coordinator"]
    for wanted in (1, 10, 50):
        for number in range(made, wanted):
            add_note(case, by=by, text=f"Note {number}")
            add_follow_up(case, by=by, subject=f"Appel {number}", due_on=dt.date(2026, 12, 3))
        made = wanted
        urls = (case.get_absolute_url(), address("case_timeline", case))
        found.append([queries(client, by, url) for url in urls])
    pages, timelines = zip(*found, strict=True)
    assert pages[0] == pages[1] == pages[2] <= 21
    # The first timeline shows nine kinds of record, the others two: it costs by kind, not by row.
    assert timelines[1] == timelines[2] <= 20
    assert timelines[0] <= 45
