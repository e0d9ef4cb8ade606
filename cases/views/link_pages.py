"""The pages behind a link: one task, for somebody without an account, on a telephone."""

from contextlib import suppress

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import TaskLink
from cases.services import link_answers, links
from cases.services.link_tasks import check_possible
from cases.views.link_public import address, closed, message, page, public, speaking
from cases.views.link_shapes import Asked
from cases.views.link_tasks import PAGES, done_facts, known_fields
from peph.audit import access_log
from peph.errors import Conflict, DomainError, Invalid, Stale
from peph.templatetags.peph import date_iso

TASK, DRAFT, RENEW, DONE = (
    "cases:link_task",
    "cases:link_draft",
    "cases:link_ask_again",
    "cases:link_done",
)
RECEIPT_SALT, RECEIPT_SECONDS = "cases.task-link.done", 3600


@public
def link_task(request: HttpRequest, token: str) -> HttpResponse:
    """The task: read, filled in, and sent."""
    try:
        link = links.open_link(token)
    except links.Expired as expired:
        with speaking(request, expired.link):
            context = {"renew": address(RENEW, request, token)}
            return page(request, "link/expired.html", context, expired.status_code)
    except Http404:
        return _already_answered(request, token) or closed(request, token)
    with speaking(request, link):
        if request.method == "POST":
            return _answer(request, link, token)
        access_log.record("open", user=request.user, obj=link, case=link.case_id)
        try:
            check_possible(link.placement, link.task, role=link.role, evaluation=link.evaluation)
        except Conflict:
            return message(
                request,
                409,
                _("Nothing is awaited from you any more"),
                _("This was recorded otherwise, or things have moved on. Thank you all the same."),
            )
        return _show(request, link, token)


@public
def link_draft(request: HttpRequest, token: str) -> HttpResponse:
    """Keep what was typed so far: asked by the script as one types, by a button without it."""
    by_script = request.headers.get("Accept", "") == "application/json"
    try:
        link = links.open_link(token)
    except (links.Expired, Http404):
        if by_script:
            return JsonResponse({"message": _("This link opens nothing")}, status=404)
        return closed(request, token)
    with speaking(request, link):
        if request.method != "POST":
            return redirect(address(TASK, request, token))
        try:
            draft = _keep(request, link)
        except DomainError as error:
            if by_script:
                return JsonResponse({"message": str(error)}, status=error.status_code)
            return message(request, error.status_code, _("This was not saved"), str(error))
        if by_script:
            return JsonResponse({"message": _saved(draft)})
        return redirect(address(TASK, request, token))


@public
def link_ask_again(request: HttpRequest, token: str) -> HttpResponse:
    """Send a new link in the place of one that expired, to the same address."""
    try:
        links.open_link(token)
    except links.Expired as expired:
        with speaking(request, expired.link):
            if request.method != "POST":
                return redirect(address(TASK, request, token))
            try:
                links.renew_link(expired.link, by=links.bearer_of(expired.link))
            except Conflict as error:
                return message(request, 409, _("No new link was sent"), str(error))
            return _renewed(request)
    except Http404:
        # The button was pressed twice.
        return _renewed(request) if links.is_replaced_just_now(token) else closed(request, token)
    return redirect(address(TASK, request, token))


@public
def link_done(request: HttpRequest, token: str) -> HttpResponse:
    """What was recorded, to print or to keep; the address of this page works for an hour."""
    try:
        key, recorded_key = signing.loads(token, salt=RECEIPT_SALT, max_age=RECEIPT_SECONDS)
    except signing.BadSignature:
        return closed(request)
    link = TaskLink.objects.with_people().select_related("placement__site").get(pk=key)
    with speaking(request, link):
        access_log.record("open", user=request.user, obj=link, case=link.case_id)
        context = {
            "task": PAGES[link.task].title(link),
            "facts": done_facts(link, recorded_key) if recorded_key else [],
            "day": date_iso(link.answered_on),
        }
        return page(request, "link/done.html", context)


