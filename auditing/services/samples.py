"""Drawing a sample, drawing it again to check, and ending it: signed for good, or abandoned with a reason."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from auditing.models import (
    MOST_ITEMS,
    ChecklistQuestion,
    Sample,
    SampleItem,
    SampleQuestion,
)
from auditing.policy import SAMPLE_POLICY
from auditing.services.drawing import draw, new_seed
from auditing.services.mandates import Mandate, mandate_of
from auditing.services.populations import SOURCES, Source
from auditing.workflow import SAMPLE_WORKFLOW, SampleStatus
from cases.models import Case
from peph.audit import timeline
from peph.audit.changes import change
from peph.audit.models import ChangeSet
from peph.errors import Conflict, Invalid
from peph.records import check_version, locked, save_valid
from peph.scopes import account_of

# What is typed by hand and copied into a spreadsheet: no space, no control character, no colon.
SEED = re.compile(r"[0-9A-Za-z._-]{1,64}")


@dataclass(frozen=True, slots=True)
class Redrawn:
    """The same drawing made today: whether the population is the one of then, and which records come out."""

    population_size: int
    grown_by: int
    same_population: bool
    drawn_again: int
    same_sample: bool


def draw_sample(
    rows: QuerySet,
    *,
    by: Any,
    mandate: Mandate,
    population: str,
    title: str,
    size: int,
    purpose: str = "",
    seed: str = "",
    filter_query: str = "",
    filter_text: str = "",
    expected: int | None = None,
) -> Sample:
    """Draw `size` records of what the filter leaves of `rows` inside the mandate; all when there are fewer.

    `expected` is the size of the population that was shown before. Raises Forbidden, Invalid, Conflict (the
    population is another one by now).
    """
    mandate.check(by)
    seed = seed.strip()
    _check_asked(size, seed)
    source = SOURCES[population]
    moment = timezone.now()
    head = ChangeSet.objects.aggregate(last=Max("number"))["last"] or 0
    seed = seed or new_seed()
    # Before the change: a large population is not read under its lock, and nothing younger is in it.
    drawn = draw(_keys(source, rows, mandate, by, head, moment), seed=seed, size=size)
    if not drawn.population_size:
        raise Invalid(_("No record is left to draw from: widen the filter."))
    if expected is not None and expected != drawn.population_size:
        raise Conflict(
            _("The population is now %(now)d records instead of %(then)d: look again, then draw.")
            % {"now": drawn.population_size, "then": expected}
        )
    with change(by=by, verb="auditing.sample.draw"):
        mandate.check(by)
        sample = Sample(
            title=title,
            purpose=purpose,
            population=population,
            filter_query=filter_query,
            filter_text=filter_text or str(_("None")),
            mandate_region=mandate.region,
            mandate_organization=mandate.organization,
            population_size=drawn.population_size,
            population_digest=drawn.population_digest,
            seed=seed,
            size=len(drawn.keys),
            head_number=head,
            drawn_by=account_of(by),
            drawn_at=moment,
        )
        save_valid(sample)
        _add_questions(sample)
        _add_items(sample, source, drawn.keys)
    return sample


def redraw(sample: Sample, rows: QuerySet, *, by: Any) -> Redrawn:
    """Draw again with the same seed from what the same filter finds today of what existed then."""
    source = SOURCES[sample.population]
    keys = _keys(source, rows, mandate_of(sample), by, sample.head_number, sample.drawn_at)
    again = draw(keys, seed=sample.seed, size=sample.size)
    before = list(sample.items.order_by("position").values_list("object_key", flat=True))
    return Redrawn(
        population_size=again.population_size,
        grown_by=again.population_size - sample.population_size,
        same_population=again.population_digest == sample.population_digest,
        drawn_again=len(set(before) & set(again.keys)),
        same_sample=before == list(again.keys),
    )


def population_size(rows: QuerySet, *, population: str, mandate: Mandate, by: Any) -> int:
    """How many records would be drawn from."""
    return SOURCES[population].seen_by(mandate, by, rows).order_by().count()


def _keys(
    source: Source, rows: QuerySet, mandate: Mandate, by: Any, head: int, moment: dt.datetime
) -> Any:
    return source.keys(source.seen_by(mandate, by, rows).filter(source.existing(head, moment)))


def _check_asked(size: int, seed: str) -> None:
    problems: dict[str, list[object]] = {}
    if not 1 <= size <= MOST_ITEMS:
        problems["size"] = [_("From 1 to %(most)d records.") % {"most": MOST_ITEMS}]
    if seed and not SEED.fullmatch(seed):
        problems["seed"] = [_("Letters, digits, points and hyphens only, at most 64.")]
    if problems:
        raise Invalid(fields=problems)


def _add_questions(sample: Sample) -> None:
    asked = ChecklistQuestion.objects.asked_of(sample.population)
    SampleQuestion.objects.bulk_create(
        [
            SampleQuestion(sample=sample, question=question, position=position)
            for position, question in enumerate(asked, start=1)
        ]
    )


def _add_items(sample: Sample, source: Source, keys: tuple[str, ...]) -> None:
    records = source.records(keys)
    cases = [source.case_of(record) for record in records.values()]
    # A change may name a case that is gone by now.
    known = set(Case.objects.filter(pk__in=cases).values_list("pk", flat=True))
    SampleItem.objects.bulk_create(
        [
            SampleItem(
                sample=sample,
                position=position,
                object_key=key,
                label=source.label(record)[:200],
                subject_case_id=case if (case := source.case_of(record)) in known else None,
            )
            for position, key in enumerate(keys, start=1)
            if (record := records.get(key)) is not None
        ]
    )


# ------------------------------------------------------------------ ending it
def move_sample(
    sample: Sample, name: str, *, by: Any, version: int | None = None, **inputs: Any
) -> Sample:
    """Sign a sample that is worked through, or abandon it. Raises Forbidden, Conflict, Invalid, Stale."""
    row = SAMPLE_WORKFLOW.by_name[name]
    reason = inputs.get("reason")
    with change(
        by=by,
        verb=SAMPLE_WORKFLOW.verb(name),
        reason=reason.strip() if isinstance(reason, str) else "",
    ):
        sample = locked(Sample.objects.all(), sample.pk)
        SAMPLE_POLICY.check(by, row.requires, sample)
        check_version(sample, version)
        SAMPLE_WORKFLOW.step(name, sample.status, sample.get_status_display())
        if name == "sign" and (why := obstacle_to_sign(sample)):
            raise Conflict(why)
        values = row.clean(inputs)
        if name == "sign":
            _check_confirmation(sample, values["confirmation"])
            sample.conclusion = values["conclusion"]
            sample.signed_by = account_of(by)
            sample.signed_at = timezone.now()
        else:
            sample.abandon_reason = values["reason"]
        sample.status = row.target
        save_valid(sample)
    return sample


def obstacle_to_sign(sample: Sample) -> str | None:
    """Why a sample cannot be signed yet; None when nothing stands in the way."""
    left = sample.items.filter(done_at__isnull=True).count()
    if not left:
        return None
    return ngettext(
        "%(number)d record of this sample is still to do.",
        "%(number)d records of this sample are still to do.",
        left,
    ) % {"number": left}


def _check_confirmation(sample: Sample, typed: str) -> None:
    if typed.replace(" ", "").upper() != sample.number:
        raise Invalid(fields={"confirmation": [_("This is not the number of the sample.")]})


def receipts_of(sample: Sample) -> list[ChangeSet]:
    """The change sets that drew, signed or abandoned a sample, the first one first."""
    verbs = ["auditing.sample.draw", *(SAMPLE_WORKFLOW.verb(step.name) for step in SAMPLE_WORKFLOW)]
    return list(timeline.for_record(Sample, sample.pk).filter(verb__in=verbs).order_by("number"))


def locked_open(sample_id: Any) -> Sample:
    """The sample, locked and open: what every write inside it starts with. Raises Conflict."""
    sample = locked(Sample.objects.all(), sample_id)
    if sample.status != SampleStatus.OPEN:
        raise Conflict(_("This sample is no longer open: nothing in it can change."))
    return sample
