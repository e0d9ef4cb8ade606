"""Every key changed while the service answers people and programs: nothing fails, nothing is lost.

`make key-campaign` changes them five times, as ROTATIONS says; the suite once.
"""

import http.client
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client, override_settings

from cases.models import Case, DisabilityRecord, Note
from peph import crypto
from peph.accounts import services
from peph.accounts.models import User
from peph.audit import kept_notes, key_changes
from peph.audit.changes import SYSTEM, change
from peph.audit.models import ChangeSet
from peph.audit.verify import verify
from peph.idempotency.models import RememberedRequest
from peph.keys import env_file
from peph.keys.models import DataKey
from tests import BASE_DIR
from tests.engines import once
from tests.scratch import Scratch

ROTATIONS = int(os.environ.get("KEY_ROTATIONS", "1"))
STEPS = (
    "rotate_secret_key; rotate_field_key; rotate_checkpoint_key; checkpoint",
    "rotate_secret_key --restarted; rotate_field_key --restarted; rotate_checkpoint_key --restarted;"
    " checkpoint",
    "rotate_secret_key --restarted --at-once; checkpoint",
)
RUN = """
import django, sys
django.setup()
from django.core.management import call_command
for line in sys.argv[1].split(";"):
    call_command(*line.split())
"""
CSRF = "c" * 32


