"""A PostgreSQL of one's own, to be killed: initdb, start, SIGKILL to all of it, start again."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

USER = "peph"
# What a real server has: an answer to COMMIT means that the write-ahead log is on the disk.
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
# The control. The log stays in the server's memory until somebody has time to write it.
FORGETFUL = {"synchronous_commit": "off", "wal_writer_delay": "10s", "wal_buffers": "64MB"}
# Nothing outlives the run, and no campaign here kills the server.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def postgresql_bin() -> Path | None:
    """Where initdb and pg_ctl are, the newest version first."""
    found = shutil.which("initdb")
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for place in [*places, *([Path(found).parent] if found else [])]:
        if (place / "initdb").exists():
            return place
    return None


@dataclass(frozen=True)
class Cluster:
    """One server with its folder. PostgreSQL refuses to run as root: then the account postgres runs it."""

    folder: str
    port: int

    @classmethod
    def make(cls, settings: Mapping[str, str]) -> "Cluster":
        """Its folder with these settings; nothing runs yet."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        made = cls(tempfile.mkdtemp(prefix="peph-cluster-"), port)
        if account := made._account():
            os.chown(made.folder, account["user"], account["group"])
        made._run(
            "initdb", "--pgdata", made.data, "--username", USER, "--auth", "trust",
            "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync",
        )  # fmt: skip
        own = {
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": "",
            "max_connections": "40",
        }
        with (made.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            for name, value in (own | dict(settings)).items():
                file.write(f"{name} = '{value}'\n")
        return made

    @property
    def data(self) -> Path:
        return Path(self.folder) / "data"

    @property
    def url(self) -> str:
        return f"postgres://{USER}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start, or start again: the server then reads its log and recovers before it answers."""
        self._run(
            "pg_ctl", "--pgdata", self.data, "--log", Path(self.folder) / "log", "--wait",
            "--timeout", "120", "start",
        )  # fmt: skip

    def kill(self) -> int:
        """SIGKILL to the postmaster and all its children; how many processes that were."""
        first = int((self.data / "postmaster.pid").read_text().split()[0])
        # Stopped first: it would take the death of a child for a reason to restart the others.
        os.kill(first, signal.SIGSTOP)
        doomed = [first, *_children(first)]
        for each in doomed:
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        limit = time.monotonic() + 30
        while any(_is_alive(each) for each in doomed):
            if time.monotonic() > limit:
                raise TimeoutError("The server does not die.")
            time.sleep(0.005)
        # All are dead. Where nobody collects the dead (a container without init), the number of the
        # postmaster stays taken, and its file would keep the next one from starting.
        (self.data / "postmaster.pid").unlink()
        return len(doomed)

    def fill_from(self, url: str) -> None:
        """Copy the database at this address into ours."""
        dump = Path(self.folder) / "dump"
        self._run("pg_dump", "--no-owner", "--file", dump, url)
        self._run("psql", "--quiet", "--set", "ON_ERROR_STOP=1", "--file", dump, self.url)

    def remove(self) -> None:
        """Stop it, however it stands, and leave nothing behind."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self._run("pg_ctl", "--pgdata", self.data, "--mode", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _account(self) -> dict[str, Any]:
        if os.geteuid() != 0:
            return {}
        person = pwd.getpwnam("postgres")
        return {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}

    def _run(self, program: str, *arguments: object) -> None:
        place = postgresql_bin()
        if place is None:
            raise FileNotFoundError("No initdb: install PostgreSQL.")
        subprocess.run(
            [place / program, *map(str, arguments)],
            cwd="/",
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **self._account(),
        )


@contextlib.contextmanager
def running(settings: Mapping[str, str]) -> Iterator[Cluster]:
    """A server that is there, and gone afterwards."""
    cluster = Cluster.make(settings)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.remove()


def _stat(pid: int) -> list[str]:
    """State and parent of a process, the name in brackets left out."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _children(parent: int) -> list[int]:
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if int(_stat(int(place.name))[1]) == parent:
                found.append(int(place.name))
    return found


def _is_alive(pid: int) -> bool:
    try:
        return _stat(pid)[0] != "Z"
    except OSError:
        return False
