"""A message is written with its cause, sent once whoever sends, tried again when refused, then erased."""

import datetime as dt
import smtplib

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend as Memory
from django.db import connection, transaction

from peph.outbox.models import Message
from peph.outbox.services import deliver, erase_sent, post, try_again

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(minutes=11)


def written(key="reminder:1", **fields):
    values = {
        "to": "lea.roy@exemple.qc.ca",
        "language": "fr",
        "subject": "Échéances",
        "body": "Bonjour",
    }
    with transaction.atomic():
        done = post(key=key, **(values | fields))
    Message.objects.update(next_try_at=NOW)
    return done


class Flaky(Memory):
    """A transport whose server is down, or refuses one address, as the test says."""

    down = False
    refused = frozenset()
    opened = 0

    def open(self):
        Flaky.opened += 1
        if self.down:
            raise ConnectionRefusedError("nobody listens")
        return True

    def send_messages(self, messages):
        for each in messages:
            if set(each.to) & self.refused:
                raise smtplib.SMTPRecipientsRefused({each.to[0]: (550, b"unknown")})
        return super().send_messages(messages)


@pytest.fixture
def flaky(settings):
    settings.EMAIL_BACKEND = f"{__name__}.Flaky"
    yield Flaky
    Flaky.down, Flaky.refused, Flaky.opened = False, frozenset(), 0


# ------------------------------------------------------------------ writing
def test_a_key_is_written_once_and_the_first_text_stays():
    assert written() is True
    assert written(body="Autre") is False
    assert [each.body for each in Message.objects.all()] == ["Bonjour"]


def test_a_key_stays_taken_once_the_message_is_sent_and_erased():
    written()
    deliver(now=NOW)
    erase_sent(now=NOW + dt.timedelta(days=8))
    assert written() is False
    assert deliver(now=LATER).sent == 0


def test_a_known_key_leaves_the_transaction_around_it_usable():
    written()
    with transaction.atomic():
        assert not written()
        assert post(key="other", to="a@b.ca", language="en", subject="S", body="B")
    assert Message.objects.count() == 2


def test_a_message_goes_with_the_transaction_it_was_written_in():
    with transaction.atomic():
        post(key="k", to="a@b.ca", language="fr", subject="S", body="B")
        transaction.set_rollback(True)
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"key": ""},
        {"key": "k" * 201},
        {"to": "nobody"},
        {"to": ""},
        {"subject": " "},
        {"body": " \n"},
    ],
)
def test_what_cannot_be_sent_is_refused_when_written(fields):
    with pytest.raises(ValueError):  # noqa: PT011 - the message names the value
        written(**fields)


def test_a_line_break_in_a_subject_adds_no_header():
    written(subject="Échéances\r\nBcc: x@y.ca")
    deliver(now=NOW)
    (sent,) = mail.outbox
    assert sent.subject == "Échéances Bcc: x@y.ca"
    assert "Bcc" not in sent.message()


def test_the_text_is_encrypted_at_rest():
    written(body="https://peph.example/lien/secret")
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM outbox_message")
        assert "secret" not in cursor.fetchone()[0]


# ------------------------------------------------------------------ sending
def test_what_is_due_is_sent_once():
    written("a")
    written("b")
    first, second = deliver(now=NOW), deliver(now=NOW)
    assert (first.sent, first.waiting, second.sent) == (2, 0, 0)
    assert len(mail.outbox) == 2


def test_every_try_of_a_message_is_the_same_message():
    written(language="en")
    deliver(now=NOW)
    Message.objects.update(sent_at=None)
    deliver(now=LATER)
    one, two = (each.message() for each in mail.outbox)
    for header in ("Message-ID", "Date", "Subject", "To"):
        assert one[header] == two[header]
    assert one["Message-ID"].endswith("@localhost>")
    assert one["Auto-Submitted"] == "auto-generated"
    assert one["Content-Language"] == "en-CA"


def test_two_keys_have_two_message_ids():
    assert Message(key="a").message_id("x") != Message(key="b").message_id("x")


