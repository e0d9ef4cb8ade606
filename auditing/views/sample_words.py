"""What pages, report and export say of a sample: its facts, its records, its answers and findings."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from auditing.lists.populations import narrowed_of
from auditing.models import Finding, ItemAnswer, Sample, SampleItem, SampleQuestion
from peph.errors import Invalid
from peph.templatetags.peph import localized

Facts = list[tuple[Any, Any]]


@dataclass
class ItemWords:
    """One record of a sample with what was answered about it and found on it."""

    item: SampleItem
    answers: list[tuple[SampleQuestion, ItemAnswer | None]]
    findings: list[Finding] = field(default_factory=list)

    @property
    def noes(self) -> int:
        """How many questions were answered by no."""
        return sum(
            answer is not None and answer.value == ItemAnswer.Value.NO
            for _question, answer in self.answers
        )


def moment(value: Any) -> str:
    """2026-04-30 14:05, in local time; empty for nothing."""
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if value else ""


def filter_words(sample: Sample, user: Any) -> str:
    """The filter in the running language; as it was kept where it can no longer be read."""
    try:
        return narrowed_of(sample, by=user).words
    except Invalid:
        return sample.filter_text


def drawing_facts(sample: Sample, user: Any) -> Facts:
    """All that somebody needs to redo the drawing."""
    return [
        (_("Mandate"), sample.mandate_text),
        (_("Drawn from"), sample.get_population_display()),
        (pgettext("noun", "Filter"), filter_words(sample, user)),
        (_("Size of the population"), sample.population_size),
        (_("Digest of the population (SHA-256)"), sample.population_digest),
        (_("Seed"), sample.seed),
        (_("Size of the sample"), sample.size),
        (_("Last change of the history at the drawing"), sample.head_number),
        (_("Drawn by"), sample.drawn_by),
        (_("Drawn on"), moment(sample.drawn_at)),
    ]


def ending_facts(sample: Sample) -> Facts:
    """How it ended; nothing while it is open."""
    if sample.is_signed:
        return [
            (_("Conclusion"), sample.conclusion),
            (_("Signed by"), sample.signed_by),
            (_("Signed on"), moment(sample.signed_at)),
        ]
    if not sample.is_open:
        return [(_("Why it was abandoned"), sample.abandon_reason)]
    return []


def finding_facts(finding: Finding) -> Facts:
    """A finding from what was noted to how it was closed; what is not there yet is left out."""
    facts = [
        (_("Severity"), finding.get_severity_display()),
        (_("State"), finding.get_state_display()),
        (_("Record"), finding.item or _("The whole sample")),
        (_("Question"), finding.question and localized(finding.question, "text")),
        (_("Finding"), finding.text),
        (_("Recommendation"), finding.recommendation),
        (_("Noted by"), finding.noted_by),
        (_("Answer expected by"), finding.due_on),
        (_("Answer"), finding.answer),
        (_("Answered by"), finding.answered_by),
        (_("Answered on"), moment(finding.answered_at)),
        (_("Note of the auditor"), finding.closing_note),
        (_("Closed by"), finding.closed_by),
        (_("Closed on"), moment(finding.closed_at)),
    ]
    return [(label, value) for label, value in facts if value]


def asked_in(sample: Sample) -> list[SampleQuestion]:
    """The questions of a sample, in their order."""
    return list(sample.asked.select_related("question"))


def items_of(sample: Sample, user: Any) -> list[ItemWords]:
    """Every record with its answers and findings, in four queries whatever their number.

    What is about somebody the reader is in conflict with is left out: another auditor works on it.
    """
    asked = asked_in(sample)
    answers: defaultdict[Any, dict[Any, ItemAnswer]] = defaultdict(dict)
    for answer in ItemAnswer.objects.filter(item__sample=sample):
        answers[answer.item_id][answer.question_id] = answer
    findings: defaultdict[Any, list[Finding]] = defaultdict(list)
    for finding in sample.findings.visible_to(user).standing().with_people().order_by("number"):
        findings[finding.item_id].append(finding)
    return [
        ItemWords(
            item,
            [(each, answers[item.pk].get(each.question_id)) for each in asked],
            findings[item.pk],
        )
        for item in sample.items.visible_to(user).select_related("done_by")
    ]
