"""A real service with the demonstration's data, and a real Chromium that signs in as each role.

The service is a process of its own on a database of its own: what a person sees, nothing shared with
the test's process. It runs on SQLite; the other tests hold the two engines together.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests import BASE_DIR
from tests.engines import ON_POSTGRESQL

PASSWORD = "demo-peph-2026"
CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
SERVED_WITHIN = 180


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reason = None
    if CHROMIUM is None:
        reason = "no Chromium on this machine"
    elif ON_POSTGRESQL:
        reason = "the pages are driven once, on SQLite"
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            # One service for all of them, whatever the number of processes.
            item.add_marker(pytest.mark.xdist_group("browser"))
            if reason and not (CHROMIUM is None and os.environ.get("REQUIRE_BROWSER")):
                item.add_marker(pytest.mark.skip(reason=reason))


@dataclass(frozen=True, slots=True)
class Service:
    """A service that runs, and what a command needs to work on the same database."""

    address: str
    env: dict[str, str]

    def manage(self, *arguments: str, **env: str) -> str:
        """What `manage.py` prints, run beside the service as cron would."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=BASE_DIR, env=self.env | env, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service freshly prepared by `manage.py demo`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "peph.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path_factory.mktemp('service') / 'peph.sqlite3'}",
        "ACCOUNT_DEFAULT_DOMAIN": "exemple.qc.ca",
    }
    log = (tmp_path_factory.mktemp("log") / "service.log").open("w")
    process = subprocess.Popen(
        [sys.executable, "manage.py", "demo", "--port", str(port)],
        cwd=BASE_DIR, env=env, stdout=log, stderr=log,
    )  # fmt: skip
    try:
        _wait(f"http://127.0.0.1:{port}/livez", process)
        yield Service(f"http://127.0.0.1:{port}", env)
    finally:
        process.terminate()
        process.wait(timeout=10)
        log.close()


@pytest.fixture(scope="session")
def address(service: Service) -> str:
    """The address of the service."""
    return service.address


def _wait(url: str, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + SERVED_WITHIN
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail("The demonstration stopped before it was served.")
        try:
            urllib.request.urlopen(url, timeout=1)
        except OSError:
            time.sleep(0.2)  # another process is starting: there is nothing to be told by
        else:
            return
    pytest.fail("The demonstration was not served in time.")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright  # only where there is a browser to drive

    # Playwright runs an event loop in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


class Person:
    """Somebody at a browser: signs in, goes places, and minds what every page must hold."""

    def __init__(self, page: Any, address: str) -> None:
        self.page, self.address = page, address
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._console)

    def _console(self, message: Any) -> None:
        if message.type == "error" and "the server responded with a status of" not in message.text:
            self.complaints.append(message.text)

    def sign_in(self, name: str) -> "Person":
        self.go("/accounts/login/")
        self.page.fill("input[name=login]", name)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("main form button")
        self.page.wait_for_url(f"{self.address}/")
        return self

    def go(self, path: str) -> "Person":
        self.page.goto(f"{self.address}{path}")
        return self

    def leave_by(self, way: Any) -> "Person":
        """Press this link or button, and be on the page it leads to: a click alone does not wait."""
        with self.page.expect_navigation():
            way.click()
        return self

    def sees(self, text: str | re.Pattern[str]) -> bool:
        return self.page.get_by_text(text).first.is_visible()


@pytest.fixture(scope="session")
def signed_in() -> dict[str, Any]:
    """Name → the cookies of somebody who signed in once: nobody types a password for each test."""
    return {}


@pytest.fixture
def person(browser: Any, address: str, signed_in: dict[str, Any]) -> Iterator[Any]:
    """A factory: `person("lead")` is the lead, signed in, on a screen of the given width.

    With `phone` the screen is a telephone's: as high as one, and touched.
    """
    contexts, people = [], []

    def come(
        name: str | None, *, width: int = 1280, script: bool = True, phone: bool = False
    ) -> Person:
        context = browser.new_context(
            locale="fr-CA", timezone_id="America/Toronto", java_script_enabled=script,
            viewport={"width": width, "height": 740 if phone else 900},
            has_touch=phone, is_mobile=phone, storage_state=signed_in.get(name or ""),
        )  # fmt: skip
        contexts.append(context)
        somebody = Person(context.new_page(), address)
        people.append(somebody)
        if name in signed_in:
            return somebody.go("/")
        if name:
            somebody.sign_in(name)
            signed_in[name] = context.storage_state()
        return somebody

    yield come
    complaints = [text for somebody in people for text in somebody.complaints]
    for context in contexts:
        context.close()
    # A script error or a refused resource on any page visited fails the test that met it.
    assert complaints == []
