"""The four registers as their pages present them: titles, form, filter, and what a row of the list says."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_filters import FilterSet

from privacy.forms.registers import (
    AccessRequestForm,
    AnonymisationForm,
    DisclosureForm,
    EntryForm,
    IncidentForm,
)
from privacy.lists.filters import (
    AccessRequestFilter,
    AnonymisationFilter,
    DisclosureFilter,
    IncidentFilter,
)
from privacy.models import AccessRequest, Anonymisation, Disclosure, Entry, Incident
from privacy.services.telling import facts_of

SHORT = 120


@dataclass(frozen=True, slots=True)
class Register:
    """One register. `headings` and `cells` are its columns after the number."""

    code: str
    model: type[Entry]
    form: type[EntryForm]
    filterset: type[FilterSet]
    title: Any
    about: Any
    new: Any
    headings: tuple[Any, ...]
    cells: Callable[[Any], tuple[Any, ...]]
    more: Callable[[Any], list[tuple[Any, Any]]]

    @property
    def kind(self) -> str:
        """What one entry is called."""
        return str(capfirst(str(self.model._meta.verbose_name)))

    @property
    def has_states(self) -> bool:
        """Whether its entries have a life of their own."""
        return self.model.workflow is not None

    @property
    def url(self) -> str:
        return reverse("privacy:register", args=[self.code])

    def rows(self) -> Any:
        """Every entry, with what a row of the list shows."""
        return self.model._default_manager.all().with_people()  # type: ignore[attr-defined]

    def facts(self, entry: Any) -> list[tuple[Any, Any]]:
        """All that the entry holds, then what is computed from it."""
        return [*facts_of(entry), *self.more(entry)]


def _short(text: str) -> str:
    return Truncator(text).chars(SHORT)


def _period(incident: Incident) -> str:
    days = [incident.occurred_from, incident.occurred_to]
    text = " – ".join(day.isoformat() for day in days if day)
    return f"± {text}" if incident.occurred_is_approximate else text


def _nothing(entry: Entry) -> list[tuple[Any, Any]]:
    return []


def _kept(incident: Incident) -> list[tuple[Any, Any]]:
    return [(_("Kept at least until"), incident.kept_until)]


def _clock(request: AccessRequest) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    if request.is_open:
        found.append((_("Days left"), request.days_left))
    if request.review_until:
        found.append((_("Review by the Commission may be asked for until"), request.review_until))
    return found


REGISTERS = {
    register.code: register
    for register in (
        Register(
            "requests",
            AccessRequest,
            AccessRequestForm,
            AccessRequestFilter,
            _("Access requests"),
            _(
                "What persons ask about their own information. The answer is due within 20 days of the"
                " receipt, 30 with a notice sent in time; these are calendar days (Access Act, s. 98)."
            ),
            _("Enter a request"),
            (_("Requester"), _("Kind of request"), _("To answer by")),
            lambda row: (row.requester_name, row.get_kind_display(), row.due_on),
            _clock,
        ),
        Register(
            "disclosures",
            Disclosure,
            DisclosureForm,
            DisclosureFilter,
            _("Register of disclosures"),
            _(
                "What was told of somebody to a third party without their consent, because the law allows it"
                " (Access Act, s. 67.3)."
            ),
            _("Enter a disclosure"),
            (
                _("Recipient"),
                _("Purpose"),
                pgettext_lazy("of a disclosure", "Legal basis"),
                _("Disclosed on"),
            ),
            lambda row: (
                row.recipient,
                _short(row.purpose),
                row.get_basis_display(),
                row.disclosed_on,
            ),
            _nothing,
        ),
        Register(
            "incidents",
            Incident,
            IncidentForm,
            IncidentFilter,
            _("Register of confidentiality incidents"),
            _(
                "Every access, use, disclosure or loss the law does not allow, grave or not (A-2.1, r. 3.1)."
                " Entries stay at least five years."
            ),
            _("Enter an incident"),
            (_("Circumstances"), _("When it happened"), _("Known on")),
            lambda row: (_short(row.circumstances), _period(row), row.known_on),
            _kept,
        ),
        Register(
            "anonymisations",
            Anonymisation,
            AnonymisationForm,
            AnonymisationFilter,
            _("Register of anonymisations"),
            _(
                "What was made anonymous instead of destroyed, for which purposes, how, and how sure it is"
                " (A-2.1, r. 0.1). Taking the name away does not make anonymous."
            ),
            _("Enter an anonymisation"),
            (_("Information"), _("Purposes"), _("Supervised by"), _("Analysis completed on")),
            lambda row: (
                _short(row.information),
                _short(row.purposes),
                row.supervised_by,
                row.analysed_on,
            ),
            _nothing,
        ),
    )
}
