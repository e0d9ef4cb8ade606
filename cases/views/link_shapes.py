"""The shape in which a task behind a link is shown, and what all of them show alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from cases.models import TaskLink
from cases.services.link_tasks import is_for_participant

Facts = list[tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One form of a task. `name` is the answer it gives (`cases.services.link_answers`)."""

    name: str
    form: forms.BaseForm
    button: str
    # Above the form, where a task has several; those after the first are folded until begun.
    heading: str = ""
    is_open: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPage:
    """How one task is shown: what it is about, what it asks, what is said once it is done.

    Nothing of the person that the task does not need: no birth date, file number, health, needs.
    """

    title: Callable[[TaskLink], str]
    intro: Callable[[TaskLink], str]
    facts: Callable[[TaskLink], Facts]
    # (link, answer that was sent, what was sent, draft) → forms
    asked: Callable[[TaskLink, str, Any, Mapping[str, str]], list[Asked]]
    done: Callable[[TaskLink, Any], Facts]
    # The model the receipt of an answer is read from.
    recorded: Any


def sent_data(name: str, sent: str, data: Any) -> Any:
    """What the form of this answer is bound to: only the one that was sent is."""
    return data if name == sent else None


def begun(known: Mapping[str, Any], draft: Mapping[str, str], bound: Any) -> dict[str, Any]:
    """What a form starts from. Once sent it is compared with what is recorded, not with the draft."""
    return dict(known) if bound is not None else {**known, **draft}


def where(link: TaskLink) -> Facts:
    """Who works where; the participants need not be told their own name."""
    placement = link.placement
    rows: Facts = [] if is_for_participant(link) else [(_("Person"), placement.participant)]
    return [*rows, (_("Host site"), placement.site)]


def dates(link: TaskLink) -> Facts:
    """The same, with the first day and the last one planned."""
    placement = link.placement
    return [
        *where(link),
        (_("First day worked"), placement.started_on),
        (_("Planned end"), placement.planned_end),
    ]
