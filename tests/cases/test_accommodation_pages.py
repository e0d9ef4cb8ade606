"""Pages and API of the accommodation measures: what each reader finds, and what a form or a body does."""

import datetime as dt
import re
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from cases.models import Accommodation, Placement
from cases.services.accommodations import (
    move_accommodation,
    request_accommodation,
    update_accommodation,
)
from cases.services.participants import give_consent
from peph.audit.changes import SYSTEM, change
from peph.audit.models import AccessLog
from tests.browsing import address, post, queries, text

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 2)
NOW = dt.datetime(2026, 11, 23, 15, tzinfo=dt.UTC)
ACCEPTED = {
    "decided_on": "2026-03-04",
    "planned_on": "2026-03-25",
    "reason": "Devis joint au dossier",
}


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def measure(cast, case, placement):
    """A magnifier asked for by the coordinator before the placement began; $2,000."""
    return request_accommodation(
        case, by=cast["coordinator"], placement=placement, kind="technical",
        barrier="Ne lit pas de près", measure="Téléagrandisseur", requested_on=DAY,
        cost_estimated=Decimal(2000), funding="program",
    )  # fmt: skip


@pytest.fixture
def told(cast, case):
    """The participant agreed that the host knows what has to be adapted."""
    give_consent(
        case.participant, by=cast["lead"], purpose="share_needs", text_version="1", given_on=DAY
    )


def accept(measure, by):
    return move_accommodation(measure, "accept", by=by, **ACCEPTED)


def api(user):
    client = APIClient()
    client.force_login(user)
    return client


def row(measure, user):
    return api(user).get(f"/api/v1/accommodations/{measure.pk}/")


PROGRAMME_ONLY = {"requested_by", "decided_by", "decision_reason"}
COSTS = {"cost_estimated", "cost_actual", "funding"}
# person → (what is withheld, what is withheld where the host pays); None: not found.
WITHHELD = {
    "lead": (set(), set()),
    "coordinator": (set(), set()),
    "auditor": (set(), set()),
    "reader": (set(), set()),
    "editor": (set(), set()),
    "representative": (PROGRAMME_ONLY | COSTS, PROGRAMME_ONLY),
    "supervisor": (PROGRAMME_ONLY | COSTS, PROGRAMME_ONLY),
    "representative_elsewhere": (None, None),
    "coordinator_elsewhere": (None, None),
    "outsider": (None, None),
}
# What each fact reads on the page.
ON_THE_PAGE = {
    "requested_by": "Consigné par",
    "decided_by": "Décision prise par",
    "decision_reason": "Devis joint au dossier",
    "cost_estimated": "Coût estimé ($)",
    "cost_actual": "Coût réel ($)",
    "funding": "Payé par",
}


@pytest.mark.parametrize("funding", ["program", "host"])
@pytest.mark.parametrize("who", WITHHELD)
def test_the_page_and_the_api_withhold_the_same_fields(who, funding, cast, client, measure, told):
    accept(measure, cast["lead"])
    update_accommodation(measure, by=cast["lead"], funding=funding, cost_actual=Decimal(1890))
    everything = set(row(measure, cast["lead"]).json())
    hidden = WITHHELD[who][funding == "host"]
    client.force_login(cast[who])
    page, answer = client.get(measure.get_absolute_url()), row(measure, cast[who])
    if hidden is None:
        assert page.status_code == answer.status_code == 404
        return
    assert everything - set(answer.json()) == hidden
    facts = page.content.decode().split('id="timeline"')[0]
    assert {name for name, words in ON_THE_PAGE.items() if words not in facts} == hidden


@pytest.mark.parametrize("who", ["representative", "supervisor"])
def test_a_host_knows_nothing_without_the_consent(who, cast, client, case, placement, measure):
    client.force_login(cast[who])
    assert client.get(measure.get_absolute_url()).status_code == 404
    assert row(measure, cast[who]).status_code == 404
    for url in ("/accommodations/", placement.get_absolute_url(), case.get_absolute_url()):
        page = text(client, cast[who], url)
        assert "Téléagrandisseur" not in page
        assert 'id="readiness"' not in page
    shown = api(cast[who]).get(f"/api/v1/placements/{placement.pk}/").json()
    assert "readiness" not in shown


