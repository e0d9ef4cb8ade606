"""Writing the settings file: whole or not at all, for its owner only, every other line as it was."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from peph.env import ENV_FILE


def read(path: Path) -> dict[str, str]:
    """The settings of a file; none when there is no file."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    return {name: value for line in text.splitlines() for name, value in [_split(line)] if name}


def _split(line: str) -> tuple[str, str]:
    name, _equals, value = line.strip().removeprefix("export ").partition("=")
    if not _equals or name.startswith("#"):
        return "", ""
    return name.strip(), value.strip().strip("'\"")


def holds(name: str, value: str, path: Path | None = None) -> bool:
    """Whether the file says what the service runs with: else the setting comes from somewhere else."""
    return read(path or ENV_FILE).get(name) == value


def write(values: Mapping[str, str], path: Path | None = None) -> None:
    """Set these in the file; an empty value takes its line out.

    The old file or the new one, never a part: written beside, flushed to the disk, put in its place.
    """
    path = (path or ENV_FILE).resolve()
    left, lines = dict(values), []
    for line in path.read_text(encoding="utf-8").splitlines():
        name = _split(line)[0]
        if name not in values:
            lines.append(line)
        elif left.get(name):
            lines.append(f"{name}={left.pop(name)}")
    lines += [f"{name}={value}" for name, value in left.items() if value]
    # 0600 from its first byte.
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".env-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
