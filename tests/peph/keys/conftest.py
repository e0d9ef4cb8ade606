"""A settings file of its own, read again as a process that starts would read it."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from peph.keys import env_file
from tests.scratch import scratch, scratch_template  # noqa: F401


class Installation:
    """Where settings are kept, and the commands run on it."""

    def __init__(self, path: Path, settings: Any) -> None:
        self.path, self.settings = path, settings
        env_file.write(
            {
                "SECRET_KEY": settings.SECRET_KEY,
                "FIELD_ENCRYPTION_KEYS": ",".join(settings.FIELD_ENCRYPTION_KEYS),
                "CHECKPOINT_KEY": settings.CHECKPOINT_KEY,
            }
        )

    @property
    def said(self) -> dict[str, str]:
        return env_file.read(self.path)

    def restart(self) -> None:
        said, settings = self.said, self.settings
        before = [each for each in said.get("SECRET_KEY_FALLBACKS", "").split(",") if each]
        following = said.get("SECRET_KEY_NEXT", "")
        settings.SECRET_KEY, settings.SECRET_KEY_NEXT = said["SECRET_KEY"], following
        settings.SECRET_KEYS_BEFORE = before
        settings.SECRET_KEY_FALLBACKS = [*filter(None, [following]), *before]
        settings.FIELD_ENCRYPTION_KEYS = said["FIELD_ENCRYPTION_KEYS"].split(",")
        settings.CHECKPOINT_KEY = said["CHECKPOINT_KEY"]
        settings.CHECKPOINT_NEXT_KEY = said.get("CHECKPOINT_NEXT_KEY", "")

    def run(self, command: str, *arguments: str) -> tuple[int, str]:
        """Exit status, and all that was said."""
        out = StringIO()
        try:
            call_command(command, *arguments, stdout=out, stderr=out)
        except SystemExit as end:
            return int(str(end.code)), out.getvalue()
        return 0, out.getvalue()

    def step(self, command: str, *arguments: str) -> str:
        """A step that is made, and every process started again after it."""
        status, said = self.run(command, *arguments)
        assert status == 0, said
        self.restart()
        return said


@pytest.fixture
def installation(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Installation:
    path = tmp_path / ".env"
    path.write_text("# Ours.\nHTTPS=no\n", encoding="utf-8")
    monkeypatch.setattr(env_file, "ENV_FILE", path)
    return Installation(path, settings)