@pytest.mark.parametrize("who", ["representative", "supervisor"])
def test_a_host_finds_the_measure_where_it_was_told_of_it(
    who, cast, client, case, placement, measure, told
):
    for url in ("/accommodations/", placement.get_absolute_url(), case.get_absolute_url()):
        page = text(client, cast[who], url)
        assert measure.get_absolute_url() in page
        assert "accommodations/new/" not in page


# ------------------------------------------------------------------ offers
STATUSES = {
    "requested": [],
    "accepted": ["accept"],
    "in_place": ["accept", "put-in-place"],
    "verified": ["accept", "put-in-place", "verify"],
    "returned": ["accept", "put-in-place", "give-back"],
    "withdrawn": ["withdraw"],
}
MOVES = {
    "accept": ACCEPTED,
    "put-in-place": {"in_place_on": "2026-03-20"},
    "verify": {"verified_on": "2026-05-04"},
    "give-back": {"returned_on": "2026-06-01"},
    "withdraw": {"reason": "x"},
}


@pytest.mark.parametrize(
    "who", ["lead", "coordinator", "editor", "reader", "auditor", "supervisor"]
)
@pytest.mark.parametrize("status", STATUSES)
def test_the_page_offers_what_the_api_offers(who, status, cast, client, measure, told):
    for name in STATUSES[status]:
        measure = move_accommodation(measure, name, by=cast["lead"], **MOVES[name])
    page = text(client, cast[who], measure.get_absolute_url())
    offered = re.findall(rf"/accommodations/{measure.pk}/move/([a-z-]+)/", page)
    offered += ["edit"] if f"/accommodations/{measure.pk}/edit/" in page else []
    assert offered == row(measure, cast[who]).json()["actions"]


def test_who_asked_reads_beside_the_button_why_somebody_else_decides(client, cast, measure):
    page = text(client, cast["coordinator"], measure.get_absolute_url())
    assert "move/accept/" not in page
    assert "Vous avez demandé cette mesure" in page
    refused = client.get(address("accommodation_move", measure, "accept"))
    assert refused.status_code == 403
    assert "move/accept/" in text(client, cast["colleague"], measure.get_absolute_url())
    answer = api(cast["coordinator"]).post(
        f"/api/v1/accommodations/{measure.pk}/accept/", ACCEPTED, format="json",
        headers={"if-match": f'"{measure.version}"'},
    )  # fmt: skip
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


# ------------------------------------------------------------------ the pages
ASKED = {
    "kind": "furniture", "barrier": "Station debout prolongée", "measure": "Tabouret assis-debout",
    "requested_on": "2026-11-23", "cost_estimated": "", "funding": "", "follows_person": "on",
}  # fmt: skip


def test_a_measure_is_asked_for_from_the_placement(client, cast, placement, world):
    url = address("accommodation_new_here", placement)
    page = text(client, cast["coordinator"], url)
    assert "pas de diagnostic ici" in page
    assert 'name="placement"' not in page
    answer = post(client, cast["coordinator"], url, **ASKED)
    asked = Accommodation.objects.get()
    assert answer["Location"] == asked.get_absolute_url()
    assert (asked.placement, asked.organization, asked.follows_person) == (
        placement, world.mtmd, True,
    )  # fmt: skip


def test_a_measure_is_asked_for_from_the_case_for_its_placement_or_for_none(
    client, cast, case, placement
):
    url = address("accommodation_new", case)
    assert f'value="{placement.pk}" selected' in text(client, cast["coordinator"], url)
    post(client, cast["coordinator"], url, **ASKED, placement=placement.pk)
    post(client, cast["coordinator"], url, **ASKED, placement="")
    assert set(Accommodation.objects.values_list("placement", flat=True)) == {placement.pk, None}


def test_a_case_without_placement_is_not_asked_which(client, cast, case_elsewhere):
    url = address("accommodation_new", case_elsewhere)
    assert 'name="placement"' not in text(client, cast["lead"], url)
    assert post(client, cast["lead"], url, **ASKED).status_code == 302


def test_a_refused_request_keeps_what_was_typed(client, cast, case):
    answer = post(
        client, cast["lead"], address("accommodation_new", case), **{**ASKED, "barrier": ""}
    )
    assert answer.status_code == 400
    assert "Tabouret assis-debout" in answer.content.decode()
    assert not Accommodation.objects.exists()


