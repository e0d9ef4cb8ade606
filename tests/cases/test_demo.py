"""The demonstration: everything worth looking at is there, each problem of the data once at least, and
running it again changes nothing."""

import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from auditing.models import Finding, Sample
from cases.demo.accounts import ACCOUNTS, DOMAIN
from cases.demo.life import STEPS, live
from cases.models import (
    Accommodation,
    Case,
    Document,
    KeyDateChange,
    Match,
    Outcome,
    Placement,
    ReminderPause,
    TaskLink,
    WorkProfile,
)
from cases.services.data_checks.table import CHECKS
from organizations.models import Call, HostSite, Project, ProjectScore
from peph.accounts.models import User
from peph.audit.models import ChangeSet
from privacy.models import AccessRequest, Anonymisation, Contact, Disclosure, Incident
from tests.scratch import as_default, scratch_template  # noqa: F401


@pytest.fixture(scope="module")
def demo(scratch_template: Any, django_db_blocker: Any) -> Iterator[None]:  # noqa: F811
    """A database of its own, prepared by the command, for all tests of this module."""
    with django_db_blocker.unblock():
        made = scratch_template.make()
        try:
            with as_default(made):
                prepare()
                yield
        finally:
            scratch_template.drop(made.name)


def prepare() -> str:
    out = StringIO()
    call_command("demo", "--no-serve", stdout=out)
    return out.getvalue()


# The mark as well: a run of this module alone would have no test database to copy.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def test_each_register_of_the_privacy_officer_has_something_to_show() -> None:
    today = timezone.localdate()
    due = AccessRequest.objects.open().values_list("due_on", flat=True)
    assert {day < today for day in due} == {True, False}
    assert set(Incident.objects.values_list("state", flat=True)) == {"discovered", "closed"}
    assert Disclosure.objects.count() == 2
    assert Anonymisation.objects.count() == 1
    assert Contact.objects.get().policy_on is not None


def statuses(model: Any) -> set[str]:
    return set(model.objects.values_list("status", flat=True))


def test_each_check_of_the_data_finds_somebody() -> None:
    assert {check.code for check in CHECKS if check.problems().exists()} == {
        "past-end",
        "start-unconfirmed",
        "placement-return-passed",
        "too-long",
        "overlap",
        "host-gone",
        "evaluation-missing",
        "outcome-missing",
        "accommodation-late",
        "no-contact",
        "no-coordinator",
        "review-late",
        "consent-expired",
        "duplicate-person",
        "placed-nowhere",
        "case-return-passed",
        "to-close",
    }


# Check → the person staged for it; not one that the sample spreadsheet happens to bring.
STAGED = {
    "past-end": "Abran",
    "start-unconfirmed": "Beaupré",
    "placement-return-passed": "Cloutier",
    "too-long": "Drapeau",
    "overlap": "Éthier",
    "host-gone": "Frigon",
    "evaluation-missing": "Grondin",
    "outcome-missing": "Huot",
    "accommodation-late": "Isabelle",
    "no-contact": "Jutras",
    "no-coordinator": "Labbé",
    "review-late": "Massicotte",
    "consent-expired": "Normandin",
    "duplicate-person": "Ouimet",
    "placed-nowhere": "Proulx",
    "case-return-passed": "Riopel",
    "to-close": "Séguin",
}


def test_each_problem_happens_to_the_person_staged_for_it() -> None:
    found = {
        check.code: {
            check.case_of(row).participant.last_name
            for row in check.with_people(check.problems()).filter(
                **{check.at("is_imported"): False}
            )
        }
        for check in CHECKS
    }
    assert {code for code, last in STAGED.items() if last not in found[code]} == set()


def test_projects_matches_and_measures_stand_at_every_point() -> None:
    assert statuses(Project) == {
        "draft", "submitted", "returned", "under_review", "waitlisted", "not_selected", "selected",
        "open", "filled", "completed", "cancelled", "withdrawn",
    }  # fmt: skip
    assert statuses(Match) == {
        "proposed", "sent", "interview_planned", "interviewed", "selected", "not_selected",
        "withdrawn", "offered", "accepted", "declined",
    }  # fmt: skip
    assert statuses(Accommodation) == {
        "requested", "accepted", "modified", "refused", "in_place", "verified", "returned",
        "withdrawn",
    }  # fmt: skip
    assert statuses(Placement) == {
        "to_sign", "signed", "preparation", "active", "suspended", "extended", "completed",
        "ended_early", "no_show", "cancelled",
    }  # fmt: skip
    assert statuses(Case) == {
        "referred", "intake", "eligibility_review", "awaiting_documents", "eligible", "ineligible",
        "under_appeal", "matching", "in_placement", "post_placement", "suspended", "closed",
    }  # fmt: skip


