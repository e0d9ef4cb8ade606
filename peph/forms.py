"""How forms are drawn and how a page asks "are you sure?", for every app."""

from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.forms.renderers import DjangoTemplates
from django.forms.utils import flatatt
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe

CONFIRMED = "confirmed"


class Renderer(DjangoTemplates):
    """Draws forms with `templates/forms/`, widgets with Django's own templates, lists in one go."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"

    @cached_property
    def engine(self) -> Any:
        # Django's renderer looks into apps only; ours are the project's templates.
        pages: dict[str, Any] = settings.TEMPLATES[0]
        return self.backend(
            {
                "APP_DIRS": True,
                "DIRS": [*pages["DIRS"], Path(forms.__file__).parent / "templates"],
                "NAME": "forms",
                "OPTIONS": {"builtins": pages["OPTIONS"]["builtins"]},
            }
        )

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        # Two templates an option: a list of regions took longer than the table below it.
        if template_name == forms.Select.template_name:
            return _select(context["widget"])
        return super().render(template_name, context, request)


def _select(widget: dict[str, Any]) -> SafeString:
    parts = []
    for group, options, _index in widget["optgroups"]:
        drawn = "".join(
            f'<option value="{escape(each["value"])}"{flatatt(each["attrs"])}>'
            f"{conditional_escape(each['label'])}</option>"
            for each in options
        )
        label = f'<optgroup label="{conditional_escape(group)}">{drawn}</optgroup>'
        parts.append(label if group else drawn)
    own = flatatt({"name": widget["name"], **widget["attrs"]})
    return mark_safe(f"<select{own}>{''.join(parts)}</select>")  # noqa: S308 escaped


class DateInput(forms.DateInput):
    """The browser's own date field. It understands ISO dates only, whatever the language."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class LongSelect(forms.Select):
    """A list of hundreds of choices, drawn in one go: made from the choices themselves."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = {str(each) for each in self.format_value(value)}
        own = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        parts = []
        for code, label in self.choices:
            if isinstance(label, list | tuple):
                options = "".join(_option(key, text, chosen) for key, text in label)
                parts.append(f'<optgroup label="{conditional_escape(code)}">{options}</optgroup>')
            else:
                parts.append(_option(code, label, chosen))
        return mark_safe(f"<select{flatatt(own)}>{''.join(parts)}</select>")  # noqa: S308 escaped


def _option(code: Any, label: Any, chosen: set[str]) -> str:
    code = "" if code is None else str(code)
    mark = " selected" if code in chosen else ""
    return f'<option value="{escape(code)}"{mark}>{conditional_escape(label)}</option>'


def is_confirmed(request: HttpRequest) -> bool:
    """Whether the person has seen the question of `confirmation` (or its dialog) and said yes."""
    return request.POST.get(CONFIRMED) == "yes"


def confirmation(
    request: HttpRequest, *, title: object, text: object, button: object, cancel_url: str
) -> HttpResponse:
    """The page that asks before something that is hard to undo: it posts the same form again.

    Works without script; with script `peph.js` asks in a dialog and this page is never seen.
    """
    kept = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in {CONFIRMED, "csrfmiddlewaretoken"}
    ]
    context = {
        "title": title,
        "text": text,
        "button": button,
        "cancel_url": cancel_url,
        "kept": [*kept, (CONFIRMED, "yes")],
    }
    return render(request, "confirm.html", context)
