"""The French catalogue: compiled without any system tool, and held against the messages of the code.

The catalogue (`locale/fr/LC_MESSAGES/django.po`) is committed, its compiled form is not. English needs
no catalogue: the messages of the code are complete English.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Set
from pathlib import Path
from typing import NamedTuple

import polib

from peph.typography import typography_problems

LANGUAGE = "fr"
CATALOGUE = Path("locale") / LANGUAGE / "LC_MESSAGES" / "django.po"
# Folders whose messages nobody reads on a page.
NOT_SCANNED = frozenset({"tests", "scripts", "requirements", "docs", "var", "static-collected"})
SCANNED_SUFFIXES = frozenset({".py", ".html", ".txt"})
GETTEXT_TOOLS = ("xgettext", "msguniq", "msgmerge", "msgattrib")

NAMED = re.compile(r"%\(\w+\)[#0\- +]*\d*(?:\.\d+)?[a-zA-Z]")
POSITIONAL = re.compile(r"(?<!%)%(?:\d*\.\d+)?[sdif]")
BRACES = re.compile(r"\{[\w.]*(?:![rsa])?(?::[^{}]*)?\}")


class CannotTell(Exception):
    """The messages of the code could not be read, so nothing is known of the catalogue."""


class Key(NamedTuple):
    """What makes two messages the same one."""

    context: str | None
    msgid: str
    plural: str

    def __str__(self) -> str:
        text = f"“{self.msgid}”"
        return text if self.context is None else f"{text} ({self.context})"


def compile_catalogues(base_dir: Path) -> list[Path]:
    """Compile each catalogue under `base_dir/locale`; returns the files that had to be written.

    Several processes may do it at once: each writes its own file, then moves it into place.
    """
    written = []
    for source in sorted(base_dir.glob("locale/*/LC_MESSAGES/*.po")):
        compiled = polib.pofile(str(source)).to_binary()
        target = source.with_suffix(".mo")
        if target.exists() and target.read_bytes() == compiled:
            continue
        with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
            file.write(compiled)
        Path(file.name).chmod(0o644)
        Path(file.name).replace(target)
        written.append(target)
    return written


def problems(base_dir: Path) -> list[str]:
    """What keeps the French interface from being complete and correct, one line each.

    Raises `CannotTell` when the gettext tools are missing or could not read the code.
    """
    wanted = messages_of_the_code(base_dir)
    path = base_dir / CATALOGUE
    if not path.exists():
        return [f"{CATALOGUE}: the catalogue is missing; the code has {len(wanted)} messages"]
    return [f"{CATALOGUE}: {line}" for line in differences(polib.pofile(str(path)), wanted)]


def differences(catalogue: polib.POFile, wanted: Set[Key]) -> list[str]:
    """How `catalogue` falls short of the messages `wanted`: what lacks first, then line by line."""
    entries = Counter(_key(entry) for entry in catalogue if not entry.obsolete)
    found = [f"missing: {key}" for key in sorted(wanted - entries.keys(), key=str)]
    found += [f"twice: {key}" for key, times in entries.items() if times > 1]
    for entry in catalogue:
        faults = ["unused"] if entry.obsolete or _key(entry) not in wanted else _faults(entry)
        found += [f"line {entry.linenum}: {fault}: {_key(entry)}" for fault in faults]
    return found


def messages_of_the_code(base_dir: Path) -> set[Key]:
    """Every message marked for translation in the code and templates, read by Django's `makemessages`.

    It runs on a temporary copy with an empty catalogue, so the checkout is never touched.
    """
    missing = [tool for tool in GETTEXT_TOOLS if shutil.which(tool) is None]
    if missing:
        raise CannotTell(f"The gettext tools are not installed: {', '.join(missing)}.")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder).resolve()
        (copy / "locale").mkdir()
        _copy_sources(base_dir, copy)
        # Without settings Django scans the current folder and nothing else.
        environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
        command = ["makemessages", "--locale", LANGUAGE, "--no-location", "--no-wrap"]
        ran = subprocess.run(  # noqa: S603 (the command is written out above)
            [sys.executable, "-m", "django", *command],
            cwd=copy,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode:
            raise CannotTell(f"The messages of the code could not be read: {ran.stderr.strip()}")
        if not (copy / CATALOGUE).exists():
            return set()
        return {_key(entry) for entry in polib.pofile(str(copy / CATALOGUE))}


def _copy_sources(base_dir: Path, copy: Path) -> None:
    for folder, names, files in os.walk(base_dir):
        # Hidden folders hold the environment and caches; pruning in place keeps os.walk out of them.
        names[:] = [
            name
            for name in names
            if not name.startswith((".", "__"))
            and name not in ({"locale"} | NOT_SCANNED if Path(folder) == base_dir else ())
        ]
        target = copy / Path(folder).relative_to(base_dir)
        for file in files:
            if Path(file).suffix in SCANNED_SUFFIXES:
                target.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(Path(folder) / file, target / file)


def _key(entry: polib.POEntry) -> Key:
    return Key(entry.msgctxt, entry.msgid, entry.msgid_plural)


def _faults(entry: polib.POEntry) -> Iterator[str]:
    if entry.fuzzy:
        yield "fuzzy"
    if not entry.translated() and not entry.fuzzy:
        yield "untranslated"
        return
    positional = "python-format" in entry.flags
    # Zero takes the singular in French: that form needs the number that English leaves out of its own.
    expected = _placeholders(entry.msgid_plural or entry.msgid, positional=positional)
    for text in entry.msgstr_plural.values() or [entry.msgstr]:
        actual = _placeholders(text, positional=positional)
        if actual != expected:
            yield f"placeholders {_listed(actual)} instead of {_listed(expected)}"
        yield from typography_problems(text)


def _placeholders(text: str, *, positional: bool) -> list[str]:
    """The placeholders of `text`; a named one may be repeated, a positional one may not.

    Positional ones count only in a Python format: elsewhere “100 % sûr” would hold one.
    """
    named = {match for pattern in (NAMED, BRACES) for match in pattern.findall(text)}
    return sorted(named) + (sorted(POSITIONAL.findall(text)) if positional else [])


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "none"
