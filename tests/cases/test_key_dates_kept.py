"""A key date that is set stays: every form, body, service and line of code that could change one, listed.

A new form with such a field, a new service that takes free fields or a new assignment fails here until
somebody has looked at it and written it down.
"""

import ast
import datetime as dt
import importlib
import inspect
import pkgutil
import re

import pytest
from django import forms
from rest_framework.test import APIClient

import cases.services
from cases.models import Case, KeyDate, Placement
from cases.models.key_dates import OF_CASE, OF_PLACEMENT
from cases.services.cases import update_case
from cases.services.placements import update_placement
from cases.workflow import CASE_WORKFLOW, PLACEMENT_WORKFLOW
from peph.api import Body
from peph.audit.models import ChangeSet
from peph.errors import Invalid
from tests import BASE_DIR

pytestmark = pytest.mark.django_db
NAMES = frozenset(KeyDate.values)
APPS = ("cases", "organizations", "peph")
for package in ("cases.forms", "organizations.forms", "cases.serializers", "cases.api"):
    for found in pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}."):
        importlib.import_module(found.name)

# Forms with a field of such a name. Neither of a case nor of a placement: an evaluation's signature, the
# job of an outcome. The others set a date for the first time, or one not signed yet.
FORMS = {
    "evaluations.EvaluationForm": {"signed_on"},
    "outcomes.OutcomeForm": {"started_on"},
    "outcomes.NewOutcomeForm": {"started_on"},
    "link_tasks.StartForm": {"started_on"},
    "link_tasks.SignForm": {"signed_on"},
    "signatures.SignatureForm": {"signed_on"},
    "placements.NewPlacementForm": {"planned_start", "planned_end"},
    # The two go once the agreement is signed: `test_placement_pages`.
    "placements.PlacementForm": {"planned_start", "planned_end"},
}
# The same for the bodies of the API; those of the moves are made from the tables below.
BODIES = {
    "cases.CaseNewBody": {"referred_on"},
    "evaluations.EvaluationNewBody": {"signed_on"},
    "evaluations.EvaluationSignBody": {"signed_on"},
    "outcomes.OutcomeBody": {"started_on"},
    "outcomes.OutcomeNewBody": {"started_on"},
    "placements.PlacementNewBody": {"planned_start", "planned_end"},
    "placements.PlacementBody": {"planned_start", "planned_end"},
    "placements.SignatureBody": {"signed_on"},
}
# Moves that ask for a key date, and the effects that set or clear one besides. The steps that set anew what
# stood: an appeal decided, a case reopened, a start, a return or an extension that moves the planned end.
ASKED_BY_MOVES = {
    "start-intake": {"first_contact_on"},
    "start-review": {"applied_on"},
    "admit": {"decided_on"},
    "refuse": {"decided_on"},
    "allow-appeal": {"decided_on"},
    "dismiss-appeal": {"decided_on"},
    "close": {"closed_on"},
    "sign": {"signed_on"},
    "start": {"started_on"},
    "resume": {"planned_end"},
    "complete": {"ended_on"},
    "end-early": {"ended_on"},
}
ASSIGNED = {
    ("cases/services/cases.py", "_reopen"): {"closed_on"},
    ("cases/services/cases.py", "_reopen_from_start"): {
        "first_contact_on",
        "applied_on",
        "decided_on",
    },
    ("cases/services/placements.py", "_start"): {"started_on", "planned_end"},
    ("cases/services/placements.py", "_resume"): {"planned_end"},
    ("cases/services/placements.py", "_approve_extension"): {"planned_end"},
    # The last signature of those that are given one at a time.
    ("cases/services/signatures.py", "sign_agreement"): {"signed_on"},
    # New rows, not saved yet.
    ("cases/imports/writing.py", "_case"): {"closed_on"},
    ("cases/imports/writing.py", "_placement"): {"started_on", "ended_on"},
    ("cases/benchmark/data.py", "_reach"): {"ended_on"},
    # Of an evaluation and of a pause of reminders.
    ("cases/services/evaluations.py", "_sign"): {"signed_on"},
    ("cases/services/pauses.py", "end_pause"): {"ended_on"},
    ("cases/services/pauses.py", "_end_past"): {"ended_on"},
}
# Rows updated with such a name: the call of a demonstration, the last signatures of a correction.
UPDATED = {
    ("cases/demo/projects.py", "_last"): {"decided_on"},
    ("cases/services/key_date_changes.py", "_correct_placement"): {"signed_on"},
}
# Where a field is set by a name that is only known at run time: `amend`, and what fills in the inputs of a
# move. Of these, two reach a case or a placement: `move_case` and `_fill`, with the inputs listed above.
SET_BY_NAME = {
    ("cases/services/cases.py", "move_case"),
    ("cases/services/placements.py", "_fill"),
    ("peph/records.py", "amend"),
    # On a copy that is never saved.
    ("cases/services/key_dates.py", "check_correction"),
    ("cases/services/outcomes.py", "update_outcome"),
    # Other nouns.
    ("cases/services/accommodations.py", "_fill"),
    ("cases/services/accommodations.py", "_reconsider"),
    ("cases/services/evaluation_content.py", "fill"),
    ("cases/services/matches.py", "move_match"),
    ("organizations/services/calls.py", "move_call"),
    ("organizations/services/projects.py", "_fill"),
    # Not a record: a row to measure with, an answer, an address.
    ("cases/benchmark/data.py", "_reach"),
    ("cases/views/link_public.py", "answered"),
    ("cases/views/link_public.py", "public"),
    ("peph/transition_api.py", "add"),
    ("peph/transition_api.py", "offers"),
}
# Services that take fields of a case or of a placement by name; the first two create it.
TAKES_FIELDS = {
    "cases.open_case",
    "placements.open_placement",
    "cases.move_case",
    "placements.move_placement",
    "cases.update_case",
    "placements.update_placement",
}


