"""Reference data: regions, ministries and bodies, job classes, the programme and its schedule."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from organizations.models import (
    EvaluationCriterion,
    FollowUpStep,
    HostOrganization,
    JobClass,
    Program,
    ProjectCriterion,
    Region,
)
from peph.audit.changes import SYSTEM, change

# Reference data of the packages above this one: kind → what loads it, registered at start-up.
_others: dict[str, Callable[[], int]] = {}
FILES = Path(__file__).resolve().parent.parent / "reference"


def register(kind: str, load: Callable[[], int]) -> None:
    """Let `load_reference` load this kind as well; `load` adds what is missing and says how many."""
    _others[kind] = load


def load_reference() -> dict[str, int]:
    """Add what is missing and overwrite nothing; how many rows of each kind were added.

    Safe to run after every migrate. The sources are in the `reference/SOURCES.md` of each package.
    """
    with change(by=SYSTEM, verb="organizations.reference.load"):
        program, created = Program.objects.get_or_create(
            defaults={
                "name_fr": (
                    "Programme de développement de l’employabilité à l’intention des personnes"
                    " handicapées"
                ),
                "name_en": "Employability Development Program for Persons with Disabilities",
            }
        )
        return {
            "programs": int(created),
            "regions": _regions(),
            "host_organizations": _host_organizations(),
            "job_classes": _job_classes(),
            "steps": _of_program(FollowUpStep, "schedule.csv", program),
            "project_criteria": _of_program(ProjectCriterion, "project_criteria.csv", program),
            "evaluation_criteria": _of_program(
                EvaluationCriterion, "evaluation_criteria.csv", program
            ),
            **{kind: load() for kind, load in _others.items()},
        }


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (FILES / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _regions() -> int:
    known = set(Region.objects.values_list("code", flat=True))
    return len(
        Region.objects.bulk_create(
            [Region(**row) for row in _rows("regions.csv") if row["code"] not in known]
        )
    )


def _host_organizations() -> int:
    known = set(HostOrganization.objects.values_list("acronym", flat=True))
    added = []
    for row in _rows("host_organizations.csv"):
        if row["acronym"] in known:
            continue
        dates = {name: row.pop(name) or None for name in ("valid_from", "valid_to")}
        organization = HostOrganization(**row, **dates)
        organization.search_key = organization.key_for_search()
        added.append(organization)
    return len(HostOrganization.objects.bulk_create(added))


def _job_classes() -> int:
    known = set(JobClass.objects.values_list("code", flat=True))
    return len(
        JobClass.objects.bulk_create(
            [JobClass(**row) for row in _rows("job_classes.csv") if row["code"] not in known]
        )
    )


def _of_program(model: Any, file: str, program: Program) -> int:
    known = set(model.objects.values_list("code", flat=True))
    return len(
        model.objects.bulk_create(
            [model(program=program, **row) for row in _rows(file) if row["code"] not in known]
        )
    )
