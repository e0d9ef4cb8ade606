"""Every address of the service × six ways of standing, each status written out.

A new address fails `test_every_address_has_its_lines` until it is listed. Statuses were written from the
policy: 404 outside the scope, 403 inside without the right, 302 to the sign-in page, 401 on the API.
"""

import datetime as dt
import json
import uuid
from typing import Any

import pytest
from django.urls import get_resolver, reverse
from django.utils import timezone

from auditing.models import ChecklistQuestion
from cases.models import Consent, ConsentText, ImportUpload, Match, Outcome
from cases.services.accommodations import request_accommodation
from cases.services.calendars import renew_calendar
from cases.services.conflicts import declare_conflict
from cases.services.evaluations import start_evaluation
from cases.services.key_date_changes import ask_key_date_change
from cases.services.links import send_link, token_of
from cases.services.pauses import pause_reminders
from cases.services.plans import add_objective
from cases.services.reports import add_report
from organizations.models import JobClass
from peph.audit.changes import SYSTEM, change
from peph.audit.models import ChangeSet
from peph.audit.proof import take_checkpoint
from privacy.models import (
    AccessRequest,
    Anonymisation,
    Disclosure,
    Erasure,
    Incident,
    RetentionRule,
)
from privacy.services.rules import place_hold
from tests.auditing.sampling import drawn, noted
from tests.cases.matching.conftest import a_call, a_project
from tests.cases.test_documents import put
from tests.privacy.entering import entered
from tests.proposing import draft, open_call
from tests.routes_table import ACCOUNTS, API, PAGES, PEOPLE

pytestmark = pytest.mark.django_db
# Not ours: Django's admin (its own tests guard it) and what libraries mount.
NOT_OURS = ("admin:",)
EMPTY = {
    "data": json.dumps({}),
    "content_type": "application/json",
    "headers": {"If-Match": '"999"'},
}


def names(resolver: Any = None, space: str = "") -> set[str]:
    """The name of each address; the admin's apart."""
    found: set[str] = set()
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns"):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            found |= names(pattern, inner)
        else:
            found.add(f"{space}{pattern.name}")
    return {name for name in found if not name.startswith(NOT_OURS)}


@pytest.fixture
def things(world, cast, case, placement, follow_up, note):
    """What stands in an address: one record of each kind, all of the case of region 03."""
    link = send_link(
        placement,
        by=cast["coordinator"],
        task="report",
        recipient_name="Dominique Superviseur",
        recipient_email="dominique@exemple.qc.ca",
    )
    call = open_call(cast["lead"])
    project = a_project(a_call(), world.site_03)
    with change(by=SYSTEM, verb="test"):
        # The case is placed: nobody could propose it any more.
        match = Match(
            case=case, project=project, region=case.region, site=project.site,
            organization=project.organization,
        )  # fmt: skip
        match.save()
    conflict = declare_conflict(
        case, by=cast["coordinator"], user=cast["second_lead"], reason="Voisin"
    )
    sample = drawn(cast["auditor"])
    return {
        "retention_rule": RetentionRule.objects.first().pk,
        "legal_hold": _legal_hold(case, cast).pk,
        "erasure": _erasure(case, cast).pk,
        "sample": sample.pk,
        "finding": noted(sample, cast["auditor"], case).pk,
        "access_request": entered(AccessRequest, cast["privacy"]).pk,
        "disclosure": entered(Disclosure, cast["privacy"]).pk,
        "incident": entered(Incident, cast["privacy"]).pk,
        "anonymisation": entered(Anonymisation, cast["privacy"]).pk,
        "question": ChecklistQuestion.objects.first().pk,
        "checkpoint": take_checkpoint()[0].pk,
        "link": link.pk,
        "conflict": conflict.pk,
        "token": token_of(link),
        "call": call.pk,
        "project": draft(world.site_03, cast["representative"], call).pk,
        "match": match.pk,
        "case": case.pk,
        "placement": placement.pk,
        "follow_up": follow_up.pk,
        "note": note.pk,
        "accommodation": request_accommodation(
            case,
            by=cast["coordinator"],
            placement=placement,
            kind="software",
            barrier="x",
            measure="x",
        ).pk,
        "document": put(case, cast["coordinator"]).pk,
        "outcome": _outcome(placement).pk,
        "key_date_change": ask_key_date_change(
            placement,
            by=cast["colleague"],
            key_date="started_on",
            corrected="2026-04-14",
            reason="Feuille de présence",
        ).pk,
        "evaluation": start_evaluation(placement, by=cast["coordinator"], kind="mid_term").pk,
        "awaited": placement.follow_ups.get(step__code="mid-evaluation").pk,
        "participant": case.participant_id,
        "consent_text": ConsentText.objects.first().pk,
        "consent": Consent.objects.get(participant=case.participant).pk,
        "organization": world.mtmd.pk,
        "site": world.site_03.pk,
        "region": world.regions["03"].pk,
        "job_class": JobClass.objects.order_by("code").first().pk,
        "objective": add_objective(placement, by=cast["coordinator"], text="Accueillir").pk,
        "report": add_report(
            placement,
            by=cast["coordinator"],
            from_on=dt.date(2026, 5, 1),
            to_on=dt.date(2026, 5, 31),
            hours_worked=140,
            author_name="Dominique Superviseur",
        ).pk,
        "unknown": uuid.uuid4(),
        "grant": cast["supervisor"].hostsitegrants.get().pk,
        "case_grant": cast["reader"].casegrants.get().pk,
        "kind_of_case": "cases.case",
        "change_set": ChangeSet.objects.get(verb="cases.note.add").number,
        "pause": pause_reminders(
            placement,
            by=cast["coordinator"],
            reason="Un appel a tout réglé",
            until=timezone.localdate(),
        ).pk,
        "calendar": renew_calendar(cast["lead"], by=cast["lead"]),
        "no_calendar": "x" * 43,
        "upload": ImportUpload.objects.create(
            uploaded_by=cast["coordinator"], name="x.csv", content=b"Nom\n"
        ).pk,
    }


