"""Installs one file of pinned requirements into the environment that runs this, with one line of progress.

Standard library only: `.venv/bin/python scripts/install_requirements.py requirements/base.txt`.
"""

import re
import subprocess
import sys
import time
from pathlib import Path

PINNED = re.compile(r"^[A-Za-z0-9._-]+==", re.MULTILINE)
TAKEN = re.compile(r"^(?:Collecting|Requirement already satisfied:) ([A-Za-z0-9._-]+)")
BAR = 30


def install(requirements: Path) -> int:
    """Run pip on `requirements`; returns its exit status, and prints what it said if it failed."""
    total = len(PINNED.findall(requirements.read_text(encoding="utf-8")))
    started = time.monotonic()
    print(f"Installing {total} packages of {requirements} …", flush=True)
    command = ["-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    # Byte-compiling everything takes as long as installing it, and most of it is never imported.
    command += ["--no-compile", "--require-hashes", "--requirement", str(requirements)]
    said = []
    with subprocess.Popen(  # noqa: S603 (pip, with a file of this checkout)
        [sys.executable, *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as pip:
        taken = 0
        for line in pip.stdout or ():
            said.append(line)
            if match := TAKEN.match(line):
                taken += 1
                _show(taken, total, match[1])
            elif line.startswith("Installing collected packages"):
                _show(total, total, "unpacking")
    _clear()
    if pip.returncode:
        print("".join(said[-30:]), end="", file=sys.stderr)
    else:
        print(f"Installed in {time.monotonic() - started:.0f} s.")
    return pip.returncode


def _show(done: int, total: int, name: str) -> None:
    if sys.stdout.isatty():
        done = min(done, total)
        filled = BAR * done // max(total, 1)
        print(f"\r\033[K[{'#' * filled:<{BAR}}] {done}/{total} {name}", end="", flush=True)


def _clear() -> None:
    if sys.stdout.isatty():
        print("\r\033[K", end="", flush=True)


if __name__ == "__main__":
    sys.exit(install(Path(sys.argv[1])))
