"""Who reads the history and the access log, draws samples, answers findings: each in the own scope."""

from django.db.models import Q

from cases.policy.cases import of_case
from cases.policy.rules import Action
from organizations.policy import (
    HOST_ORGANIZATION,
    everywhere,
    in_organization,
    in_region,
    somewhere,
)
from peph.access import Granted, Not, Policy, Rule, Through, Where

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
        )
    }
)
CHANGE_SET_POLICY = Policy(
    {
        Action.VIEW: _TOUCHED
        | of_case(Action.AUDIT, column="pk", at="case_id")
        | Through("audit.ChangedRow", "change_set_id", _TOUCHED)
    }
)

# Who read what is read by those who watch, not by those who work on the cases.
ACCESS_LOG_POLICY = Policy(
    {
        Action.VIEW: everywhere("lead", "audit", "protect")
        | Through("cases.Case", "pk", in_region("audit") | in_organization("audit"), at="case_id")
    }
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
FINDING_POLICY = Policy(
    {
        Action.VIEW: _of_mandate("sample__")
        | _ANSWERS
        | (everywhere("protect") & Where(lambda: Q(sample__status="signed"))),
        Action.EDIT: _of_mandate("sample__"),
        Action.ANSWER: _ANSWERS,
    }
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
