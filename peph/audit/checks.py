"""System checks: no model of ours without a history or a written reason, and triggers as generated."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import models

from peph.audit.canonical import UnsupportedField
from peph.audit.hashing import Shape
from peph.audit.history import declarations
from peph.audit.triggers import install
from peph.audit.triggers.sqlite import LONGEST_ROW


def _is_exempt(model: type[models.Model]) -> bool:
    reasons = settings.HISTORY_EXEMPT
    return bool(
        getattr(model, "history_exempt", "")
        or reasons.get(model._meta.app_label)
        or reasons.get(model._meta.label)
    )


@register()
def every_model_is_tracked_or_exempt(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E001 a model without history nor reason; E004 a many-to-many nobody could follow."""
    known = {each.model for each in declarations()} | {
        each.history_model for each in declarations()
    }
    errors: list[CheckMessage] = []
    for model in apps.get_models(include_auto_created=True):
        if model in known or model._meta.proxy or not model._meta.managed or _is_exempt(model):
            continue
        if model._meta.auto_created:
            errors.append(
                Error(
                    f"{model._meta.label} is the table of an automatic many-to-many: its rows would"
                    " have no history.",
                    hint="Write the model between the two and name it in `through`.",
                    obj=model,
                    id="audit.E004",
                )
            )
        else:
            errors.append(
                Error(
                    f"{model._meta.label} is neither tracked nor exempt.",
                    hint="Give it `history = Tracked(...)`, or `history_exempt` with the reason.",
                    obj=model,
                    id="audit.E001",
                )
            )
    return errors


@register()
def simple_history_is_enabled(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E002: the switch would not stop the triggers, but its name says it does."""
    if getattr(settings, "SIMPLE_HISTORY_ENABLED", True):
        return []
    return [Error("SIMPLE_HISTORY_ENABLED is off.", hint="Remove it.", id="audit.E002")]


@register()
def every_declaration_can_be_hashed(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E005: a field type, a shape of model or a scope the triggers cannot serve."""
    return [
        Error(problem, obj=each.model, id="audit.E005")
        for each in declarations()
        for problem in _unfit(each)
    ]


def _unfit(each: Any) -> Iterable[str]:
    try:
        columns = len(Shape(each).fields)
    except UnsupportedField as error:
        yield str(error)
        return
    if columns > LONGEST_ROW:
        yield f"{each.label}: a history row has at most {LONGEST_ROW} columns, not {columns}."
    if each.model._meta.parents:
        yield f"{each.label}: a model that inherits another's table cannot be tracked."
    for name, field in each.scope:
        target = field.target_field if isinstance(field, models.ForeignKey) else field
        if not isinstance(target, models.UUIDField):
            yield f"{each.label}: {field.name}, its {name}, is not a UUID."


@register(Tags.database)
def triggers_are_as_generated(
    app_configs: Any, databases: Iterable[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """E003: the database does not guard the history as the models say."""
    return [
        Error(
            f"The history of the database {using!r} is not guarded: {difference}.",
            hint="Run migrate.",
            id="audit.E003",
        )
        for using in databases or ()
        for difference in install.check(using)
    ]
