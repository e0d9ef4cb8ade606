"""Pages of plan and reports: who sees and writes what, forms that keep what was typed, the agreement."""

import datetime as dt
import re
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Objective, Report
from cases.services.placements import move_placement, update_placement
from cases.services.plans import add_objective, update_objective
from cases.services.reports import add_report
from cases.services.signatures import sign_agreement
from peph.audit.changes import SYSTEM, change
from peph.audit.models import ChangeSet

pytestmark = pytest.mark.django_db
NOVEMBER = dt.datetime(2026, 11, 23, 15, tzinfo=dt.UTC)
# person → (objective_new, objective_edit, report_new, report_edit, agreement)
STATUSES = {
    "lead": (200, 200, 200, 200, 200),
    "coordinator": (200, 200, 200, 200, 200),
    "coordinator_elsewhere": (404, 404, 404, 404, 404),
    "representative": (200, 200, 200, 403, 200),
    "representative_elsewhere": (404, 404, 404, 404, 404),
    "supervisor": (200, 200, 200, 403, 200),
    "supervisor_elsewhere": (404, 404, 404, 404, 404),
    "committee": (404, 404, 404, 404, 404),
    "auditor": (403, 403, 403, 403, 200),
    "auditor_host": (403, 403, 403, 403, 200),
    "privacy": (403, 403, 403, 403, 200),
    "reader": (403, 403, 403, 403, 200),
    "editor": (200, 200, 200, 200, 200),
    "outsider": (404, 404, 404, 404, 404),
    "former": (404, 404, 404, 404, 404),
    "superuser": (404, 404, 404, 404, 404),
}


def page(client, user, url, status=200):
    client.force_login(user)
    answer = client.get(url)
    assert answer.status_code == status, answer.content.decode()[:500]
    return answer.content.decode()


def part(shown, name):
    """One part of the page; nothing when it has nothing to show."""
    found = re.search(rf'<section class="stack" id="{name}".*?</section>', shown, re.DOTALL)
    return found.group(0) if found else ""


@pytest.fixture
def objective(cast, placement):
    return add_objective(
        placement, by=cast["supervisor"], text="Répondre au téléphone", indicator="Une journée",
        due_on=dt.date(2026, 9, 1),
    )  # fmt: skip


@pytest.fixture
def report(cast, placement):
    return add_report(
        placement, by=cast["coordinator"], from_on=dt.date(2026, 5, 1), to_on=dt.date(2026, 5, 31),
        hours_worked=Decimal("133.5"), hours_absent=Decimal("6.5"), concern="watch",
        progress="Prend de l’assurance", author_name="Dominique Superviseur",
    )  # fmt: skip


@pytest.mark.parametrize("who", STATUSES)
def test_each_person_opens_what_is_theirs(who, cast, client, placement, objective, report):
    client.force_login(cast[who])
    addresses = (
        f"/placements/{placement.pk}/objectives/new/",
        f"/objectives/{objective.pk}/edit/",
        f"/placements/{placement.pk}/reports/new/",
        f"/reports/{report.pk}/edit/",
        f"/placements/{placement.pk}/agreement/",
    )
    assert tuple(client.get(url).status_code for url in addresses) == STATUSES[who]


# person → (adds objectives, keeps one, writes a report, corrects one): what the page offers them
OFFERS = {
    "coordinator": (True, True, True, True),
    "supervisor": (True, True, True, False),
    "representative": (True, True, True, False),
    "auditor": (False, False, False, False),
    "reader": (False, False, False, False),
}


@pytest.mark.parametrize("who", OFFERS)
def test_the_page_offers_what_the_api_offers(who, cast, client, placement, objective, report):
    shown = page(client, cast[who], placement.get_absolute_url())
    found = tuple(
        f'href="{url}"' in shown
        for url in (
            f"/placements/{placement.pk}/objectives/new/",
            f"/objectives/{objective.pk}/edit/",
            f"/placements/{placement.pk}/reports/new/",
            f"/reports/{report.pk}/edit/",
        )
    )
    assert found == OFFERS[who]
    for noun, row, offered in (
        ("objectives", objective, found[1]),
        ("reports", report, found[3]),
    ):
        answer = client.get(f"/api/v1/{noun}/{row.pk}/")
        assert answer.json()["actions"] == (["edit"] if offered else [])


@pytest.mark.parametrize("who", ["coordinator", "supervisor", "auditor"])
def test_plan_presence_and_reports_are_told_in_french(
    who, cast, client, placement, objective, report
):
    update_placement(placement, by=cast["coordinator"], hours_per_week=35)
    shown = page(client, cast[who], placement.get_absolute_url())
    plan, told = part(shown, "plan"), part(shown, "reports")
    for words in ("Répondre au téléphone", "Une journée", "2026-09-01", "Planifié"):
        assert words in plan
    for words in (
        "Heures travaillées", "133,5", "6,5", "95,4\u00a0%", "Prend de l’assurance", "À surveiller",
        "Consigné par Camille Coordinator pour l’organisme d’accueil", "Rapporté jusqu’au",
        "Le motif d’une absence n’est jamais consigné",
    ):  # fmt: skip
        assert words in told


