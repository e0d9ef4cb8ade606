"""Pages of retention: who is due, the rules, the legal holds."""

import uuid
from copy import copy
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.models import Participant
from cases.policy import Action
from peph.errors import Forbidden
from peph.pages import form_page, get_visible, listing, posted, refusals
from peph.paging import Order
from peph.transition_forms import VersionForm
from privacy.forms.retention import HoldForm, RuleForm
from privacy.lists.retention import DueFilter, LegalHoldFilter, day_asked
from privacy.models import LegalHold, RetentionRule
from privacy.policy import DUE_POLICY, ERASURE_POLICY, LEGAL_HOLD_POLICY, RETENTION_RULE_POLICY
from privacy.services.retention import due_cases, due_counts, explain, rules_of_cases
from privacy.services.rules import lift_hold, place_hold, update_rule

FORM = "form.html"
OLDEST_CLOSED_FIRST = Order("closed_on", descending=False)


# ------------------------------------------------------------------ who is due
@require_safe
@refusals
def due_list(request: HttpRequest) -> HttpResponse:
    """Everybody whose retention period is over on a day, why, and what holds the erasure back."""
    require_reader(request)
    day = day_asked(request.GET.get("on", ""))
    rules = rules_of_cases()
    rows = due_cases(day, rules).select_related("participant", "region")
    found = listing(
        request,
        DueFilter(request.GET, queryset=rows, request=request),
        DUE_POLICY,
        order=OLDEST_CLOSED_FIRST,
    )
    counts = due_counts(rows.visible_to(request.user))
    context = {
        "listing": found,
        "rows": [(explain(case, rules), rules[case.kept_as]) for case in found.rows],
        "facts": [
            (_("Due"), counts.due),
            (_("Kept by a legal hold"), counts.held),
            (_("Erasure under way"), counts.waiting),
        ],
        "day": day or timezone.localdate(),
        "may_propose": ERASURE_POLICY.anywhere(request.user, Action.EDIT),
    }
    return render(request, "privacy/due_list.html", context)


def require_reader(request: HttpRequest) -> None:
    """Raise Forbidden for who has no part in retention: nothing of it is theirs to see."""
    if not RETENTION_RULE_POLICY.anywhere(request.user, Action.VIEW):
        raise Forbidden


def retention_trail() -> list[tuple[Any, str]]:
    """The way to a page about retention."""
    return [(_("Retention"), reverse("privacy:due_list"))]


# ------------------------------------------------------------------ rules
@require_safe
@refusals
def retention_rule_list(request: HttpRequest) -> HttpResponse:
    """The schedule: each kind of record, how long it is kept, what happens then, on what ground."""
    require_reader(request)
    rules = RetentionRule.objects.visible_to(request.user).with_abilities(request.user)
    language = get_language() or ""
    context = {
        "rows": [(rule, rule.counted_from(language)) for rule in rules],
        "may_edit": RETENTION_RULE_POLICY.anywhere(request.user, Action.EDIT),
        "trail": [*retention_trail(), (_("Retention rules"), "")],
    }
    return render(request, "privacy/retention_rule_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def retention_rule_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Change how long a kind of record is kept."""
    rule = get_visible(request, RetentionRule.objects.all(), pk, needs=Action.EDIT)
    heading = _("Change the rule: %(rule)s") % {"rule": rule}

    def form(data: Any = None) -> RuleForm:
        return RuleForm(data, instance=copy(rule), initial={"version": rule.version})

    return form_page(
        request,
        FORM,
        form(posted(request)),
        lambda **data: update_rule(rule, by=request.user, **data),
        success=_("The rule was changed."),
        to=rule.get_absolute_url(),
        context={
            "heading": heading,
            "button": _("Save"),
            "cancel_url": rule.get_absolute_url(),
            "facts": [(pgettext("retention", "Then"), rule.get_effect_display())],
            "trail": [
                *retention_trail(),
                (_("Retention rules"), reverse("privacy:retention_rule_list")),
                (heading, ""),
            ],
        },
        present=form,
    )


# ------------------------------------------------------------------ legal holds
@require_safe
@refusals
def legal_hold_list(request: HttpRequest) -> HttpResponse:
    """The legal holds, the last placed coming first."""
    require_reader(request)
    rows = LegalHold.objects.with_people().with_abilities(request.user)
    found = listing(
        request,
        LegalHoldFilter(request.GET, queryset=rows, request=request),
        LEGAL_HOLD_POLICY,
        order=Order("placed_at"),
    )
    context = {"listing": found, "trail": [*retention_trail(), (_("Legal holds"), "")]}
    return render(request, "privacy/legal_hold_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def legal_hold_new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Place a hold on everything about a person."""
    participant = get_visible(request, Participant.objects.all(), pk)
    if not LEGAL_HOLD_POLICY.anywhere(request.user, Action.EDIT):
        raise Forbidden.on(participant)
    heading = _("Place a legal hold")
    return form_page(
        request,
        FORM,
        HoldForm(posted(request), participant=participant),
        lambda **data: place_hold(participant, by=request.user, **data),
        success=_("Nothing about this person goes until the hold is lifted."),
        to=reverse("privacy:legal_hold_list"),
        context={
            "heading": heading,
            "button": _("Place the hold"),
            "cancel_url": participant.get_absolute_url(),
            "facts": [(_("Participant"), participant)],
            "intro": _(
                "A complaint, a court, an investigation: as long as it holds, nothing is erased."
            ),
            "trail": [
                *retention_trail(),
                (_("Legal holds"), reverse("privacy:legal_hold_list")),
                (heading, ""),
            ],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def legal_hold_lift(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """End a legal hold today."""
    hold = get_visible(request, LegalHold.objects.with_people(), pk, needs=Action.EDIT)
    heading = _("Lift the legal hold")
    back = reverse("privacy:legal_hold_list")
    now = {"version": hold.version}
    return form_page(
        request,
        FORM,
        VersionForm(posted(request), initial=now),
        lambda **data: lift_hold(hold, by=request.user, **data),
        success=_("The hold was lifted. The retention rules apply again."),
        to=back,
        context={
            "heading": heading,
            "button": heading,
            "cancel_url": back,
            "facts": [
                (_("Participant"), hold.participant),
                (_("Reason"), hold.reason),
                (_("Until"), hold.until),
                (_("Placed by"), hold.placed_by),
            ],
            "trail": [*retention_trail(), (_("Legal holds"), back), (heading, "")],
        },
        present=lambda: VersionForm(initial=now),
    )
