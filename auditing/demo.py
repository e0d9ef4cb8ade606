"""The demonstration’s samples: one signed with its findings answered and closed, one being worked through.

Every write goes through the services, as an auditor and a coordinator would do it.
"""

from typing import Any

from django.http import QueryDict

from auditing.lists.populations import french_words_of, narrowed
from auditing.models import ItemAnswer, Population, Sample
from auditing.services.answers import save_item
from auditing.services.findings import add_finding, move_finding
from auditing.services.mandates import Mandate
from auditing.services.samples import draw_sample, move_sample
from cases.demo.people import day
from organizations.models import HostSite

SIGNED = "Décisions d’admissibilité"
OPEN = "Stages en cours: entente et suivis"
YES, NO = ItemAnswer.Value.YES, ItemAnswer.Value.NO
COMMENT = "La demande au dossier n’est pas accompagnée du document reçu."


def draw_samples(people: dict[str, Any], site: HostSite) -> None:
    """Both samples, where they are missing."""
    if not Sample.objects.filter(title=SIGNED).exists():
        _signed(people)
    if not Sample.objects.filter(title=OPEN).exists():
        _open(people)


def _draw(auditor: Any, population: Population, query: str, **asked: Any) -> Sample:
    mandate = Mandate()
    found = narrowed(population, QueryDict(query), mandate=mandate, by=auditor)
    return draw_sample(
        found.rows,
        by=auditor,
        mandate=mandate,
        population=population,
        filter_query=found.query,
        filter_text=french_words_of(found.filterset),
        **asked,
    )


def _signed(people: dict[str, Any]) -> None:
    auditor, lead = people["auditor"], people["lead"]
    sample = _draw(
        auditor,
        Population.CASES,
        "open=true",
        title=SIGNED,
        purpose="Vérifier que chaque décision est prise à temps, motivée et appuyée.",
        size=6,
        seed="demonstration-2026",
    )
    codes = [asked.question.code for asked in sample.asked.select_related("question")]
    findings = []
    for item in sample.items.select_related("subject_case"):
        answers: dict[str, dict[str, str]] = {code: {"value": YES} for code in codes}
        wrong = item.position in (2, 5)
        if wrong:
            answers["application-date"] = {"value": NO, "comment": COMMENT}
        save_item(item, by=auditor, answers=answers, done=True)
        if wrong:
            asked = sample.asked.select_related("question").get(question__code="application-date")
            findings.append(
                add_finding(
                    sample,
                    by=auditor,
                    item=item,
                    question=asked.question,
                    severity="major" if item.position == 2 else "minor",
                    text=COMMENT,
                    recommendation="Verser au dossier le document qui établit la date.",
                    due_on=day(30),
                )
            )
    sample.refresh_from_db()
    move_sample(
        sample,
        "sign",
        by=auditor,
        conclusion="Les décisions sont prises à temps. Deux dossiers sans preuve de la date de la demande.",
        confirmation=sample.number,
    )
    first = move_finding(
        findings[0], "answer", by=lead, answer="Le document a été demandé, puis versé au dossier."
    )
    move_finding(first, "close", by=auditor, closing_note="Document vu au dossier.")


def _open(people: dict[str, Any]) -> None:
    auditor = people["auditor"]
    sample = _draw(
        auditor,
        Population.PLACEMENTS,
        "current=true",
        title=OPEN,
        purpose="Entente signée avant le premier jour, suivis faits à temps.",
        size=5,
    )
    codes = [asked.question.code for asked in sample.asked.select_related("question")]
    for item in sample.items.select_related("subject_case")[:2]:
        answers: dict[str, dict[str, str]] = {code: {"value": YES} for code in codes}
        if item.position == 2:
            answers["follow-ups-on-time"] = {"value": NO, "comment": "Deux suivis faits en retard."}
        save_item(item, by=auditor, answers=answers, done=True)
        if item.position == 2:
            add_finding(
                sample,
                by=auditor,
                item=item,
                severity="moderate",
                text="Deux suivis ont été faits plus de dix jours après leur échéance.",
                recommendation="Prévoir un remplacement pendant les absences.",
                due_on=day(14),
            )