def test_no_measure_is_asked_for_a_placement_that_is_over(client, cast, placement):
    with change(by=SYSTEM, verb="test"):
        Placement.objects.filter(pk=placement.pk).update(status="completed", ended_on="2026-10-30")
    client.force_login(cast["lead"])
    url = address("accommodation_new_here", placement)
    assert client.get(url).status_code == 409
    assert url not in text(client, cast["lead"], placement.get_absolute_url())


def test_what_was_bought_too_early_is_told_at_its_field(client, cast, measure):
    measure = accept(measure, cast["lead"])
    url = address("accommodation_edit", measure)
    typed = {
        "version": measure.version, "purchased_on": "2026-03-03", "supplier": "Exemple",
        "cost_actual": "1890.50", "funding": "program", "planned_on": "2026-03-25",
    }  # fmt: skip
    answer = post(client, cast["editor"], url, **typed)
    assert answer.status_code == 400
    errors = answer.context["form"].errors
    assert errors == {"purchased_on": ["Rien n’est acheté avant que la mesure soit approuvée."]}
    assert 'value="1890.50"' in answer.content.decode()

    answer = post(client, cast["editor"], url, **{**typed, "purchased_on": "2026-03-04"})
    assert answer.status_code == 302
    bought = Accommodation.objects.get()
    assert (bought.purchased_on, bought.cost_actual, bought.supplier) == (
        dt.date(2026, 3, 4), Decimal("1890.50"), "Exemple",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("moves", "fields"),
    [
        (
            [],
            "kind barrier measure requested_on cost_estimated supplier funding follows_person",
        ),
        (
            ["accept"],
            "purchased_on supplier cost_actual funding follows_person planned_on",
        ),
        (
            ["accept", "put-in-place"],
            "purchased_on supplier cost_actual funding follows_person",
        ),
    ],
)
def test_the_form_asks_for_what_can_be_changed_now(moves, fields, client, cast, measure):
    for name in moves:
        measure = move_accommodation(measure, name, by=cast["lead"], **MOVES[name])
    client.force_login(cast["editor"])
    form = client.get(address("accommodation_edit", measure)).context["form"]
    assert set(form.fields) == {*fields.split(), "version"}


def test_a_measure_that_is_closed_is_not_edited(client, cast, measure):
    measure = move_accommodation(measure, "withdraw", by=cast["lead"], reason="x")
    client.force_login(cast["lead"])
    assert client.get(address("accommodation_edit", measure)).status_code == 409


def test_a_measure_without_placement_can_be_tied_in_its_form(client, cast, case, placement):
    alone = request_accommodation(
        case, by=cast["lead"], kind="team", barrier="x", measure="x", requested_on=DAY
    )
    typed = {**ASKED, "version": alone.version, "placement": placement.pk, "supplier": ""}
    answer = post(client, cast["lead"], address("accommodation_edit", alone), **typed)
    assert answer.status_code == 302
    assert Accommodation.objects.get().placement == placement


def test_a_stale_form_shows_both_versions_and_saves_nothing(client, cast, measure):
    typed = {**ASKED, "version": measure.version, "supplier": "Le mien"}
    update_accommodation(measure, by=cast["lead"], supplier="Le leur")
    answer = post(client, cast["editor"], address("accommodation_edit", measure), **typed)
    assert answer.status_code == 412
    page = answer.content.decode()
    assert "Le leur" in page
    assert "Le mien" in page
    assert Accommodation.objects.get().supplier == "Le leur"


def test_a_move_asks_what_its_row_says_and_goes_back_to_the_measure(client, cast, measure):
    url = address("accommodation_move", measure, "modify")
    page = text(client, cast["lead"], url)
    assert "Téléagrandisseur</textarea>" in page
    typed = {
        **ACCEPTED, "version": measure.version, "measure": "Loupe électronique",
        "reason": "Plus légère",
    }  # fmt: skip
    answer = post(client, cast["lead"], url, **typed)
    assert answer["Location"] == measure.get_absolute_url()
    changed = Accommodation.objects.get()
    assert (changed.status, changed.measure, changed.decision_reason) == (
        "modified", "Loupe électronique", "Plus légère",
    )  # fmt: skip
    # What was asked for first stays readable.
    page = text(client, cast["lead"], measure.get_absolute_url())
    assert "Téléagrandisseur" in page.split('id="timeline"')[1]


