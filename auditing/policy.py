"""Who reads the history and the access log, draws samples, answers findings: each in the own scope."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import Exists, OuterRef, Q

from cases.policy.cases import of_case
from cases.policy.rules import CASE, IN_CONFLICT, Action
from organizations.policy import (
    HOST_ORGANIZATION,
    everywhere,
    in_organization,
    in_region,
    somewhere,
)
from peph.access import NOTHING, Denied, Granted, Not, Policy, Rule, Through, Where
from peph.records import Record
from peph.scopes import Scope


@dataclass(frozen=True)
class _NamesInConflict(Rule):
    """Lines that name, at `at`, what tells of a case closed to the reader though it belongs to none.

    Costs whoever has no conflict nothing.
    """

    at: str = "object_id"

    def q(self, scope: Scope) -> Q:
        return Q((f"{self.at}__in", keys)) if (keys := closed_keys(scope)) else NOTHING


# What tells of a case and whose lines name none: the model, and the path to the case.
_ABOUT_A_CASE = (
    (CASE, "pk"),
    ("cases.Participant", "cases"),
    ("auditing.SampleItem", "subject_case"),
    ("auditing.ItemAnswer", "item__subject_case"),
)


def closed_keys(scope: Scope) -> list[str]:
    """The keys, as text, of all that tells of the cases closed to the reader."""
    cases = scope.denied.get(CASE)
    if not cases:
        return []
    found: set[str] = set()
    for label, path in (*_ABOUT_A_CASE, *_about_a_person()):
        rows = apps.get_model(label)._default_manager.filter(**{f"{path}__in": cases})
        found |= {str(key) for key in rows.values_list("pk", flat=True)}
    return sorted(found)


@cache
def _about_a_person() -> tuple[tuple[str, str], ...]:
    """What names a person, be it with no case: consents, health, registers."""
    return tuple(
        (model._meta.label, "participant__cases")
        for model in apps.get_models()
        if issubclass(model, Record)
        and any(field.name == "participant" for field in model._meta.local_concrete_fields)
        and model._meta.label != CASE
    )


def closed_records(scope: Scope) -> frozenset[str]:
    """The same with every record of these cases: what a line about a list must not name."""
    cases = scope.denied.get(CASE)
    if not cases:
        return frozenset()
    found = set(closed_keys(scope))
    for model in apps.get_models():
        fields = {field.name for field in model._meta.local_concrete_fields}
        if issubclass(model, Record) and "case" in fields:
            rows: Any = model._default_manager
            found |= {str(key) for key in rows.filter(case__in=cases).values_list("pk", flat=True)}
    return frozenset(found)


_IN_CONFLICT = IN_CONFLICT | _NamesInConflict()


@dataclass(frozen=True)
class _NothingElse(Rule):
    """Changes of which nothing is left once what is closed to the reader is taken away.

    An entry of a register names no case: what was said of its correction would be read all the same.
    """

    def q(self, scope: Scope) -> Q:
        cases = scope.denied.get(CASE)
        if not cases:
            return NOTHING
        rows: Any = apps.get_model("audit.ChangedRow")._default_manager
        rows = rows.filter(change_set_id=OuterRef("pk")).order_by()
        closed = Q(case_id__in=sorted(cases)) | Q(object_id__in=closed_keys(scope))
        return Q(Exists(rows.filter(closed))) & ~Q(Exists(rows.exclude(closed)))


# The history: officers and auditors, each inside the own scope. A change set that touches several
# regions (an import) shows a regional reader the rows of the region only.
_TOUCHED_IN_PLACE = in_region("coordinate", "audit") | in_organization("audit")
_TOUCHED = everywhere("lead", "audit", "protect") | _TOUCHED_IN_PLACE
# The same rule by the place alone: the index answers it (`auditing.lists.searching`).
TOUCHED_POLICY = Policy({Action.VIEW: _TOUCHED})
# A person, a consent, a health record name no region: such a row is read with its change set.
_UNPLACED = Where(
    lambda: Q(case_id__isnull=True, region_id__isnull=True, organization_id__isnull=True)
)
_TOUCHED_WITH_SET = _UNPLACED & (
    in_region("coordinate", "audit", at="change_set__region_id")
    | in_organization("audit", at="change_set__organization_id")
)
# What its own page keeps from somebody, the history keeps as well: a sample is not read by the audited
# while it is worked through, nor a score by whom the committee does not answer to.
_WORKING_PAPERS = Where(
    lambda: Q(
        model__in=(
            "auditing.sample",
            "auditing.samplequestion",
            "auditing.sampleitem",
            "auditing.itemanswer",
        )
    )
)
_SCORES = Where(lambda: Q(model="organizations.projectscore"))
# About no case: between the auditors and the lead until it is signed, and told on no timeline.
_LOOSE_FINDINGS = Where(lambda: Q(model="auditing.finding", case_id__isnull=True))
CHANGED_ROW_POLICY = Policy(
    {
        Action.VIEW: everywhere("audit")
        | (everywhere("lead") & Not(_WORKING_PAPERS))
        | (
            (
                everywhere("protect")
                | _TOUCHED_IN_PLACE
                | of_case(Action.AUDIT, column="pk", at="case_id")
                | _TOUCHED_WITH_SET
            )
            & Not(_WORKING_PAPERS)
            & Not(_SCORES)
            & Not(_LOOSE_FINDINGS)
        )
    },
    unless=_IN_CONFLICT,
)
CHANGE_SET_POLICY = Policy(
    {
        Action.VIEW: _TOUCHED
        | of_case(Action.AUDIT, column="pk", at="case_id")
        | Through("audit.ChangedRow", "change_set_id", _TOUCHED)
    },
    unless=IN_CONFLICT | _NothingElse(),
)

# Who read what is read by those who watch, not by those who work on the cases.
ACCESS_LOG_POLICY = Policy(
    {
        Action.VIEW: everywhere("lead", "audit", "protect")
        | Through("cases.Case", "pk", in_region("audit") | in_organization("audit"), at="case_id")
    },
    unless=_IN_CONFLICT,
)

READS_HISTORY = somewhere("coordinate", "audit") | everywhere("lead", "audit", "protect")


# ------------------------------------------------------------------ samples and findings
def _of_mandate(prefix: str = "") -> Rule:
    """What was drawn under a mandate the person holds; the whole programme holds every mandate."""
    return (
        everywhere("audit")
        | in_region("audit", at=f"{prefix}mandate_region_id")
        | in_organization("audit", at=f"{prefix}mandate_organization_id")
    )


# Under which mandate a sample is drawn: one the person holds, on the very object.
PROGRAM_MANDATE_POLICY = Policy({Action.AUDIT: everywhere("audit")})
REGION_MANDATE_POLICY = Policy({Action.AUDIT: in_region("audit", at="pk")})
ORGANIZATION_MANDATE_POLICY = Policy({Action.AUDIT: in_organization("audit", at="pk")})

# The audited read a sample once it is signed, not while it is worked through.
SAMPLE_POLICY = Policy(
    {
        Action.VIEW: _of_mandate()
        | (everywhere("lead", "protect") & Where(lambda: Q(status="signed"))),
        Action.EDIT: _of_mandate(),
    }
)
# Whoever decides on the case answers a finding about it, and the lead what is about no case.
_ANSWERS = of_case(Action.DECIDE, column="pk", at="case_id") | (
    everywhere("lead") & Where(lambda: Q(case_id__isnull=True))
)
# A record of a sample is seen with its sample, less what is about somebody one is in conflict with.
ITEM_POLICY = Policy(
    {
        Action.VIEW: Through(
            "auditing.Sample", "pk", SAMPLE_POLICY.rules[Action.VIEW], at="sample_id"
        ),
        Action.EDIT: _of_mandate("sample__"),
    },
    unless=Denied(CASE, at="subject_case_id"),
)
FINDING_POLICY = Policy(
    {
        Action.VIEW: _of_mandate("sample__")
        | _ANSWERS
        | (everywhere("protect") & Where(lambda: Q(sample__status="signed"))),
        Action.EDIT: _of_mandate("sample__"),
        Action.ANSWER: _ANSWERS,
    },
    unless=IN_CONFLICT,
)
# The programme says what is checked; auditors read it before they draw.
CHECKLIST_POLICY = Policy(
    {
        Action.VIEW: everywhere("lead", "audit", "protect")
        | somewhere("audit")
        | Granted("audit", HOST_ORGANIZATION, at=None),
        Action.EDIT: everywhere("lead"),
    }
)
# What was proven of the history, and the notes kept of it: whoever answers for the programme or audits it.
PROOF_POLICY = Policy({Action.VIEW: everywhere("lead", "audit")})
