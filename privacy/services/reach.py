"""What hangs on a participant: the kinds of record, and the keys of those of one person.

Found from the models, so that a kind added later is reached by itself: every table whose rows lead to a
participant by their keys. Records deleted since are found too, in the journal and in the history, which
still hold what they said.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q

from cases.models import Case, Participant
from peph.audit.history import Declaration, declaration, declarations, is_history_model
from peph.audit.models import ChangedRow

BLOCK = 500


@dataclass(frozen=True)
class Hanging:
    """A kind of record that leads to a participant, and by which of its keys to which kind."""

    model: type[models.Model]
    links: tuple[tuple[str, type[models.Model]], ...]

    @property
    def label(self) -> str:
        return self.model._meta.label


@cache
def hanging() -> list[Hanging]:
    """Every kind of record that leads to a participant, the participant first, parents before parts."""
    found: dict[type[models.Model], list[tuple[str, type[models.Model]]]] = {Participant: []}
    others = [
        model
        for model in apps.get_models()
        if model is not Participant and not is_history_model(model)
    ]
    grew = True
    while grew:
        grew = False
        for model in others:
            if model in found:
                continue
            links = [
                (field.attname, field.related_model)
                for field in model._meta.local_concrete_fields
                if field.is_relation and field.related_model in found
            ]
            if links:
                found[model] = links
                grew = True
    return [Hanging(model, tuple(links)) for model, links in found.items()]


Keys = dict[type[models.Model], set[Any]]


def keys_of(participant: Any) -> Keys:
    """The keys of everything that hangs on one person, live and deleted, by kind of record."""
    found: Keys = {Participant: {participant}}
    tracked = {each.model: each for each in declarations()}
    for each in hanging():
        if each.model is Participant:
            continue
        keys = found.setdefault(each.model, set())
        history = tracked.get(each.model)
        knows_case = history is not None and any(name == "case" for name, _at in history.scope)
        for column, parent in each.links:
            keys |= _live(each.model, column, found[parent])
            if history is not None and not knows_case:
                keys |= _in_versions(history, column, found[parent])
        if history is not None and knows_case:
            keys |= _in_journal(history, found[Case])
    return found


def _live(model: type[models.Model], column: str, parents: set[Any]) -> set[Any]:
    keys: set[Any] = set()
    for some in blocks(parents):
        rows = model._base_manager.filter(Q((f"{column}__in", some)))
        keys |= set(rows.values_list("pk", flat=True))
    return keys


def _in_journal(tracked: Declaration, cases: set[Any]) -> set[Any]:
    """Those the journal names under the person's cases, also those deleted since."""
    keys: set[Any] = set()
    for some in blocks(cases):
        rows = ChangedRow.objects.filter(case_id__in=some, model=tracked.label)
        found = rows.order_by().values_list("object_id", flat=True).distinct()
        keys |= {tracked.pk.to_python(key) for key in found}
    return keys


def _in_versions(tracked: Declaration, column: str, parents: set[Any]) -> set[Any]:
    """The same where the journal knows no case: those an old version leads to the person by."""
    keys: set[Any] = set()
    for some in blocks(parents):
        versions = tracked.history_model._base_manager.filter(Q((f"{column}__in", some)))
        keys |= set(versions.order_by().values_list(tracked.pk.attname, flat=True).distinct())
    return keys


def blocks(values: Any) -> Iterator[list[Any]]:
    """The values in lists short enough for one statement."""
    ordered = sorted(values, key=str)
    for start in range(0, len(ordered), BLOCK):
        yield ordered[start : start + BLOCK]


def is_tracked(model: type[models.Model]) -> bool:
    """Whether the kind of record has a history."""
    try:
        declaration(model)
    except LookupError:
        return False
    return True
