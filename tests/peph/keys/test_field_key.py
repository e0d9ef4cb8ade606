"""Changing the key of encrypted fields: nothing is lost, and the old key opens nothing afterwards."""

import uuid
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.db import connection

from cases.models import DisabilityRecord
from peph import crypto
from peph.audit.changes import SYSTEM, change
from peph.audit.models import AccessLog
from peph.audit.verify import verify
from peph.idempotency.models import RememberedRequest
from peph.keys import again, data_keys, env_file
from peph.keys.models import DataKey
from peph.outbox.models import Message
from tests.peph.keys.conftest import Installation

COMMAND = "rotate_field_key"


@pytest.fixture
def values(db: None, case: Any, cast: Any) -> Any:
    """One value of each kind that is kept encrypted."""
    with change(by=SYSTEM, verb="test"):
        health = DisabilityRecord.objects.create(participant=case.participant, nature="Surdité")
    asked = RememberedRequest.objects.create(
        actor_id=cast["coordinator"].pk, key="k", digest=b"1" * 32, scope=b"2" * 32, answer="{}"
    )
    factor = Authenticator.objects.create(
        user=cast["coordinator"],
        type=Authenticator.Type.TOTP,
        data={"secret": crypto.encrypted("JBSWY3DP"), "migrated_codes": [crypto.encrypted("1")]},
    )

    def read() -> list[Any]:
        data = Authenticator.objects.get(pk=factor.pk).data
        return [
            DisabilityRecord.objects.get(pk=health.pk).nature,
            *health.history.values_list("nature", flat=True),
            RememberedRequest.objects.get(pk=asked.pk).answer,
            crypto.decrypted(data["secret"]),
            *map(crypto.decrypted, data["migrated_codes"]),
        ]

    return read


READ = ["Surdité", "Surdité", "{}", "JBSWY3DP", "1"]


def test_five_changes_of_the_key_lose_nothing_and_each_old_key_opens_nothing(
    installation: Installation, values: Any, settings: Any
) -> None:
    first_data_key = DataKey.objects.get().number
    for turn in range(1, 6):
        [old] = settings.FIELD_ENCRYPTION_KEYS
        installation.step(COMMAND)
        assert values() == READ
        assert len(settings.FIELD_ENCRYPTION_KEYS) == 2
        said = installation.step(COMMAND, "--restarted")
        assert "Step 3 of 3" in said
        assert values() == READ
        [new] = settings.FIELD_ENCRYPTION_KEYS
        rows = list(DataKey.objects.order_by("number"))
        assert [row.number for row in rows] == list(
            range(first_data_key, first_data_key + turn + 1)
        )
        assert {name for row in rows for name in row.wrapped} == {crypto.fingerprint(new)}
        assert [crypto.unwrapped(row.wrapped, [old]) for row in rows] == [None] * (turn + 1)
        assert again.remaining() == 0
    assert verify().is_whole
    with change(by=SYSTEM, verb="test"):
        assert DisabilityRecord.objects.update(nature="Cécité") == 1
    assert verify().is_whole
    steps = AccessLog.objects.filter(verb="key_step").order_by("id")
    assert [row.detail["step"] for row in steps] == ["prepared", "joined", "retired"] * 5


def test_what_has_a_history_keeps_its_data_key_and_gets_no_row(
    installation: Installation, values: Any
) -> None:
    number = crypto.ring().current
    rows = DisabilityRecord.history.count()
    installation.step(COMMAND)
    installation.step(COMMAND, "--restarted")
    assert DisabilityRecord.history.count() == rows
    with connection.cursor() as cursor:
        cursor.execute("SELECT nature FROM cases_disabilityrecord")
        assert crypto.number_of(cursor.fetchone()[0]) == number
        cursor.execute("SELECT answer FROM idempotency_rememberedrequest")
        assert crypto.number_of(cursor.fetchone()[0]) == number + 1


def test_every_encrypted_column_is_either_in_a_history_or_written_again() -> None:
    found = {(model._meta.label, field.name) for model, field in again.columns()}
    assert found == {("idempotency.RememberedRequest", "answer"), ("outbox.Message", "body")}
    assert issubclass(type(Message._meta.get_field("body")), crypto.EncryptedTextField)