def test_at_most_the_limit_is_sent_the_oldest_first():
    for number in range(3):
        written(f"k{number}")
    for number in range(3):
        Message.objects.filter(key=f"k{number}").update(
            next_try_at=NOW - dt.timedelta(hours=number)
        )
    result = deliver(limit=2, now=NOW)
    assert (result.sent, result.waiting) == (2, 1)
    assert list(Message.objects.waiting().values_list("key", flat=True)) == ["k0"]


def test_a_message_somebody_is_sending_is_left_to_them():
    written()
    Message.objects.update(claimed_by="other", claimed_until=NOW + dt.timedelta(minutes=1))
    assert deliver(now=NOW).sent == 0


def test_a_message_taken_between_the_look_and_the_claim_is_left(monkeypatch, flaky):
    written()

    def taken(self):
        Message.objects.update(claimed_by="other", claimed_until=LATER)

    monkeypatch.setattr(flaky, "open", taken)
    assert deliver(now=NOW).sent == 0
    assert mail.outbox == []


def test_the_message_of_a_process_that_died_is_sent_and_told_apart():
    written()
    Message.objects.update(claimed_by="dead", claimed_until=NOW)
    result = deliver(now=LATER)
    assert (result.sent, result.uncertain) == (1, 1)


def test_a_refused_message_waits_longer_each_time_and_the_others_go(flaky):
    flaky.refused = {"gone@exemple.qc.ca"}
    written("gone", to="gone@exemple.qc.ca")
    written("there")
    result = deliver(now=NOW)
    assert (result.sent, result.failed, result.given_up) == (1, 1, 0)
    waits, moment = [], NOW
    for _ in range(3):
        message = Message.objects.get(key="gone")
        waits.append((message.next_try_at - moment).total_seconds())
        moment = message.next_try_at
        assert deliver(now=moment - dt.timedelta(seconds=1)).failed == 0
        deliver(now=moment)
    assert waits == [60, 120, 240]
    assert "550" in Message.objects.get(key="gone").last_error


def test_a_wait_is_never_longer_than_six_hours(flaky, settings):
    settings.OUTBOX_MAX_ATTEMPTS = 99
    flaky.refused = {"gone@exemple.qc.ca"}
    written(to="gone@exemple.qc.ca")
    Message.objects.update(attempts=40)
    deliver(now=NOW)
    assert Message.objects.get().next_try_at == NOW + dt.timedelta(hours=6)


def test_after_the_last_try_it_is_given_up_until_somebody_says_again(flaky, settings):
    settings.OUTBOX_MAX_ATTEMPTS = 2
    flaky.refused = {"gone@exemple.qc.ca"}
    written(to="gone@exemple.qc.ca")
    deliver(now=NOW)
    result = deliver(now=LATER)
    assert (result.failed, result.given_up, result.waiting) == (1, 1, 0)
    assert deliver(now=LATER + dt.timedelta(days=1)).failed == 0
    flaky.refused = frozenset()
    assert try_again(Message.objects.given_up()) == 1
    assert deliver().sent == 1


def test_a_server_that_is_down_is_no_messages_fault(flaky):
    flaky.down = True
    for number in range(3):
        written(f"k{number}")
    result = deliver(now=NOW)
    assert result.unreachable == "ConnectionRefusedError: nobody listens"
    assert (result.sent, result.failed, result.waiting) == (0, 0, 3)
    assert flaky.opened == 1
    assert not Message.objects.filter(attempts__gt=0).exists()
    flaky.down = False
    assert deliver(now=NOW).sent == 3


# ------------------------------------------------------------------ erasing
@pytest.mark.parametrize(("days", "erased"), [(6, 0), (7, 1), (8, 1)])
def test_address_and_text_are_erased_a_week_after_sending(days, erased):
    written()
    deliver(now=NOW)
    assert erase_sent(now=NOW + dt.timedelta(days=days)) == erased
    message = Message.objects.get()
    assert (message.body == "") is (message.to == "") is (message.subject == "") is bool(erased)
    assert message.key == "reminder:1"
    assert message.sent_at == NOW


def test_what_still_waits_is_not_erased():
    written()
    assert erase_sent(now=NOW + dt.timedelta(days=90)) == 0
