"""Pages of the evaluations: the list, writing one, reading and printing it, the participant's answer."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.forms.evaluations import AnswerForm, EvaluationForm, content_of
from cases.lists.evaluations import DUE, AwaitedPageFilter, EvaluationPageFilter
from cases.models import Evaluation, Placement, awaited_evaluations
from cases.policy import AWAITED_EVALUATION_POLICY, EVALUATION_POLICY, Action
from cases.services.evaluations import (
    WRITTEN_BY,
    answer_evaluation,
    check_draft,
    check_may_answer,
    check_may_start,
    discard_evaluation,
    save_evaluation,
    sign_evaluation,
    start_evaluation,
)
from cases.views.evaluation_rows import awaited_rows
from cases.views.placements import page_of, placements_trail
from peph.forms import confirmation, is_confirmed
from peph.pages import form_page, get_visible, listing, open_visible, posted, refusals
from peph.paging import Order
from peph.templatetags.peph import date_iso
from peph.transition_forms import VersionForm

SIGN = "sign"


@require_safe
@refusals
def evaluation_list(request: HttpRequest) -> HttpResponse:
    """The evaluations the reader may see, the latest first; or those still to write, the first due first."""
    if request.GET.get("state") == DUE[0]:
        steps = awaited_evaluations().annotate(**AWAITED_EVALUATION_POLICY.flags(request.user))
        found = listing(
            request,
            AwaitedPageFilter(request.GET, queryset=steps, request=request),
            AWAITED_EVALUATION_POLICY,
            order=Order("due_on", descending=False),
        )
        context = {"listing": found, "awaited": awaited_rows(found.rows)}
    else:
        rows = Evaluation.objects.with_people()
        found = listing(
            request,
            EvaluationPageFilter(request.GET, queryset=rows, request=request),
            EVALUATION_POLICY,
        )
        context = {"listing": found, "awaited": None}
    return render(request, "cases/evaluation_list.html", context)


@require_safe
@refusals
def evaluation_detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One evaluation with its scores and the answer, made to be read on paper as well."""
    evaluation = open_visible(request, Evaluation.objects.with_people(), pk)
    context = {
        "evaluation": evaluation,
        "heading": _heading(evaluation),
        "facts": _facts(evaluation),
        "scores": list(evaluation.scores.select_related("criterion")),
        "answer": _answer(evaluation),
        "may": dict.fromkeys(evaluation.actions, True),
        "trail": _trail(evaluation.placement, str(evaluation)),
    }
    return render(request, "cases/evaluation_detail.html", context)


