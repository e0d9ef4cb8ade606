"""Forgetting a person: records blanked, history reduced to commitments, every other trace emptied.

What stays are the facts the programme counts: status, dates, region, organisation, fiscal year, job
class, codes of outcomes. They stand under a pseudonym; docs/retention.md says what that is worth.
"""

from collections.abc import Iterable
from typing import Any

from django.db import connection, models
from django.db.models import Max, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from cases.models import Case, Document, Participant
from peph.audit.redaction import redact
from peph.audit.running import running
from peph.text import search_key
from privacy.models import Erasure
from privacy.services.blanking import ERASED_DATE, blank, fields_to_blank
from privacy.services.names import names_of
from privacy.services.reach import Keys, blocks, hanging, is_tracked, keys_of
from privacy.services.traces import TRACES

PSEUDONYM = "Personne effacée"


def preview(participant: Any) -> dict[str, dict[str, int]]:
    """What would go and what would stay, by kind of record: counts, nothing of what they say."""
    keys = keys_of(participant)
    live = {each.model: _count(each.model, keys[each.model]) for each in hanging()}
    goes = {each.label: live[each.model] for each in hanging() if fields_to_blank(each.model)}
    stays = {each.label: live[each.model] for each in hanging() if not fields_to_blank(each.model)}
    return {
        "blanked": {label: count for label, count in goes.items() if count},
        "kept": {label: count for label, count in stays.items() if count},
    }


def _count(model: type[models.Model], keys: set[Any]) -> int:
    return sum(model._base_manager.filter(pk__in=some).count() for some in blocks(keys))


def erase_person(participant: Any, number: int) -> dict[str, dict[str, int]]:
    """Forget one person, in the running change; what was done, by kind of record.

    The history is redacted before the records are blanked: the rows the blanking writes hold nothing to
    forget, and the records can still be held against them.
    """
    if running(connection) is None:
        raise RuntimeError("A person is forgotten inside a change.")
    keys = keys_of(participant)
    names = names_of(participant, keys)
    versions = {each.label: _redact(each.model, keys[each.model]) for each in hanging()}
    traces = {name: forget(names, keys) for name, forget in TRACES.items()}
    blanked = {each.label: _blank(each.model, keys, number) for each in hanging()}
    return {
        "records": {label: count for label, count in blanked.items() if count},
        "versions": {label: count for label, count in versions.items() if count},
        "traces": {name: count for name, count in traces.items() if count},
    }


def _redact(model: type[models.Model], keys: Iterable[Any]) -> int:
    return sum(redact(model, key) for key in sorted(keys, key=str)) if is_tracked(model) else 0


def _blank(model: type[models.Model], keys: Keys, number: int) -> int:
    instead: dict[str, Any] = {}
    if model is Participant:
        instead = _pseudonym(number)
    elif model is Document:
        # Its bytes are gone: it is no document to read any more, nor one that was altered.
        instead = {"withdrawn_on": Coalesce("withdrawn_on", Value(timezone.localdate()))}
    return sum(blank(model, some, **instead) for some in blocks(keys[model]))


def _pseudonym(number: int) -> dict[str, str]:
    """A name by which lists stay readable and figures stay those of one person."""
    name = f"nº {number}"
    return {
        "last_name": name,
        "first_name": PSEUDONYM,
        "preferred_name": "",
        "search_key": search_key(f"{PSEUDONYM} {name}"),
    }


def next_number() -> int:
    """The number of the next pseudonym. Inside a change that holds the lock of the erasures."""
    return (Erasure.objects.aggregate(last=Max("number"))["last"] or 0) + 1


def is_erased(participant: Participant) -> bool:
    """Whether nothing of the person is left but the pseudonym."""
    return participant.first_name == PSEUDONYM and participant.birth_date == ERASED_DATE


def is_open(participant: Any) -> bool:
    """Whether a case of the person is under way."""
    return Case.objects.open().filter(participant=participant).exists()
