"""Writing a message in the running transaction, sending what waits, erasing what was sent.

What is promised, and why, is in docs/reminders.md: a message is lost never, and handed over a second
time only when a process died between handing it over and noting so; it then has the same Message-ID.
"""

import datetime as dt
import logging
import re
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from email.utils import format_datetime, parseaddr
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.validators import validate_email
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models import Q
from django.utils import timezone

from peph.outbox.models import Message

logger = logging.getLogger(__name__)

FIRST_WAIT = dt.timedelta(minutes=1)
LONGEST_WAIT = dt.timedelta(hours=6)
HEADERS = {
    # Nobody's holiday reply is wanted (RFC 3834), nor Exchange's.
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "All",
}


@dataclass
class Delivery:
    """What became of the messages that were due."""

    sent: int = 0
    failed: int = 0
    given_up: int = 0
    # Tried again because a process died while sending: perhaps handed over twice, under one Message-ID.
    uncertain: int = 0
    waiting: int = 0
    # Why the mail server could not be reached at all; nothing was tried then, so nothing counts as failed.
    unreachable: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def post(*, key: str, to: str, language: str, subject: str, body: str) -> bool:
    """Queue a message; it exists if and when the running transaction commits.

    False when a message with this key is there already, sent or not: nothing is written then. Raises
    RuntimeError outside a transaction, ValueError for a message that cannot be sent.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    if not connection.in_atomic_block:
        raise RuntimeError("A message is written in the transaction of what it tells of.")
    # One line, whatever was typed; a no-break space is no line break.
    subject = re.sub(r"[\x00-\x20\x7f\x85\u2028\u2029]+", " ", subject).strip()[:200]
    if not key or len(key) > 200 or not subject or not body.strip():
        raise ValueError("A message needs a key of at most 200 characters, a subject and a text.")
    try:
        validate_email(to)
    except ValidationError as error:
        raise ValueError(f"{to!r} is no e-mail address.") from error
    message = Message(key=key, to=to, language=language, subject=subject, body=body)
    # One statement that waits for whoever is writing the same key, and does not fail when it is there:
    # on PostgreSQL a failed insert would end the transaction around it.
    Message.objects.bulk_create([message], ignore_conflicts=True)
    return Message.objects.filter(pk=message.pk).exists()


def deliver(
    *,
    limit: int = 200,
    now: dt.datetime | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Delivery:
    """Send what is due, oldest first, at most `limit`; any number of processes may do so at once.

    Must not run inside a transaction: what was sent is noted at once, whatever comes after.
    """
    result = Delivery()
    owner = uuid.uuid4().hex
    due = list(
        _free(now or timezone.now())
        .order_by("next_try_at", "id")
        .values_list("pk", flat=True)[:limit]
    )
    if due:
        transport = get_connection()
        try:
            for done, pk in enumerate(due, 1):
                if not _open(transport, result):
                    break
                if message := _claim(pk, owner, now or timezone.now(), result):
                    _send(message, transport, now, result)
                progress(done, len(due))
        finally:
            transport.close()
    result.waiting = Message.objects.waiting().count()
    return result


def erase_sent(*, now: dt.datetime | None = None) -> int:
    """Erase address and text of what was sent, or given up, `OUTBOX_KEEP_DAYS` ago. How many."""
    moment = now or timezone.now()
    limit = moment - dt.timedelta(days=settings.OUTBOX_KEEP_DAYS)
    return Message.objects.filter(
        Q(sent_at__lte=limit) | Q(gave_up_at__lte=limit), erased_at__isnull=True
    ).update(to="", subject="", body="", last_error="", erased_at=moment)


def try_again(messages: Any) -> int:
    """Queue given-up messages anew, those that still have their text. How many."""
    return messages.filter(gave_up_at__isnull=False, erased_at__isnull=True).update(
        gave_up_at=None, attempts=0, next_try_at=timezone.now()
    )


def _free(now: dt.datetime) -> Any:
    """Due, and nobody is at it: a claim that ran out belongs to a process that died."""
    return Message.objects.waiting().filter(
        Q(claimed_until__isnull=True) | Q(claimed_until__lt=now), next_try_at__lte=now
    )


def _open(transport: Any, result: Delivery) -> bool:
    """Whether the mail server answers. Asked before a message is claimed: its absence is no message's
    fault, and a whole queue must not wait for it message by message."""
    try:
        transport.open()
    except OSError as error:
        result.unreachable = _told(error)
        logger.error("The mail server cannot be reached: %s", result.unreachable)
        return False
    return True


def _claim(pk: Any, owner: str, now: dt.datetime, result: Delivery) -> Message | None:
    """Take one message, if it is still free: the condition is judged again under the row's lock."""
    with transaction.atomic(durable=True):
        died = Message.objects.filter(pk=pk, claimed_until__isnull=False).exists()
        until = now + dt.timedelta(seconds=settings.OUTBOX_CLAIM_SECONDS)
        if not _free(now).filter(pk=pk).update(claimed_by=owner, claimed_until=until):
            return None
    result.uncertain += died
    return Message.objects.get(pk=pk)


def _send(message: Message, transport: Any, now: dt.datetime | None, result: Delivery) -> None:
    try:
        sent = transport.send_messages([_email(message, transport)])
        error = "" if sent else "The transport took nothing."
    except Exception as problem:  # noqa: BLE001 - whatever one message meets, the others go
        error = _told(problem)
        # A connection that failed half-way is not used for the next message.
        transport.close()
    moment = now or timezone.now()
    if error:
        _failed(message, error, moment, result)
        return
    with transaction.atomic(durable=True):
        # Whoever holds the claim by now: it was handed over, and that is what has to be known.
        Message.objects.filter(pk=message.pk, sent_at__isnull=True).update(
            sent_at=moment, gave_up_at=None, claimed_by="", claimed_until=None, last_error=""
        )
    result.sent += 1


def _failed(message: Message, error: str, moment: dt.datetime, result: Delivery) -> None:
    attempts = message.attempts + 1
    is_last = attempts >= settings.OUTBOX_MAX_ATTEMPTS
    wait = min(FIRST_WAIT * 2 ** min(attempts - 1, 20), LONGEST_WAIT)
    with transaction.atomic(durable=True):
        Message.objects.waiting().filter(pk=message.pk, claimed_by=message.claimed_by).update(
            attempts=attempts,
            next_try_at=moment + wait,
            gave_up_at=moment if is_last else None,
            claimed_by="",
            claimed_until=None,
            last_error=error,
        )
    result.failed += 1
    result.given_up += is_last
    # No address in the log; the row holds the rest.
    logger.warning("Message %s was not taken, try %s", message.pk, attempts)


def _email(message: Message, transport: Any) -> EmailMessage:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return EmailMessage(
        subject=message.subject,
        body=message.body,
        to=[message.to],
        headers={
            **HEADERS,
            "Message-ID": message.message_id(domain),
            # When it was written, at every try: a server that compares finds the same message.
            "Date": format_datetime(message.created_at),
            "Content-Language": f"{message.language}-CA",
        },
        connection=transport,
    )


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:400]
