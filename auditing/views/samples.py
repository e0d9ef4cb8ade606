"""Pages of samples: the list, drawing one, its own page, redoing the drawing, signing and abandoning."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from auditing.forms.samples import DrawForm
from auditing.lists.populations import french_words_of, narrowed, narrowed_of
from auditing.lists.samples import SampleFilter
from auditing.models import MOST_ITEMS, Population, Sample
from auditing.policy import SAMPLE_POLICY
from auditing.services.mandates import Mandate, mandates_of
from auditing.services.populations import SOURCES
from auditing.services.samples import (
    draw_sample,
    move_sample,
    obstacle_to_sign,
    population_size,
    receipts_of,
    redraw,
)
from auditing.views.sample_words import drawing_facts, ending_facts, items_of
from auditing.workflow import SAMPLE_WORKFLOW
from cases.policy import Action
from peph.audit import access_log
from peph.errors import Conflict, Forbidden
from peph.pages import form_page, get_visible, listing, open_visible, posted, refusals
from peph.transition_forms import VersionForm, transition_form

INTRODUCTIONS = {
    "sign": gettext_lazy(
        "Signing puts the sample into the history for good: records, answers and findings stay as they"
        " are. The programme reads it from then on, and answers the findings."
    ),
    "abandon": gettext_lazy("The sample and its seed stay on the list, with the reason."),
}


@require_safe
@refusals
def sample_list(request: HttpRequest) -> HttpResponse:
    """The samples the reader may see, those worked on last coming first."""
    found = listing(
        request,
        SampleFilter(request.GET, queryset=Sample.objects.with_people(), request=request),
        SAMPLE_POLICY,
    )
    context = {
        "listing": found,
        "may_draw": SAMPLE_POLICY.anywhere(request.user, Action.EDIT),
    }
    return render(request, "auditing/sample_list.html", context)


@require_safe
@refusals
def sample_choose(request: HttpRequest) -> HttpResponse:
    """What to draw from: one link for each kind of record."""
    _mandates(request.user)
    context = {
        "choices": [
            (population.label, reverse("auditing:sample_new", args=[population]))
            for population in Population
        ],
        "trail": [*samples_trail(), (_("Draw a sample"), "")],
    }
    return render(request, "auditing/sample_choose.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def sample_new(request: HttpRequest, population: str) -> HttpResponse:
    """The filter, what it leaves, and the drawing; the filter stays in the address."""
    mandates = _mandates(request.user)
    mandate = _mandate_asked(request, mandates)
    found = narrowed(population, request.GET, mandate=mandate, by=request.user)
    size = population_size(found.rows, population=population, mandate=mandate, by=request.user)
    access_log.record(
        "list",
        request=request,
        model=SOURCES[population].model._meta.label_lower,
        detail={"filter": found.query, "population": size},
    )
    heading = _("Draw a sample: %(population)s") % {"population": Population(population).label}
    initial = {"mandate": mandate.code, "expected": size, "size": min(30, max(size, 1))}
    context = {
        "heading": heading,
        "filter_form": found.filterset.form,
        "words": found.words,
        "population_size": size,
        "most": MOST_ITEMS,
        "trail": [*samples_trail(), (_("Draw a sample"), reverse("auditing:sample_choose")), (heading, "")],
    }  # fmt: skip

    def act(*, mandate: Mandate, expected: int | None, **data: Any) -> Sample:
        again = narrowed(population, request.GET, mandate=mandate, by=request.user)
        return draw_sample(
            again.rows,
            by=request.user,
            mandate=mandate,
            population=population,
            filter_query=again.query,
            filter_text=french_words_of(again.filterset),
            expected=expected,
            **data,
        )

    return form_page(
        request,
        "auditing/sample_new.html",
        DrawForm(posted(request), mandates=mandates, initial=initial),
        act,
        success=_("The sample was drawn."),
        to=Sample.get_absolute_url,
        context=context,
    )


def _mandates(user: Any) -> list[Mandate]:
    mandates = mandates_of(user)
    if not mandates:
        raise Forbidden
    return mandates


def _mandate_asked(request: HttpRequest, mandates: list[Mandate]) -> Mandate:
    """The mandate of the form that was sent, or of the address; the widest one otherwise."""
    code = request.POST.get("mandate") or request.GET.get("mandate")
    return next((each for each in mandates if each.code == code), mandates[0])


@require_safe
@refusals
def sample_detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A sample as far as it is worked through: what is next, what was found, how it was drawn."""
    sample = open_visible(request, Sample.objects.with_people(), pk)
    items = items_of(sample, request.user)
    findings = sample.findings.visible_to(request.user).with_abilities(request.user)
    to_do = [each.item for each in items if not each.item.is_done]
    obstacle = obstacle_to_sign(sample) if sample.is_open else None
    context = {
        "sample": sample,
        "items": items,
        "next_item": to_do[0] if to_do and sample.is_open and sample.can_edit else None,
        "findings": list(findings.with_people().order_by("number")),
        "drawing": drawing_facts(sample, request.user),
        "ending": ending_facts(sample),
        "moves": [
            step for step in sample.available_transitions if not (obstacle and step.name == "sign")
        ],
        "obstacle": obstacle,
        "receipts": receipts_of(sample),
        "may_work": sample.is_open and sample.can_edit,
        "trail": [*samples_trail(), (sample.number, "")],
    }
    return render(request, "auditing/sample_detail.html", context)


