"""Sending one request to the service in this process, and judging its answer: status, time, shape."""

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db import connection, transaction
from django.test.client import ClientHandler
from django.utils.translation import override

from peph.api import KINDS, PROBLEM

SLOWEST = 2.0
# A machine that does something else makes an answer late once, not every time.
TRIES = 3
READING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
Environ = Callable[[], dict[str, Any]]


@dataclass
class Tally:
    """What a run came to: how often each status, the slowest answer, and everything that is wrong."""

    statuses: Counter = field(default_factory=Counter)
    slowest: tuple[float, str] = (0.0, "")
    wrong: list[str] = field(default_factory=list)

    @property
    def asked(self) -> int:
        return sum(self.statuses.values())

    @property
    def accepted(self) -> float:
        """The share of answers that say yes."""
        good = sum(count for status, count in self.statuses.items() if 200 <= status < 300)
        return good / max(self.asked, 1)

    def __str__(self) -> str:
        seen = ", ".join(f"{status} × {count}" for status, count in sorted(self.statuses.items()))
        return (
            f"{self.asked} requests, {self.accepted:.0%} of them 2xx ({seen}); slowest "
            f"{self.slowest[0]:.2f} s ({self.slowest[1]}); wrong: {len(self.wrong)}"
        )


class Service:
    """The service, called without a server. Nothing that a request writes outlives it."""

    def __init__(self) -> None:
        self.handler = ClientHandler(enforce_csrf_checks=False)
        self.handler.load_middleware()

    def __call__(self, environ: dict[str, Any]) -> Any:
        """The answer to one request, its body read. What it wrote is checked as at COMMIT, then undone."""
        undone = transaction.atomic()
        # A change insists on being outermost; Django lets a test stand around it.
        undone._from_testcase = True
        with undone:
            response = self.handler(environ)
            content = response.getvalue()
            if response.status_code < 300 and environ["REQUEST_METHOD"] not in READING:
                connection.check_constraints()
            transaction.set_rollback(True)
        response.body = content
        return response

    def ask(self, environ: Environ, what: str, tally: Tally, *, language: str = "") -> Any:
        """Send it and count what comes back; None for what raised. `language`: of a refusal's words."""
        best = 0.0
        for each in range(TRIES):
            began = _clock()
            try:
                response = self(environ())
            except Exception as error:  # noqa: BLE001 - a defect of the service, whatever it is
                tally.statuses[500] += 1
                tally.wrong.append(f"{what}: {type(error).__name__}: {error}"[:400])
                return None
            taken = _clock() - began
            best = min(best, taken) if each else taken
            if best < SLOWEST:
                break
        tally.statuses[response.status_code] += 1
        tally.slowest = max(tally.slowest, (best, what[:160]))
        if found := faults(response, best, language):
            tally.wrong.append(f"{what}: {found}"[:400])
        return response


def faults(response: Any, seconds: float, language: str = "") -> str:
    """What is wrong with an answer; nothing when it is one the caller can act on."""
    status = response.status_code
    if status >= 500:
        return f"status {status}"
    if seconds >= SLOWEST:
        return f"{seconds:.1f} s, {TRIES} times"
    if status >= 400 and (response.get("Content-Type") or "").startswith("application/json"):
        return f"status {status} is not a problem document"
    if response.get("Content-Type") == PROBLEM:
        return _faults_of_problem(status, json.loads(response.body), language)
    return ""


def _clock() -> float:
    """On SQLite all the work is this thread's: a machine busy with something else does not count."""
    return time.thread_time() if connection.vendor == "sqlite" else time.perf_counter()


@cache
def _titles(language: str) -> frozenset[str]:
    with override(language):
        return frozenset(str(title) for _code, title, _detail in KINDS.values())


def _faults_of_problem(status: int, body: Mapping[str, Any], language: str) -> str:
    names = {"type", "title", "status", "code", "detail", "errors"}
    if set(body) != names or body["status"] != status or not body["title"] or not body["detail"]:
        return f"a problem document that is not one: {body}"
    if language and body["title"] not in _titles(language):
        return f"not in {language}: {body['title']}"
    return ""
