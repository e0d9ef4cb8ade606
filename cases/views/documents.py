"""Pages of the documents: those of a case, one with its versions, putting in, withdrawing, downloading."""

import uuid
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cases.downloads import as_download
from cases.forms.documents import DocumentForm, VersionOfDocumentForm, WithdrawDocumentForm
from cases.lists.documents import DocumentFilter
from cases.models import Case, Document, Placement
from cases.models.documents import Readiness
from cases.policy import CASE_POLICY, DOCUMENT_POLICY, Action
from cases.services.documents import (
    add_document,
    read_document,
    version_ids,
    withdraw_document,
)
from cases.views.cases import page_of, trail
from cases.views.sections import Section
from peph import views
from peph.errors import Conflict
from peph.pages import form_page, get_visible, listing, open_visible, posted, refusals
from peph.paging import Order
from peph.transition_forms import VersionForm
from peph.uploads import checked_before_reading

SHOWN = 30
takes_a_document = checked_before_reading(lambda: settings.DOCUMENT_MAX_BYTES, views.refused)


@require_safe
@refusals
def document_list(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Every document of a case that the reader may see, earlier versions and withdrawn ones too."""
    case = get_visible(request, Case.objects.with_people(), pk, case=pk)
    rows = Document.objects.filter(case=case).with_people().with_abilities(request.user)
    filterset = DocumentFilter(request.GET, queryset=rows, request=request)
    # The page is of one case already.
    del filterset.form.fields["case"], filterset.form.fields["placement"]
    found = listing(request, filterset, DOCUMENT_POLICY, order=Order("uploaded_at"))
    context = {
        "case": case,
        "listing": found,
        "trail": trail(case, (_("Documents"), "")),
    }
    return render(request, "cases/document_list.html", context)


@require_safe
@refusals
def document_detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What a document is, its versions, and the way to its bytes."""
    document = open_visible(request, Document.objects.with_people(), pk)
    chain = Document.objects.filter(pk__in=version_ids(document))
    versions = chain.visible_to(request.user).select_related("uploaded_by").order_by("-number")
    context = {
        "document": document,
        "facts": _facts(document),
        "versions": list(versions),
        "trail": _trail(document),
    }
    return render(request, "cases/document_detail.html", context)


@require_safe
@refusals
def document_content(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The file itself, always as a download."""
    document = get_visible(request, Document.objects.all(), pk)
    return as_download(document, read_document(document, by=request.user, request=request))


@takes_a_document
@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def document_new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Put a document in a case; `?placement=` names the one it is about."""
    case = get_visible(request, Case.objects.with_people(), pk, needs=Action.EDIT, case=pk)
    asked = {"user": request.user, "case": case, "placement": request.GET.get("placement")}
    context = page_of(case, _("Add a document to the case %(number)s"), _("Add it"))
    context["cancel_url"] = f"{case.get_absolute_url()}#documents"
    return form_page(
        request,
        "form.html",
        DocumentForm(posted(request), request.FILES or None, **asked),
        lambda **data: add_document(case, by=request.user, **data),
        success=_("The document was added."),
        to=Document.get_absolute_url,
        context=context,
    )


@takes_a_document
@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def document_replace(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Put in a new version of a document; the earlier one stays with its history."""
    document = _current(request, pk)
    may_health = CASE_POLICY.allows(request.user, Action.EDIT_HEALTH, document.case)
    context = _context(document, _("New version of “%(title)s”"), _("Add it"))
    context["intro"] = _("The present version stays in the list of versions.")
    return form_page(
        request,
        "form.html",
        VersionOfDocumentForm(
            posted(request), request.FILES or None, document=document, may_health=may_health
        ),
        lambda **data: add_document(document.case, by=request.user, replaces=document, **data),
        success=_("The new version was added."),
        to=Document.get_absolute_url,
        context=context,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@refusals
def document_withdraw(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take a document out of use, saying why."""
    document = _in_use(request, pk)
    now = {"version": document.version}
    context = _context(document, _("Withdraw “%(title)s”"), _("Withdraw the document"))
    context["warning"] = (
        _("Nobody can download it any more, in any of its versions. This cannot be taken back.")
        if document.is_latest
        else _("Nobody can download this version any more. This cannot be taken back.")
    )
    context["danger"] = True
    return form_page(
        request,
        "form.html",
        WithdrawDocumentForm(posted(request), initial=now),
        lambda **data: withdraw_document(document, by=request.user, **data),
        success=_("The document was withdrawn."),
        to=document.get_absolute_url(),
        context=context,
        present=lambda: VersionForm(initial=now),
    )


def _in_use(request: HttpRequest, pk: uuid.UUID) -> Document:
    document = get_visible(request, Document.objects.with_people(), pk, needs=Action.EDIT)
    if document.withdrawn_on is not None:
        raise Conflict(_("This document is already withdrawn."))
    return document


def _current(request: HttpRequest, pk: uuid.UUID) -> Document:
    document = _in_use(request, pk)
    if not document.is_latest:
        raise Conflict(_("There is already a newer version of this document."))
    return document


# ------------------------------------------------------------------ on the pages of a case and a placement
def case_documents(request: HttpRequest, case: Case) -> Section | None:
    """The documents in force of a case, for whoever may see one or put one in."""
    shown = _shown(request, Document.objects.filter(case=case))
    may_add = case.can_edit  # type: ignore[attr-defined]
    if not shown and not may_add:
        return None
    url = reverse("cases:document_list", args=[case.pk])
    new = reverse("cases:document_new", args=[case.pk]) if may_add else ""
    return _section(shown, url, new)


def placement_documents(request: HttpRequest, placement: Placement) -> Section | None:
    """The documents in force of a placement."""
    shown = _shown(request, Document.objects.filter(placement=placement))
    may_add = placement.can_edit  # type: ignore[attr-defined]
    if not shown and not may_add:
        return None
    url = reverse("cases:document_list", args=[placement.case_id])
    new = reverse("cases:document_new", args=[placement.case_id])
    return _section(shown, url, f"{new}?placement={placement.pk}" if may_add else "")


def _shown(request: HttpRequest, rows: Any) -> list[Document]:
    seen = rows.visible_to(request.user).with_abilities(request.user).current().with_people()
    return list(seen.order_by("-uploaded_at", "-pk")[:SHOWN])


def _section(shown: list[Document], list_url: str, new_url: str) -> Section:
    return Section(
        name="documents",
        title=_("Documents"),
        template="cases/_section_documents.html",
        shown={"documents": shown, "list_url": list_url, "new_url": new_url},
    )


# ------------------------------------------------------------------ what a page shows
def _facts(document: Document) -> list[tuple[Any, Any]]:
    rows = [
        (_("Kind"), document.get_kind_display()),
        (_("Who may read it"), document.get_audience_display()),
        (_("Version"), document.number),
        (_("File"), document.filename),
        (_("Size"), _("%(size)s kB") % {"size": -(-document.size // 1024)}),
        (_("Added on"), document.uploaded_at),
        (_("Added by"), document.uploaded_by),
        (_("SHA-256"), document.sha256),
        (_("Check for malicious software"), Readiness(document.readiness).label),
    ]
    if document.placement is not None:
        rows.insert(2, (_("Placement"), document.placement))
    if document.withdrawn_on is not None:
        rows.append((_("Withdrawn on"), document.withdrawn_on))
    return rows


def _trail(document: Document, *more: tuple[Any, str]) -> list[tuple[Any, str]]:
    documents = reverse("cases:document_list", args=[document.case_id])
    here = document.get_absolute_url() if more else ""
    return trail(document.case, (_("Documents"), documents), (document.title, here), *more)


def _context(document: Document, heading: str, button: str) -> dict[str, Any]:
    heading = heading % {"title": document.title}
    return {
        "heading": heading,
        "button": button,
        "cancel_url": document.get_absolute_url(),
        "trail": _trail(document, (heading, "")),
        "facts": [
            (_("Case"), document.case.number),
            (_("Participant"), document.case.participant),
            (_("Kind"), document.get_kind_display()),
        ],
    }
