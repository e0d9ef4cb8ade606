"""Writing the settings file: nothing else in it changes, nobody else reads it, no half of it is left."""

import stat
from pathlib import Path

import pytest

from peph.keys import env_file

TEXT = "# Keep it secret.\nSECRET_KEY=old\nHTTPS=no\nexport TIME_ZONE='America/Toronto'\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / ".env"
    path.write_text(TEXT, encoding="utf-8")
    path.chmod(0o644)
    return path


def test_what_is_named_changes_and_the_rest_stays(file: Path) -> None:
    env_file.write({"SECRET_KEY": "new", "SECRET_KEY_NEXT": "x", "HTTPS": ""}, file)
    assert file.read_text(encoding="utf-8") == (
        "# Keep it secret.\nSECRET_KEY=new\nexport TIME_ZONE='America/Toronto'\nSECRET_KEY_NEXT=x\n"
    )
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in file.parent.iterdir()] == [".env"]


def test_what_it_says_is_read_as_the_service_reads_it(file: Path) -> None:
    found = {"SECRET_KEY": "old", "HTTPS": "no", "TIME_ZONE": "America/Toronto"}
    assert env_file.read(file) == found
    assert env_file.read(file.parent / "none") == {}


def test_a_write_that_fails_leaves_the_old_file(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        env_file.write({"SECRET_KEY": "new"}, file)
    assert file.read_text(encoding="utf-8") == TEXT
    assert [each.name for each in file.parent.iterdir()] == [".env"]
