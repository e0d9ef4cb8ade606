"""Pages of the checklist: what is asked of each kind of record, kept by the programme."""

import uuid
from copy import copy
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from auditing.forms.checklist import QuestionForm
from auditing.models import ChecklistQuestion, Population
from auditing.policy import CHECKLIST_POLICY
from auditing.services.checklist import add_question, update_question
from cases.policy import Action
from peph.audit import access_log
from peph.errors import Forbidden
from peph.pages import form_page, get_visible, posted, refusals


@require_safe
@refusals
def question_list(request: HttpRequest) -> HttpResponse:
    """Every question, grouped by what it is asked of."""
    user = request.user
    if not CHECKLIST_POLICY.anywhere(user, Action.VIEW):
        raise Forbidden
    rows = list(ChecklistQuestion.objects.visible_to(user).with_abilities(user))
    access_log.record("list", request=request, model="auditing.checklistquestion")
    rows.sort(key=lambda row: (Population.values.index(row.population), row.position, row.code))
    groups = [
        (Population(name), list(questions))
        for name, questions in groupby(rows, key=lambda row: row.population)
    ]
    context = {
        "groups": groups,
        "may_edit": CHECKLIST_POLICY.anywhere(user, Action.EDIT),
        "trail": _trail(),
    }
    return render(request, "auditing/question_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def question_new(request: HttpRequest) -> HttpResponse:
    """Add a question."""
    if not CHECKLIST_POLICY.anywhere(request.user, Action.EDIT):
        raise Forbidden
    heading = _("Add a question to the checklist")
    return form_page(
        request,
        "form.html",
        QuestionForm(posted(request)),
        lambda **data: add_question(by=request.user, **data),
        success=_("The question was added."),
        to=reverse("auditing:question_list"),
        context=_context(heading, _("Add it")),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def question_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Correct, move or retire a question."""
    question = get_visible(request, ChecklistQuestion.objects.all(), pk, needs=Action.EDIT)
    heading = _("Change a question of the checklist")

    def form(data: Any = None) -> QuestionForm:
        return QuestionForm(data, instance=copy(question), initial={"version": question.version})

    return form_page(
        request,
        "form.html",
        form(posted(request)),
        lambda **data: update_question(question, by=request.user, **data),
        success=_("The question was changed."),
        to=reverse("auditing:question_list"),
        context=_context(heading, _("Save")),
        present=form,
    )


def _trail() -> list[tuple[Any, str]]:
    return [
        (_("Samples"), reverse("auditing:sample_list")),
        (_("Checklist"), reverse("auditing:question_list")),
    ]


def _context(heading: str, button: str) -> dict[str, Any]:
    return {
        "heading": heading,
        "button": button,
        "cancel_url": reverse("auditing:question_list"),
        "intro": _(
            "Samples already drawn keep the questions they were drawn with. Once it was answered, the words"
            " of a question stay as they are."
        ),
        "trail": [*_trail(), (heading, "")],
    }
