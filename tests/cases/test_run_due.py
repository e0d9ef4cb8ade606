"""`run_due`: what it answers; killed anywhere and run by several at once, it loses and doubles nothing.

Ten kills in the suite; `make crash-reminders` kills a hundred times and tells what it saw. Messages go to
a folder of files named by Message-ID, beside a list of every handing over, the repeated ones too.
"""

import contextlib
import datetime as dt
import io
import json
import multiprocessing
import os
import random
import re
import signal
import smtplib
import sys
import time
from collections import Counter
from email import message_from_bytes, policy

import pytest
import time_machine
from django.conf import settings as configured
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import CommandError, call_command
from django.db import connections, transaction
from django.utils import timezone

from cases.models import Case, FollowUp, Reminder
from cases.services import jobs
from organizations.services.grants import permission_for
from peph.accounts.models import User
from peph.audit.changes import SYSTEM, change
from peph.audit.verify import verify
from peph.outbox.models import Message
from peph.outbox.services import post
from peph.outbox.spool import EmailBackend
from tests.scratch import scratch, scratch_template

__all__ = ["scratch", "scratch_template"]

KILLS = int(os.environ.get("CRASH_KILLS", "10"))
SEED = int(os.environ.get("CRASH_SEED", "3"))
DAY = dt.date(2026, 12, 1)
PEOPLE = 12
# About what a run with something for all of them asks of the database.
STATEMENTS = 450
FORK = multiprocessing.get_context("fork")


class Recording(EmailBackend):
    """The folder, and one line for each message handed over to it, also for one it has already."""

    def _keep(self, email):
        super()._keep(email)
        with open(configured.HANDED_OVER, "ab", buffering=0) as file:
            file.write(f"{email.extra_headers['Message-ID']}\n".encode())


class Stage:
    """A database of its own, and what has to arrive: (address, follow-ups in the message) once each."""

    def __init__(self, folder):
        self.folder = folder
        self.day = DAY - dt.timedelta(days=1)
        self.expected = []
        self.people = []

    def add_people(self, count):
        """So many coordinators of the region who have nothing to do yet."""
        case = Case.objects.get(status="in_placement")
        may = permission_for(case.region, "coordinate")
        with change(by=SYSTEM, verb="tests.people"):
            for number in range(count):
                user = User(email=f"p{number}@exemple.qc.ca", first_name="P", last_name=str(number))
                user.save()
                user.regiongrants.create(
                    permission=may, content_object=case.region, reason="Test",
                    granted_at=timezone.now(),
                )  # fmt: skip
                self.people.append(user)

    def add_work(self):
        """It is the next day, what was due is done, and each of them has two more follow-ups."""
        case = Case.objects.get(status="in_placement")
        self.day += dt.timedelta(days=1)
        with change(by=SYSTEM, verb="tests.work"):
            FollowUp.objects.to_do().update(done_on=self.day, mode="call")
            for user in self.people:
                added = {
                    FollowUp.objects.create(
                        case=case, region=case.region, subject="Appel", responsible=user,
                        due_on=self.day + dt.timedelta(days=days),
                    )
                    for days in (0, 2)
                }  # fmt: skip
                self.expected.append((user.email, frozenset(str(each.pk) for each in added)))

    def is_worked_off(self):
        """Nobody has anything to do but wait for the claims of the dead to run out."""
        return not (
            FollowUp.objects.to_do().exclude(pk__in=Reminder.objects.values("follow_up")).exists()
            or Message.objects.waiting().filter(claimed_until__isnull=True).exists()
        )

    def run(self, killed_at=None):
        """One run; with a number, it is killed at that statement, before or after it is answered."""
        with connections["default"].execute_wrapper(Killer(killed_at)):
            call_command(
                "run_due",
                day=self.day,
                json=True,
                # Proving takes as long as all the others, and holds nothing that could be lost.
                only=["reminders", "mail", "erase"],
                stdout=io.StringIO(),
            )

    def start(self, *kills):
        """A process for each of these, all at once; no connection is shared with a child."""
        connections["default"].close()
        children = [FORK.Process(target=self.run, args=(each,)) for each in kills]
        for child in children:
            child.start()
        return children

    def finish(self):
        """The runs of the next hour: claims of the dead have run out by then."""
        with (
            time_machine.travel(timezone.now() + dt.timedelta(hours=1)),
            contextlib.suppress(SystemExit),  # messages whose sender died are something to look at
        ):
            self.run()

    def check(self):
        """Every reminder exactly once, in one message a person and day, and a history that is whole."""
        delivered = []
        for file in (self.folder / "spool").glob("*.eml"):
            read = message_from_bytes(file.read_bytes(), policy=policy.default)
            found = re.findall(r"#follow-up-([-0-9a-f]{36})$", read.get_content(), re.MULTILINE)
            assert len(found) == 2
            delivered.append((read["To"], frozenset(found)))
        assert Counter(delivered) == Counter(self.expected)
        assert set(Counter(delivered).values()) == {1}
        rows = Reminder.objects.values_list("recipient__email", "follow_up_id", "days")
        assert sorted(rows) == sorted(
            (each.responsible.email, each.pk, -3)
            for each in FollowUp.objects.select_related("responsible")
        )
        assert Message.objects.filter(sent_at__isnull=False).count() == len(self.expected)
        assert not Message.objects.waiting().exists()
        assert verify().is_whole

    def handed_over(self):
        return Counter((self.folder / "handed-over").read_text().split())


