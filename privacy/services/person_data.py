"""Everything held about one person, generated from the inventory: what is declared there is in it.

The health tier is there for a reader of it only; for the others it is said to be apart.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import capfirst

from auditing.services.accesses import Day, accesses_of
from cases.models import Participant
from cases.policy import PARTICIPANT_POLICY
from cases.policy import Action as CaseAction
from cases.services.participants import latest_case
from peph.audit import access_log
from peph.audit.history import declaration
from peph.errors import Forbidden
from privacy.inventory.reading import about_participants
from privacy.inventory.shape import Held, PersonalFile
from privacy.policy import PERSON_DATA_POLICY, Action
from privacy.services.telling import label_of, text_of, told_fields

# The participant itself, repeated in each row, says nothing.
_REPEATED = frozenset({"participant"})
# An answer nobody sent yet is a draft of whoever writes it: one’s access does not reach it (s. 9).
_DRAFTS = frozenset({("cases.tasklink", "draft")})


@dataclass(frozen=True, slots=True)
class Asked:
    """What is wanted besides the records as they are now."""

    collected: bool = False
    history: bool = False
    accesses: bool = False


@dataclass(frozen=True, slots=True)
class Noun:
    """The rows of one model about the person; `changes` are those of its history, oldest first."""

    file: PersonalFile
    held: Held
    fields: list[models.Field]
    rows: list[Any]
    apart: int
    changes: list[Any]
    # Columns whose former values belong to the health tier, for somebody who does not read it.
    hidden: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        return str(capfirst(str(self.held.model._meta.verbose_name_plural)))

    @property
    def code(self) -> str:
        return self.held.model._meta.label_lower

    @property
    def change_fields(self) -> list[models.Field]:
        """Columns of a row of the history: when, what, then the record's own."""
        found: Any = declaration(self.held.model).history_model._meta
        own = {each.name for each in self.fields if each.attname not in self.hidden}
        return [found.get_field("history_date"), found.get_field("history_type")] + [
            each for each in found.concrete_fields if each.name in own
        ]


@dataclass(frozen=True, slots=True)
class PersonData:
    """What is handed over."""

    person: Participant
    produced_at: dt.datetime
    produced_by: str
    asked: Asked
    nouns: list[Noun]
    days: list[Day] = field(default_factory=list)
    # The list of readings is longer than what is given of it.
    is_cut: bool = False

    @property
    def apart(self) -> list[Noun]:
        """What is held back: it takes the right to read health information to produce it."""
        return [noun for noun in self.nouns if noun.apart]


def may_export(user: Any, person: Participant) -> bool:
    """Whether the person may produce what is held about somebody."""
    return PERSON_DATA_POLICY.allows(user, Action.EXPORT, person)


def reads_health(user: Any, person: Participant) -> bool:
    """Whether the health part would be in it."""
    return PARTICIPANT_POLICY.allows(user, CaseAction.READ_HEALTH, person)


def data_of(
    person: Participant,
    *,
    by: Any,
    asked: Asked,
    format: str,
    request: HttpRequest | None = None,
) -> PersonData:
    """Gather and log it, before anything is shown. Raises Forbidden."""
    if not PERSON_DATA_POLICY.allows(by, Action.EXPORT, person, fresh=True):
        raise Forbidden.on(person)
    health = PARTICIPANT_POLICY.allows(by, CaseAction.READ_HEALTH, person, fresh=True)
    detail = {
        "part": "person_data",
        "format": format,
        "collected": asked.collected,
        "history": asked.history,
        "accesses": asked.accesses,
    }
    case = latest_case(person)
    access_log.record("export", request=request, user=by, obj=person, case=case, detail=detail)
    if health:
        access_log.record("health", request=request, user=by, obj=person, case=case, detail=detail)
    nouns = [
        _noun(file, held, person, by=by, health=health, history=asked.history)
        for file, held in about_participants()
        if held.collected or not asked.collected
    ]
    days, is_cut = _accesses(person) if asked.accesses else ([], False)
    return PersonData(
        person=person,
        produced_at=timezone.now(),
        produced_by=str(by),
        asked=asked,
        nouns=[noun for noun in nouns if noun.rows or noun.apart],
        days=days,
        is_cut=is_cut,
    )


def _noun(
    file: PersonalFile, held: Held, person: Participant, *, by: Any, health: bool, history: bool
) -> Noun:
    found = held.rows(person)
    shown = found
    if held.health is not None:
        told = found.filter(held.health)
        if not health:
            told = told.none()
        elif held.health_policy is not None:
            told = told.filter(held.health_policy.q(by, held.action))
        # No condition: every row of the model is of the health tier.
        shown = found.filter(pk__in=told.values("pk")) | (
            found.exclude(held.health) if held.health else found.none()
        )
    rows = list(shown)
    return Noun(
        file=file,
        held=held,
        fields=_told(held.model),
        rows=rows,
        apart=found.count() - len(rows) if held.health is not None else 0,
        changes=_changes(held, rows) if history else [],
        # What is no longer of the health tier may have been.
        hidden=frozenset() if health else declaration(held.model).hidden,
    )


def _told(model: type[models.Model]) -> list[models.Field]:
    label = model._meta.label_lower
    return [
        each
        for each in told_fields(model)
        if each.name not in _REPEATED and (label, each.name) not in _DRAFTS
    ]


def _changes(held: Held, rows: list[Any]) -> list[Any]:
    history: Any = declaration(held.model).history_model
    keys = [row.pk for row in rows]
    return list(history._default_manager.filter(id__in=keys).order_by("history_id"))


def _accesses(person: Participant) -> tuple[list[Day], bool]:
    cases = list(person.cases.order_by("created_at", "pk"))
    since = timezone.localtime(person.created_at).date()
    return accesses_of(person, cases, since, timezone.localdate())


class Names:
    """Records that others point to, by their name, each asked for once."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, Any], str] = {}

    def text(self, row: Any, column: models.Field) -> str:
        """The value of a column as people read it."""
        if not column.is_relation:
            return text_of(row, column)
        key = getattr(row, column.attname)
        if key is None:
            return ""
        place = column.related_model, key
        if place not in self._known:
            self._known[place] = text_of(row, column)
        return self._known[place]


def facts_of_row(noun: Noun, row: Any, names: Names) -> Iterator[tuple[str, str]]:
    """(name, text) of each column that holds something."""
    for column in noun.fields:
        if text := names.text(row, column):
            yield label_of(column), text
