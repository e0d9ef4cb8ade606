"""The search over cases: what a text finds, the same whether the name is rare or frequent."""

import pytest

from cases.models import Case
from cases.models import cases as module
from cases.policy import CASE_POLICY, Action
from peph.audit.changes import SYSTEM, change

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["rare", "frequent"])
def names(request, monkeypatch):
    """Both ways of looking for a name: people first, or the newest cases one by one."""
    monkeypatch.setattr(module, "RARE_NAME", {"rare": 500, "frequent": 0}[request.param])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cote", True),
        ("CÔTÉ", True),
        ("tremb", True),
        ("cote-tremblay", True),
        ("tremblay cote", True),
        ("emblay", False),
        ("cote qzx", False),
        ("qzx", False),
        ("%", True),  # nothing to look for: everything
        ("c_te", False),
    ],
)
@pytest.mark.usefixtures("names")
def test_a_name_is_found_by_the_beginnings_of_its_words(text, found, case):
    assert Case.objects.matching_text(text).filter(pk=case.pk).exists() is found


def test_a_text_with_a_digit_is_one_of_the_two_numbers_of_a_case(case):
    with change(by=SYSTEM, verb="cases.import"):
        Case.objects.filter(pk=case.pk).update(legacy_number="R03-017")
    given = (case.number, f" {case.number.lower()} ", "R03-017", "R03", "cote 2026")
    assert [list(Case.objects.matching_text(text)) for text in given] == [
        [case],
        [case],
        [case],
        [],
        [],
    ]


def test_the_exceptions_of_a_reader_are_one_condition_however_many(cast, case):
    # Each region is merged from an index scan of its own; single cases are cheaper sorted.
    assert len(CASE_POLICY.branches(cast["reader"], Action.VIEW)) == 1
    assert list(Case.objects.visible_to(cast["reader"])) == [case]


@pytest.mark.usefixtures("names")
def test_a_name_inside_a_word_of_another_is_not_the_other(case, case_elsewhere):
    somebody = case_elsewhere.participant
    somebody.last_name = "Emblay"
    with change(by=SYSTEM, verb="cases.participant.update"):
        somebody.save()
    assert list(Case.objects.matching_text("emblay")) == [case_elsewhere]
