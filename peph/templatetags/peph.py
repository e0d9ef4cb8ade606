"""Tags and filters of the pages, loaded everywhere. Presentation only: no rights, no queries."""

import datetime as dt
from typing import Any

from django import template
from django.forms import BoundField
from django.template.context import RequestContext
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from peph.templatetags.icons import ICONS

register = template.Library()

TONES = ("neutral", "info", "success", "warning", "error")


@register.simple_tag(takes_context=True)
def query(context: RequestContext, **changes: Any) -> str:
    """The present address' parameters with `changes`; an empty value takes the parameter away."""
    parameters = context.request.GET.copy()
    for name, value in changes.items():
        if value is None or value == "":
            parameters.pop(name, None)
        elif isinstance(value, list | tuple):
            parameters.setlist(name, value)
        else:
            parameters[name] = value
    return f"?{parameters.urlencode()}"


@register.simple_tag
def icon(name: str, label: object = "") -> SafeString:
    """An inline drawing: decoration beside a text, or, with a `label`, an image that says it."""
    drawing = ICONS[name]
    if label:
        return format_html(
            '<svg class="icon" viewBox="0 0 24 24" role="img" aria-label="{}"><path d="{}"/></svg>',
            label,
            drawing,
        )
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>', drawing
    )


@register.filter
def badge(text: object, tone: str = "neutral") -> SafeString:
    """A short status in a coloured frame; the words carry the meaning, the colour repeats it."""
    if tone not in TONES:
        raise ValueError(f"{tone!r} is not one of {', '.join(TONES)}.")
    return format_html('<span class="badge badge-{}">{}</span>', tone, text)


@register.filter
def localized(thing: Any, name: str) -> Any:
    """`{{ step|localized:"label" }}`: label_en for an English reader, else label_fr.

    A text that exists in one language only is shown in that one.
    """
    first, second = ("en", "fr") if (get_language() or "").startswith("en") else ("fr", "en")
    return _part(thing, f"{name}_{first}") or _part(thing, f"{name}_{second}")


def _part(thing: Any, name: str) -> Any:
    return thing.get(name) if isinstance(thing, dict) else getattr(thing, name)


@register.filter
def date_iso(value: dt.date | dt.datetime | None) -> str:
    """2026-04-30, in local time; empty for nothing."""
    if value is None or value == "":
        return ""
    if isinstance(value, dt.datetime):
        value = timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value.isoformat()


@register.filter
def fact(value: Any) -> Any:
    """A value as a list of facts shows it: a date is 2026-04-30 in every language."""
    return date_iso(value) if isinstance(value, dt.date) else value


@register.filter
def anchor(field: BoundField) -> str:
    """Id of the control a link to `field` must lead to: the first one of a group of choices."""
    return field.id_for_label or f"{field.auto_id}_0"


@register.simple_block_tag
def datatable(content: str, caption: object, name: str, hide_caption: bool = False) -> SafeString:
    """A table that scrolls sideways by itself, by keyboard too, where the screen is narrow.

    `name` makes the ids; the content is `<thead>` and `<tbody>`.
    """
    return render_to_string(
        "components/table.html",
        {"content": content, "caption": caption, "name": name, "hide_caption": hide_caption},
    )