class Killer:
    """Counts statements and kills its own process at one of them; odd: it was not sent, even: it was."""

    def __init__(self, at):
        self.at, self.count = at, 0

    def __call__(self, execute, sql, params, many, context):
        self.count += 1
        if self.count != self.at:
            return execute(sql, params, many, context)
        if self.at % 2 == 0:
            execute(sql, params, many, context)
        os.kill(os.getpid(), signal.SIGKILL)
        raise SystemExit


@pytest.fixture
def stage(scratch, settings, tmp_path):
    """Nothing is due yet, and the folder is empty."""
    settings.EMAIL_BACKEND = f"{__name__}.Recording"
    settings.EMAIL_FILE_PATH = tmp_path / "spool"
    settings.HANDED_OVER = tmp_path / "handed-over"
    settings.HANDED_OVER.touch()
    with change(by=SYSTEM, verb="tests.alone"):
        FollowUp.objects.all().delete()
    return Stage(tmp_path)


# ------------------------------------------------------------------ the command
def answered(capsys, *arguments):
    """The exit status and the answer in JSON."""
    status = 0
    try:
        call_command("run_due", "--json", *arguments)
    except SystemExit as end:
        status = end.code
    return status, json.loads(capsys.readouterr().out)


@pytest.mark.django_db
def test_it_writes_sends_and_erases_and_says_how_much(capsys, follow_up):
    day = follow_up.due_on.isoformat()
    with change(by=SYSTEM, verb="tests.alone"):
        FollowUp.objects.exclude(pk=follow_up.pk).delete()
    status, told = answered(capsys, "--day", day)
    assert status == 0
    assert told["reminders"]["counts"] == {"messages": 1, "reminders": 1}
    assert told["mail"]["counts"] == {
        "sent": 1, "failed": 0, "given_up": 0, "uncertain": 0, "waiting": 0,
    }  # fmt: skip
    assert told["erase"]["counts"] == {"erased": 0, "forgotten": 0}
    with time_machine.travel(timezone.now() + dt.timedelta(days=8)):
        status, told = answered(capsys, "--day", day)
    assert (status, told["reminders"]["counts"]["messages"]) == (0, 0)
    assert told["erase"]["counts"] == {"erased": 1, "forgotten": 0}


@pytest.mark.django_db
def test_it_says_it_in_words_where_nobody_asked_for_json(capsys):
    call_command("run_due", "--only", "mail")
    assert capsys.readouterr().out == (
        "mail: 0 sent, 0 failed, 0 given_up, 0 uncertain, 0 waiting\n"
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("backend", "status", "problem"),
    [
        ("Down", 2, "The mail server cannot be reached: ConnectionRefusedError: nobody listens"),
        ("Refusing", 1, "Given up after the last try: 1"),
    ],
)
def test_what_keeps_the_mail_from_going_is_its_exit_status(
    backend, status, problem, capsys, settings
):
    settings.EMAIL_BACKEND, settings.OUTBOX_MAX_ATTEMPTS = f"{__name__}.{backend}", 1
    with transaction.atomic():
        post(key="k", to="a@b.ca", language="fr", subject="S", body="B")
    found, told = answered(capsys, "--only", "mail", "erase")
    assert (found, told["mail"]["problems"]) == (status, [problem])
    assert "erase" in told


