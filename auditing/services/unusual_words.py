"""What is out of the ordinary, in sentences."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from auditing.services.unusual import BURST_MINUTES, NIGHT_FROM, NIGHT_TO, Flag
from cases.models import Case
from peph.accounts.models import User

KINDS = {
    "opened": gettext_lazy("Many records opened"),
    "listed": gettext_lazy("Many records listed"),
    "exported": gettext_lazy("Many exports"),
    "refused": gettext_lazy("Many refusals"),
    "night": gettext_lazy("Opened by night"),
    "burst": gettext_lazy("Refusals in a row"),
    "self": gettext_lazy("Own file"),
    "family": gettext_lazy("Same family name"),
}


@dataclass(frozen=True, slots=True)
class FlagLine:
    """A flag with names: who, what kind, the sentence that says why, and the address of its lines."""

    flag: Flag
    person: str
    kind: str
    why: str
    query: str


def flag_lines(found: Iterable[Flag]) -> list[FlagLine]:
    """Put names on flags, in two queries."""
    shown = list(found)
    people = User.objects.in_bulk({flag.actor_id for flag in shown})
    cases = Case.objects.in_bulk({flag.case_id for flag in shown} - {None})
    return [
        FlagLine(
            flag,
            str(people.get(flag.actor_id) or _("a person whose account is gone")),
            str(KINDS[flag.kind]),
            why(flag, cases),
            flag.query(**({"number": cases[flag.case_id].number} if flag.case_id else {})),
        )
        for flag in shown
    ]


def why(flag: Flag, cases: dict[Any, Case]) -> str:
    """The reason, in one or two sentences."""
    number = {"number": flag.value}
    if flag.kind == "night":
        hours = {"from": NIGHT_FROM, "to": f"{NIGHT_TO:02}"}
        sentence = ngettext(
            "%(number)s record opened between %(from)s:00 and %(to)s:00.",
            "%(number)s records opened between %(from)s:00 and %(to)s:00.",
            flag.value,
        )
        return sentence % {**number, **hours}
    if flag.kind == "burst":
        return _("%(number)s refusals within %(minutes)s minutes.") % {
            **number, "minutes": BURST_MINUTES,
        }  # fmt: skip
    if flag.kind in ("self", "family"):
        return _NAMES[flag.kind] % {"case": cases[flag.case_id].number}
    return f"{_volume(flag)} {_usual(flag)}"


_NAMES = {
    "self": gettext_lazy("The reader bears the names or the e-mail of the participant of case %(case)s."),
    "family": gettext_lazy("The reader has a family name in common with the participant of case %(case)s."),
}  # fmt: skip


def _volume(flag: Flag) -> str:
    counted = {
        "opened": _("%(number)s different records opened in one day."),
        "listed": _("%(number)s records shown by lists in one day."),
        "exported": _("%(number)s exports in one day."),
        "refused": _("%(number)s refusals in one day."),
    }
    return counted[flag.kind] % {"number": flag.value}


def _usual(flag: Flag) -> str:
    said = []
    if flag.own is not None:
        said.append(_("usual for this person: %(number)s") % {"number": flag.own})
    if flag.peers is not None:
        said.append(_("usual for the same role: %(number)s") % {"number": flag.peers})
    known = ", ".join(said) or _("nothing to compare with yet")
    return _("Looked at from %(limit)s on (%(known)s).") % {
        "limit": flag.limit + 1, "known": known,
    }  # fmt: skip
