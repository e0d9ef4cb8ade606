"""Putting a document in a file, replacing it, withdrawing it, and reading its bytes back.

What is accepted is `file_formats`. The bytes are kept once under their SHA-256, which the history holds.
"""

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Consent, Document, DocumentContent, Placement
from cases.models.documents import Readiness
from cases.policy import CASE_POLICY, DOCUMENT_POLICY, Action
from cases.services.context import changing
from cases.services.file_formats import Format, recognize, refused
from cases.services.file_names import neutral_name
from cases.services.scanning import ScannerUnavailable, verdict
from peph.audit import access_log
from peph.errors import Conflict, Invalid
from peph.records import amend, check_version, locked, save_valid
from peph.scopes import account_of
from peph.uploads import FileTooLarge

logger = logging.getLogger(__name__)


class AlteredContent(RuntimeError):
    """The bytes kept are not those that were put in: a defect or a hand in the database, never shown."""


@dataclass(frozen=True)
class _File:
    """A file that was accepted."""

    content: bytes
    format: Format
    name: str


def add_document(
    case: Case,
    *,
    by: Any,
    file: BinaryIO,
    kind: str = "",
    title: str = "",
    audience: str = "",
    placement: Placement | None = None,
    replaces: Document | None = None,
) -> Document:
    """Put a file in the case, or a new version of one that is there (`replaces`).

    A new version keeps the placement, and what is not given. Health documents need the right and the
    person's live consent, as the rest of the health tier. Without a title, the name of the file is one.
    Raises Forbidden, Conflict (no consent, replaced or withdrawn already), Invalid.
    """
    if replaces is not None:
        kind, audience = kind or replaces.kind, audience or replaces.audience
        title, placement = title or replaces.title, replaces.placement
    audience = audience or Document.Audience.PROGRAM
    # Asked before the file is opened, so that nobody makes us read for nothing.
    _check_right(case, by, audience, replaces)
    kept = _accepted(file)
    scanned = _scanned(kept.content)
    verb = "cases.document.replace" if replaces else "cases.document.add"
    with changing(case, by=by, verb=verb):
        case = locked(Case.objects.select_related("participant"), case.pk)
        _check_right(case, by, audience, replaces)
        if replaces is not None:
            replaces = locked(Document.objects.all(), replaces.pk)
            _check_replaced(case, replaces, kept)
        _check_audience(case, audience, placement)
        document = Document(
            case=case,
            region_id=case.region_id,
            placement=placement,
            organization_id=placement.organization_id if placement else None,
            site_id=placement.site_id if placement else None,
            kind=kind,
            title=title.strip() or kept.name.rpartition(".")[0],
            audience=audience,
            filename=kept.name,
            media_type=kept.format.media_type,
            size=len(kept.content),
            sha256=hashlib.sha256(kept.content).hexdigest(),
            number=replaces.number + 1 if replaces else 1,
            replaces=replaces,
            uploaded_by=account_of(by),
        )
        # Two people may put in the same bytes at once: they are kept once.
        DocumentContent.objects.bulk_create(
            [
                DocumentContent(
                    sha256=document.sha256,
                    content=kept.content,
                    scan=scanned,
                    scanned_at=timezone.now() if scanned else None,
                )
            ],
            ignore_conflicts=True,
        )
        if scanned:
            # The same bytes may be there already, put in while the scanner was away.
            DocumentContent.objects.filter(pk=document.sha256, scan="").update(
                scan=scanned, scanned_at=timezone.now()
            )
        save_valid(document)
    return document


def withdraw_document(
    document: Document, *, by: Any, reason: str, version: int | None = None
) -> Document:
    """Take a document out of use: it stays listed with its history, its bytes are no longer given.

    The last version takes the earlier ones along; an earlier one goes alone.
    Raises Forbidden, Stale, Conflict (withdrawn already), Invalid.
    """
    if not reason.strip():
        raise Invalid(fields={"reason": [_("This information is required.")]})
    with changing(document.case, by=by, verb="cases.document.withdraw", reason=reason):
        document = locked(Document.objects.select_related("case"), document.pk)
        DOCUMENT_POLICY.check(by, Action.EDIT, document)
        check_version(document, version)
        if document.withdrawn_on is not None:
            raise Conflict(_("This document is already withdrawn."))
        going = {document.pk}
        if not Document.objects.filter(replaces=document).exists():
            going = set(version_ids(document))
        # An earlier version of the health tier stays with those who hold that tier.
        theirs = Document.objects.filter(DOCUMENT_POLICY.q(by, Action.EDIT, fresh=True))
        for each in theirs.filter(pk__in=going, withdrawn_on__isnull=True):
            amend(each, {"withdrawn_on": timezone.localdate()})
        document.refresh_from_db()
    return document