def test_a_move_with_a_wrong_day_is_told_at_its_field(client, cast, measure):
    measure = accept(measure, cast["lead"])
    answer = post(
        client, cast["lead"], address("accommodation_move", measure, "put-in-place"),
        version=measure.version, in_place_on="2026-03-03", reason="",
    )  # fmt: skip
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == ["in_place_on"]
    assert 'value="2026-03-03"' in answer.content.decode()


def test_a_host_says_that_it_is_in_place(client, cast, measure, told):
    measure = accept(measure, cast["lead"])
    answer = post(
        client, cast["supervisor"], address("accommodation_move", measure, "put-in-place"),
        version=measure.version, in_place_on="2026-03-20", reason="",
    )  # fmt: skip
    assert answer.status_code == 302
    assert Accommodation.objects.get().status == "in_place"


READY = {
    (): ("Non", "1 mesure n’est pas en place."),
    ("accept",): ("Non", "1 mesure n’est pas en place."),
    ("accept", "put-in-place"): ("Oui", "Toutes les mesures sont en place."),
    ("withdraw",): ("Oui", "Aucune mesure n’est nécessaire pour le premier jour."),
}


@pytest.mark.parametrize("moves", READY)
def test_the_placement_says_in_words_whether_it_is_ready(moves, client, cast, placement, measure):
    for name in moves:
        measure = move_accommodation(measure, name, by=cast["lead"], **MOVES[name])
    page = text(client, cast["coordinator"], placement.get_absolute_url())
    shown = re.search(r'<p id="readiness">.*?</p>', page, re.DOTALL).group(0)
    words = " ".join(re.sub(r"<[^>]+>", " ", shown).split())
    answer, sentence = READY[moves]
    assert words == f"Prêt avant le jour 1 : {answer} {sentence}"


def test_opening_a_measure_is_logged_with_its_case(client, cast, case, measure):
    text(client, cast["coordinator"], measure.get_absolute_url())
    logged = AccessLog.objects.filter(verb="open", case_id=case.pk)
    assert [entry.actor_id for entry in logged] == [cast["coordinator"].pk]


def test_what_happened_is_for_whoever_reads_the_timeline(client, cast, measure, told):
    assert 'id="timeline"' in text(client, cast["auditor"], measure.get_absolute_url())
    for who in ("supervisor", "reader"):
        assert 'id="timeline"' not in text(client, cast[who], measure.get_absolute_url())


FILTERS = {
    "": True,
    "?q=cote": True,
    "?q=lado": False,
    "?status=requested": True,
    "?status=verified": False,
    "?kind=technical": True,
    "?kind=team": False,
    "?pending=true": True,
    "?late=true": True,
    "?to_give_back=true": False,
}


@pytest.mark.parametrize("query", FILTERS)
def test_the_lists_are_narrowed_by_the_address(query, cast, client, measure):
    page = text(client, cast["coordinator"], f"/accommodations/{query}")
    assert (measure.get_absolute_url() in page) is FILTERS[query]
    answer = api(cast["coordinator"]).get(f"/api/v1/accommodations/{query}").json()
    assert (str(measure.pk) in [each["id"] for each in answer["results"]]) is FILTERS[query]


@pytest.mark.parametrize("name", ["case", "placement", "region"])
def test_the_lists_of_one_case_placement_and_region(name, cast, measure, world, case_elsewhere):
    here = {"case": measure.case_id, "placement": measure.placement_id, "region": measure.region_id}
    there = {
        "case": case_elsewhere.pk, "placement": case_elsewhere.pk, "region": world.regions["06"].pk,
    }  # fmt: skip
    for keys, count in ((here, 1), (there, 0)):
        answer = api(cast["lead"]).get(f"/api/v1/accommodations/?{name}={keys[name]}").json()
        assert len(answer["results"]) == count


@pytest.mark.parametrize("query", ["?late=maybe", "?status=gone", "?unknown=1"])
def test_the_api_refuses_a_filter_that_makes_no_sense(query, cast, measure):
    answer = api(cast["lead"]).get(f"/api/v1/accommodations/{query}")
    assert answer.status_code == 400


