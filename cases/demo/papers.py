"""What the demonstration's files hold besides: documents, outcomes, links sent, and reminders paused."""

import datetime as dt
from io import BytesIO
from typing import Any

from django.utils import timezone

from cases.demo.people import day
from cases.models import Case, Document, Placement, TaskLink
from cases.services.documents import add_document
from cases.services.link_answers import answer_link
from cases.services.links import send_link
from cases.services.outcomes import record_outcome
from cases.services.pauses import pause_reminders
from organizations.models import HostSite
from peph.audit.changes import SYSTEM, change

SUPERVISOR: dict[str, Any] = {
    "recipient_name": "Simon Verret",
    "recipient_email": "supervisor-mtmd-03@exemple.qc.ca",
}
# Last name → moment, situation, day checked counted from today. Ingrid Sirois has none, on purpose.
OUTCOMES: dict[str, tuple[tuple[str, str, int], ...]] = {
    "Rancourt": (("end", "casual_same", -36),),
    "Yelle": (
        ("end", "searching", -236),
        ("week_13", "other_ministry", -145),
        ("week_26", "other_ministry", -54),
    ),
}


def placement_of(last: str) -> Placement:
    """The one placement of a person of the demonstration."""
    # An imported person may bear the name as well.
    found = Placement.objects.filter(case__is_imported=False, participant__last_name=last)
    return found.select_related("case__participant", "participant").get()


# ------------------------------------------------------------------ documents
def file_papers(people: dict[str, Any], site: HostSite) -> None:
    """A curriculum vitæ, an agreement the host reads, a plan in two versions, an attestation."""
    officer, placement = people["coordinator-03"], placement_of("Nadeau")
    case = placement.case
    if Document.objects.filter(case=case).exists():
        return
    add_document(
        case,
        by=officer,
        file=pdf("Curriculum vitae de Delphine Nadeau"),
        kind="resume",
        title="Curriculum vitæ",
    )
    add_document(
        case,
        by=officer,
        file=pdf("Entente de stage signee par les quatre parties"),
        kind="agreement",
        title="Entente de stage signée",
        audience="host",
        placement=placement,
    )
    first = add_document(
        case,
        by=officer,
        file=_text("Plan de stage\n\n1. Accueillir au comptoir\n2. Classer les dossiers\n"),
        kind="plan",
        title="Plan de stage",
        audience="host",
        placement=placement,
    )
    add_document(
        case,
        by=officer,
        file=_text(
            "Plan de stage, revu à la mi-stage\n\n1. Accueillir seule\n2. Rédiger une note\n"
        ),
        replaces=first,
    )
    add_document(
        case,
        by=officer,
        file=pdf("Attestation de l'organisme referent"),
        kind="attestation",
        title="Attestation de l’organisme référent",
        audience="health",
    )
    waiting = Case.objects.get(
        is_imported=False, participant__last_name="Harvey", participant__first_name="Nathan"
    )
    add_document(
        waiting,
        by=officer,
        file=_text("Nathan Harvey\n\nTechnicien en administration, cinq ans d’expérience.\n"),
        kind="resume",
        title="Curriculum vitæ",
    )


def _text(text: str) -> BytesIO:
    return _named(text.encode(), "plan.txt")


def pdf(line: str, name: str = "document.pdf") -> BytesIO:
    """One page with one line, in the fewest objects a reader opens."""
    drawn = f"BT /F1 16 Tf 60 720 Td ({line}) Tj ET".encode("ascii")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    written, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return _named(
        written
        + b"xref\n0 6\n0000000000 65535 f \n%s" % table
        + b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(written),
        name,
    )


def _named(content: bytes, name: str) -> BytesIO:
    file = BytesIO(content)
    file.name = name
    return file


# ------------------------------------------------------------------ what became of people
def record_outcomes(people: dict[str, Any], site: HostSite) -> None:
    """The situation of those whose placement is over, at each moment gone by."""
    for last, rows in OUTCOMES.items():
        placement = placement_of(last)
        for moment, situation, checked in rows:
            if placement.outcomes.filter(moment=moment).exists():
                continue
            record_outcome(
                placement,
                by=people["coordinator-03"],
                moment=moment,
                situation=situation,
                source="participant",
                checked_on=day(checked),
                is_linked=situation != "searching",
                comment="Confirmé au téléphone.",
            )


# ------------------------------------------------------------------ who was asked, who is left in peace
def ask(people: dict[str, Any], site: HostSite) -> None:
    """A link answered, one that waits, one that expired; the reminders of one placement paused."""
    officer = people["coordinator-03"]
    if TaskLink.objects.exists():
        return
    link = send_link(placement_of("Nadeau"), by=officer, task="report", **SUPERVISOR)
    answer_link(
        link,
        "report",
        {
            "from_on": day(-4),
            "to_on": day(-1),
            "hours_worked": 21,
            "hours_absent": 0,
            "progress": "Accueille seule depuis lundi; les personnes la demandent.",
            "concern": "none",
            "author_name": "Simon Verret",
        },
    )
    send_link(placement_of("Ostiguy"), by=officer, task="report", **SUPERVISOR)
    late = send_link(placement_of("Quirion"), by=officer, task="report", **SUPERVISOR)
    # What an old file brings in: a link sent weeks ago, as no service sends one.
    with change(by=SYSTEM, verb="cases.import", reason="Lien envoyé le mois dernier"):
        TaskLink.objects.filter(pk=late.pk).update(
            sent_at=timezone.now() - dt.timedelta(days=26), expires_on=day(-5)
        )
    pause_reminders(
        placement_of("Pelletier"),
        by=officer,
        reason="Congé convenu avec l’unité : on se reparle au retour.",
        until=day(15),
    )
