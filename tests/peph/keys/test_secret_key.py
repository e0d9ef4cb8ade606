"""Changing SECRET_KEY: who is signed in stays signed in, links go on, and the old key ends when it may."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import signing
from django.test import Client
from django.utils import timezone

from cases.services import links
from peph.accounts import lockout
from peph.accounts.models import SignInCount
from peph.audit.models import AccessLog
from peph.keys import env_file, secret_key
from tests.linking import HOST, NOW, awaiting_start
from tests.peph.keys.conftest import Installation

COMMAND = "rotate_secret_key"


def is_signed_in(client: Client) -> bool:
    return client.get("/accounts/profile/").status_code == 200


@pytest.fixture
def person(cast: Any) -> Client:
    client = Client()
    client.force_login(cast["coordinator"])
    assert is_signed_in(client)
    return client


def test_five_changes_of_the_key_sign_nobody_out(
    installation: Installation, person: Client, settings: Any
) -> None:
    # Nothing was mailed: no link to a new password has to run out.
    settings.PASSWORD_RESET_TIMEOUT = 0
    key = person.session.session_key
    for _turn in range(5):
        old = settings.SECRET_KEY
        installation.step(COMMAND)
        assert (settings.SECRET_KEY, is_signed_in(person)) == (old, True)
        installation.step(COMMAND, "--restarted")
        assert old != settings.SECRET_KEY
        assert [old] == settings.SECRET_KEY_FALLBACKS
        assert is_signed_in(person)
        assert "Step 3 of 3" in installation.step(COMMAND, "--restarted")
        assert settings.SECRET_KEY_FALLBACKS == []
        assert is_signed_in(person)
    # Another id would sign out whoever asks for two pages at the same moment.
    assert person.session.session_key == key
    assert installation.said.keys() == {
        "HTTPS", "SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "CHECKPOINT_KEY",
    }  # fmt: skip


def test_a_process_not_yet_started_again_reads_what_the_new_key_signs(
    installation: Installation, db: None, settings: Any
) -> None:
    """Between two steps, processes of both sides answer the same people."""
    installation.step(COMMAND)
    behind = (settings.SECRET_KEY, list(settings.SECRET_KEY_FALLBACKS))
    installation.step(COMMAND, "--restarted")
    signed = signing.dumps("x", salt="tests")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = behind
    assert signing.loads(signed, salt="tests") == "x"


def test_sessions_only_the_old_key_signed_are_signed_again(
    installation: Installation, person: Client, settings: Any
) -> None:
    installation.step(COMMAND)
    installation.step(COMMAND, "--restarted")
    assert secret_key.sign_sessions_again() == 1
    assert secret_key.sign_sessions_again() == 0
    settings.SECRET_KEY_FALLBACKS = []
    assert is_signed_in(person)


def test_a_link_sent_before_keeps_the_old_key(
    installation: Installation, placement: Any, cast: Any
) -> None:
    with time_machine.travel(NOW):
        link = links.send_link(
            awaiting_start(placement), by=cast["coordinator"], task="confirm_start", **HOST
        )
        _the_old_key_waits_for(link, installation)


def _the_old_key_waits_for(link: Any, installation: Installation) -> None:
    token = links.token_of(link)
    installation.step(COMMAND)
    installation.step(COMMAND, "--restarted")
    assert links.open_link(token).pk == link.pk
    with time_machine.travel(timezone.now() + dt.timedelta(days=4)):
        status, said = installation.run(COMMAND, "--restarted")
        assert (status, "Links to one task: 1" in said) == (0, True)
        assert "SECRET_KEY_FALLBACKS" in installation.said
        assert "Step 3 of 3" in installation.run(COMMAND, "--restarted", "--at-once")[1]
    assert "SECRET_KEY_FALLBACKS" not in installation.said


def test_the_counts_of_failed_tries_go_on(installation: Installation, db: None) -> None:
    lockout.take([lockout.counter("account", "a@exemple.qc.ca")])
    installation.step(COMMAND)
    installation.step(COMMAND, "--restarted")
    lockout.take([lockout.counter("account", "a@exemple.qc.ca")])
    assert SignInCount.objects.get().tries == 2


def test_a_step_is_made_once_and_only_where_one_is(
    installation: Installation, db: None, settings: Any
) -> None:
    assert installation.run(COMMAND, "--restarted")[0] == 2
    installation.step(COMMAND)
    text = Path(installation.path).read_text(encoding="utf-8")
    assert "Step 1 of 3 was made" in installation.run(COMMAND)[1]
    assert Path(installation.path).read_text(encoding="utf-8") == text
    settings.SECRET_KEYS_BEFORE = ["another" * 10]
    status, said = installation.run(COMMAND, "--restarted")
    assert (status, "more than one other key" in said) == (2, True)
    assert Path(installation.path).read_text(encoding="utf-8") == text
    assert AccessLog.objects.filter(verb="key_step").count() == 1


def test_a_file_that_says_something_else_is_not_written_over(
    installation: Installation, db: None
) -> None:
    env_file.write({"SECRET_KEY": "of somebody who wrote it in between"})
    assert installation.run(COMMAND)[0] == 2
    assert "SECRET_KEY_NEXT" not in installation.said


def test_settings_kept_elsewhere_are_handed_over(
    installation: Installation, db: None, settings: Any
) -> None:
    env_file.write({"SECRET_KEY": ""})
    old, said = settings.SECRET_KEY, installation.run(COMMAND)[1]
    new = said.split("SECRET_KEY_NEXT=")[1].strip()
    settings.SECRET_KEY_NEXT = new
    said = installation.run(COMMAND, "--restarted")[1]
    assert f"SECRET_KEY={new}\nSECRET_KEY_FALLBACKS={old}\nSECRET_KEY_NEXT  (take it out)" in said
    settings.SECRET_KEY, settings.SECRET_KEY_NEXT = new, ""
    settings.SECRET_KEYS_BEFORE = [old]
    assert "good until" in installation.run(COMMAND, "--restarted")[1]
    with time_machine.travel(timezone.now() + dt.timedelta(days=4)):
        said = installation.run(COMMAND, "--restarted")[1]
    assert "SECRET_KEY_FALLBACKS  (take it out)" in said
