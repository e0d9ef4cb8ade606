"""Pages of the registers and of access requests, the same for each: list, entry, new, correct, move."""

import uuid
from collections.abc import Iterator
from copy import copy
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from peph import exports
from peph.accounts.step_up import step_up
from peph.audit import access_log
from peph.errors import Conflict, Forbidden, Invalid
from peph.pages import (
    form_page,
    get_visible,
    listing,
    narrowed_by,
    open_visible,
    posted,
    refusals,
)
from peph.transition_forms import VersionForm, transition_form
from privacy.policy import Action
from privacy.services.registers import add_entry, correct_entry, move_entry
from privacy.services.telling import label_of, told_fields, value_of
from privacy.views.person_data import may_export
from privacy.views.register_words import REGISTERS, Register

# More than a year of a large programme, on paper.
MOST_PRINTED = 500
INTRODUCTIONS = {
    "assess": gettext_lazy("Whatever the conclusion, what leads to it stays in the register."),
    "notify": gettext_lazy("A risk of serious injury is told to the Commission and the persons at once."),
    "close": gettext_lazy("Nothing is left to do. The entry stays and can still be corrected."),
    "extend": gettext_lazy("Ten days more, once, when the notice was sent within the first twenty."),
    "refuse": gettext_lazy("The person is told the reasons, the provision, and how to ask for a review."),
    "grant-in-part": gettext_lazy("Say what was given; for the rest, the reasons and the recourse."),
}  # fmt: skip


def _register(request: HttpRequest, code: str) -> Register:
    """The register of the address; nothing of it is anybody else's to look through, not even empty."""
    register = REGISTERS[code]
    if not register.model.policy.anywhere(request.user, Action.VIEW):
        raise Forbidden
    return register


def _filterset(register: Register, request: HttpRequest) -> Any:
    rows = register.rows()
    return register.filterset(request.GET, queryset=rows, request=request)


@require_safe
def registers(request: HttpRequest) -> HttpResponse:
    """The menu leads to what has a clock."""
    return redirect("privacy:register", code="requests")


@require_safe
@refusals
def register_list(request: HttpRequest, code: str) -> HttpResponse:
    """One register, the latest entries first."""
    register = _register(request, code)
    policy = register.model.policy
    found = listing(request, _filterset(register, request), policy)
    context = {
        "register": register,
        "registers": REGISTERS.values(),
        "listing": found,
        "rows": [(row, register.cells(row)) for row in found.rows],
        "may_edit": policy.anywhere(request.user, Action.EDIT),
        "formats": exports.FORMATS.items(),
    }
    return render(request, "privacy/register.html", context)


