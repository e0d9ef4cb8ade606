"""The tools hold the project, and this holds the tools: pins, scripts, Makefile, import contracts, CI."""

import ast
import base64
import os
import re
import shutil
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PINS = {"base": ROOT / "requirements/base.txt", "dev": ROOT / "requirements/dev.txt"}
WRITE_ENV = ROOT / "scripts/write_env.py"
# Not peph.access: the middleware that remembers a request's scopes lives beside them.
DOMAIN = [
    "auditing/policy.py",
    "peph/records.py",
    "peph/workflow.py",
    "organizations/policy.py",
    "organizations/models",
    "organizations/services",
    "cases/policy",
    "cases/workflow.py",
    "cases/models",
    "cases/services",
    "cases/imports",
]
# No such object; a model's own address; the request a logged read came with.
ALLOWED = {"django.http.Http404", "django.urls.reverse", "django.http.HttpRequest"}
WEB_MODULES = re.compile(r"django\.(http|shortcuts|urls|views|forms|template)\b|rest_framework\b")


def pinned(name: str) -> dict[str, str]:
    lines = PINS[name].read_text(encoding="utf-8").splitlines()
    pairs = (line.split(" ")[0].split("==") for line in lines if re.match(r"[a-z0-9]", line))
    return dict(pairs)


def declared(name: str) -> list[Requirement]:
    project = PYPROJECT["project"]
    wanted = project["dependencies"] + (
        project["optional-dependencies"]["dev"] if name == "dev" else []
    )
    return [Requirement(text) for text in wanted]


@pytest.mark.parametrize("name", ["base", "dev"])
def test_each_dependency_is_pinned_within_its_declared_range(name: str) -> None:
    pins = pinned(name)
    outside = {
        wanted.name: pins.get(wanted.name)
        for wanted in declared(name)
        if wanted.name not in pins or not wanted.specifier.contains(pins[wanted.name])
    }
    assert outside == {}


def test_the_development_pins_hold_the_others_at_the_same_versions() -> None:
    assert pinned("base").items() <= pinned("dev").items()


