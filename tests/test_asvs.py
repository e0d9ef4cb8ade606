"""The table of the ASVS leaves nothing out, and names tests that exist."""

import ast
import csv
import re
from functools import cache

from tests import BASE_DIR

ROW = re.compile(r"^\| (V[\d.]+) \| (\d) \| (.*?) \| (.*?) \| (.*?) \| (.*?) \|$", re.MULTILINE)
TEST = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
STATES = {"yes", "in part", "no", "installation", "not applicable"}


def rows() -> list[tuple[str, ...]]:
    return ROW.findall((BASE_DIR / "docs" / "asvs.md").read_text(encoding="utf-8"))


@cache
def names_in(path: str) -> set[str]:
    tree = ast.parse((BASE_DIR / "tests" / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_each_requirement_of_levels_one_and_two_has_its_line() -> None:
    lines = (BASE_DIR / "tests" / "data" / "asvs-5.0.0.csv").read_text(encoding="utf-8")
    asked = csv.DictReader(line for line in lines.splitlines() if not line.startswith("#"))
    numbers = [(each["id"], each["level"]) for each in asked]
    assert [row[:2] for row in rows()] == numbers
    assert len(numbers) == 253


def test_each_test_that_is_named_exists() -> None:
    named = {(path, name) for row in rows() for path, name in TEST.findall(row[5])}
    assert len(named) > 100
    assert sorted(each for each in named if each[1] not in names_in(each[0])) == []


def test_nothing_is_met_without_a_test_and_nothing_else_without_a_word() -> None:
    assert {row[3] for row in rows()} <= STATES
    assert [row[0] for row in rows() if row[3] == "yes" and not TEST.search(row[5])] == []
    assert [row[0] for row in rows() if row[3] != "yes" and not row[4]] == []


def test_the_counts_are_those_of_the_table() -> None:
    text = (BASE_DIR / "docs" / "asvs.md").read_text(encoding="utf-8")
    found = [row[3] for row in rows()]
    counts = [
        found.count(state) for state in ("yes", "in part", "no", "installation", "not applicable")
    ]
    assert f"| {' | '.join(map(str, [*counts, len(found)]))} |" in text
