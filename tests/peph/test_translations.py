"""The catalogue is compiled without system tools, and every difference with the code is listed."""

import gettext
import shutil
from io import StringIO
from pathlib import Path

import polib
import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from peph import translations
from peph.translations import (
    CATALOGUE,
    CannotTell,
    Key,
    compile_catalogues,
    differences,
    messages_of_the_code,
    problems,
)

HEADER = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

"""
CODE = """\
from django.utils.translation import gettext as _, ngettext, pgettext

def words(count, name):
    return (
        _("Open the case of %(name)s.") % {"name": name},
        _("Delete {what}").format(what=name),
        ngettext("One case", "%(count)s cases", count) % {"count": count},
        pgettext("verb", "Open"),
    )
"""
TEMPLATE = """\
{% load i18n %}<h1>{% translate "Hello" %}</h1>
{% blocktranslate with who=user %}Signed in as {{ who }}.{% endblocktranslate %}
"""
COMPLETE = (
    HEADER
    + """\
msgid "Open the case of %(name)s."
msgstr "Ouvrir le dossier de %(name)s."

msgid "Delete {what}"
msgstr "Supprimer {what}"

msgid "One case"
msgid_plural "%(count)s cases"
msgstr[0] "%(count)s dossier"
msgstr[1] "%(count)s dossiers"

msgctxt "verb"
msgid "Open"
msgstr "Ouvrir"

msgid "Hello"
msgstr "Bonjour"

#, python-format
msgid "Signed in as %(who)s."
msgstr "Séance de %(who)s."
"""
)

needs_gettext = pytest.mark.skipif(
    shutil.which("xgettext") is None, reason="the gettext tools are not installed"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project whose French is complete."""
    for path, text in {
        "shop/words.py": CODE,
        "templates/home.html": TEMPLATE,
        "tests/test_words.py": '_("Only a test says this.")\n',
        ".venv/lib/words.py": '_("Only a library says this.")\n',
        str(CATALOGUE): COMPLETE,
    }.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path


def rewrite(project: Path, old: str, new: str) -> None:
    catalogue = project / CATALOGUE
    text = catalogue.read_text(encoding="utf-8")
    assert old in text
    catalogue.write_text(text.replace(old, new), encoding="utf-8")


def test_a_compiled_catalogue_answers_in_french(project: Path) -> None:
    target = project / "locale/fr/LC_MESSAGES/django.mo"
    assert compile_catalogues(project) == [target]
    with target.open("rb") as file:
        french = gettext.GNUTranslations(file)
    assert french.gettext("Hello") == "Bonjour"
    assert french.pgettext("verb", "Open") == "Ouvrir"
    assert french.ngettext("One case", "%(count)s cases", 0) == "%(count)s dossier"
    assert french.ngettext("One case", "%(count)s cases", 2) == "%(count)s dossiers"


def test_a_fuzzy_message_is_not_compiled(project: Path) -> None:
    rewrite(project, 'msgid "Hello"', '#, fuzzy\nmsgid "Hello"')
    (target,) = compile_catalogues(project)
    with target.open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Hello") == "Hello"


def test_a_catalogue_is_compiled_again_only_when_it_changed(project: Path) -> None:
    compile_catalogues(project)
    assert compile_catalogues(project) == []
    rewrite(project, "Bonjour", "Salut")
    assert len(compile_catalogues(project)) == 1
    assert sorted(p.name for p in (project / CATALOGUE).parent.iterdir()) == [
        "django.mo",
        "django.po",
    ]


@needs_gettext
def test_a_complete_catalogue_has_no_problem(project: Path) -> None:
    assert problems(project) == []


@needs_gettext
def test_the_project_is_not_touched_by_reading_its_messages(project: Path) -> None:
    before = {p: p.read_bytes() for p in project.rglob("*") if p.is_file()}
    problems(project)
    assert {p: p.read_bytes() for p in project.rglob("*") if p.is_file()} == before


WANTED = {
    Key(None, "Open the case of %(name)s.", ""),
    Key(None, "Delete {what}", ""),
    Key(None, "One case", "%(count)s cases"),
    Key("verb", "Open", ""),
    Key(None, "Hello", ""),
    Key(None, "Signed in as %(who)s.", ""),
}


