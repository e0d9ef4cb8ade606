"""The folder transport: one file a message, whole, never two of the same."""

from email import message_from_bytes, policy

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage

from peph.outbox.spool import EmailBackend


def email(message_id="<a1@x>", body="Bonjour à tous"):
    return EmailMessage("Échéances", body, to=["a@b.ca"], headers={"Message-ID": message_id})


def test_a_message_is_one_file_that_a_mail_program_reads(tmp_path):
    assert EmailBackend(file_path=tmp_path / "out").send_messages([email()]) == 1
    (file,) = (tmp_path / "out").iterdir()
    read = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert file.name == "a1@x.eml"
    assert read["Subject"] == "Échéances"
    assert read.get_content().strip() == "Bonjour à tous"


def test_a_message_handed_over_again_is_taken_once(tmp_path):
    transport = EmailBackend(file_path=tmp_path)
    assert transport.send_messages([email(), email(body="Autre")]) == 2
    (file,) = tmp_path.iterdir()
    assert b"Autre" not in file.read_bytes()


def test_a_message_id_cannot_leave_the_folder(tmp_path):
    EmailBackend(file_path=tmp_path / "out").send_messages([email("<../../evil@x>")])
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


def test_the_folder_has_to_be_named():
    with pytest.raises(ImproperlyConfigured):
        EmailBackend()
