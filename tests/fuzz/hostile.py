"""Where a hostile value can stand: each parameter, field, header and part of an address, of pages and API."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from io import BytesIO
from typing import Any
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlencode

from tests.fuzz.values import JSON, Value

HEADERS = (
    "If-Match", "Idempotency-Key", "Accept", "Accept-Language", "Accept-Encoding", "Content-Type", "Content-Length",
    "Authorization", "Cookie", "Host", "Origin", "Referer", "User-Agent", "Range", "X-Forwarded-For", "X-Forwarded-Host",
    "X-HTTP-Method-Override", "X-Requested-With", "X-CSRFToken", "HX-Request", "HX-Current-URL", "HX-Target",
    "If-None-Match", "If-Modified-Since", "Transfer-Encoding", "Forwarded", "Change-Set",
)  # fmt: skip
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Request:
    """A request as it travels, of somebody whose cookies are known apart."""

    who: str
    method: str
    path: bytes
    query: bytes = b""
    body: bytes = b""
    headers: Mapping[str, bytes] = field(default_factory=dict)

    def environ(self, cookies: str) -> dict[str, Any]:
        """What a WSGI server makes of it."""
        made: dict[str, Any] = {
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(self.path).decode("latin-1"),
            "QUERY_STRING": self.query.decode("latin-1"),
            "CONTENT_LENGTH": str(len(self.body)),
            "CONTENT_TYPE": "",
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "testserver",
            "HTTP_COOKIE": cookies,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(self.body),
            "wsgi.errors": BytesIO(),
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            key = name.upper().replace("-", "_")
            key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
            # A server hands on no line break and no NUL.
            made[key] = re.sub(rb"[\r\n\x00]", b"", value)[:8000].decode("latin-1")
        return made

    def __str__(self) -> str:
        told = {name: value[:60] for name, value in self.headers.items()}
        return f"{self.who}: {self.method} {self.path[:120]!r}?{self.query[:80]!r} {self.body[:120]!r} {told}"


@dataclass(frozen=True)
class Place:
    """One place where a value can stand; `put` makes the request that holds it there."""

    name: str
    put: Callable[[Value], Request]


def query_place(who: str, path: str, name: str) -> Place:
    def put(value: Value) -> Request:
        return Request(who, "GET", path.encode(), f"{name}=".encode() + _quoted(value.text))

    return Place(f"GET {path} ?{name}", put)


def path_place(who: str, method: str, path: str, part: str) -> Place:
    """`part` of the address gives way to the value."""

    def put(value: Value) -> Request:
        changed = path.encode().replace(part.encode(), _quoted(value.text[:4000]), 1)
        return _with_body(who, method, changed, b"{}")

    return Place(f"{method} {path} for {part}", put)


def field_place(
    who: str, method: str, path: str, name: str, good: Mapping[str, Any], version: str
) -> Place:
    """A field of a JSON body; the others are as they should be."""

    def put(value: Value) -> Request:
        others = [
            json.dumps(each).encode() + b":" + json.dumps(content).encode()
            for each, content in good.items()
            if each != name
        ]
        mine = json.dumps(name).encode() + b":" + value.fragment
        return _with_body(
            who, method, path.encode(), b"{" + b",".join([*others, mine]) + b"}", version
        )

    return Place(f"{method} {path} .{name}", put)


def form_place(who: str, path: str, name: str, good: Mapping[str, str]) -> Place:
    """A field of the form of a page."""

    def put(value: Value) -> Request:
        others = urlencode({each: text for each, text in good.items() if each != name})
        body = f"{others}&{name}=".encode() + _quoted(value.text)
        return Request(
            who, "POST", path.encode(), body=body, headers={"Content-Type": FORM.encode()}
        )

    return Place(f"POST {path} {name}", put)


def header_place(who: str, method: str, path: str, name: str) -> Place:
    def put(value: Value) -> Request:
        made = _with_body(who, method, path.encode(), b"" if method == "GET" else b"{}")
        return Request(who, method, made.path, b"", made.body, {**made.headers, name: value.text})

    return Place(f"{method} {path} {name}:", put)


def body_request(
    who: str, method: str, path: str, body: tuple[str, str, bytes], version: str = '"1"'
) -> Request:
    """A whole body with the headers that announce it."""
    media_type, encoding, content = body
    headers = {"Content-Type": media_type.encode(), "If-Match": version.encode()}
    if encoding:
        headers["Content-Encoding"] = encoding.encode()
    return Request(who, method, path.encode(), body=content, headers=headers)


def _with_body(who: str, method: str, path: bytes, body: bytes, version: str = '"1"') -> Request:
    if method == "GET":
        return Request(who, method, path)
    headers = {"Content-Type": JSON.encode(), "If-Match": version.encode()}
    return Request(who, method, path, body=body, headers=headers)


def _quoted(text: bytes) -> bytes:
    return quote_from_bytes(text, safe="").encode()


# ------------------------------------------------------------------ the forms of a page
_FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
_FIELD = re.compile(
    r"<(input|select|textarea)\b([^>]*)>(.*?)(?=<(?:input|select|textarea)\b|$)", re.DOTALL
)
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')
_CHOSEN = re.compile(r'<option[^>]*value="([^"]+)"[^>]*>')


def forms(page: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Method and fields of each form; a field without a value gets one that its kind takes."""
    for attributes, inside in _FORM.findall(page):
        told = dict(_ATTRIBUTE.findall(attributes))
        found: dict[str, str] = {}
        for tag, given, rest in _FIELD.findall(inside):
            own = dict(_ATTRIBUTE.findall(given))
            if name := own.get("name"):
                found.setdefault(name, _content(tag, own, rest))
        yield told.get("method", "get").upper(), found


def _content(tag: str, own: Mapping[str, str], rest: str) -> str:
    if tag == "select":
        chosen = _CHOSEN.search(rest)
        return unescape(chosen[1]) if chosen else ""
    if own.get("value"):
        return unescape(own["value"])
    return {"date": "2026-06-01", "number": "1", "email": "a@exemple.qc.ca"}.get(
        own.get("type", ""), "x"
    )