def test_what_the_host_wrote_itself_is_not_said_to_be_written_for_it(cast, client, placement):
    add_report(
        placement, by=cast["supervisor"], from_on=dt.date(2026, 5, 1), to_on=dt.date(2026, 5, 31),
        hours_worked=1, author_name="Dominique Superviseur",
    )  # fmt: skip
    told = part(page(client, cast["coordinator"], placement.get_absolute_url()), "reports")
    assert "Consigné par" not in told


def test_before_it_begins_a_placement_has_a_plan_and_no_report(cast, client, placement):
    with change(by=SYSTEM, verb="cases.placement.update"):
        placement.status, placement.started_on = "preparation", None
        placement.save()
    shown = page(client, cast["supervisor"], placement.get_absolute_url())
    assert 'id="plan"' in shown
    assert 'id="reports"' not in shown
    page(client, cast["supervisor"], f"/placements/{placement.pk}/reports/new/", status=409)


@time_machine.travel(NOVEMBER, tick=False)
def test_once_over_the_plan_is_read_and_the_last_report_written(cast, client, placement, objective):
    move_placement(placement, "complete", by=cast["lead"], ended_on="2026-11-20")
    shown = page(client, cast["supervisor"], placement.get_absolute_url())
    assert "Répondre au téléphone" in part(shown, "plan")
    assert f"/objectives/{objective.pk}/edit/" not in shown
    assert f"/placements/{placement.pk}/reports/new/" in shown
    page(client, cast["supervisor"], f"/objectives/{objective.pk}/edit/", status=409)
    page(client, cast["supervisor"], f"/placements/{placement.pk}/objectives/new/", status=409)
    form = page(client, cast["supervisor"], f"/placements/{placement.pk}/reports/new/")
    assert f"objectives.{objective.pk}.state" not in form


def test_an_objective_is_added_and_kept_by_the_host(cast, client, placement):
    url = placement.get_absolute_url()
    client.force_login(cast["supervisor"])
    answer = client.post(f"{url}objectives/new/", {"text": "Classer", "due_on": "2026-12-01"})
    assert (answer.status_code, answer["Location"]) == (302, f"{url}#plan")
    kept = Objective.objects.get()
    body = {
        "version": kept.version, "text": "Classer", "state": "dropped", "progress": "",
        "due_on": "2026-12-01",
    }  # fmt: skip
    edit = f"/objectives/{kept.pk}/edit/"
    refused = client.post(edit, body)
    assert refused.status_code == 400
    assert 'id="id_progress_error"' in refused.content.decode()
    assert client.post(edit, body | {"progress": "Poste transformé"}).status_code == 302
    assert Objective.objects.get().state == "dropped"


def test_a_stale_objective_form_shows_both_versions(cast, client, objective):
    update_objective(objective, by=cast["lead"], progress="Celle du programme")
    client.force_login(cast["supervisor"])
    body = {"version": 1, "text": objective.text, "state": "reached", "progress": "La mienne"}
    answer = client.post(f"/objectives/{objective.pk}/edit/", body)
    shown = answer.content.decode()
    assert answer.status_code == 412
    assert "Celle du programme" in shown
    assert "La mienne" in shown
    assert (
        client.post(f"/objectives/{objective.pk}/edit/", body | {"version": 2}).status_code == 302
    )


# ------------------------------------------------------------------ writing a report
def _body(**more):
    return {
        "from_on": "2026-05-01", "to_on": "2026-05-31", "hours_worked": "133,5", "hours_absent": "0",
        "progress": "Prend de l’assurance", "concern": "none", "author_name": "Dominique Superviseur",
    } | more  # fmt: skip


def test_the_form_knows_where_the_next_period_begins_and_who_reports(
    cast, client, placement, report
):
    url = f"/placements/{placement.pk}/reports/new/"
    own = page(client, cast["supervisor"], url)
    assert 'name="from_on" value="2026-06-01"' in own
    assert 'name="author_name" value="Camille Supervisor"' in own
    assert "pour l’organisme d’accueil" not in own
    on_behalf = page(client, cast["coordinator"], url)
    assert 'name="author_name" value="Dominique Superviseur"' in on_behalf
    assert "Vous consignez ce rapport pour l’organisme d’accueil" in on_behalf