# ------------------------------------------------------------------ writing
@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def evaluation_new(request: HttpRequest, pk: uuid.UUID, kind: str) -> HttpResponse:
    """Write an evaluation of a placement; a draft that is there already is continued."""
    of_kind = Evaluation.Kind(kind)
    placement = get_visible(request, Placement.objects.with_people(), pk, needs=WRITTEN_BY[of_kind])
    evaluation = Evaluation.of(placement, kind=of_kind)
    if request.method != "POST":
        draft = placement.evaluations.drafts().filter(kind=of_kind).first()
        if draft is not None:
            return redirect("cases:evaluation_edit", pk=draft.pk)
        check_may_start(placement, of_kind)
    signing = request.POST.get("act") == SIGN

    def act(*, version: None, signed_on: Any, **content: Any) -> Evaluation:
        return start_evaluation(
            placement,
            by=request.user,
            kind=of_kind,
            signed_on=signed_on if signing else None,
            **content,
        )

    return form_page(
        request,
        "cases/evaluation_form.html",
        EvaluationForm(
            posted(request), kind=of_kind, initial=_expected(evaluation), signing=signing
        ),
        act,
        success=_done(signing),
        to=Evaluation.get_absolute_url,
        context=_around(evaluation),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def evaluation_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Continue a draft; the second button signs and locks it."""
    evaluation = get_visible(request, Evaluation.objects.with_people(), pk, needs=Action.EDIT)
    check_draft(evaluation)
    scores = list(evaluation.scores.select_related("criterion"))
    signing = request.POST.get("act") == SIGN

    def form(data: Any = None) -> EvaluationForm:
        now = _expected(evaluation) | {
            name: value for name, value in content_of(evaluation, scores).items() if value != ""
        }
        return EvaluationForm(data, kind=evaluation.kind, initial=now, signing=signing)

    def act(*, signed_on: Any, **content: Any) -> Evaluation:
        if signing:
            return sign_evaluation(evaluation, by=request.user, signed_on=signed_on, **content)
        return save_evaluation(evaluation, by=request.user, **content)

    return form_page(
        request,
        "cases/evaluation_form.html",
        form(posted(request)),
        act,
        success=_done(signing),
        to=evaluation.get_absolute_url(),
        context=_around(evaluation) | {"draft": evaluation},
        present=form,
    )


@require_POST
@refusals
def evaluation_discard(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Give a draft up, after asking."""
    evaluation = get_visible(request, Evaluation.objects.with_people(), pk, needs=Action.EDIT)
    check_draft(evaluation)
    if not is_confirmed(request):
        return confirmation(
            request,
            title=_("Discard this draft?"),
            text=_("What was filled in is deleted. The history keeps who did it."),
            button=_("Discard the draft"),
            cancel_url=evaluation.get_absolute_url(),
        )
    given = VersionForm(request.POST)
    version = given.cleaned_data["version"] if given.is_valid() else None
    discard_evaluation(evaluation, by=request.user, version=version)
    messages.success(request, _("The draft was discarded."))
    return redirect(f"{evaluation.placement.get_absolute_url()}#evaluations")


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def evaluation_answer(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Record whether the participant agrees with a signed evaluation."""
    evaluation = get_visible(
        request, Evaluation.objects.with_people(), pk, needs=Action.ANSWER_FOR_PARTICIPANT
    )
    check_may_answer(evaluation)
    now = {"version": evaluation.version}
    context = _around(evaluation)
    context |= {
        "heading": _("Record the participant’s answer"),
        "button": _("Record the answer"),
        "cancel_url": evaluation.get_absolute_url(),
        "intro": _("It is recorded once. A disagreement is followed up by the coordinator."),
        "facts": _facts(evaluation),
    }
    return form_page(
        request,
        "form.html",
        AnswerForm(posted(request), initial=now),
        lambda **data: answer_evaluation(evaluation, by=request.user, **data),
        success=_("The answer was recorded."),
        to=evaluation.get_absolute_url(),
        context=context,
        present=lambda: VersionForm(initial=now),
    )


# ------------------------------------------------------------------ what a page shows
def _expected(evaluation: Evaluation) -> dict[str, Any]:
    """Who is expected to write it."""
    placement = evaluation.placement
    own = evaluation.is_own_word
    return {"author_name": placement.participant.full_name if own else placement.supervisor_name}


def _done(signing: bool) -> str:
    return _("The evaluation is signed and locked.") if signing else _("The draft was saved.")


def _heading(evaluation: Evaluation) -> str:
    return _("%(kind)s of %(name)s") % {
        "kind": evaluation.get_kind_display(),
        "name": evaluation.placement.participant,
    }


def _around(evaluation: Evaluation) -> dict[str, Any]:
    placement = evaluation.placement
    context = page_of(placement, _heading(evaluation), "", str(evaluation))
    context["facts"] = [
        (_("Participant"), placement.participant),
        (_("Host site"), placement.site),
        (_("First day worked"), placement.started_on),
    ]
    context["cancel_url"] = f"{placement.get_absolute_url()}#evaluations"
    return context


def _trail(placement: Placement, here: str) -> list[tuple[str, str]]:
    return [
        *placements_trail(),
        (str(placement.participant), placement.get_absolute_url()),
        (here, ""),
    ]


def _facts(evaluation: Evaluation) -> list[tuple[Any, Any]]:
    placement = evaluation.placement
    rows = [
        (_("Participant"), placement.participant),
        (_("Host organisation"), evaluation.site.organization),
        (_("Host site"), evaluation.site.name),
        (_("Placement"), f"{date_iso(placement.starts_on)} – {date_iso(placement.ends_on)}"),
        (_("Written by"), evaluation.author_name),
        (_("Signed on"), evaluation.signed_on),
    ]
    if evaluation.is_on_behalf:
        rows.append((_("Filled in for its author by"), evaluation.recorded_by))
    return rows


def _answer(evaluation: Evaluation) -> list[tuple[Any, Any]]:
    rows = [
        (_("Answer"), evaluation.get_answer_display()),
        (_("Comment"), evaluation.answer_comment),
        (_("Answered on"), evaluation.answered_on),
    ]
    return rows if evaluation.answer else []
