"""How each task behind a link is shown: what it is about, what it asks, what is said once it is done.

Nothing of the person that the task does not need: no birth date, no file number, no health, no needs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.forms import link_tasks as asked
from cases.models import Placement, Signature, TaskLink
from cases.services.link_tasks import is_for_participant

Task = TaskLink.Task
Facts = list[tuple[Any, Any]]
Maker = Callable[[TaskLink, Any, Mapping[str, str]], forms.Form]


@dataclass(frozen=True, slots=True)
class Asked:
    """One form of a task. `name` is the answer it gives (`cases.services.link_answers`)."""

    name: str
    form: forms.Form
    button: str
    # Above the form, where a task has several; those after the first are folded until begun.
    heading: str = ""
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class TaskPage:
    """How one task is shown."""

    title: Callable[[TaskLink], str]
    intro: Callable[[TaskLink], str]
    facts: Callable[[TaskLink], Facts]
    asked: Callable[[TaskLink, str, Any, Mapping[str, str]], list[Asked]]
    done: Callable[[TaskLink, Any], Facts]


def _named(name: str, posted_as: str, data: Any) -> Any:
    """What a form is bound to: only the one that was sent."""
    return data if name == posted_as else None


def _where(link: TaskLink) -> Facts:
    placement = link.placement
    rows: Facts = [] if is_for_participant(link) else [(_("Person"), placement.participant)]
    return [*rows, (_("Host site"), placement.site)]


# ------------------------------------------------------------------ did the person come
def _start_facts(link: TaskLink) -> Facts:
    return [*_where(link), (_("Planned start"), link.placement.planned_start)]


def _start_asked(link: TaskLink, sent: str, data: Any, draft: Mapping[str, str]) -> list[Asked]:
    day = link.placement.planned_start
    expected = min(day, timezone.localdate())
    known = {"started_on": expected, "expected_on": expected, **draft}
    return [
        Asked(
            "start",
            asked.StartForm(_named("start", sent, data), initial=known),
            _("Confirm the start"),
            _("The person came"),
        ),
        Asked(
            "no-show",
            asked.NoShowForm(_named("no-show", sent, data), initial=known),
            _("Report that the person did not come"),
            _("The person did not come"),
            is_open=sent == "no-show" or bool(draft.get("reason")),
        ),
    ]


def _start_done(link: TaskLink, placement: Placement) -> Facts:
    if placement.started_on:
        return [*_where(link), (_("First day worked"), placement.started_on)]
    return [*_where(link), (_("Did not come; expected on"), placement.expected_on)]


# ------------------------------------------------------------------ the agreement
def _sign_facts(link: TaskLink) -> Facts:
    placement = link.placement
    return [
        (_("Person"), placement.participant),
        (_("Host organisation"), placement.organization),
        (_("Host site"), placement.site),
        (_("From"), placement.planned_start),
        (_("To"), placement.planned_end),
        (_("Hours a week"), placement.hours_per_week),
        (_("Job class"), placement.job_class),
        (_("Supervisor"), placement.supervisor_name),
        (_("Mentor"), placement.mentor_name),
        (_("You sign as"), link.get_role_display()),
    ]


def _sign_asked(link: TaskLink, sent: str, data: Any, draft: Mapping[str, str]) -> list[Asked]:
    known = {"name": link.recipient_name, "signed_on": timezone.localdate(), **draft}
    form = asked.SignForm(_named("sign", sent, data), initial=known)
    return [Asked("sign", form, _("Sign"))]


def _sign_done(link: TaskLink, signature: Signature) -> Facts:
    return [
        *_where(link),
        (_("Signed by"), signature.name),
        (_("Signed as"), signature.get_role_display()),
        (_("Date"), signature.signed_on),
        (_("How"), signature.get_means_display()),
    ]


PAGES: dict[str, TaskPage] = {
    Task.CONFIRM_START: TaskPage(
        lambda link: _("Confirm the start"),
        lambda link: _("Tell us whether the person came to work."),
        _start_facts,
        _start_asked,
        _start_done,
    ),
    Task.SIGN: TaskPage(
        lambda link: _("Sign the agreement"),
        lambda link: _(
            "This is what was agreed. If something is wrong, do not sign: write to the person"
            " who sent you the link."
        ),
        _sign_facts,
        _sign_asked,
        _sign_done,
    ),
}
# What the receipt of an answer is read from.
RECORDED: dict[str, Any] = {Task.CONFIRM_START: Placement, Task.SIGN: Signature}


def known_fields(link: TaskLink) -> set[str]:
    """The names a draft of this task may hold."""
    shown = PAGES[link.task].asked(link, "", None, {})
    return {
        name
        for each in shown
        for name, field in each.form.fields.items()
        if not field.widget.is_hidden
    }


def done_facts(link: TaskLink, recorded: Any) -> Facts:
    """What was recorded, for the page that says thank you."""
    rows = PAGES[link.task].done(link, recorded)
    return [(label, value) for label, value in rows if value not in (None, "")]
