"""Who holds an exception on one case: the list, giving one, ending one."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.forms.cases import EndShareForm, ShareForm
from cases.models import Case, CaseGrant
from cases.policy import Action
from cases.services.grants import check_may_change, share_case
from cases.views.cases import page_of, trail
from organizations.services.grants import end_grant
from peph.accounts.step_up import step_up
from peph.pages import form_page, get_visible, posted, refusals


@require_http_methods(["GET", "HEAD", "POST"])
@step_up
@refusals
def case_access(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Those who hold an exception on the case, and the form to give one; `?end=` ends one."""
    case = get_visible(request, Case.objects.with_people(), pk, needs=Action.SHARE, case=pk)
    if "end" in request.GET:
        return _end(request, case)
    grants = CaseGrant.objects.filter(content_object=case)
    form = ShareForm(posted(request))
    heading = _("Access to the case %(number)s")
    context = page_of(case, heading, _("Give this access")) | {
        "case": case,
        "grants": grants.select_related("user", "permission", "granted_by").order_by(
            "expires_on", "pk"
        ),
    }
    return form_page(
        request,
        "cases/case_access.html",
        form,
        lambda **_data: share_case(case, by=request.user, **form.arguments),
        success=_("The access was given. It holds from now on."),
        to=reverse("cases:case_access", args=[case.pk]),
        context=context,
    )


def _end(request: HttpRequest, case: Case) -> HttpResponse:
    grant = _grant_of(case, request.GET["end"])
    check_may_change(grant, by=request.user)
    here = reverse("cases:case_access", args=[case.pk])
    context: dict[str, Any] = {
        "heading": _("End this access"),
        "button": _("End this access"),
        "danger": True,
        "warning": _(
            "The person loses this access at once. The history keeps who ended it and why."
        ),
        "facts": [
            (_("Case"), case.number),
            (_("Person"), grant.user),
            (_("Role"), grant.role_label),
            (_("Last day"), grant.expires_on),
        ],
        "cancel_url": here,
        "trail": trail(case, (_("Access"), here), (_("End this access"), "")),
    }
    now = {"version": grant.version}
    return form_page(
        request,
        "form.html",
        EndShareForm(posted(request), initial=now),
        lambda **data: end_grant(grant, by=request.user, **data),
        success=_("The access has ended."),
        to=here,
        context=context,
    )


def _grant_of(case: Case, key: str) -> CaseGrant:
    try:
        pk = uuid.UUID(key)
    except ValueError as error:
        raise Http404 from error
    rows = CaseGrant.objects.filter(content_object=case)
    grant = rows.select_related("user", "permission", "content_object").filter(pk=pk).first()
    if grant is None:
        raise Http404
    return grant
