"""What needs real commits: no message outside a transaction, and several senders at once."""

import os

import pytest
from django.conf import settings as configured
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction

from peph.outbox.models import Message
from peph.outbox.services import deliver, post


class Counting(BaseEmailBackend):
    """Writes down every message handed over, also one that was handed over before."""

    def send_messages(self, messages):
        with open(configured.EMAIL_FILE_PATH / str(os.getpid()), "a") as file:
            for each in messages:
                file.write(f"{each.extra_headers['Message-ID']}\n")
        return len(messages)


def message(number=0):
    return {
        "key": f"k{number}", "to": "a@b.ca", "language": "fr", "subject": "S", "body": "B"
    }  # fmt: skip


@pytest.fixture
def spool(settings, tmp_path):
    settings.EMAIL_BACKEND = "peph.outbox.spool.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "spool"
    return tmp_path / "spool"


def test_a_message_is_not_written_outside_a_transaction(scratch):
    with pytest.raises(RuntimeError, match="in the transaction"):
        post(**message())


def test_nothing_is_sent_inside_a_transaction_that_could_be_undone(scratch, spool):
    with transaction.atomic():
        post(**message())
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        deliver()
    assert list(spool.glob("*")) == []


def test_a_key_written_by_several_processes_at_once_is_one_message(scratch):
    def work(number):
        with transaction.atomic():
            is_new = post(**message())
        connection.close()
        os._exit(10 if is_new else 20)

    assert sorted(scratch.in_processes(work, 4)) == [10, 20, 20, 20]
    assert Message.objects.count() == 1


def test_several_senders_at_once_send_each_message_once(scratch, settings, tmp_path):
    settings.EMAIL_BACKEND = f"{__name__}.Counting"
    settings.EMAIL_FILE_PATH = tmp_path
    with transaction.atomic():
        for number in range(40):
            post(**message(number))

    def work(number):
        deliver()
        connection.close()

    assert scratch.in_processes(work, 4) == [0, 0, 0, 0]
    assert Message.objects.filter(sent_at__isnull=False, attempts=0).count() == 40
    handed_over = [line for file in tmp_path.iterdir() for line in file.read_text().split()]
    assert len(handed_over) == 40
    assert len(set(handed_over)) == 40
