"""How the API shows and reads the auditor’s workspace; here the names of its choices."""

from auditing.models import Finding, ItemAnswer, Population
from auditing.workflow import FindingState, SampleStatus
from peph.api_schema import name_choices

name_choices(
    SamplePopulation=Population.choices,
    SampleStatus=SampleStatus.choices,
    ChecklistAnswer=ItemAnswer.Value.choices,
    FindingSeverity=Finding.Severity.choices,
    FindingState=FindingState.choices,
)