def test_two_calls_and_what_is_late_among_their_projects() -> None:
    assert list(Call.objects.values_list("status", flat=True)) == ["open", "published"]
    assert list(Project.objects.filter(is_late=True).values_list("title", "status")) == [
        ("Tri du courrier", "not_selected")
    ]
    assert Project.objects.filter(status="open").count() == 5
    assert Project.objects.get(status="returned").reply_by is not None
    assert ProjectScore.objects.values("project").distinct().count() == 3
    sites = {"01", "03", "06"}
    assert set(Project.objects.values_list("region__code", flat=True)) == sites
    assert {"MTMD", "SHQ", "MSP"} == set(
        Project.objects.values_list("organization__acronym", flat=True)
    )


def test_matches_measures_papers_and_links_worth_looking_at() -> None:
    assert WorkProfile.objects.count() == 10
    assert Match.objects.decision_late().get().case.participant.last_name == "Desrosiers"
    placed = Match.objects.get(status="accepted")
    assert (placed.placement.status, placed.project.status) == ("to_sign", "filled")
    late = Accommodation.objects.late().values_list("placement__participant__last_name", flat=True)
    assert set(late) == {"Michaud", "Isabelle"}
    back = Accommodation.objects.to_give_back().get()
    assert back.placement.participant.last_name == "Rancourt"
    documents = Document.objects.values_list("audience", "number")
    assert sorted(documents) == [
        ("health", 1),
        ("host", 1),
        ("host", 1),
        ("host", 2),
        ("program", 1),
        ("program", 1),
        ("program", 1),
    ]
    assert sorted(Outcome.objects.values_list("placement__participant__last_name", "moment")) == [
        ("Rancourt", "end"),
        ("Yelle", "end"),
        ("Yelle", "week_13"),
        ("Yelle", "week_26"),
    ]
    assert sorted(each.state for each in TaskLink.objects.all()) == [
        "answered",
        "expired",
        "waiting",
    ]
    assert ReminderPause.objects.get().placement.participant.last_name == "Pelletier"


def test_corrections_of_key_dates_applied_refused_and_waiting_for_two_people() -> None:
    found = KeyDateChange.objects.values_list(
        "case__participant__last_name", "key_date", "status", "asked_by__email", "evidence__kind"
    )
    assert sorted(found) == [
        ("Fiset", "decided_on", "refused", "coordinator-03@exemple.qc.ca", None),
        ("Harvey", "applied_on", "applied", "coordinator-03@exemple.qc.ca", "evidence"),
        ("Joly", "closed_on", "proposed", "lead@exemple.qc.ca", None),
        ("Nadeau", "started_on", "proposed", "coordinator-03@exemple.qc.ca", None),
    ]
    applied = KeyDateChange.objects.get(status="applied")
    assert applied.case.applied_on == applied.corrected


def test_a_sample_is_signed_and_another_is_being_worked_through() -> None:
    signed, under_way = Sample.objects.with_people().order_by("-status")
    assert (signed.status, signed.items_done, signed.size) == ("signed", 6, 6)
    assert (under_way.status, under_way.items_done, under_way.size) == ("open", 2, 5)
    assert sorted(Finding.objects.values_list("severity", "state")) == [
        ("major", "closed"),
        ("minor", "open"),
        ("moderate", "open"),
    ]


def test_a_second_run_changes_nothing() -> None:
    before = ChangeSet.objects.count()
    assert "demo-peph-2026" in prepare()
    assert ChangeSet.objects.count() == before


def test_the_bar_of_progress_ends_with_the_last_step() -> None:
    people = {row[0]: User.objects.get(email=f"{row[0]}@{DOMAIN}") for row in ACCOUNTS}
    site = HostSite.objects.get(
        organization__acronym="MTMD", region__code="03", name="Direction de la Capitale-Nationale"
    )
    assert len(list(live(people, site))) == STEPS


def test_the_history_is_whole() -> None:
    verified = StringIO()
    call_command("verify_history", "--json", stdout=verified)
    assert json.loads(verified.getvalue())["first_problem"] is None
