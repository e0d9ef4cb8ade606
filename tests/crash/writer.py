"""One writer process: it writes, and acknowledges each write with one line once it is committed.

It dies where the lot falls: at a statement, sent or not; at a COMMIT, before or after it; or whenever
somebody kills it.
"""

import json
import os
import random
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import InterfaceError, OperationalError, connections
from uuid_utils import compat

from organizations.models import Region
from peph.accounts.models import User
from peph.audit import changes, context
from peph.audit.history import declaration
from tests.crash import work

# Half of the deaths that a writer dies of itself are at one of its first so many.
STATEMENTS, COMMITS = 150, 12


@dataclass(frozen=True)
class Post:
    """Where a writer stands: its number, the cycle, and where its acknowledgements go."""

    writer: int
    cycle: int
    seed: int
    file: str
    bell: int
    dies_alone: bool
    control: str = ""


def write(post: Post) -> None:
    """Write until killed, or until the server is gone. A wrong service is what `control` names."""
    chance = random.Random(f"{post.seed} {post.cycle} {post.writer}")
    user = User.objects.get(email=work.address(post.writer))
    writer = work.Writer(user, Region.objects.get(code="03"), chance)
    acknowledge = Acknowledger(post)
    connection = connections["default"]
    if post.control == "early":
        _acknowledge_before_commit(acknowledge)
    if post.dies_alone:
        _doom(connection, chance, at_commit=post.control == "early" or chance.random() < 0.5)
    operations = [work.note_then_message] if post.control == "split" else work.OPERATIONS
    count = 0
    while True:
        count += 1
        operation = chance.choice(operations)
        mark = f"m{post.cycle}w{post.writer}n{count}"
        acknowledge.mark = f"{operation.__name__} {mark}"
        running = context.Context(channel="page", request_id=compat.uuid7())
        try:
            with context.entered(running):
                written = work.perform(operation, writer, mark)
        except (OperationalError, InterfaceError):
            if connection.is_usable():
                continue  # a lock not had in time: nothing was acknowledged
            return
        if running.receipts and post.control != "early":
            acknowledge(running.receipts[-1], written)


class Acknowledger:
    """Tells of a write by one write() to a file opened for appending, then rings the bell."""

    def __init__(self, post: Post) -> None:
        self.file = os.open(post.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.bell = post.bell
        self.mark = ""

    def __call__(self, receipt: str, written: work.Written) -> None:
        rows = [told(each) for each in written]
        line = json.dumps({"receipt": receipt, "mark": self.mark, "rows": rows})
        os.write(self.file, f"{line}\n".encode())
        os.write(self.bell, b".")


def told(record: Any) -> tuple[str, str, dict[str, str]]:
    """A record as it was written: label, key, and each tracked column as text."""
    found = declaration(type(record))
    values = {live.attname: str(getattr(record, live.attname)) for live, _copy in found.columns}
    return found.label, str(record.pk), values


def _acknowledge_before_commit(acknowledge: Acknowledger) -> None:
    """The control: it promises what it has not kept yet."""
    seal = changes._seal

    def promising(connection: Any, done: Any) -> None:
        seal(connection, done)
        if done.hash:
            acknowledge(f"{done.number}:{done.hash.hex()}", [])

    changes._seal = promising


def _doom(connection: Any, chance: random.Random, *, at_commit: bool) -> None:
    last = chance.randrange(1, COMMITS if at_commit else STATEMENTS)
    dies_after = chance.random() < 0.5
    count = 0

    def guarded(act: Callable[[], Any]) -> Any:
        nonlocal count
        count += 1
        if count != last:
            return act()
        if dies_after:
            act()
        os.kill(os.getpid(), signal.SIGKILL)
        raise SystemExit

    if at_commit:
        commit = connection._commit
        connection._commit = lambda: guarded(commit)
    else:
        connection.execute_wrappers.append(
            lambda execute, *arguments: guarded(lambda: execute(*arguments))
        )