def _kinds(base, attribute):
    for kind in base.__subclasses__():
        named = NAMES & getattr(kind, attribute, {}).keys()
        if named and kind.__module__.startswith(("cases.", "organizations.")):
            yield f"{kind.__module__.split('.')[-1]}.{kind.__name__}", named
        yield from _kinds(kind, attribute)


def test_the_forms_and_the_bodies_that_name_a_key_date():
    assert dict(_kinds(forms.BaseForm, "base_fields")) == FORMS
    assert dict(_kinds(Body, "_declared_fields")) == BODIES


def test_the_moves_that_ask_for_a_key_date():
    asked = {
        step.name: named
        for workflow in (CASE_WORKFLOW, PLACEMENT_WORKFLOW)
        for step in workflow
        if (named := NAMES & {item.name for item in step.inputs})
    }
    assert asked == ASKED_BY_MOVES


def _functions():
    for app in APPS:
        for path in sorted((BASE_DIR / app).rglob("*.py")):
            if "migrations" not in path.parts:
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                    if isinstance(node, ast.FunctionDef):
                        yield path.relative_to(BASE_DIR).as_posix(), node


def _called(node):
    function = getattr(node, "func", None)
    return getattr(function, "id", getattr(function, "attr", ""))


def _targets(node):
    if isinstance(node, ast.Assign):
        return node.targets
    return [node.target] if isinstance(node, ast.AugAssign | ast.AnnAssign) else []


def test_the_lines_that_write_a_key_date():
    assigned, updated, by_name = {}, {}, set()
    for path, function in _functions():
        at = (path, function.name)
        for node in ast.walk(function):
            for target in _targets(node):
                for part in ast.walk(target):
                    if isinstance(part, ast.Attribute) and part.attr in NAMES:
                        assigned.setdefault(at, set()).add(part.attr)
            if _called(node) == "setattr":
                by_name.add(at)
            if _called(node) in ("amend", "update", "update_or_create", "bulk_update"):
                words = {each.arg for each in node.keywords}
                words |= {
                    part.value
                    for each in node.args
                    for part in ast.walk(each)
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                }
                if named := NAMES & words:
                    updated.setdefault(at, set()).update(named)
    assert assigned == ASSIGNED
    assert updated == UPDATED
    assert by_name == SET_BY_NAME


def test_the_services_that_take_fields_by_name():
    found = set()
    for each in pkgutil.iter_modules(cases.services.__path__, "cases.services."):
        module = importlib.import_module(each.name)
        for name, function in vars(module).items():
            if not inspect.isfunction(function) or function.__module__ != each.name:
                continue
            kept = inspect.signature(function).parameters.values()
            returns = function.__annotations__.get("return")
            if returns in (Case, Placement) and any(p.kind is p.VAR_KEYWORD for p in kept):
                found.add(f"{each.name.split('.')[-1]}.{name}")
    assert found == TAKES_FIELDS


def test_an_import_writes_new_records_only():
    called = set()
    for path in (BASE_DIR / "cases/imports").glob("*.py"):
        called |= set(re.findall(r"\b(?:Case|Placement)\.objects\.(\w+)", path.read_text("utf-8")))
    assert called == {"filter", "select_related", "bulk_create"}


# ------------------------------------------------------------------ what the two that could, refuse
@pytest.fixture
def record_of(case, placement):
    """By key date, the record of the cast that has it."""
    return {**dict.fromkeys(OF_CASE, case), **dict.fromkeys(OF_PLACEMENT, placement)}


SET = sorted(NAMES - {"closed_on", "ended_on"})


@pytest.mark.parametrize("name", SET)
@pytest.mark.parametrize("value", [dt.date(2026, 1, 13), None])
def test_no_ordinary_correction_changes_a_key_date(name, value, cast, record_of):
    record, before = record_of[name], ChangeSet.objects.count()
    update = update_case if isinstance(record, Case) else update_placement
    with pytest.raises(Invalid) as refused:
        update(record, by=cast["lead"], **{name: value})
    assert list(refused.value.fields) == [name]
    assert "demandez une correction" in str(refused.value)
    # The same date again is no change, and everything else still goes.
    update(record, by=cast["lead"], **{name: getattr(record, name)})
    assert ChangeSet.objects.count() == before
    kept = type(record).objects.get(pk=record.pk)
    assert getattr(kept, name) == getattr(record, name)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_no_patch_of_the_api_changes_a_key_date(name, cast, record_of):
    record, before = record_of[name], ChangeSet.objects.count()
    api = APIClient()
    api.force_login(cast["lead"])
    noun = "cases" if isinstance(record, Case) else "placements"
    answer = api.patch(
        f"/api/v1/{noun}/{record.pk}/", {name: "2026-05-20"}, format="json",
        headers={"if-match": f'"{record.version}"'},
    )  # fmt: skip
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [name])
    assert ChangeSet.objects.count() == before


def test_no_page_that_corrects_offers_one(cast, client, case, placement):
    client.force_login(cast["lead"])
    for record in (case, placement):
        page = client.get(f"{record.get_absolute_url()}edit/").content.decode()
        assert not {name for name in NAMES if f'name="{name}"' in page}