@dataclass
class Service:
    """The service in processes of its own, with a settings file it reads at each start."""

    env: dict[str, str]
    file: Path
    port: int
    master: subprocess.Popen[bytes] = field(init=False)

    def workers(self) -> set[int]:
        pid = self.master.pid
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8")
        return set(map(int, text.split()))

    def start(self) -> None:
        self.master = subprocess.Popen(
            [
                sys.executable, "-m", "gunicorn", "peph.wsgi", "--bind", f"127.0.0.1:{self.port}",
                "--workers", "2", "--threads", "4", "--no-control-socket",
            ],
            cwd=BASE_DIR, env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until(lambda: self.answers("/livez") == 200)

    def restart(self) -> None:
        """As an operator does it without downtime: new processes, the old ones end what they began."""
        before = self.workers()
        self.master.send_signal(signal.SIGHUP)
        until(lambda: len(self.workers()) == 2 and not before & self.workers())

    def step(self, commands: str) -> None:
        ran = subprocess.run(
            [sys.executable, "-c", RUN, commands],
            cwd=BASE_DIR, env=self.env, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stdout + ran.stderr

    def ask(
        self, method: str, path: str, body: str = "", headers: dict[str, str] | None = None
    ) -> tuple[int, str]:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            link.request(method, path, body or None, {"Connection": "close", **(headers or {})})
            answer = link.getresponse()
            return answer.status, answer.read().decode()
        finally:
            link.close()

    def answers(self, path: str) -> int:
        try:
            return self.ask("GET", path)[0]
        except OSError:
            return 0


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, "The service did not start."
        threading.Event().wait(0.05)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def service(scratch: Scratch, tmp_path: Path) -> Iterator[Service]:
    file, notes = tmp_path / ".env", tmp_path / "notes"
    notes.mkdir()
    file.write_text("HTTPS=no\nSTATIC_MANIFEST=no\nSECOND_FACTOR_REQUIRED=no\n", encoding="utf-8")
    values = {
        "SECRET_KEY": "first " + "k" * 50,
        "FIELD_ENCRYPTION_KEYS": os.environ["FIELD_ENCRYPTION_KEYS"],
        "CHECKPOINT_KEY": "22" * 32,
        "CHECKPOINT_DIRECTORY": str(notes),
    }
    env_file.write(values, file)
    bare = {"PATH", "HOME", "LANG", "TMPDIR"} & os.environ.keys()
    env = {name: os.environ[name] for name in bare} | {
        "ENV_FILE": str(file),
        "DATABASE_URL": scratch.url,
        "DJANGO_SETTINGS_MODULE": "peph.settings",
        "EMAIL_URL": "memorymail://",
        "LOG_LEVEL": "ERROR",
        "PYTHONWARNINGS": "ignore",
    }
    made = Service(env, file, free_port())
    made.start()
    yield made
    made.master.terminate()
    made.master.wait(30)


@dataclass
class Work:
    """What people and programs do meanwhile; everything that did not go as it should."""

    service: Service
    wrong: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    over: threading.Event = field(default_factory=threading.Event)

    def repeat(self, name: str, once: Callable[[], str]) -> None:
        while not self.over.is_set():
            try:
                problem = once()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is what the test is about
                problem = repr(error)
            if problem:
                self.wrong.append(f"{name}: {problem}")
            self.counts[name] = self.counts.get(name, 0) + 1


@contextmanager
def under_way(work: Work, jobs: dict[str, Callable[[], str]]) -> Iterator[None]:
    threads = [threading.Thread(target=work.repeat, args=job) for job in jobs.items()]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        work.over.set()
        for thread in threads:
            thread.join(60)


def session_of(user: User, secret_key: str) -> str:
    with override_settings(SECRET_KEY=secret_key, SECRET_KEY_FALLBACKS=[]):
        store = SessionStore()
        store[SESSION_KEY] = str(user.pk)
        store[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
        store[HASH_SESSION_KEY] = user.get_session_auth_hash()
        store.create()
    return str(store.session_key)


def jobs_of(service: Service, case: Case, people: dict[str, User]) -> dict[str, Callable[[], str]]:
    reader, writer, program = (people[name] for name in ("colleague", "lead", "coordinator"))
    key = env_file.read(service.file)["SECRET_KEY"]
    cookies = {user: f"session={session_of(user, key)}; csrf={CSRF}" for user in (reader, writer)}
    # Never the one before, so that each is a change.
    languages = itertools.cycle(["en", "fr"])
    token = services.issue_token(program, by=program, label="load")

    def read() -> str:
        status, _text = service.ask(
            "GET", "/accounts/profile/", headers={"Cookie": cookies[reader]}
        )
        return "" if status == 200 else f"signed out ({status})"

    def write() -> str:
        # Something of its own in each form: the same one sent twice is done once.
        form = f"language={next(languages)}&csrfmiddlewaretoken={CSRF}&n={uuid.uuid4()}"
        headers = {
            "Cookie": cookies[writer],
            "Content-Type": "application/x-www-form-urlencoded",
        }
        status, _text = service.ask("POST", "/accounts/language/", form, headers)
        return "" if status == 302 else f"not kept ({status})"

    def note() -> str:
        body = json.dumps({"case": str(case.pk), "text": f"Note {uuid.uuid4()}"})
        headers = {
            "Authorization": f"Token {token}",
            "Content-Type": "application/json",
            "Idempotency-Key": str(uuid.uuid4()),
        }
        path = "/api/v1/notes/"
        first = service.ask("POST", path, body, headers)
        # The answer kept encrypted is read again, whichever key wrote it.
        again = service.ask("POST", path, body, headers)
        return "" if first[0] == 201 and again == first else f"{first} then {again}"

    return {"read": read, "write": write, "note": note}


@once
def test_all_keys_change_while_the_service_works(service: Service) -> None:
    case = Case.objects.order_by("created_at").first()
    people = {user.email.split("@")[0]: user for user in User.objects.all()}
    with change(by=SYSTEM, verb="test"):
        DisabilityRecord.objects.create(participant=case.participant, nature="Surdité")
    before, first = Note.objects.count(), env_file.read(service.file)
    chosen = ChangeSet.objects.filter(verb="accounts.set_language")
    seen = [first]
    work = Work(service)
    with under_way(work, jobs_of(service, case, people)):
        for _turn in range(ROTATIONS):
            for commands in STEPS:
                service.step(commands)
                service.restart()
            seen.append(env_file.read(service.file))
    assert work.wrong == []
    assert min(work.counts.values()) >= 3, work.counts
    assert Note.objects.count() == before + work.counts["note"]
    # A POST of somebody signed out would have been answered too, and changed nothing.
    assert chosen.count() == work.counts["write"]
    for name in ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "CHECKPOINT_KEY"):
        assert len({each[name] for each in seen}) == ROTATIONS + 1
    assert {"SECRET_KEY_NEXT", "SECRET_KEY_FALLBACKS", "CHECKPOINT_NEXT_KEY"} & seen[
        -1
    ].keys() == set()
    last = seen[-1]["FIELD_ENCRYPTION_KEYS"]
    with override_settings(FIELD_ENCRYPTION_KEYS=[last]):
        assert DisabilityRecord.objects.get(participant=case.participant).nature == "Surdité"
        assert all(row.answer for row in RememberedRequest.objects.all())
    for row in DataKey.objects.all():
        assert crypto.unwrapped(row.wrapped, [first["FIELD_ENCRYPTION_KEYS"]]) is None
        assert Fernet(crypto.unwrapped(row.wrapped, [last]) or "")
    keys = key_changes.keys_from(key_changes.public_key_of(_public(first["CHECKPOINT_KEY"])))
    notes = [note for _path, note in kept_notes.read_all(first["CHECKPOINT_DIRECTORY"], key=keys)]
    assert len(notes) >= 2
    assert verify(notes=notes).is_whole
    print(f"{ROTATIONS} changes of each key, {work.counts}")  # noqa: T201


def _public(seed: str) -> str:
    key = key_changes.Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))
    return key.public_key().public_bytes_raw().hex()


def test_the_control_a_key_changed_without_steps_does_sign_people_out(
    client: Client, cast: dict[str, User], settings: Any
) -> None:
    """What the steps are for: the same change made at once, as one would by hand."""
    client.force_login(cast["coordinator"])
    assert client.get("/accounts/profile/").status_code == 200
    settings.SECRET_KEY = "another " + "k" * 50
    assert client.get("/accounts/profile/").status_code == 302