@pytest.mark.django_db
def test_a_job_that_breaks_keeps_no_other_from_running(capsys, monkeypatch, caplog):
    def broken(day, progress):
        raise RuntimeError("a defect")

    table = (jobs.Job("broken", "break", broken), *jobs.JOBS)
    monkeypatch.setattr(jobs, "JOBS", table)
    status, told = answered(capsys)
    assert (status, told["broken"]["problems"]) == (2, ["RuntimeError: a defect"])
    assert list(told) == [
        "broken", "reminders", "clocks", "mail", "erase", "scan", "retention", "erasures", "index",
        "verify", "checkpoint",
    ]  # fmt: skip


@pytest.mark.parametrize("arguments", [("--day", "demain"), ("--only", "nothing")])
def test_what_it_does_not_know_it_refuses(arguments):
    with pytest.raises(CommandError):
        call_command("run_due", *arguments)


class Down(BaseEmailBackend):
    def open(self):
        raise ConnectionRefusedError("nobody listens")


class Refusing(BaseEmailBackend):
    def open(self):
        return True

    def send_messages(self, messages):
        raise smtplib.SMTPRecipientsRefused({})


# ------------------------------------------------------------------ processes that die
def test_killed_at_random_points_it_loses_nothing_and_doubles_nothing(stage):
    """Two in three at a statement drawn by lot, the others, two at a time, after a while drawn by lot."""
    chance, killed, began = random.Random(SEED), 0, time.monotonic()
    stage.add_people(PEOPLE)
    while killed < KILLS:
        if stage.is_worked_off():
            stage.add_work()
        if by_clock := chance.randrange(3) == 0:
            children = stage.start(None, None)
        else:
            children = stage.start(chance.randrange(1, STATEMENTS))
        for child in children:
            child.join(chance.uniform(0.02, 0.4) if by_clock else 60)
            child.kill()
        for child in children:
            child.join()
            killed += child.exitcode == -signal.SIGKILL
    stage.finish()
    stage.check()
    repeated = sum(count - 1 for count in stage.handed_over().values())
    sys.stdout.write(
        f"{killed} kills, {Message.objects.count()} messages of {Reminder.objects.count()} reminders, "
        f"{repeated} handed over again and recognised, {(stage.day - DAY).days + 1} days, "
        f"{time.monotonic() - began:.0f} s, {connections['default'].vendor}, seed {SEED}\n"
    )


class DiesBefore(Recording):
    """Its process is killed as it is about to hand the message over."""

    def _keep(self, email):
        os.kill(os.getpid(), signal.SIGKILL)


class DiesAfter(Recording):
    """Its process is killed when the message is handed over and nobody has noted so."""

    def _keep(self, email):
        super()._keep(email)
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize(("backend", "handed"), [("DiesBefore", 1), ("DiesAfter", 2)])
def test_a_message_whose_sender_died_arrives_once(backend, handed, stage, settings):
    stage.add_people(1)
    stage.add_work()
    alive, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, f"{__name__}.{backend}"
    (child,) = stage.start(None)
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    settings.EMAIL_BACKEND = alive
    # Its claim still holds: whether it is at work or dead cannot be told, so nobody sends it.
    stage.run()
    assert Message.objects.waiting().count() == 1
    stage.finish()
    stage.check()
    assert list(stage.handed_over().values()) == [handed]


def test_run_by_several_processes_at_once_it_doubles_nothing(stage):
    stage.add_people(PEOPLE)
    stage.add_work()
    children = stage.start(None, None, None, None)
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0, 0, 0, 0]
    stage.check()
    assert set(stage.handed_over().values()) == {1}