def _outcome(placement):
    # Written as it is: ending the placement would close the other addresses.
    with change(by=SYSTEM, verb="cases.outcome.record"):
        outcome = Outcome.of(placement, moment="end", situation="studies", source="participant",
                             checked_on=dt.date(2026, 11, 2))  # fmt: skip
        outcome.save()
    return outcome


def _legal_hold(case, cast):
    return place_hold(case.participant, by=cast["privacy"], reason="Plainte")


def _erasure(case, cast):
    # Written as it is: the case is open, which no erasure gets past.
    with change(by=SYSTEM, verb="test"):
        erasure = Erasure(participant=case.participant, subject_id=case.participant_id,
                          proposed_by=cast["privacy"])  # fmt: skip
        erasure.save()
    return erasure


def address(name: str, arguments: dict[str, Any], things: dict[str, Any]) -> str:
    filled = {key: things.get(value, value) for key, value in arguments.items()}
    return reverse(name, kwargs=filled)


def test_every_address_has_its_lines():
    assert names() == {line[1] for line in [*ACCOUNTS, *PAGES, *API]}


@pytest.mark.parametrize("who", PEOPLE)
def test_each_page_answers_each_person_as_written(who, client, cast, things):
    if who != "anonymous":
        client.force_login(cast[who])
    place = PEOPLE.index(who)
    expected, found = {}, {}
    for method, name, arguments, statuses in [*ACCOUNTS, *PAGES]:
        line = f"{method} {name} {arguments or ''}".strip()
        expected[line] = statuses[place]
        found[line] = getattr(client, method)(address(name, arguments, things)).status_code
    assert found == expected


@pytest.mark.parametrize("who", PEOPLE)
def test_each_address_of_the_api_answers_each_person_as_written(who, client, cast, things):
    if who != "anonymous":
        client.force_login(cast[who])
    place = PEOPLE.index(who)
    expected, found = {}, {}
    for method, name, arguments, statuses in API:
        line = f"{method} {name} {arguments or ''}".strip()
        expected[line] = statuses[place]
        body = {} if method == "get" else EMPTY
        found[line] = getattr(client, method)(address(name, arguments, things), **body).status_code
    assert found == expected
