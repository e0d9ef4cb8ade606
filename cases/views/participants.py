"""Pages of the person: who they are, how to reach them, what they agreed to."""

import uuid
from collections.abc import Callable
from copy import copy
from typing import Any

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.forms.participants import ConsentForm, ParticipantForm, PurposeForm, WithdrawForm
from cases.models import Case, Consent, Participant
from cases.policy import CASE_POLICY, REGION_CASE_POLICY, Action
from cases.services.consent_texts import texts_for
from cases.services.participants import give_consent, update_participant, withdraw_consent
from cases.views.case_page import person_facts
from cases.views.cases import trail
from peph.errors import Conflict
from peph.pages import form_page, get_visible, open_visible, posted, refusals
from peph.transition_forms import VersionForm

FORM = "form.html"
# Of the apps above: (label, address) beside a person, for this reader, or nothing.
PersonLink = Callable[[Any, Participant], tuple[Any, str] | None]
_links: list[PersonLink] = []


def register_link(build: PersonLink) -> None:
    """For the apps above: a link on the page of a person."""
    _links.append(build)


@require_safe
@refusals
def participant_detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What the reader may know of a person, and the cases of theirs that the reader may see."""
    person = open_visible(request, Participant.objects.all(), pk)
    user = request.user
    seen = Case.objects.visible_to(user).filter(participant=person).with_people()
    flags = CASE_POLICY.flags(user)
    asked = {name: flags[name] for name in ("can_read_personal", "can_audit")}
    cases = list(seen.annotate(**asked).order_by("-created_at", "pk"))
    context = {
        "person": person,
        "facts": person_facts(person, person),
        "cases": cases,
        "consents": _consents(person) if person.can_read_personal else None,
        "may_open": person.can_edit
        and not any(case.is_open for case in cases)
        and REGION_CASE_POLICY.anywhere(user, Action.TAKE_IN),
        "links": [found for build in _links if (found := build(user, person)) is not None],
        "may_list_accesses": any(case.can_audit for case in cases),  # type: ignore[attr-defined]
        "trail": trail(None, (str(person), "")),
    }
    return render(request, "cases/participant_detail.html", context)


def _consents(person: Participant) -> list[Consent]:
    return list(person.consents.order_by(F("withdrawn_on").desc(nulls_first=True), "purpose", "pk"))


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def participant_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Correct who the person is and how to reach them."""
    person = get_visible(request, Participant.objects.all(), pk, needs=Action.EDIT)

    def form(data: Any = None) -> ParticipantForm:
        return ParticipantForm(data, instance=copy(person), initial={"version": person.version})

    return form_page(
        request,
        FORM,
        form(posted(request)),
        lambda **data: update_participant(person, by=request.user, **data),
        success=_("The information was updated."),
        to=person.get_absolute_url(),
        context=_context(person, _("Correct the information about %(name)s"), _("Save")),
        present=form,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def consent_new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Record that the person agreed to one purpose, its text and what refusing entails before one's eyes."""
    person = get_visible(request, Participant.objects.all(), pk, needs=Action.EDIT)
    given = request.POST if request.method == "POST" else request.GET
    choice = PurposeForm(
        given if "purpose" in given or given is request.POST else None, participant=person
    )
    context = _context(person, _("Record a consent of %(name)s"), _("Record the consent"))
    if not choice.is_valid():
        context |= {"form": choice, "button": _("Read the text")}
        status = 400 if choice.errors else 200
        return render(request, "cases/consent_purpose.html", context, status=status)
    purpose = choice.cleaned_data["purpose"]
    texts = texts_for(purpose)
    context |= {
        "purpose": Consent.Purpose(purpose).label,
        "language": person.language,
        "texts": [
            (each, each.text(person.language), each.refusal(person.language)) for each in texts
        ],
    }
    return form_page(
        request,
        "cases/consent_new.html",
        ConsentForm(posted(request), participant=person, purpose=purpose, texts=texts),
        lambda **data: give_consent(person, by=request.user, **data),
        success=_("The consent was recorded."),
        to=f"{person.get_absolute_url()}#consents",
        context=context,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def consent_withdraw(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Record that the person took an agreement back."""
    consent = get_visible(
        request, Consent.objects.select_related("participant"), pk, needs=Action.EDIT
    )
    if consent.withdrawn_on is not None:
        raise Conflict(_("This consent is already withdrawn."))
    person = consent.participant
    context = _context(person, _("Withdraw a consent of %(name)s"), _("Record the withdrawal"))
    context["facts"] = [
        (_("Purpose"), consent.get_purpose_display()),
        (_("Given"), consent.given_on),
    ]
    context["warning"] = _(
        "What was allowed by this consent is no longer allowed from that day on."
    )
    context["danger"] = True
    now = {"version": consent.version}
    return form_page(
        request,
        FORM,
        WithdrawForm(posted(request), initial=now),
        lambda **data: withdraw_consent(consent, by=request.user, **data),
        success=_("The withdrawal was recorded."),
        to=f"{person.get_absolute_url()}#consents",
        context=context,
        present=lambda: VersionForm(initial=now),
    )


def _context(person: Participant, heading: str, button: str) -> dict[str, Any]:
    heading = heading % {"name": person}
    url = reverse("cases:participant_detail", args=[person.pk])
    return {
        "heading": heading,
        "button": button,
        "cancel_url": url,
        "trail": trail(None, (str(person), url), (heading, "")),
    }