def test_a_report_is_written_with_what_it_tells_of_an_objective(cast, client, placement, objective):
    other = add_objective(placement, by=cast["lead"], text="Classer")
    client.force_login(cast["supervisor"])
    url = placement.get_absolute_url()
    told = {
        f"objectives.{objective.pk}.state": "reached",
        f"objectives.{objective.pk}.progress": "Seule, toute la journée",
        f"objectives.{objective.pk}.version": "1",
        f"objectives.{other.pk}.state": "planned",
        f"objectives.{other.pk}.progress": "",
        f"objectives.{other.pk}.version": "1",
    }
    answer = client.post(f"{url}reports/new/", _body(**told))
    assert (answer.status_code, answer["Location"]) == (302, f"{url}#reports")
    written = Report.objects.get()
    assert (written.hours_worked, written.is_on_behalf) == (Decimal("133.5"), False)
    objective.refresh_from_db()
    other.refresh_from_db()
    assert (objective.state, objective.version, other.version) == ("reached", 2, 1)
    # Settled, it is asked about no more.
    form = page(client, cast["supervisor"], f"{url}reports/new/")
    assert f"objectives.{objective.pk}.state" not in form
    assert f"objectives.{other.pk}.state" in form


def test_an_objective_changed_meanwhile_stops_the_report_until_one_has_seen_it(
    cast, client, placement, objective
):
    update_objective(objective, by=cast["lead"], progress="Celle du programme")
    client.force_login(cast["supervisor"])
    url = f"{placement.get_absolute_url()}reports/new/"
    name = f"objectives.{objective.pk}"
    body = _body(
        **{f"{name}.state": "under_way", f"{name}.progress": "La mienne", f"{name}.version": "1"}
    )
    answer = client.post(url, body)
    shown = answer.content.decode()
    assert answer.status_code == 412
    assert "Celle du programme" in shown
    assert f'name="{name}.version" value="2"' in shown
    assert not Report.objects.exists()
    assert client.post(url, body | {f"{name}.version": "2"}).status_code == 302


WRONG = [
    ({"to_on": "2026-04-30"}, "to_on"),
    ({"from_on": "2026-04-12"}, "from_on"),
    ({"to_on": "2099-01-01"}, "to_on"),
    ({"hours_worked": "-1"}, "hours_worked"),
    ({"hours_worked": "beaucoup"}, "hours_worked"),
    ({"hours_worked": "1,335"}, "hours_worked"),
    ({"concern": "urgent", "progress": ""}, "progress"),
    ({"author_name": ""}, "author_name"),
]


@pytest.mark.parametrize(("more", "at_fault"), WRONG)
def test_a_refused_report_keeps_what_was_typed_and_names_the_field(
    more, at_fault, cast, client, placement
):
    client.force_login(cast["supervisor"])
    before = ChangeSet.objects.count()
    answer = client.post(f"{placement.get_absolute_url()}reports/new/", _body(**more))
    shown = answer.content.decode()
    assert answer.status_code == 400
    assert re.findall(r'id="id_(\w+)_error"', shown) == [at_fault]
    if at_fault != "progress":
        assert "Prend de l’assurance" in shown
    assert ChangeSet.objects.count() == before


def test_the_programme_corrects_a_report_with_a_reason(cast, client, report):
    url, body = f"/reports/{report.pk}/edit/", _body(hours_worked="120.0", version=1)
    assert 'name="hours_worked" value="133,5"' in page(client, cast["coordinator"], url)
    refused = client.post(url, body)
    assert refused.status_code == 400
    assert 'id="id_reason_error"' in refused.content.decode()
    assert client.post(url, body | {"reason": "Erreur de saisie"}).status_code == 302
    report.refresh_from_db()
    assert report.hours_worked == Decimal(120)
    assert ChangeSet.objects.latest("number").reason == "Erreur de saisie"
    assert client.post(url, body | {"reason": "Encore"}).status_code == 412


# ------------------------------------------------------------------ the agreement
def test_the_agreement_names_parties_dates_plan_and_signatures(cast, client, placement, objective):
    shown = page(client, cast["supervisor"], f"/placements/{placement.pk}/agreement/")
    for words in (
        "Entente de stage", "Éloïse Côté-Tremblay", "Dominique Superviseur", "2026-04-13", "2027-04-11",
        "Répondre au téléphone", "Entente signée le 2026-04-01.",
    ):  # fmt: skip
        assert words in shown
    for kept in ("1988-11-05", "rue de l’Exemple", "Loupe d’écran", "to-fill"):
        assert kept not in shown


