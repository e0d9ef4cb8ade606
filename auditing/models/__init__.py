"""What auditors write: samples, answers to a checklist, findings. Nothing of it is in anybody's case."""

from auditing.models.checklist import ChecklistQuestion
from auditing.models.findings import Finding
from auditing.models.populations import Population
from auditing.models.sample_parts import ItemAnswer, SampleItem, SampleQuestion
from auditing.models.samples import MOST_ITEMS, Sample

__all__ = [
    "MOST_ITEMS",
    "ChecklistQuestion",
    "Finding",
    "ItemAnswer",
    "Population",
    "Sample",
    "SampleItem",
    "SampleQuestion",
]
