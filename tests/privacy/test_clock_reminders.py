"""The reminders of access requests: told at each stage, once, to who answers, without naming anybody."""

import datetime as dt

import pytest

from cases.services import jobs
from peph.audit.changes import SYSTEM, change
from peph.outbox.models import Message
from privacy.models import AccessRequest
from privacy.services.clock_reminders import remind_of_clocks, stage_of
from privacy.services.registers import move_entry
from tests.privacy.entering import DAY, entered

pytestmark = pytest.mark.django_db


def nothing(done, total):
    """The progress of a job nobody watches."""


def told(day):
    """The messages a run on that day writes."""
    before = set(Message.objects.values_list("pk", flat=True))
    result = remind_of_clocks(dt.date.fromisoformat(day), nothing)
    found = Message.objects.exclude(pk__in=before)
    assert result.counts == {"messages": len(found)}
    return list(found)


@pytest.mark.parametrize(
    ("left", "stage"),
    [(20, None), (8, None), (7, 7), (3, 7), (2, 2), (1, 2), (0, 0), (-1, -1), (-7, -1), (-8, -2)],
)
def test_the_stages_of_a_clock(left, stage):
    assert stage_of(left) == stage


def test_each_stage_is_told_once_however_often_the_job_runs(cast):
    # To answer by 24 May.
    entered(AccessRequest, cast["privacy"])
    days = ("16", "17", "18", "21", "22", "23", "24", "25", "26", "31")
    found = {day: len(told(f"2026-05-{day}")) for day in days}
    assert found == {"16": 0, "17": 1, "18": 0, "21": 0, "22": 1, "23": 0, "24": 1, "25": 1,
                     "26": 0, "31": 0}  # fmt: skip
    assert len(told("2026-06-01")) == 1


def test_the_message_goes_to_the_privacy_officer_and_names_nobody(cast):
    request = entered(AccessRequest, cast["privacy"])
    (message,) = told("2026-05-30")
    assert message.to == "privacy@exemple.qc.ca"
    assert message.subject == f"peph\u00a0: la demande d’accès {request.number} est en retard"
    assert request.get_absolute_url() in message.body
    assert "2026-05-24" in message.body
    assert "Éloïse" not in message.body


def test_an_extension_starts_the_clock_again_and_an_answer_ends_it(cast):
    by = cast["privacy"]
    request = entered(AccessRequest, by)
    assert len(told("2026-05-20")) == 1
    move_entry(request, "extend", by=by, extended_on="2026-05-20", extension_reason="Absence")
    assert told("2026-05-24") == []
    assert len(told("2026-05-30")) == 1
    move_entry(request, "grant", by=by, answered_on=DAY, answer="Remise")
    assert told("2026-06-10") == []


def test_nobody_who_left_is_told(cast):
    entered(AccessRequest, cast["privacy"])
    with change(by=SYSTEM, verb="test"):
        cast["privacy"].is_active = False
        cast["privacy"].save()
    assert told("2026-05-30") == []


def test_the_job_runs_before_the_mail_is_sent():
    names = [job.name for job in jobs.JOBS]
    assert names.index("clocks") == names.index("mail") - 1