@pytest.mark.parametrize("name", ["base", "dev"])
def test_each_pin_has_a_hash_and_names_no_place_to_fetch_from(name: str) -> None:
    text = PINS[name].read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-z0-9])", text)
    assert [entry.split(" ")[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert re.findall(r"https?:|file:|^-|^/", text, flags=re.MULTILINE) == []


def written_settings(file: Path) -> dict[str, str]:
    # -S: the standard library only, as before anything is installed.
    subprocess.run([sys.executable, "-S", WRITE_ENV, file], check=True, capture_output=True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    lines = file.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if not line.startswith("#"))


def test_the_written_settings_are_fresh_complete_and_private(tmp_path: Path) -> None:
    one, two = (written_settings(tmp_path / name) for name in ("one.env", "two.env"))
    assert len(one["SECRET_KEY"]) >= 50
    assert len(base64.urlsafe_b64decode(one["FIELD_ENCRYPTION_KEYS"])) == 32
    assert re.fullmatch(r"[0-9a-f]{64}", one["CHECKPOINT_KEY"])
    secret = {"SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "CHECKPOINT_KEY"}
    assert {name for name in one if one[name] != two[name]} == secret
    assert {name: value for name, value in one.items() if name not in secret} == {
        "HTTPS": "no",
        "STATIC_MANIFEST": "no",
        "ACCOUNT_DEFAULT_DOMAIN": "exemple.qc.ca",
    }


def test_settings_already_written_are_kept_byte_for_byte(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("SECRET_KEY=mine\n", encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, WRITE_ENV, file], check=True, capture_output=True, text=True
    )
    assert file.read_text(encoding="utf-8") == "SECRET_KEY=mine\n"
    assert "kept as it is" in ran.stdout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what `make` reads, without an environment."""
    for name in ("Makefile", "pyproject.toml", "requirements", "scripts", "locale"):
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copyfile
        if source.exists():
            copy(source, tmp_path / name)
    return tmp_path


def make(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # A test may itself run under `make`, whose variables would reach this one.
    environment = {"PATH": os.environ["PATH"]}
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=checkout,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@needs_make
def test_make_alone_lists_every_target_people_use(checkout: Path) -> None:
    said = make(checkout).stdout
    listed = set(re.findall(r"^  ([a-z-]+) ", said, flags=re.MULTILINE))
    phony = re.search(r"^\.PHONY: ((?:.*\\\n)*.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    assert listed == set(phony[1].replace("\\\n", " ").split())


@needs_make
def test_a_fresh_demo_makes_the_environment_then_settings_then_the_demo(checkout: Path) -> None:
    said = make(checkout, "--dry-run", "demo", "PORT=9000", "PYTHON=python3").stdout
    steps = ["-m venv .venv", "requirements/base.txt", "scripts/write_env.py", "demo --port 9000"]
    places = [said.find(step) for step in steps]
    assert -1 not in places
    assert places == sorted(places)
    assert "requirements/dev.txt" not in said


@needs_make
def test_what_was_done_is_not_done_again(checkout: Path) -> None:
    (checkout / ".venv/bin").mkdir(parents=True)
    done = [".venv/bin/python", ".venv/.base-installed", ".venv/.dev-installed", ".env"]
    for name in [*done, *(str(p.with_suffix(".mo")) for p in checkout.glob("locale/*/*/*.po"))]:
        (checkout / name).touch()
    assert make(checkout, "--dry-run", "install").stdout == (
        "make: Nothing to be done for 'install'.\n"
    )
    assert make(checkout, "--dry-run", "test").stdout == (
        ".venv/bin/python -m pytest -n auto --dist loadgroup \n"
    )


@needs_make
@pytest.mark.parametrize(
    ("target", "given", "expected"),
    [
        ("audit-campaign", (), "AUDIT_MUTATIONS=10000 "),
        ("completeness-campaign", (), "COMPLETENESS_MUTATIONS=100000 "),
        ("audit-campaign", ("MUTATIONS=20",), "AUDIT_MUTATIONS=20 "),
        ("completeness-campaign", ("MUTATIONS=20",), "COMPLETENESS_MUTATIONS=20 "),
    ],
)
def test_each_campaign_has_its_own_number_unless_one_is_given(
    target: str, given: tuple[str, ...], expected: str, checkout: Path
) -> None:
    assert expected in make(checkout, "--dry-run", target, "PYTHON=python3", *given).stdout


@needs_make
def test_a_machine_without_a_recent_python_is_told_what_is_needed(checkout: Path) -> None:
    ran = make(checkout, "install", "PYTHON=")
    assert ran.returncode != 0
    assert "Python 3.11 or newer is needed and none was found" in ran.stderr


def test_every_module_of_the_project_package_has_its_place_in_the_layers() -> None:
    contracts = PYPROJECT["tool"]["importlinter"]["contracts"]
    layers = " ".join(contracts[0]["layers"])
    placed = set(re.findall(r"peph\.(\w+)", layers))
    modules = {path.stem for path in (ROOT / "peph").glob("*.py")} - {"__init__"}
    packages = {path.parent.name for path in (ROOT / "peph").glob("*/__init__.py")}
    assert (modules | packages) - placed == set()


def web_imports(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        found += [name for name in names if WEB_MODULES.match(name)]
    return found


@pytest.mark.parametrize("place", DOMAIN)
def test_the_domain_builds_no_page_and_no_answer(place: str) -> None:
    path = ROOT / place
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
    assert files
    found = {str(f.relative_to(ROOT)): web_imports(f) for f in files}
    assert {name: bad for name, names in found.items() if (bad := set(names) - ALLOWED)} == {}


def test_the_ci_script_is_executable_and_well_formed() -> None:
    script = ROOT / ".ci/run"
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", script], check=True)
