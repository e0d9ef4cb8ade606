"""Remembering a write by the key its sender chose, so that a repetition changes nothing.

The row is written first in the transaction of the change: a copy sent at the same moment waits for it on
the unique key, and is refused. A request that changed nothing is not remembered: sent again, it is simply
asked again.
"""

import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from peph.audit import context
from peph.errors import Conflict, DomainError, Invalid
from peph.idempotency.models import RememberedRequest
from peph.scopes import Scope

KEPT = dt.timedelta(hours=24)
_KEY = re.compile(r"[\x21-\x7e]{1,200}")


class KeyReused(DomainError):
    """The key was given to another request: one of the two would be lost."""

    status_code = 422
    code = "key_reused"
    default_message = _("This Idempotency-Key was already used for another request.")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it was sent; `headers` are those that say something of the change."""

    status: int
    body: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Once:
    """One request of one person with its key."""

    actor_id: Any
    key: str
    digest: bytes
    scope: bytes

    def remember(self) -> None:
        """In the transaction of the change. Raises Conflict when a copy is being carried out."""
        try:
            RememberedRequest.objects.create(**asdict(self))
        except IntegrityError as error:
            raise Conflict(_("The same request is already being carried out.")) from error


def once(*, actor_id: Any, key: str, request: Mapping[str, Any], scope: Scope) -> Once:
    """The request as it is known again. `request` is all that makes it what it is, as plain data.

    Raises Invalid for a key that is not 1 to 200 visible characters of ASCII.
    """
    if not _KEY.fullmatch(key):
        raise Invalid(
            _("An Idempotency-Key has 1 to 200 visible characters, without spaces or accents.")
        )
    held = sorted((*each, sorted(map(str, ids))) for each, ids in scope.held.items())
    # A person to whom nothing is closed is known as before.
    closed = sorted((label, "", sorted(map(str, ids))) for label, ids in scope.denied.items())
    return Once(actor_id, key, fingerprint(request), fingerprint(held + closed))


def answered(asked: Once) -> Answer | None:
    """The answer the same request had; None when it is new.

    From now on the first change of the running request remembers it. Raises KeyReused for another
    request, Conflict when the answer is not known or was given under other rights.
    """
    found = RememberedRequest.objects.filter(actor_id=asked.actor_id, key=asked.key).first()
    if found is None:
        context.current().at_start = asked.remember
        return None
    if bytes(found.digest) != asked.digest:
        raise KeyReused
    # What was shown then may be closed to the person now.
    if found.answer is None or bytes(found.scope) != asked.scope:
        raise Conflict(_("This request was already carried out: read the record as it is now."))
    return Answer(**json.loads(found.answer))


def keep(asked: Once, answer: Answer) -> None:
    """Add the answer to what was remembered, if the request changed anything."""
    RememberedRequest.objects.filter(
        actor_id=asked.actor_id, key=asked.key, digest=asked.digest, answer__isnull=True
    ).update(answer=json.dumps(asdict(answer)))


def forget_old(*, now: dt.datetime | None = None) -> int:
    """Delete what is older than a day. How many."""
    moment = (now or timezone.now()) - KEPT
    return RememberedRequest.objects.filter(at__lte=moment).delete()[0]


def fingerprint(data: Any) -> bytes:
    """SHA-256 of plain data, whatever the order of its names."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
