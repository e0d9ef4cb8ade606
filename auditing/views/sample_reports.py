"""A sample on paper (PDF/UA) and as rows to take away: the same facts, answers and findings as its page."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from auditing.models import Finding, ItemAnswer, Sample
from auditing.services.samples import receipts_of
from auditing.views.sample_words import (
    ItemWords,
    asked_in,
    drawing_facts,
    ending_facts,
    finding_facts,
    items_of,
    moment,
)
from peph.accounts.step_up import step_up
from peph.audit import access_log
from peph.exports import FORMATS, Column, answer
from peph.pages import get_visible, refusals
from peph.pdf import compile_document
from peph.templatetags.peph import fact, localized

TEMPLATE = Path(__file__).resolve().parent.parent / "reports" / "sample.typ"
COLUMNS = [
    Column("sample", gettext_lazy("Sample")),
    Column("position", gettext_lazy("Position")),
    Column("kind", gettext_lazy("Kind of line")),
    Column("record_key", gettext_lazy("Key of the record")),
    Column("record", gettext_lazy("Record")),
    Column("question_code", gettext_lazy("Code of the question")),
    Column("question", gettext_lazy("Question")),
    Column("answer", gettext_lazy("Answer")),
    Column("comment", gettext_lazy("Comment")),
    Column("finding", gettext_lazy("Number of the finding")),
    Column("severity", gettext_lazy("Severity")),
    Column("state", gettext_lazy("State")),
    Column("text", gettext_lazy("Finding")),
    Column("recommendation", gettext_lazy("Recommendation")),
    Column("reply", gettext_lazy("Answer of the programme")),
    Column("replied_by", gettext_lazy("Answered by")),
    Column("replied_at", gettext_lazy("Answered on")),
]


# ------------------------------------------------------------------ on paper
@require_safe
@step_up
@refusals
def sample_report(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The report of a sample as a tagged PDF, in the language of the page."""
    sample = get_visible(request, Sample.objects.with_people(), pk)
    _log_export(request, sample, "pdf")
    title = _("Audit sample %(number)s: %(title)s") % {
        "number": sample.number,
        "title": sample.title,
    }
    document = compile_document(
        TEMPLATE, _report(sample, request.user), title=title, language=get_language() or "fr"
    )
    return HttpResponse(
        document,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{sample.number}.pdf"',
            "Cache-Control": "no-store",
        },
    )


def _report(sample: Sample, user: Any) -> dict[str, Any]:
    items = items_of(sample, user)
    findings = sample.findings.visible_to(user).standing().with_people().order_by("number")
    signed = sample.is_signed
    return {
        "number": sample.number,
        "status": sample.get_status_display(),
        "purpose": sample.purpose,
        "warning": "" if signed else _("This report is provisional: the sample is not signed."),
        "codes": [_("Seed"), _("Digest of the population (SHA-256)")],
        "drawing": _texts(drawing_facts(sample, user)),
        "results": _results(sample, items),
        "findings": [
            {
                "title": _("Finding %(number)s") % {"number": finding.number},
                "facts": _texts(finding_facts(finding)),
            }
            for finding in findings
        ],
        "ending": _texts(ending_facts(sample)),
        "receipts": [
            [f"{change_set.label}, {moment(change_set.at)}", change_set.receipt]
            for change_set in receipts_of(sample)
        ],
        "items": [_item(each) for each in items],
        "words": _words(),
    }


def _words() -> dict[str, str]:
    return {
        "page": _("Page"),
        "fact": _("Information"),
        "value": _("Value"),
        "drawing": _("How the sample was drawn"),
        "redo": _(
            "To redo it: order the population by the SHA-256 digest of the text made of the seed, a colon and"
            " the key, and take the first records, as many as the size of the sample."
        ),
        "results": _("Results by question"),
        "findings": _("Findings"),
        "no_finding": _("No finding was noted."),
        "ending": _("Conclusion and signature"),
        "receipts": _("Receipts"),
        "receipts_help": _(
            "The number of the change in the history and its fingerprint. With them anybody can verify later"
            " that this sample is the one that was drawn and signed."
        ),
        "items": _("Records of the sample"),
        "question": _("Question"),
        "answer": _("Answer"),
        "comment": _("Comment"),
    }