def test_the_agreement_leaves_a_line_for_who_has_not_signed(cast, client, placement):
    with change(by=SYSTEM, verb="cases.placement.update"):
        placement.status, placement.started_on, placement.signed_on = "to_sign", None, None
        placement.save()
    sign_agreement(
        placement, by=cast["lead"], role="participant", name="Éloïse Côté-Tremblay",
        signed_on=dt.date(2026, 4, 1), means="witnessed",
    )  # fmt: skip
    shown = page(client, cast["supervisor"], f"/placements/{placement.pk}/agreement/")
    assert "Par une marque ou de vive voix, devant témoin" in shown
    assert shown.count('class="to-fill"') == 3


# ------------------------------------------------------------------ why a move was made
REASONED = [
    ("end-early", {"ended_on": "2026-11-20", "ended_by": "host", "hours_missed": "40"}),
    ("extend", {"extension_end": "2027-06-01"}),
]


@pytest.mark.parametrize(("name", "inputs"), REASONED)
@time_machine.travel(NOVEMBER, tick=False)
def test_dates_and_reason_of_a_move_stay_on_the_page(name, inputs, cast, client, placement):
    move_placement(placement, name, by=cast["lead"], reason="Réorganisation du service", **inputs)
    url = placement.get_absolute_url()
    officer, host = page(client, cast["coordinator"], url), page(client, cast["supervisor"], url)
    for shown in (officer, host):
        assert next(iter(inputs.values())) in shown
    assert "Réorganisation du service" in officer
    # What the programme wrote for itself is not the host's to read.
    assert "Réorganisation du service" not in host


@pytest.mark.parametrize(
    ("name", "inputs"), [("no-show", {"expected_on": "2026-04-13"}), ("cancel", {})]
)
def test_a_no_show_and_a_cancellation_keep_their_reason_too(name, inputs, cast, client, placement):
    with change(by=SYSTEM, verb="cases.placement.update"):
        placement.status, placement.started_on = "preparation", None
        placement.save()
    move_placement(placement, name, by=cast["lead"], reason="Trois appels sans réponse", **inputs)
    shown = page(client, cast["coordinator"], placement.get_absolute_url())
    assert "Trois appels sans réponse" in shown
    for day in inputs.values():
        assert day in shown


# ------------------------------------------------------------------ the first page of a host
# last day reported (None: nothing was), back from a suspension → whether a report is expected
EXPECTED = [
    (None, None, True),
    ("2026-10-18", None, True),
    ("2026-10-19", None, False),
    ("2026-11-20", None, False),
    (None, "2026-10-18", True),
    (None, "2026-10-19", False),
]


@pytest.mark.parametrize(("until", "back", "expected"), EXPECTED)
def test_a_report_is_expected_after_thirty_five_days_of_silence(
    until, back, expected, cast, client, placement
):
    with time_machine.travel(NOVEMBER, tick=False):
        if until:
            add_report(
                placement, by=cast["supervisor"], from_on=dt.date(2026, 5, 1),
                to_on=dt.date.fromisoformat(until), hours_worked=1, author_name="D. S.",
            )  # fmt: skip
        if back:
            for name, inputs in (
                (
                    "suspend",
                    {"suspended_on": "2026-09-01", "resume_on": "2099-01-01", "reason": "R"},
                ),
                ("resume", {"resumed_on": back}),
            ):
                placement = move_placement(placement, name, by=cast["lead"], **inputs)
        shown = part(page(client, cast["supervisor"], "/"), "reports-expected")
    assert (f"/placements/{placement.pk}/reports/new/" in shown) is expected


@time_machine.travel(NOVEMBER, tick=False)
def test_nobody_is_expected_to_report_on_somebody_who_is_away_or_elsewhere(cast, client, placement):
    assert "<tr>" not in part(page(client, cast["supervisor_elsewhere"], "/"), "reports-expected")
    move_placement(
        placement, "suspend", by=cast["lead"], suspended_on="2026-11-01", resume_on="2026-12-14",
        reason="R",
    )  # fmt: skip
    assert "<tr>" not in part(page(client, cast["supervisor"], "/"), "reports-expected")


# ------------------------------------------------------------------ cost
@pytest.mark.parametrize("who", ["coordinator", "supervisor"])
def test_the_page_asks_as_often_for_ten_objectives_and_reports_as_for_one(
    who, cast, client, placement
):
    counts = set()
    for first, last in ((0, 1), (1, 10)):
        for number in range(first, last):
            add_objective(placement, by=cast["coordinator"], text=f"Objectif {number}")
            day = dt.date(2026, 5, 1) + dt.timedelta(days=number)
            add_report(
                placement, by=cast["coordinator"], from_on=day, to_on=day, hours_worked=7,
                author_name="D. S.",
            )  # fmt: skip
        for url in (placement.get_absolute_url(), f"{placement.get_absolute_url()}agreement/"):
            client.force_login(cast[who])
            client.get(url)
            with CaptureQueriesContext(connection) as found:
                client.get(url)
            counts.add((url, len(found)))
    assert len(counts) == 2