def read_document(document: Document, *, by: Any, request: HttpRequest | None = None) -> bytes:
    """The bytes as they were put in; the reading is logged before they leave.

    Raises Forbidden, Conflict (withdrawn, or not known to be harmless), AlteredContent.
    """
    DOCUMENT_POLICY.check(by, Action.VIEW, document)
    if document.withdrawn_on is not None:
        raise Conflict(_("This document was withdrawn: it can no longer be read."))
    if document.readiness == Readiness.WAITING:
        raise Conflict(
            _("This document is being checked for malicious software. Try again in a few minutes.")
        )
    if document.readiness == Readiness.REFUSED:
        raise Conflict(_("Malicious software was found in this document: it is given to nobody."))
    access_log.record(
        "health" if document.is_health else "open",
        request=request,
        user=account_of(by),
        obj=document,
        case=document.case_id,
        detail={"part": "content"},
    )
    found = DocumentContent.objects.filter(pk=document.sha256).values_list("content", flat=True)
    content = bytes(found.first() or b"")
    if hashlib.sha256(content).hexdigest() != document.sha256:
        logger.critical("Document %s: its bytes are not those put in.", document.pk)
        raise AlteredContent(f"The content of the document {document.pk} was altered.")
    return content


def version_ids(document: Document) -> list[Any]:
    """The keys of all versions of a document, the first one first."""
    pairs = Document.objects.filter(case=document.case_id, number__gt=1)
    before = dict(pairs.values_list("pk", "replaces_id"))
    after = {earlier: later for later, earlier in before.items()}
    return [*reversed([*_along(before, document.pk)]), document.pk, *_along(after, document.pk)]


def _along(links: dict[Any, Any], pk: Any) -> Iterator[Any]:
    while (pk := links.get(pk)) is not None:
        yield pk


# ------------------------------------------------------------------ what is asked
def _check_right(case: Case, by: Any, audience: str, replaces: Document | None) -> None:
    is_health = audience == Document.Audience.HEALTH
    CASE_POLICY.check(by, Action.EDIT_HEALTH if is_health else Action.EDIT, case)
    if replaces is not None:
        DOCUMENT_POLICY.check(by, Action.EDIT, replaces)


def _check_replaced(case: Case, replaces: Document, kept: _File) -> None:
    if replaces.case_id != case.pk:
        raise Invalid(fields={"replaces": [_("This document belongs to another case.")]})
    if replaces.withdrawn_on is not None:
        raise Conflict(_("This document is withdrawn: add the new one by itself."))
    if Document.objects.filter(replaces=replaces).exists():
        raise Conflict(_("There is already a newer version of this document."))
    if replaces.sha256 == hashlib.sha256(kept.content).hexdigest():
        raise refused(_("This is the very file that is there already."))


def _check_audience(case: Case, audience: str, placement: Placement | None) -> None:
    if placement is not None and placement.case_id != case.pk:
        raise Invalid(fields={"placement": [_("This placement belongs to another case.")]})
    if audience == Document.Audience.HOST and placement is None:
        raise Invalid(fields={"placement": [_("Say for which placement: its host reads it.")]})
    if audience == Document.Audience.HEALTH:
        live = case.participant.consents.live()
        if not live.filter(purpose=Consent.Purpose.HEALTH).exists():
            raise Conflict(_("Record the consent “Collect health information” first."))


def _scanned(content: bytes) -> str:
    """What the scanner says; nothing when it cannot say. Raises Invalid for malicious software."""
    try:
        said = verdict(content)
    except ScannerUnavailable as error:
        logger.warning("A document waits for the scanner: %s", error)
        return ""
    if said == DocumentContent.Scan.MALICIOUS:
        raise refused(_("Malicious software was found in this file: it is not accepted."))
    return said


def _accepted(file: BinaryIO) -> _File:
    """The file, read no further than the limit. Raises Invalid."""
    most = settings.DOCUMENT_MAX_BYTES
    content = file.read(most + 1)
    if len(content) > most:
        raise refused(FileTooLarge(most))
    found = recognize(content)
    return _File(content, found, neutral_name(getattr(file, "name", "") or "", found.extension))
