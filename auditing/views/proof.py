"""The proof of the history: what was proven last, proving now, notes kept, and receipts held against it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from auditing.lists.findings import Finding, findings_of
from auditing.lists.proof import ReceiptForm
from auditing.services.proof import check_reader, is_too_much, verify_now
from peph.accounts.models import User
from peph.accounts.step_up import step_up
from peph.audit import access_log, proof, receipts
from peph.audit.changes import SYSTEM
from peph.audit.models import ChangeSet, Checkpoint, VerificationRun
from peph.pages import refusals

SHOWN = 20
MODEL = VerificationRun._meta.label_lower


@dataclass(frozen=True, slots=True)
class RunRow:
    """A proof that was made, with the name of whoever asked for it and what it found, in words."""

    run: VerificationRun
    actor: str
    findings: list[Finding]
    warnings: list[Finding]

    @property
    def parts(self) -> list[tuple[str, list[Finding]]]:
        """What was found, then what deserves a look, each under its title."""
        return [(_("What was found"), self.findings), (_("Worth a look"), self.warnings)]

    @property
    def tone(self) -> str:
        """The colour that repeats the word."""
        return {"whole": "success", "broken": "error"}.get(self.run.state, "warning")


def run_rows(runs: Iterable[VerificationRun]) -> list[RunRow]:
    """Put names on ids, in one query for all."""
    shown = list(runs)
    people = User.objects.in_bulk({run.actor_id for run in shown} - {SYSTEM})
    return [
        RunRow(
            run,
            _("the system") if run.actor_id == SYSTEM else str(people.get(run.actor_id) or "–"),
            findings_of(proof.problems_of(run)),
            findings_of(proof.warnings_of(run)),
        )
        for run in shown
    ]


@require_safe
@refusals
def proof_page(request: HttpRequest) -> HttpResponse:
    """Whether the history is whole, as last proven, and what proves it to somebody else."""
    check_reader(request.user)
    form = ReceiptForm(request.GET if "receipt" in request.GET else None)
    receipt, held = None, None
    if form.is_valid():
        receipt = form.cleaned_data["receipt"]
        held = receipts.change_set_of(receipt)
    rows = run_rows(proof.runs()[:SHOWN])
    access_log.record("list", request=request, model=MODEL, ids=[row.run.pk for row in rows])
    context = {
        "last": rows[0] if rows else None,
        "rows": rows,
        "since": proof.next_start(),
        "is_too_much": is_too_much(),
        "changes_since": _changes_after(rows[0].run.head_number if rows else 0).count(),
        "checkpoints": proof.checkpoints()[:SHOWN],
        "public_key": proof.public_key_text(),
        "is_kept_elsewhere": bool(settings.CHECKPOINT_DIRECTORY),
        "form": form,
        "receipt": receipt,
        "held": held,
        "trail": [(_("Proof"), "")],
    }
    status = 400 if form.is_bound and not form.is_valid() else 200
    return render(request, "auditing/proof.html", context, status=status)


def _changes_after(number: int) -> QuerySet[ChangeSet]:
    return ChangeSet.objects.filter(number__gt=number)


@require_POST
@refusals
def proof_verify(request: HttpRequest) -> HttpResponse:
    """Prove the history now."""
    run = verify_now(by=request.user)
    if run.is_whole:
        messages.success(request, _("The history was proven: it is whole."))
    else:
        messages.error(request, _("The history could not be proven whole: see what was found."))
    return redirect("auditing:proof")


@require_safe
@step_up
@refusals
def checkpoint_note(request: HttpRequest, pk: int) -> HttpResponse:
    """A checkpoint as a file, byte for byte as it was signed."""
    check_reader(request.user)
    found = Checkpoint.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    access_log.record("open", request=request, obj=found)
    return HttpResponse(
        found.note,
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{found.number}.txt"'},
    )