@needs_gettext
def test_the_messages_of_code_and_templates_are_read_and_those_of_tests_are_not(
    project: Path,
) -> None:
    assert messages_of_the_code(project) == WANTED


FAULTS = {
    "none": ("", "", []),
    "missing": ('msgid "Hello"\nmsgstr "Bonjour"\n', "", ["missing: “Hello”"]),
    "untranslated": ('"Bonjour"', '""', ["line 21: untranslated: “Hello”"]),
    "a plural form is empty": (
        'msgstr[0] "%(count)s dossier"',
        'msgstr[0] ""',
        ["line 12: untranslated: “One case”"],
    ),
    "fuzzy": ('msgid "Hello"', '#, fuzzy\nmsgid "Hello"', ["line 21: fuzzy: “Hello”"]),
    "unused": (
        'msgid "Hello"',
        'msgid "Goodbye"\nmsgstr "Au revoir"\n\nmsgid "Hello"',
        ["line 21: unused: “Goodbye”"],
    ),
    "obsolete": (
        'msgid "Hello"\n',
        '#~ msgid "Goodbye"\n#~ msgstr "Au revoir"\n\nmsgid "Hello"\n',
        ["line 21: unused: “Goodbye”"],
    ),
    "twice": (
        'msgid "Hello"\n',
        'msgid "Delete {what}"\nmsgstr "Effacer {what}"\n\nmsgid "Hello"\n',
        ["twice: “Delete {what}”"],
    ),
    "another context is another message": (
        'msgctxt "verb"',
        'msgctxt "adjective"',
        ["missing: “Open” (verb)", "line 17: unused: “Open” (adjective)"],
    ),
    "a named placeholder is lost": (
        "dossier de %(name)s.",
        "dossier.",
        ["line 6: placeholders none instead of %(name)s: “Open the case of %(name)s.”"],
    ),
    "a brace is renamed": (
        "Supprimer {what}",
        "Supprimer {quoi}",
        ["line 9: placeholders {quoi} instead of {what}: “Delete {what}”"],
    ),
    "the singular loses its number, which zero needs": (
        '%(count)s dossier"',
        'Un dossier"',
        ["line 12: placeholders none instead of %(count)s: “One case”"],
    ),
    "typography": (
        '"Bonjour"',
        '"Bonjour !"',
        ["line 21: no space stands before “!” in “Bonjour !”: “Hello”"],
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_of_the_catalogue_is_listed(fault: str, project: Path) -> None:
    old, new, expected = FAULTS[fault]
    rewrite(project, old, new)
    assert differences(polib.pofile(str(project / CATALOGUE)), WANTED) == expected


@needs_gettext
def test_a_project_without_a_catalogue_is_told_so(project: Path) -> None:
    (project / CATALOGUE).unlink()
    assert problems(project) == [
        "locale/fr/LC_MESSAGES/django.po: the catalogue is missing; the code has 6 messages"
    ]


@needs_gettext
def test_code_that_cannot_be_read_proves_nothing(project: Path) -> None:
    (project / "templates/broken.html").write_text("{% blocktranslate %}never closed {% if %}")
    with pytest.raises(CannotTell, match="could not be read"):
        problems(project)


def test_the_command_cannot_tell_without_the_gettext_tools(
    project: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BASE_DIR = project
    monkeypatch.setattr(translations, "GETTEXT_TOOLS", ("no-such-tool",))
    with pytest.raises(CommandError, match="no-such-tool") as refusal:
        call_command("check_translations", stdout=StringIO())
    assert refusal.value.returncode == 2


@needs_gettext
def test_the_command_lists_the_problems_and_fails(project: Path, settings: LazySettings) -> None:
    settings.BASE_DIR = project
    rewrite(project, "Bonjour", "Bonjour !")
    said = StringIO()
    with pytest.raises(CommandError, match="1 problem") as refusal:
        call_command("check_translations", stdout=said)
    assert refusal.value.returncode == 1
    assert "“Hello”" in said.getvalue()


@needs_gettext
def test_the_command_is_content_with_a_complete_catalogue(
    project: Path, settings: LazySettings
) -> None:
    settings.BASE_DIR = project
    said = StringIO()
    call_command("check_translations", stdout=said)
    assert said.getvalue() == "The French catalogue is complete.\n"
