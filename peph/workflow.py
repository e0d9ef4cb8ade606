"""The engine of the transition tables: what a row is, which rows are open now, what a row asks for.

The tables themselves are the programme and live in each app's `workflow.py`. URL, button, API action,
diagram and tests are derived from them.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from peph.errors import Conflict, Invalid

# Target of a transition that returns to the status left by an interruption.
PREVIOUS = "previous"


@dataclass(frozen=True, slots=True)
class Input:
    """One thing a transition asks for. `name` is also the field of the record it fills, if it has one."""

    name: str
    kind: Literal["text", "date", "choice", "integer"]
    label: Any
    required: bool = True
    choices: tuple[tuple[str, Any], ...] = ()
    help: Any = ""
    # A fact is dated today or before, an expectation after today.
    limit: Literal["", "past", "future"] = ""

    def clean(self, value: Any) -> Any:
        """The typed value, or None when nothing was given. Raises ValueError with a readable message."""
        if value is None or (isinstance(value, str) and not value.strip()):
            if self.required:
                raise ValueError(_("This information is required."))
            return None
        return getattr(self, f"_clean_{self.kind}")(value)

    def _clean_text(self, value: Any) -> str:
        if not isinstance(value, str) or "\x00" in value:
            raise ValueError(_("This is not a text."))
        if len(value) > 4000:
            raise ValueError(_("This text is longer than 4,000 characters."))
        return value.strip()

    def _clean_date(self, value: Any) -> dt.date:
        try:
            day = value if isinstance(value, dt.date) else parse_date(str(value).strip())
        except ValueError:
            day = None
        if day is None:
            raise ValueError(_("This is not a date. Write it as 2026-04-30."))
        # Far from anybody's life the arithmetic of dates leaves the calendar.
        if not 1900 <= day.year <= 2100:
            raise ValueError(_("This date is too far away."))
        today = timezone.localdate()
        if self.limit == "past" and day > today:
            raise ValueError(_("This date is in the future."))
        if self.limit == "future" and day <= today:
            raise ValueError(_("This date must come after today."))
        return day

    def _clean_choice(self, value: Any) -> str:
        # A list or an object, from a program, has no place in a set.
        if not isinstance(value, str) or value not in {code for code, _label in self.choices}:
            raise ValueError(_("This is not one of the choices."))
        return value

    def _clean_integer(self, value: Any) -> int:
        text = str(value).strip()
        if not (text.isascii() and text.isdecimal()) or len(text) > 4:
            raise ValueError(_("This is not a whole number."))
        return int(text)


REASON = Input("reason", "text", _("Reason"))


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of a table: from `sources` to `target`, by whoever may do `requires`, with `inputs`.

    `label` is the button, `done` the line the timeline shows. `consequence` rows are never offered:
    they follow from something else (a placement that starts moves its case).
    """

    name: str
    sources: frozenset[str]
    target: str
    requires: str
    label: Any
    done: Any
    inputs: tuple[Input, ...] = ()
    consequence: bool = False
    ends: bool = False

    def clean(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The inputs, typed. Raises `Invalid` naming each field at fault; unknown names are refused."""
        problems: dict[str, list[object]] = {}
        values = {}
        for unknown in given.keys() - {item.name for item in self.inputs}:
            problems[unknown] = [_("This transition does not take this information.")]
        for item in self.inputs:
            try:
                values[item.name] = item.clean(given.get(item.name))
            except ValueError as error:
                problems[item.name] = [error.args[0]]
        if problems:
            raise Invalid(fields=problems)
        return values


class Workflow:
    """One table of transitions of one kind of record."""

    def __init__(self, prefix: str, table: Iterable[Transition]) -> None:
        self.prefix = prefix
        self.table = tuple(table)
        self.by_name = {step.name: step for step in self.table}
        if len(self.by_name) != len(self.table):
            raise ValueError(f"Two transitions of {prefix} have the same name.")

    def __iter__(self) -> Iterator[Transition]:
        return iter(self.table)

    @property
    def offered_names(self) -> list[str]:
        """Names a person may ask for: the URLs and API actions."""
        return [step.name for step in self.table if not step.consequence]

    def open_from(self, status: str, abilities: Iterable[str]) -> list[Transition]:
        """Rows possible now, for someone with these abilities."""
        may = set(abilities)
        return [
            step
            for step in self.table
            if status in step.sources and step.requires in may and not step.consequence
        ]

    def step(self, name: str, status: str, status_label: object) -> Transition:
        """The row `name`, or `Conflict` when it does not start from `status`."""
        step = self.by_name[name]
        if status not in step.sources:
            raise Conflict(
                _("“%(action)s” is not possible: the present state is “%(state)s”.")
                % {"action": step.label, "state": status_label}
            )
        return step

    def verb(self, name: str) -> str:
        return f"{self.prefix}.{name}"

    def verbs(self) -> dict[str, Any]:
        """Labels of the change sets these transitions leave."""
        return {self.verb(step.name): step.done for step in self.table}
