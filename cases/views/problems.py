"""Pages of the data problems: the queue, setting one aside, taking one up again."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.forms.problems import DismissalForm
from cases.lists.problems import ProblemForm, problem_page
from cases.models import Case, Dismissal
from cases.policy import CASE_POLICY, Action
from cases.services.data_checks.table import BY_CODE, problem_counts
from cases.services.dismissals import dismiss_problem, restore_problem
from peph.audit import access_log
from peph.errors import Forbidden
from peph.pages import form_page, get_visible, posted, refusals

MOST_ASIDE = 50


@require_safe
@refusals
def problem_list(request: HttpRequest) -> HttpResponse:
    """What does not hold together in the cases the reader answers for, one click from its mending."""
    user = request.user
    if not CASE_POLICY.anywhere(user, Action.AUDIT):
        raise Forbidden
    form = ProblemForm(request.GET)
    form.is_valid()
    narrowed = form.narrowed(user)
    shown = problem_page(
        user, form.checks(), cursor=request.GET.get("cursor", "")[:500], **narrowed
    )
    access_log.record(
        "list", request=request, model="cases.case", ids=[row.case.pk for row in shown.rows]
    )
    aside = Dismissal.objects.filter(case__in=Case.objects.filter(CASE_POLICY.q(user, "audit")))
    context = {
        "form": form,
        "counts": [(check, count) for check, count in problem_counts(user, **narrowed) if count],
        "page": shown,
        "editable": _editable(user, shown.rows),
        "aside": [
            (row, BY_CODE.get(row.check_code))
            for row in aside.select_related("case", "dismissed_by").order_by("-created_at")[
                :MOST_ASIDE
            ]
        ],
        "may_restore": CASE_POLICY.anywhere(user, Action.EDIT),
    }
    return render(request, "cases/problem_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def problem_dismiss(request: HttpRequest, code: str, pk: uuid.UUID) -> HttpResponse:
    """Set a problem aside with the reason why it is none."""
    check = BY_CODE.get(code)
    if check is None:
        raise Http404
    row = check.with_people(check.visible_to(request.user)).filter(pk=pk).first()
    if row is None:
        raise Http404
    case = get_visible(request, Case.objects.with_people(), check.case_of(row).pk, needs="edit")
    back = reverse("cases:problem_list")
    return form_page(
        request,
        "form.html",
        DismissalForm(posted(request)),
        lambda **data: dismiss_problem(code, pk, by=request.user, **data),
        success=_("The problem was set aside."),
        to=back,
        context={
            "heading": _("Set this problem aside"),
            "button": _("Set aside"),
            "cancel_url": back,
            "facts": [
                (_("Data check"), check.label),
                (_("Case"), f"{case.number} – {case.participant}"),
                (_("Since"), row.since),
            ],
            "trail": [(_("Data problems"), back), (_("Set aside"), "")],
        },
    )


@require_POST
@refusals
def problem_restore(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take up again a problem that was set aside."""
    dismissal = get_object_or_404(Dismissal.objects.select_related("case"), pk=pk)
    get_visible(request, Case.objects.all(), dismissal.case_id, needs="edit")
    restore_problem(dismissal, by=request.user)
    return redirect("cases:problem_list")


def _editable(user: object, rows: list) -> set:
    """Cases of these lines the reader may mend, in one query."""
    keys = {row.case.pk for row in rows}
    mine = Case.objects.filter(CASE_POLICY.q(user, Action.EDIT), pk__in=keys)
    return set(mine.values_list("pk", flat=True))
