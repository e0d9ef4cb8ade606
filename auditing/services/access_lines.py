"""Lines of the access log as people read them: names for keys, a sentence for a code."""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from auditing.policy import closed_records
from cases.models import Case
from peph.accounts.models import User
from peph.accounts.verbs import ACCESSES
from peph.audit.models import AccessLog
from peph.audit.models.change_sets import Channel
from peph.scopes import scope_of

ACTIONS = ACCESSES | {
    "open": gettext_lazy("Opened"),
    "health": gettext_lazy("Read health information"),
    "list": gettext_lazy("Listed"),
    "search": gettext_lazy("Searched"),
    "export": gettext_lazy("Exported"),
    "refuse": gettext_lazy("Was refused"),
    "sign_in": gettext_lazy("Signed in"),
    "sign_in_failed": gettext_lazy("Failed to sign in"),
    "sign_out": gettext_lazy("Signed out"),
}
SENTENCES = {
    "open": gettext_lazy("%(who)s opened: %(what)s"),
    "health": gettext_lazy("%(who)s read health information: %(what)s"),
    "list": gettext_lazy("%(who)s listed: %(what)s"),
    "search": gettext_lazy("%(who)s searched: %(what)s"),
    "export": gettext_lazy("%(who)s exported: %(what)s"),
    "refuse": gettext_lazy("%(who)s was refused: %(what)s"),
    "sign_in": gettext_lazy("%(who)s signed in"),
    "sign_in_failed": gettext_lazy("Somebody failed to sign in: %(what)s"),
    "sign_out": gettext_lazy("%(who)s signed out"),
}
# The case itself is opened by the hundred: its sentence reads as people say it.
OPENED_CASE = gettext_lazy("%(who)s opened the case %(number)s")
# What of a record was read, where it is not the record as its page shows it.
PARTS = {
    "as_of": gettext_lazy("as it was"),
    "form": gettext_lazy("the form to correct it"),
    "home": gettext_lazy("the first page"),
    "history": gettext_lazy("its history"),
    "timeline": gettext_lazy("its timeline"),
    "content": gettext_lazy("the content of the document"),
    "suggestions": gettext_lazy("suggestions of projects"),
    "scores": gettext_lazy("the scores"),
    "presence": gettext_lazy("the hours worked"),
    "answers": gettext_lazy("rates of answers"),
    "accesses": gettext_lazy("who opened the file"),
    "readers": gettext_lazy("who sees the case"),
    "unusual": gettext_lazy("what is out of the ordinary"),
    "person_data": gettext_lazy("everything held about the person"),
    "right": gettext_lazy("not their right"),
}


@dataclass(frozen=True, slots=True)
class AccessLine:
    """One access with names; the sentence says all of it, the rest is for columns and links."""

    row: AccessLog
    who: str
    action: str
    sentence: str
    case: Case | None

    @property
    def channel(self) -> str:
        return str(self.row.get_channel_display())


def lines_of(rows: Iterable[AccessLog], user: Any) -> list[AccessLine]:
    """Put names on keys, in as many queries for fifty lines as for one.

    A list is told to `user` without the records that a conflict of interest closes to them.
    """
    shown = list(rows)
    if closed := closed_records(scope_of(user)):
        for row in shown:
            _withhold(row, closed)
    people = User.objects.in_bulk({row.actor_id for row in shown} - {None} | _accounts(shown))
    cases = Case.objects.in_bulk({key for row in shown if (key := _case_of(row))})
    return [_line(row, people, cases) for row in shown]


def _withhold(row: AccessLog, closed: Collection[str]) -> None:
    """Take these keys out of a line that is about something else: a list, a filter, what was not found."""
    row.object_ids = row.object_ids and [key for key in row.object_ids if key not in closed]
    if any(key in row.path for key in closed):
        row.path = ""
    if row.detail and any(key in str(row.detail) for key in closed):
        row.detail = None


def who_text(row: Any, people: dict[Any, User]) -> str:
    """Who read: a person, somebody by a link, or nobody signed in."""
    if row.actor_id is None:
        if row.channel == Channel.LINK:
            return _("Somebody by a link sent by e-mail")
        return _("Somebody who is not signed in")
    person = people.get(row.actor_id)
    return str(person) if person else _("a person whose account is gone")


def kind_text(label: str, count: int = 1) -> str:
    """What records of this kind are called, by the label that the log keeps."""
    try:
        options = apps.get_model(label)._meta
    except (LookupError, ValueError):
        return label
    return str(options.verbose_name if count == 1 else options.verbose_name_plural)


def _accounts(rows: Iterable[AccessLog]) -> set[uuid.UUID]:
    # Which account was tried, where a sign-in failed.
    return {
        uuid.UUID(row.object_id) for row in rows if row.verb == "sign_in_failed" and row.object_id
    }


def _case_of(row: AccessLog) -> Any:
    if row.case_id is None and row.model == "cases.case" and row.object_id:
        return uuid.UUID(row.object_id)
    return row.case_id


def _line(row: AccessLog, people: dict[Any, User], cases: dict[Any, Case]) -> AccessLine:
    who, case = who_text(row, people), cases.get(_case_of(row))
    if row.verb == "open" and row.model == "cases.case" and case and not row.detail:
        sentence = OPENED_CASE % {"who": who, "number": case.number}
    else:
        known = SENTENCES.get(row.verb)
        what = _what(row, people, case)
        sentence = (
            known % {"who": who, "what": what}
            if known is not None
            else f"{who} – {ACTIONS.get(row.verb, row.verb)}: {what}"
        )
    action = str(ACTIONS.get(row.verb, row.verb))
    return AccessLine(row, who, action, str(sentence), case)


def _what(row: AccessLog, people: dict[Any, User], case: Case | None) -> str:
    if row.verb == "sign_in_failed":
        tried = people.get(_uuid(row.object_id))
        return str(tried) if tried else _("no account of that name")
    shown = len(row.object_ids or ())
    is_list = row.verb in ("list", "search", "export")
    parts = [kind_text(row.model, 2 if is_list else 1)] if row.model else []
    if case is not None and row.model == "cases.case":
        parts = [_("case %(number)s") % {"number": case.number}]
    elif case is not None:
        parts.append(_("case %(number)s") % {"number": case.number})
    detail = row.detail if isinstance(row.detail, dict) else {}
    if words := detail.get("q"):
        parts.append(_("“%(words)s”") % {"words": words})
    if part := detail.get("part"):
        parts.append(str(PARTS.get(str(part), part)))
    if row.verb == "export":
        count = detail.get("rows", shown)
        count = count if isinstance(count, int) else shown
        parts.append(ngettext("%(number)s line", "%(number)s lines", count) % {"number": count})
    elif is_list:
        parts.append(ngettext("%(number)s shown", "%(number)s shown", shown) % {"number": shown})
    return ", ".join(parts) or row.path


def _uuid(text: str) -> uuid.UUID | None:
    return uuid.UUID(text) if text else None
