"""The tasks behind a link and how each is shown; here those of the agreement and of the first day."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.forms import link_tasks as forms
from cases.models import Placement, Signature, TaskLink
from cases.views import link_words
from cases.views.link_shapes import Asked, Facts, TaskPage, begun, sent_data, where

Task = TaskLink.Task


# ------------------------------------------------------------------ did the person come
def _start_facts(link: TaskLink) -> Facts:
    return [*where(link), (_("Planned start"), link.placement.planned_start)]


def _start_asked(link: TaskLink, sent: str, data: Any, draft: Mapping[str, str]) -> list[Asked]:
    expected = min(link.placement.planned_start, timezone.localdate())
    known = {"started_on": expected, "expected_on": expected}
    came, absent = (sent_data(name, sent, data) for name in ("start", "no-show"))
    return [
        Asked(
            "start",
            forms.StartForm(came, initial=begun(known, draft, came)),
            _("Confirm the start"),
            _("The person came"),
        ),
        Asked(
            "no-show",
            forms.NoShowForm(absent, initial=begun(known, draft, absent)),
            _("Report that the person did not come"),
            _("The person did not come"),
            is_open=absent is not None or bool(draft.get("reason")),
        ),
    ]


def _start_done(link: TaskLink, placement: Placement) -> Facts:
    if placement.started_on:
        return [*where(link), (_("First day worked"), placement.started_on)]
    return [*where(link), (_("Did not come; expected on"), placement.expected_on)]


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
    known = {"name": link.recipient_name, "signed_on": timezone.localdate()}
    bound = sent_data("sign", sent, data)
    form = forms.SignForm(bound, initial=begun(known, draft, bound))
    return [Asked("sign", form, _("Sign"))]


def _sign_done(link: TaskLink, signature: Signature) -> Facts:
    return [
        *where(link),
        (_("Signed by"), signature.name),
        (_("Signed as"), signature.get_role_display()),
        (_("Date"), signature.signed_on),
        (_("How"), signature.get_means_display()),
    ]


PAGES: dict[str, TaskPage] = {
    Task.CONFIRM_START: TaskPage(
        title=lambda link: _("Confirm the start"),
        intro=lambda link: _("Tell us whether the person came to work."),
        facts=_start_facts,
        asked=_start_asked,
        done=_start_done,
        recorded=Placement,
    ),
    Task.SIGN: TaskPage(
        title=lambda link: _("Sign the agreement"),
        intro=lambda link: _(
            "This is what was agreed. If something is wrong, do not sign: write to the person"
            " who sent you the link."
        ),
        facts=_sign_facts,
        asked=_sign_asked,
        done=_sign_done,
        recorded=Signature,
    ),
    Task.REPORT: link_words.REPORT,
    Task.EVALUATE: link_words.EVALUATE,
    Task.ANSWER: link_words.REPLY,
}


def known_fields(link: TaskLink) -> set[str]:
    """The names a draft of this task may hold."""
    shown = PAGES[link.task].asked(link, "", None, {})
    return {
        name
        for each in shown
        for name, field in each.form.fields.items()
        if not field.widget.is_hidden
    }


def done_facts(link: TaskLink, key: str) -> Facts:
    """What was recorded under this key, for the page that says thank you."""
    page = PAGES[link.task]
    rows = page.done(link, page.recorded._default_manager.get(pk=key))
    return [(label, value) for label, value in rows if value not in (None, "")]
