"""The repository itself: size of modules, words that do not belong, templates that nobody uses."""

import re
import subprocess

import pytest

from tests import BASE_DIR

LONGEST = 300
# One file by design: who checks us must be able to read it whole and copy it alone.
STANDALONE = "scripts/verify_export.py"
FOREIGN = re.compile(r"\b(TODO|FIXME|XXX)\b|raise NotImplementedError")


def tracked(*patterns: str) -> list[str]:
    """Files under version control, and new ones that are not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=BASE_DIR, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [path for path in listed.stdout.split() if (BASE_DIR / path).exists()]


@pytest.fixture(scope="module")
def modules() -> dict[str, str]:
    return {
        path: (BASE_DIR / path).read_text(encoding="utf-8")
        for path in tracked("*.py")
        if "/migrations/" not in path
    }


def test_no_module_is_longer_than_three_hundred_lines(modules):
    long = {
        path: count
        for path, text in modules.items()
        if (count := len(text.splitlines())) > LONGEST
        and not path.startswith("tests/")
        and path != STANDALONE
    }
    assert long == {}


def test_every_module_says_what_lives_in_it(modules):
    silent = [
        path
        for path, text in modules.items()
        if text.strip() and not text.startswith(('"""', "#!"))
    ]
    assert silent == []


def test_nothing_is_left_for_later(modules):
    assert [path for path, text in modules.items() if FOREIGN.search(text)] == [
        "tests/test_repository.py"
    ]


def test_every_template_is_used():
    templates = tracked("templates/*.html")
    sources = [
        (BASE_DIR / path).read_text(encoding="utf-8")
        for path in tracked("*.py", "templates/*.html")
    ]
    # The sign-in library and Django find theirs by name, the first page its blocks by their kind.
    found_by_name = re.compile(
        r"templates/(account/|mfa/|forms/|(cases|auditing|privacy)/_home_|[45]\d\d\.html)"
    )
    unused = [
        path
        for path in templates
        if not found_by_name.match(path)
        and not any(path.removeprefix("templates/") in text for text in sources)
    ]
    assert unused == []


def test_pages_carry_no_inline_style_or_script():
    inline = re.compile(r"<style|style=\"|<script(?![^>]*\bsrc=)|\son\w+=\"")
    assert [
        path
        for path in tracked("templates/*.html")
        if inline.search((BASE_DIR / path).read_text(encoding="utf-8"))
    ] == []