@require_safe
@refusals
def entry_detail(request: HttpRequest, code: str, pk: uuid.UUID) -> HttpResponse:
    """One entry: all that it holds, and what can be done with it now."""
    register = _register(request, code)
    entry = open_visible(request, register.rows(), pk)
    person = getattr(entry, "participant", None)
    context = {
        "register": register,
        "entry": entry,
        "facts": register.facts(entry),
        "moves": entry.available_transitions,
        "person": person,
        "kind": register.model._meta.label_lower,
        "may_hand_over": person is not None and may_export(request.user, person),
        "trail": _trail(register, entry, ""),
    }
    return render(request, "privacy/entry_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def entry_new(request: HttpRequest, code: str) -> HttpResponse:
    """A new entry of a register."""
    register = _register(request, code)
    if not register.model.policy.anywhere(request.user, Action.EDIT):
        raise Forbidden
    return form_page(
        request,
        "form.html",
        register.form(posted(request), user=request.user),
        lambda **data: add_entry(register.model, by=request.user, **data),
        success=_("The entry was added to the register."),
        to=lambda entry: entry.get_absolute_url(),
        context={
            "heading": register.new,
            "button": _("Save"),
            "intro": register.about,
            "cancel_url": register.url,
            "trail": [(register.title, register.url), (register.new, "")],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def entry_edit(request: HttpRequest, code: str, pk: uuid.UUID) -> HttpResponse:
    """Correct an entry, saying why; what it said before stays in the history."""
    register = _register(request, code)
    entry = get_visible(request, register.rows(), pk, needs=Action.EDIT)
    heading = _("Correct %(number)s") % {"number": entry}

    def form(data: Any = None) -> Any:
        return register.form(
            data, user=request.user, instance=copy(entry), initial={"version": entry.version}
        )

    return form_page(
        request,
        "form.html",
        form(posted(request)),
        lambda **data: correct_entry(entry, by=request.user, **data),
        success=_("The entry was corrected."),
        to=entry.get_absolute_url(),
        context={
            "heading": heading,
            "button": _("Save"),
            "cancel_url": entry.get_absolute_url(),
            "trail": _trail(register, entry, heading),
        },
        present=form,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def entry_move(request: HttpRequest, code: str, pk: uuid.UUID, name: str) -> HttpResponse:
    """One move of an incident or of an access request."""
    register = _register(request, code)
    table = register.model.workflow
    if table is None or name not in table.offered_names:
        raise Http404
    step = table.by_name[name]
    entry = get_visible(request, register.rows(), pk, needs=step.requires)
    table.step(name, entry.state, entry.get_state_display())
    if why_not := entry.obstacle(name):
        raise Conflict(why_not)
    kept = {item.name: getattr(entry, item.name, None) for item in step.inputs}
    initial = {"version": entry.version} | {name: value for name, value in kept.items() if value}
    return form_page(
        request,
        "form.html",
        transition_form(step)(posted(request), initial=initial),
        lambda **data: move_entry(entry, name, by=request.user, **data),
        success=step.done,
        to=entry.get_absolute_url(),
        context={
            "heading": f"{step.label} {entry}",
            "button": step.label,
            "cancel_url": entry.get_absolute_url(),
            "intro": INTRODUCTIONS.get(name, ""),
            "facts": register.facts(entry),
            "trail": _trail(register, entry, str(step.label)),
        },
        present=lambda: VersionForm(initial={"version": entry.version}),
    )


# ------------------------------------------------------------------ taken away
def _found(request: HttpRequest, register: Register) -> tuple[Any, dict[str, Any]]:
    """Every entry the filter of the address leaves, oldest first. Raises Invalid."""
    filterset = _filterset(register, request)
    if not filterset.is_valid():
        raise Invalid(fields=filterset.errors)
    rows = filterset.qs.visible_to(request.user).order_by("number")
    return rows, narrowed_by(request, filterset)


@require_safe
@step_up
@refusals
def register_export(request: HttpRequest, code: str, format: str) -> HttpResponseBase:
    """A register as a file: every column of every entry the filter finds."""
    register = _register(request, code)
    if format not in exports.FORMATS:
        raise Http404
    rows, asked = _found(request, register)
    _log(request, register, rows, asked | {"format": format})
    fields = told_fields(register.model)

    def lines() -> Iterator[list[Any]]:
        for entry in rows.iterator(chunk_size=500):
            yield [value_of(entry, field) for field in fields]

    return exports.answer(
        lines(),
        [exports.Column(field.name, label_of(field)) for field in fields],
        format=format,
        filename=f"{register.code}-{timezone.localdate().isoformat()}",
    )


@require_safe
@step_up
@refusals
def register_print(request: HttpRequest, code: str) -> HttpResponse:
    """The same entries in full on one page, made to be printed."""
    register = _register(request, code)
    rows, asked = _found(request, register)
    entries = list(rows[: MOST_PRINTED + 1])
    _log(request, register, entries, asked | {"format": "print"})
    context = {
        "register": register,
        "entries": [(entry, register.facts(entry)) for entry in entries[:MOST_PRINTED]],
        "has_more": len(entries) > MOST_PRINTED,
        "printed_on": timezone.localdate(),
        "trail": [(register.title, register.url), (_("To print"), "")],
    }
    return render(request, "privacy/register_print.html", context)


def _log(request: HttpRequest, register: Register, rows: Any, detail: dict[str, Any]) -> None:
    access_log.record(
        "export",
        request=request,
        model=register.model._meta.label_lower,
        ids=[row.pk for row in rows[: access_log.MOST_IDS]],
        detail=detail,
    )


def _trail(register: Register, entry: Any, page: str) -> list[tuple[Any, str]]:
    way = [(register.title, register.url), (str(entry), entry.get_absolute_url())]
    return [*way, (page, "")] if page else way