def test_the_menu_leads_to_the_measures(client, cast):
    assert "Mesures d’adaptation</a>" in text(client, cast["coordinator"], "/")
    assert "Mesures d’adaptation</a>" not in text(client, cast["outsider"], "/")


# ------------------------------------------------------------------ the API
def test_a_measure_lives_through_the_api(cast, case, placement, told):
    lead, host = api(cast["lead"]), api(cast["supervisor"])
    asked = lead.post(
        "/api/v1/accommodations/",
        {
            "case": str(case.pk), "placement": str(placement.pk), "kind": "software",
            "barrier": "Ne voit pas l’écran", "measure": "Lecteur d’écran",
            "requested_on": "2026-03-02", "cost_estimated": "900.00",
        },
        format="json",
    )  # fmt: skip
    assert asked.status_code == 201
    url, tag = f"/api/v1/accommodations/{asked.json()['id']}/", asked.headers["ETag"]
    for who, name, body in (
        (lead, "accept", ACCEPTED),
        (host, "put-in-place", {"in_place_on": "2026-03-20"}),
        (host, "verify", {"verified_on": "2026-05-04"}),
    ):
        assert who.post(f"{url}{name}/", body, format="json").status_code == 428
        answer = who.post(f"{url}{name}/", body, format="json", headers={"if-match": tag})
        assert answer.status_code == 200, answer.json()
        stale = who.post(f"{url}{name}/", body, format="json", headers={"if-match": tag})
        assert stale.status_code == 412
        tag = answer.headers["ETag"]
    assert answer.json()["status"] == "verified"
    early = lead.patch(
        url, {"purchased_on": "2026-03-01"}, format="json", headers={"if-match": tag}
    )
    assert early.status_code == 400
    assert list(early.json()["errors"]) == ["purchased_on"]
    done = lead.patch(
        url, {"purchased_on": "2026-03-05", "cost_actual": "880.00"}, format="json",
        headers={"if-match": tag},
    )  # fmt: skip
    assert (done.status_code, done.json()["cost_actual"]) == (200, "880.00")
    verbs = [each["verb"] for each in lead.get(f"{url}history/").json()["results"]]
    assert verbs == [
        "cases.accommodation.update", "cases.accommodation.verify",
        "cases.accommodation.put-in-place", "cases.accommodation.accept",
        "cases.accommodation.request",
    ]  # fmt: skip


def test_the_placement_tells_its_readiness(cast, placement, measure, told):
    accept(measure, cast["lead"])
    for who in ("coordinator", "auditor", "supervisor"):
        listed = api(cast[who]).get("/api/v1/placements/").json()["results"]
        one = api(cast[who]).get(f"/api/v1/placements/{placement.pk}/").json()
        expected = {
            "state": "waiting",
            "is_ready": False,
            "is_late": True,
            "waiting": [
                {
                    "id": str(measure.pk), "kind": "technical", "status": "accepted",
                    "planned_on": "2026-03-25", "is_late": True,
                }
            ],
        }  # fmt: skip
        assert one["readiness"] == expected
        assert [each["readiness"] for each in listed if each["id"] == str(placement.pk)] == [
            expected
        ]


# ------------------------------------------------------------------ what it costs
@pytest.mark.parametrize("who", ["coordinator", "lead", "supervisor"])
def test_pages_and_lists_cost_the_same_for_one_ten_and_fifty_measures(
    who, cast, client, case, placement, measure, told
):
    pages = [
        "/accommodations/", placement.get_absolute_url(), case.get_absolute_url(),
        measure.get_absolute_url(),
    ]  # fmt: skip
    lists = ["/api/v1/accommodations/?page_size=100", "/api/v1/placements/"]
    caller, found = api(cast[who]), []
    caller.get("/api/v1/regions/")
    for more in (0, 9, 40):
        with change(by=SYSTEM, verb="test"):
            for _number in range(more):
                Accommodation(
                    case=case, placement=placement, region=case.region, site=placement.site,
                    organization=placement.organization, kind="task", barrier="x", measure="x",
                    requested_on=DAY, requested_by=cast["coordinator"],
                ).save()  # fmt: skip
        costs = [queries(client, cast[who], page) for page in pages]
        for url in lists:
            with CaptureQueriesContext(connection) as captured:
                assert caller.get(url).status_code == 200
            costs.append(len(captured))
        found.append(costs)
    assert found[0] == found[1] == found[2]
