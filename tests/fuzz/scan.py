"""`python -m tests.fuzz.scan WAPITI [SECONDS]`: the scanner against a running service, signed in and not.

The service runs on 127.0.0.1 with the people of the tests. Exit status 0 when nothing of medium severity
or higher was found; 1 otherwise.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests import BASE_DIR

MEDIUM = 2
SECONDS = 600
# Without "ldap": there is none here, and the lock after failed tries looks to it like an answer of one.
MODULES = (
    "backup,brute_login_form,cookieflags,crlf,csp,csrf,exec,file,htaccess,htp,http_headers,information_disclosure,"
    "inconsistent_redirection,log4shell,methods,nikto,permanentxss,redirect,shellshock,spring4shell,sql,ssrf,"
    "timesql,upload,xss,xxe"
)
# Signing out would end the session that the scanner works with.
LEFT_OUT = ("/accounts/logout/", "/accounts/sessions/", "/accounts/language/")
BUILD = """
import django
django.setup()
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.conf import settings
from peph.accounts.models import User
from tests.conftest import _build
_build()
user = User.objects.get(email="lead@exemple.qc.ca")
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.create()
print(settings.SESSION_COOKIE_NAME + "=" + session.session_key)
"""


@contextmanager
def service(folder: str) -> Iterator[tuple[str, str]]:
    """A service with made-up data: its address, and the cookie of somebody signed in."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = os.environ | {
        "DATABASE_URL": f"sqlite:///{folder}/scan.sqlite3",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PYTHONWARNINGS": "ignore",
    }
    python = [sys.executable]
    subprocess.run(
        [*python, "manage.py", "migrate", "--verbosity", "0"], cwd=BASE_DIR, env=env, check=True
    )
    built = subprocess.run(
        [*python, "-c", BUILD], cwd=BASE_DIR, env=env, check=True, capture_output=True, text=True
    )
    url = f"http://127.0.0.1:{port}/"
    command = ["gunicorn", "peph.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "4"]
    command += ["--no-control-socket", "--log-level", "critical"]
    with subprocess.Popen([*python, "-m", *command], cwd=BASE_DIR, env=env) as running:
        try:
            _wait(url)
            yield url, built.stdout.strip().splitlines()[-1]
        finally:
            running.terminate()


def _wait(url: str) -> None:
    limit = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"{url}livez"):
                return
        except OSError:
            if time.monotonic() > limit:
                raise
            time.sleep(0.2)


def scanned(wapiti: str, url: str, folder: str, cookie: str, seconds: int) -> list[dict[str, Any]]:
    """What the scanner found, each with its kind and its level."""
    report = Path(folder) / f"{'in' if cookie else 'out'}.json"
    command = [
        wapiti, "--url", url, "--scope", "folder", "--module", MODULES, "--format", "json",
        "--output", str(report), "--max-scan-time", str(seconds), "--max-attack-time", "60",
        "--max-links-per-page", "40", "--max-files-per-dir", "30", "--store-session", folder,
        "--store-config", folder, "--flush-session", "--no-bugreport", "--verbose", "0",
    ]  # fmt: skip
    for path in LEFT_OUT:
        command += ["--exclude", f"{url.rstrip('/')}{path}*"]
    if cookie:
        command += ["--header", f"Cookie: {cookie}"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    told = json.loads(report.read_text(encoding="utf-8"))
    pages = told.get("infos", {}).get("crawled_pages_nbr", "?")
    sys.stdout.write(f"{'signed in' if cookie else 'signed out'}: {pages} pages\n")
    return [
        {"kind": kind, **each}
        for part in ("vulnerabilities", "anomalies", "additionals")
        for kind, found in told.get(part, {}).items()
        for each in found
    ]


def main(wapiti: str, seconds: int) -> int:
    """Scan twice, and say what was found."""
    with (
        tempfile.TemporaryDirectory(prefix="peph-scan-") as folder,
        service(folder) as (url, cookie),
    ):
        found = [
            each for who in ("", cookie) for each in scanned(wapiti, url, folder, who, seconds // 2)
        ]
    for each in found:
        told = f"{each['level']} {each['kind']}: {each['method']} {each['path']} {each['info']}"
        sys.stdout.write(f"{told[:300]}\n")
    serious = [each for each in found if each["level"] >= MEDIUM]
    sys.stdout.write(f"{len(found)} findings, {len(serious)} of medium severity or higher\n")
    return 1 if serious else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else SECONDS))
