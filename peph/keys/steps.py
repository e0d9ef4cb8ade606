"""What the changes of keys have in common: one step at a time, said in words, written where settings are."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from peph import crypto
from peph.audit import access_log
from peph.audit.models import AccessLog
from peph.keys import env_file

VERB = "key_step"
RESTART = "Start every process of the service again, then run this command again with --restarted."


class Refused(Exception):
    """The settings or the database are not in a state this change of keys knows."""


@dataclass
class Step:
    """What a run of the command did, in sentences; `to_set` where the settings are kept elsewhere."""

    said: list[str] = field(default_factory=list)
    to_set: dict[str, str] = field(default_factory=dict)
    is_over: bool = False

    def say(self, sentence: str) -> "Step":
        self.said.append(sentence)
        return self


def check_nothing_was_restarted(restarted: bool) -> None:
    """Raise Refused for --restarted where no change is under way: it would begin another one."""
    if restarted:
        raise Refused("No change of this key is under way. Without --restarted, one begins.")


def publish(step: Step, values: Mapping[str, str], *, beside: str, value: str) -> None:
    """Write settings into the file where `beside` stands with its present value, or hand them over.

    Raises Refused when file and environment say two things: one of them would be lost.
    """
    path: Path = env_file.ENV_FILE
    found = env_file.read(path)
    if beside not in found:
        step.to_set |= values
        return
    if found[beside] != value:
        raise Refused(f"{path} says another {beside} than the environment of this command.")
    env_file.write(values, path)


def record(kind: str, step: str, key: str) -> None:
    """Keep, in the access log, that a key went one step further; it is named by its fingerprint."""
    access_log.record(VERB, detail={"key": kind, "step": step, "name": crypto.fingerprint(key)})


def recorded(kind: str, step: str, key: str) -> dt.datetime | None:
    """When this key first went that step."""
    detail = {"key": kind, "step": step, "name": crypto.fingerprint(key)}
    rows = AccessLog.objects.filter(verb=VERB, detail=detail).order_by("id")
    return rows.values_list("at", flat=True).first()


# ------------------------------------------------------------------ what an earlier SECRET_KEY signed
# Answers how many are still about that were signed before a moment, and until when.
Signed = Callable[[dt.datetime], tuple[int, dt.date | None]]
_signed: dict[str, Signed] = {}


def register_signed(name: str, find: Signed) -> None:
    """An app says what it signs and sends out: a key is not retired before that is over."""
    _signed[name] = find


def still_signed(since: dt.datetime) -> list[str]:
    """A sentence for each kind of thing sent out before `since` that is still good."""
    found = [(name, *find(since)) for name, find in sorted(_signed.items())]
    return [f"{name}: {count}, good until {until}." for name, count, until in found if count]
