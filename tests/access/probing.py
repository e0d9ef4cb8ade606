"""One request as one person, undone afterwards, and what the oracle says of its answer."""

import json
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from unittest.mock import patch

import typst
from django.conf import settings
from django.core import mail
from django.core.signals import got_request_exception
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.client import ClientHandler

from peph.audit.models import ChangeSet
from peph.outbox.models import Message
from tests.access.canaries import Aviary, unfolded
from tests.access.facts import Person
from tests.access.knowledge import Knowledge
from tests.access.people import Account


@dataclass(frozen=True)
class Probe:
    """What is asked, by whom, and the statuses the oracle takes for right."""

    family: str
    who: str
    method: str
    url: str
    expected: frozenset[int]
    allowed: bool
    route: str = ""
    by_token: bool = False
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        how = " with a token" if self.by_token else ""
        body = f" {self.body!r}" if self.body else ""
        return f"{self.family}: {self.who}{how}: {self.method} {self.url}{body}"


@dataclass
class Answer:
    """What came back: the status, every byte that left, and what was done meanwhile."""

    status: int
    content: bytes
    head: bytes
    mails: list[tuple[str, bytes]] = field(default_factory=list)
    changes: int = 0
    broken: str = ""


class Asker:
    """Sends probes; everything they did is undone."""

    def __init__(self, accounts: dict[str, Account]) -> None:
        self.accounts = accounts
        self.handler = ClientHandler(enforce_csrf_checks=False)
        self.factory = RequestFactory()
        self.mailed = set(Message.objects.values_list("pk", flat=True))
        self.sessions: dict[str, str] = {}

    def ask(self, probe: Probe) -> Answer:
        """The answer to one probe."""
        broken: list[str] = []

        def breaks(**_signal: Any) -> None:
            broken.append("".join(traceback.format_exc(limit=-3)))

        got_request_exception.connect(breaks)
        # What only reads cannot write: the service sees to that by itself.
        writes = probe.method not in ("get", "head", "options")
        mails: list[tuple[str, bytes]] = []
        done = 0
        if not probe.by_token:
            self.sign_in(probe.who)
        with undone():
            before = _last_change() if writes else 0
            # The words of a PDF are those that are given to the typesetter.
            with patch.object(
                typst, "compile", lambda *_asked, sys_inputs, **_how: sys_inputs["data"].encode()
            ):
                response = self.handler(self._environ(probe))
                content = _content(response)
            head = repr(sorted(response.headers.items())).encode()
            if writes:
                mails = self._mails()
                done = _last_change() - before
        got_request_exception.disconnect(breaks)
        return Answer(response.status_code, content, head, mails, done, "".join(broken))

    def sign_in(self, who: str) -> None:
        """Once for each person, when they first ask something; not inside what is undone."""
        user = self.accounts[who].user
        if user is not None and who not in self.sessions:
            self.sessions[who] = _session(user)

    def _mails(self) -> list[tuple[str, bytes]]:
        waiting = Message.objects.exclude(pk__in=self.mailed)
        sent = [(each.to[0], each.message().as_bytes()) for each in mail.outbox]
        mail.outbox.clear()
        return sent + [(each.to, f"{each.subject}\n{each.body}".encode()) for each in waiting]

    def _environ(self, probe: Probe) -> dict[str, Any]:
        extra: dict[str, Any] = {"headers": dict(probe.headers)}
        if probe.by_token:
            extra["headers"]["Authorization"] = f"Token {self.accounts[probe.who].token}"
        data, kind = b"", "application/octet-stream"
        if probe.method not in ("get", "head", "options"):
            if probe.url.startswith("/api/"):
                data, kind = json.dumps(probe.body or {}).encode(), "application/json"
                extra["headers"].setdefault("If-Match", '"999"')
            else:
                form = self.factory._encode_data(probe.body or {}, _MULTIPART)
                data, kind = form, _MULTIPART
        request = self.factory.generic(
            probe.method.upper(), probe.url, data, content_type=kind, **extra
        )
        environ = request.environ
        session = self.sessions.get(probe.who)
        if session and not probe.by_token:
            environ["HTTP_COOKIE"] = SimpleCookie({settings.SESSION_COOKIE_NAME: session}).output(
                header="", sep="; "
            )
        return environ


_MULTIPART = "multipart/form-data; boundary=BoUnDaRyStRiNg"


def _session(user: Any) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written inside is not."""
    block = transaction.atomic()
    # As the test's own transaction: a change may begin inside.
    block._from_testcase = True  # type: ignore[attr-defined]
    with block:
        yield
        transaction.set_rollback(True)


def _content(response: HttpResponse) -> bytes:
    if getattr(response, "streaming", False):
        return b"".join(response)  # type: ignore[call-overload]
    return response.content


def _last_change() -> int:
    return ChangeSet.objects.order_by("-number").values_list("number", flat=True).first() or 0


class Judge:
    """Holds answers against the oracle."""

    def __init__(
        self, accounts: dict[str, Account], canaries: Aviary, knowledge: Knowledge
    ) -> None:
        self.people = {name: each.person for name, each in accounts.items()}
        self.by_email = {
            each.user.email: each.person for each in accounts.values() if each.user is not None
        }
        self.canaries, self.knowledge = canaries, knowledge

    def faults(self, probe: Probe, answer: Answer, knower: Person | None = None) -> list[str]:
        """What is wrong with an answer; nothing when all is well."""
        found = []
        if answer.status not in probe.expected:
            found.append(f"{probe}: {answer.status}, not {sorted(probe.expected)}")
        if answer.broken:
            found.append(f"{probe}: {answer.broken}")
        if not probe.allowed and answer.changes:
            found.append(f"{probe}: refused, and yet something was written")
        person = knower or self.people[probe.who]
        # What somebody asks for is no news to them.
        asked = self.canaries.in_bytes(probe.url.encode())
        found += [f"{probe}: LEAK {each}" for each in self.leaks(person, answer, asked)]
        return found

    def leaks(self, person: Person, answer: Answer, asked: set[bytes]) -> list[str]:
        """Canaries `person` may not know, in whatever was sent."""
        seen = self.canaries.in_bytes(answer.head)
        for part in unfolded(answer.content):
            seen |= self.canaries.in_bytes(part)
        found = self._not_theirs(person, seen - asked)
        for to, text in answer.mails:
            reader = self.by_email.get(to)
            if reader is not None:
                found += self._not_theirs(reader, self.canaries.in_bytes(text))
        return found

    def _not_theirs(self, person: Person, texts: set[bytes]) -> list[str]:
        told = (self.canaries.known[text] for text in texts)
        return [
            f"{each.label}.{each.field}"
            for each in told
            if not self.knowledge.may_know(person, each)
        ]
