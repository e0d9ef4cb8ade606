"""Writing the access log: who opened, listed, searched, exported or was refused what."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models
from django.http import HttpRequest

from peph.audit import context
from peph.audit.models import AccessLog

LONGEST_TEXT = 300
MOST_IDS = 1000


def clean(text: Any) -> str:
    """One line, at most 300 characters: no line break a reader of the log could take for a new entry.

    Control characters are written as escapes and lone surrogates replaced: both engines then hold the
    same text.
    """
    short = str(text)[: LONGEST_TEXT + 1]
    if len(short) <= LONGEST_TEXT and short.isprintable():
        return short
    visible = "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in short
    )
    return visible if len(visible) <= LONGEST_TEXT else visible[: LONGEST_TEXT - 1] + "…"


def _clean_detail(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Mapping):
        return {clean(key): _clean_detail(item) for key, item in list(value.items())[:50]}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean_detail(item) for item in list(value)[:MOST_IDS]]
    return clean(value)


def record(
    verb: str,
    *,
    request: HttpRequest | None = None,
    user: Any = None,
    obj: models.Model | None = None,
    model: str = "",
    ids: Iterable[Any] = (),
    case: Any = None,
    detail: Any = None,
) -> AccessLog:
    """Write one access: open, list, search, export, refuse, health. Allowed in a request that reads.

    The person is `user`, else the one signed in to `request`; nobody signed in is allowed and says so
    by a null. `obj` names the record; `model` ("cases.case") and `ids` what a list or an export showed.
    """
    actor: Any = user if user is not None else getattr(request, "user", None)
    running = context.current()
    shown = [clean(key) for key in ids]
    return AccessLog.objects.create(
        actor_id=actor.pk if getattr(actor, "is_authenticated", False) else None,
        channel=running.channel,
        verb=clean(verb)[:40],
        model=clean(obj._meta.label_lower if obj is not None else model)[:100],
        object_id=clean(obj.pk)[:150] if obj is not None else "",
        object_ids=shown[:MOST_IDS] or None,
        case_id=_case_id(case),
        path=clean(request.path) if request is not None else "",
        detail=_clean_detail(detail),
        request_id=running.request_id,
    )


def _case_id(case: Any) -> uuid.UUID | None:
    key = case.pk if isinstance(case, models.Model) else case
    return key if key is None or isinstance(key, uuid.UUID) else uuid.UUID(str(key))
