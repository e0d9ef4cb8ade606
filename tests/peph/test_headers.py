"""The headers of every answer: each address, for a stranger and for somebody who works here, refusals too."""

import re

import pytest

from tests.engines import once
from tests.routes_table import ACCOUNTS, API, PAGES
from tests.scratch import BASE_DIR
from tests.test_routes import EMPTY, address, things

__all__ = ["things"]

EXPECTED = {
    "Content-Security-Policy": (
        "base-uri 'none'; connect-src 'self'; default-src 'none'; font-src 'self'; form-action 'self';"
        " frame-ancestors 'none'; img-src 'self' data:; manifest-src 'self'; script-src 'self';"
        " style-src 'self'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
# Stricter than the others: the address of a link is a secret; a file somebody sent may do nothing.
NO_REFERRER, SANDBOX = {"Referrer-Policy": "no-referrer"}, {"Content-Security-Policy": "sandbox"}
STRICTER = {
    "cases:link_done": NO_REFERRER,
    "cases:link_task": NO_REFERRER,
    "cases:link_ask_again": NO_REFERRER,
    "cases:link_draft": NO_REFERRER,
    "cases:document_content": SANDBOX,
    "api-document-content": SANDBOX,
}


def wrong(answer, *, kept=False):
    """The headers that are not as they should be."""
    found = {name: answer.headers.get(name) for name in EXPECTED}
    policy = found["Content-Security-Policy"] or ""
    found["Content-Security-Policy"] = "; ".join(sorted(policy.split("; ")))
    different = {name: found[name] for name in EXPECTED if found[name] != EXPECTED[name]}
    if "camera=()" not in answer.headers.get("Permissions-Policy", ""):
        different["Permissions-Policy"] = answer.headers.get("Permissions-Policy")
    if ("no-store" in answer.headers.get("Cache-Control", "")) is kept:
        different["Cache-Control"] = answer.headers.get("Cache-Control")
    return different


@once
@pytest.mark.parametrize("who", ["anonymous", "coordinator"])
def test_every_address_answers_with_the_headers(who, client, cast, things):
    if who != "anonymous":
        client.force_login(cast[who])
    found = {}
    for method, name, arguments, _statuses in [*ACCOUNTS, *PAGES, *API]:
        body = EMPTY if name.startswith("api-") and method != "get" else {}
        answer = getattr(client, method)(address(name, arguments, things), **body)
        if (different := wrong(answer)) not in ({}, STRICTER.get(name)):
            found[method, name] = different
    assert found == {}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nowhere/", 404),
        ("/api/v1/nowhere/", 404),
        ("/admin/", 302),
        ("/admin/login/", 302),
        ("/livez", 200),
        ("/readyz", 200),
        ("/robots.txt", 200),
        ("/cases", 301),
        ("/cases/?cursor=%00", 302),
    ],
)
def test_what_is_not_a_page_of_ours_has_them_too(path, status, client, db):
    answer = client.get(path)
    assert (answer.status_code, wrong(answer)) == (status, {})


def test_an_answer_to_a_defect_has_them_too(client, db, monkeypatch):
    monkeypatch.setattr("peph.views._reachable", lambda: 1 / 0)
    client.raise_request_exception = False
    answer = client.get("/readyz")
    assert (answer.status_code, wrong(answer)) == (500, {})


def test_a_style_sheet_may_be_kept(client, db):
    path = next((BASE_DIR / "peph/static").rglob("peph.css")).relative_to(BASE_DIR / "peph/static")
    answer = client.get(f"/static/{path}")
    assert (answer.status_code, wrong(answer, kept=True)) == (200, {})
    assert b"".join(answer.streaming_content)


def test_signing_out_empties_what_the_browser_kept(client, cast):
    client.force_login(cast["coordinator"])
    answer = client.post("/accounts/logout/")
    assert (answer.status_code, answer["Clear-Site-Data"]) == (302, '"cache", "storage"')


@pytest.mark.parametrize("path", ["/cases/", "/accounts/login/", "/api/docs/"])
def test_no_page_needs_what_the_policy_forbids(path, client, cast):
    if path == "/cases/":
        client.force_login(cast["coordinator"])
    page = client.get(path).content.decode()
    assert re.findall(r"<script(?![^>]*\bsrc=)|\bstyle=|<style|\bon\w+=\"", page) == []