def test_a_value_changed_meanwhile_is_not_written_over(
    installation: Installation, values: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.step(COMMAND)
    read = crypto.decrypted

    def slow(stored: str) -> str:
        monkeypatch.setattr(crypto, "decrypted", read)
        RememberedRequest.objects.update(answer="newer")
        return read(stored)

    monkeypatch.setattr(crypto, "decrypted", slow)
    [column] = [each for each in again.columns() if each[0] is RememberedRequest]
    assert list(again._batches(*column)) == [1]
    assert RememberedRequest.objects.get().answer == "newer"


@pytest.mark.parametrize("cut", ["wrap_all", "add", "write", "unwrap_others"])
def test_a_run_that_was_killed_is_taken_up_again(
    cut: str,
    installation: Installation,
    values: Any,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The process dies just before each of the things that change something."""
    target = (
        "peph.keys.field_keys.again.write_again" if cut == "write" else f"peph.keys.data_keys.{cut}"
    )

    class Killed(BaseException):
        pass

    def die(*_args: Any, **_more: Any) -> None:
        raise Killed

    first = cut in ("wrap_all", "add")
    if not first:
        installation.step(COMMAND)
    with monkeypatch.context() as broken:
        broken.setattr(target, die)
        with pytest.raises(Killed):
            installation.run(COMMAND, *([] if first else ["--restarted"]))
    installation.restart()
    assert values() == READ
    if first:
        installation.step(COMMAND)
    if len(settings.FIELD_ENCRYPTION_KEYS) == 2:
        installation.step(COMMAND, "--restarted")
    else:
        installation.step(COMMAND)
    assert values() == READ
    assert len(settings.FIELD_ENCRYPTION_KEYS) == 1
    assert not data_keys.others_open(settings.FIELD_ENCRYPTION_KEYS[0])


def test_keys_that_do_not_open_everything_are_refused_and_nothing_changes(
    installation: Installation, values: Any, settings: Any
) -> None:
    kept = settings.FIELD_ENCRYPTION_KEYS
    wrapped = list(DataKey.objects.values_list("wrapped", flat=True))
    for keys in ([Fernet.generate_key().decode() for _ in range(2)], [*kept, *kept], kept * 3):
        settings.FIELD_ENCRYPTION_KEYS = keys
        status, said = installation.run(COMMAND, "--restarted")
        assert (status, "Refused" in said) == (2, True)
    settings.FIELD_ENCRYPTION_KEYS = kept
    assert installation.run(COMMAND, "--restarted")[0] == 2
    assert list(DataKey.objects.values_list("wrapped", flat=True)) == wrapped
    assert installation.said["FIELD_ENCRYPTION_KEYS"] == kept[0]
    assert values() == READ


def test_settings_kept_elsewhere_are_handed_over(
    installation: Installation, values: Any, settings: Any
) -> None:
    env_file.write({"FIELD_ENCRYPTION_KEYS": ""})
    [old] = settings.FIELD_ENCRYPTION_KEYS
    _status, said = installation.run(COMMAND)
    new, again_old = said.split("FIELD_ENCRYPTION_KEYS=")[1].strip().split(",")
    assert again_old == old
    settings.FIELD_ENCRYPTION_KEYS = [new, old]
    assert "Step 1 of 3" in installation.run(COMMAND)[1]
    assert f"FIELD_ENCRYPTION_KEYS={new}\n" in installation.run(COMMAND, "--restarted")[1]
    settings.FIELD_ENCRYPTION_KEYS = [new]
    assert "Step 3 of 3" in installation.run(COMMAND)[1]
    assert values() == READ


def test_a_data_key_another_process_made_is_found(db: None, settings: Any) -> None:
    crypto.ring()
    row = data_keys.add(settings.FIELD_ENCRYPTION_KEYS)
    stored = crypto.encrypted("neuf")
    crypto.forget()
    kept = crypto.Ring(
        {number: key for number, key in crypto.ring().keys.items() if number < row.number}
    )
    # As a process that read the data keys before this one was made.
    crypto.forget()
    with pytest.MonkeyPatch.context() as patch:
        state = {"ring": kept}
        real = crypto.ring
        patch.setattr(crypto, "ring", lambda: state["ring"] or real())
        patch.setattr(crypto, "forget", lambda: state.update(ring=None))
        assert crypto.decrypted(stored) == "neuf"


def test_a_mark_outlives_every_change_of_keys(installation: Installation, values: Any) -> None:
    before = crypto.mark("tests", str(uuid.UUID(int=1)))
    installation.step(COMMAND)
    installation.step(COMMAND, "--restarted")
    assert crypto.mark("tests", str(uuid.UUID(int=1))) == before
    assert crypto.mark("other", str(uuid.UUID(int=1))) != before