# ------------------------------------------------------------------ one task
def _show(
    request: HttpRequest,
    link: TaskLink,
    token: str,
    *,
    draft: link_answers.Draft | None = None,
    shown: list[Asked] | None = None,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    task, draft = PAGES[link.task], draft or link_answers.draft_of(link)
    context = {
        "heading": task.title(link),
        "intro": task.intro(link),
        "facts": task.facts(link),
        "shown": shown or task.asked(link, "", None, draft.fields),
        "notice": notice,
        "action": address(TASK, request, token),
        "draft_action": address(DRAFT, request, token),
        "saved": _saved(draft),
        "recipient": link.recipient_name,
        "day": date_iso(link.expires_on),
    }
    return page(request, "link/task.html", context, status)


def _answer(request: HttpRequest, link: TaskLink, token: str) -> HttpResponse:
    name, draft = request.POST.get("send", ""), link_answers.draft_of(link)
    shown: list[Asked] | None = PAGES[link.task].asked(link, name, request.POST, draft.fields)
    sent = next((each for each in shown or () if each.name == name), None)
    status, notice = 400, ""
    if sent is not None and sent.form.is_valid():
        try:
            recorded = link_answers.answer_link(link, name, sent.form.cleaned_data)
        except DomainError as error:
            if answered := _already_answered(request, token):
                return answered
            status = error.status_code
            if isinstance(error, Stale):
                # Filled in anew from what is recorded now, with what was typed laid over it.
                shown, notice, link = None, str(error), links.open_link(token)
            else:
                _add(sent, error)
        else:
            return redirect(_receipt(request, link, str(recorded.pk)))
    with suppress(DomainError):
        # Whatever becomes of this page, what was typed is not typed again. When it is too long, or the
        # link was closed meanwhile, the page itself still holds it.
        draft = _keep(request, link)
    return _show(request, link, token, draft=draft, shown=shown, notice=notice, status=status)


def _keep(request: HttpRequest, link: TaskLink) -> link_answers.Draft:
    return link_answers.save_draft(link, request.POST.dict(), known=known_fields(link))


def _add(sent: Asked, error: DomainError) -> None:
    """Say a refusal in the form that was sent."""
    if not isinstance(error, Invalid) or not error.fields:
        sent.form.add_error(None, str(error))
        return
    for name, problems in error.fields.items():
        for problem in problems:
            sent.form.add_error(name if name in sent.form.fields else None, problem)


def _saved(draft: link_answers.Draft) -> str:
    if draft.saved_at is None:
        return ""
    moment = timezone.localtime(draft.saved_at)
    when = {"hour": moment.hour, "minute": f"{moment:%M}", "day": date_iso(moment)}
    if moment.date() == timezone.localdate():
        return _("Saved at %(hour)s:%(minute)s") % when
    return _("Saved on %(day)s at %(hour)s:%(minute)s") % when


def _receipt(request: HttpRequest, link: TaskLink, recorded: str) -> str:
    """The address of the page that says thank you."""
    return address(DONE, request, signing.dumps([str(link.pk), recorded], salt=RECEIPT_SALT))


def _already_answered(request: HttpRequest, token: str) -> HttpResponse | None:
    """The second press of a button that was slow: told what the first one did. None for anything else."""
    if request.method != "POST":
        return None
    try:
        link = links.find_link(token)
    except Http404:
        return None
    just_now = link is not None and link.answered_on == timezone.localdate()
    if link is None or not just_now or links.token_of(link) != token:
        return None
    return redirect(_receipt(request, link, ""))


def _renewed(request: HttpRequest) -> HttpResponse:
    return message(
        request,
        200,
        _("A new link is on its way"),
        _(
            "It was sent to the e-mail address the first one was sent to. It may take a few minutes,"
            " and may have been taken for spam. A new link can be asked for once an hour; the"
            " addresses before it open nothing any more. What you had begun to fill in is kept."
        ),
    )