@require_safe
@refusals
def sample_redraw(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The same drawing made again: what is the same as then, and what is not."""
    sample = open_visible(request, Sample.objects.with_people(), pk)
    rows = narrowed_of(sample, by=request.user).rows
    context = {
        "sample": sample,
        "redrawn": redraw(sample, rows, by=request.user),
        "is_by_number": sample.population == Population.CHANGE_SETS,
        "drawing": drawing_facts(sample, request.user),
        "trail": trail(sample, (_("Draw again to check"), "")),
    }
    return render(request, "auditing/sample_redraw.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def sample_move(request: HttpRequest, pk: uuid.UUID, name: str) -> HttpResponse:
    """Sign a sample, or abandon it."""
    step = SAMPLE_WORKFLOW.by_name[name]
    sample = get_visible(request, Sample.objects.with_people(), pk, needs=step.requires)
    SAMPLE_WORKFLOW.step(name, sample.status, sample.get_status_display())
    if name == "sign" and (why := obstacle_to_sign(sample)):
        raise Conflict(why)
    heading = f"{step.label} {sample.number}"
    context = {
        "heading": heading,
        "button": step.label,
        "cancel_url": sample.get_absolute_url(),
        "intro": INTRODUCTIONS[name],
        "warning": _("This cannot be taken back."),
        "danger": True,
        "facts": [
            (_("Number of the sample"), sample.number),
            (_("Title"), sample.title),
            (_("Records done"), f"{sample.items_done} / {sample.size}"),
            (_("Findings"), sample.findings.visible_to(request.user).standing().count()),
        ],
        "trail": trail(sample, (str(step.label), "")),
    }
    return form_page(
        request,
        "form.html",
        transition_form(step)(posted(request), initial={"version": sample.version}),
        lambda **data: move_sample(sample, name, by=request.user, **data),
        success=step.done,
        to=sample.get_absolute_url(),
        context=context,
        present=lambda: VersionForm(initial={"version": sample.version}),
    )


def samples_trail() -> list[tuple[Any, str]]:
    return [(_("Samples"), reverse("auditing:sample_list"))]


def trail(sample: Sample, *more: tuple[Any, str]) -> list[tuple[Any, str]]:
    """The way to a page about a sample."""
    return [*samples_trail(), (sample.number, sample.get_absolute_url()), *more]