def _texts(facts: list[tuple[Any, Any]]) -> list[list[str]]:
    return [[str(label), "" if value is None else str(fact(value))] for label, value in facts]


def _results(sample: Sample, items: list[ItemWords]) -> dict[str, Any]:
    """How often each question was answered how."""
    counts: dict[Any, dict[str, int]] = {}
    for item in items:
        for asked, given in item.answers:
            row = counts.setdefault(asked.question_id, dict.fromkeys([*ItemAnswer.Value, ""], 0))
            row[given.value if given else ""] += 1
    header = [_("Question"), *(value.label for value in ItemAnswer.Value), _("No answer yet")]
    return {
        "header": [str(each) for each in header],
        "rows": [
            [
                f"{each.position}. {localized(each.question, 'text')}",
                *(str(number) for number in counts.get(each.question_id, {}).values()),
            ]
            for each in asked_in(sample)
        ],
    }


def _item(words: ItemWords) -> dict[str, Any]:
    item = words.item
    state = (
        _("Done by %(person)s on %(moment)s")
        % {"person": item.done_by, "moment": moment(item.done_at)}
        if item.is_done
        else _("To do")
    )
    return {
        "title": str(item),
        "state": state,
        "answers": [
            [
                f"{asked.position}. {localized(asked.question, 'text')}",
                given.get_value_display() if given else "–",
                given.comment if given else "",
            ]
            for asked, given in words.answers
        ],
    }


# ------------------------------------------------------------------ as rows
@require_safe
@step_up
@refusals
def sample_export(request: HttpRequest, pk: uuid.UUID, format: str) -> Any:
    """One line for each answer and each finding, as CSV, XLSX or JSON Lines."""
    sample = get_visible(request, Sample.objects.with_people(), pk)
    if format not in FORMATS:
        raise Http404
    _log_export(request, sample, format)
    return answer(_rows(sample, request.user), COLUMNS, format=format, filename=sample.number)


def _log_export(request: HttpRequest, sample: Sample, format: str) -> None:
    """Which records leave the service, besides the sample itself: its elements and its findings."""
    rows = [
        *sample.items.visible_to(request.user).order_by("position").values_list("pk", flat=True),
        *sample.findings.visible_to(request.user)
        .standing()
        .order_by("number")
        .values_list("pk", flat=True),
    ]
    detail = {"format": format, "rows": len(rows)}
    access_log.record("export", request=request, obj=sample, ids=rows, detail=detail)


def _rows(sample: Sample, user: Any) -> Iterator[list[Any]]:
    findings = sample.findings.visible_to(user).standing().filter(item=None)
    for finding in findings.with_people().order_by("number"):
        yield [sample.number, None, *_finding_row(finding)]
    for words in items_of(sample, user):
        item = words.item
        for asked, given in words.answers:
            yield [
                sample.number,
                item.position,
                _("answer"),
                item.object_key,
                item.label,
                asked.question.code,
                localized(asked.question, "text"),
                given.get_value_display() if given else "",
                given.comment if given else "",
                *[None] * 8,
            ]
        for finding in words.findings:
            yield [sample.number, item.position, *_finding_row(finding)]


def _finding_row(finding: Finding) -> list[Any]:
    question = finding.question
    return [
        _("finding"),
        finding.item.object_key if finding.item else "",
        finding.item.label if finding.item else "",
        question.code if question else "",
        localized(question, "text") if question else "",
        "",
        "",
        finding.number,
        finding.get_severity_display(),
        finding.get_state_display(),
        finding.text,
        finding.recommendation,
        finding.answer,
        str(finding.answered_by or ""),
        finding.answered_at,
    ]
