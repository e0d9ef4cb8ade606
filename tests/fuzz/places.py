"""All places of the service where a value can stand, found in its description, its routes and its pages."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.fuzz import hostile
from tests.fuzz.generated import FIELDS, Operation
from tests.fuzz.hostile import HEADERS, Place, Request
from tests.routes_table import ACCOUNTS, PAGES
from tests.test_routes import address

# Who is tried on a page, in this order, until it opens.
ON_PAGES = ("coordinator", "lead", "auditor", "representative", "committee", "privacy")
ON_API = "lead"
# Looking at pages they would end the session that the others are asked with.
ENDS_SESSION = ("account_logout", "account_sessions_end_others", "account_stay")
Look = Callable[[Request], Any]


def of_the_api(
    operations: list[Operation], raw: Mapping[str, Any], things: Mapping[str, Any]
) -> Iterator[Place]:
    """Parameters, parts of addresses and fields of all operations."""
    for operation in operations:
        method, template = operation.name.split(" ", 1)
        filled = {
            name: str(things.get(thing, thing) or "1") for name, thing in operation.real.items()
        }
        path = re.sub(r"\{(\w+)\}", lambda name: filled.get(name[1], "1"), template)  # noqa: B023
        asked = raw["paths"][template][method.lower()]
        for parameter in asked.get("parameters", ()):
            name = parameter["name"]
            if parameter["in"] == "path":
                yield hostile.path_place(ON_API, method, path, filled.get(name, "1"))
            elif parameter["in"] == "query" and method == "GET":
                yield hostile.query_place(ON_API, path, name)
            elif parameter["in"] == "header":
                yield hostile.header_place(ON_API, method, path, name)
        good = _body(raw, asked, things)
        for name in [*good, "version", "id"] if good else []:
            yield hostile.field_place(ON_API, method, path, name, good, '"1"')


def _body(
    raw: Mapping[str, Any], asked: Mapping[str, Any], things: Mapping[str, Any]
) -> dict[str, Any]:
    content = asked.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return {}
    shape = _resolved(raw, content["schema"])
    return {name: _good(raw, name, each, things) for name, each in shape["properties"].items()}


def _good(raw: Mapping[str, Any], name: str, shape: Any, things: Mapping[str, Any]) -> Any:
    if FIELDS.get(name) in things:
        return str(things[FIELDS[name]])
    shape = _resolved(raw, shape)
    for choice in shape.get("oneOf", ()):
        shape = _resolved(raw, choice)
        break
    kind = shape.get("type", "string")
    kind = kind[0] if isinstance(kind, list) else kind
    if "enum" in shape:
        return shape["enum"][0]
    if kind == "object":
        inner = shape.get("properties", {})
        return {each: _good(raw, each, told, things) for each, told in inner.items()}
    if kind == "array":
        return [_good(raw, "", shape.get("items", {}), things)]
    text = {"date": "2026-06-01", "email": "a@exemple.qc.ca", "date-time": "2026-06-01T12:00:00Z"}
    return {"integer": 1, "number": 1, "boolean": True}.get(
        kind, text.get(shape.get("format", ""), "x")
    )


def _resolved(raw: Mapping[str, Any], shape: Any) -> Any:
    while "$ref" in shape or len(shape.get("allOf", ())) == 1:
        shape = shape["allOf"][0] if "allOf" in shape else shape
        if "$ref" in shape:
            shape = raw["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
    return shape


def of_the_pages(look: Look, things: Mapping[str, Any]) -> Iterator[Place]:
    """Parts of addresses, filters and fields of every page that opens to somebody."""
    seen = set()
    for _method, name, arguments, _statuses in [*ACCOUNTS, *PAGES]:
        if name in ENDS_SESSION or (key := (name, str(arguments))) in seen:
            continue
        seen.add(key)
        path = address(name, arguments, dict(things))
        who, page = _opened(look, path)
        for value in arguments.values():
            yield hostile.path_place(who, "GET", path, str(things.get(value, value)))
            yield hostile.path_place(who, "POST", path, str(things.get(value, value)))
        for each in ("cursor", "q", "next", "page", "order"):
            yield hostile.query_place(who, path, each)
        for method, fields in hostile.forms(page):
            for each in fields:
                if method == "POST":
                    yield hostile.form_place(who, path, each, fields)
                else:
                    yield hostile.query_place(who, path, each)


def _opened(look: Look, path: str) -> tuple[str, str]:
    people = ("anonymous", *ON_PAGES) if path.startswith("/accounts/") else ON_PAGES
    for who in people:
        answer = look(Request(who, "GET", path.encode()))
        if answer.status_code == 200:
            return who, answer.body.decode("utf-8", "replace")
    return people[0], ""


def of_the_headers() -> Iterator[Place]:
    """Each header, on a list and a write of the API, and on pages, signed in or not."""
    for name in HEADERS:
        for who, method, path in (
            (ON_API, "GET", "/api/v1/cases/"),
            (ON_API, "POST", "/api/v1/notes/"),
            ("anonymous", "GET", "/api/v1/cases/"),
            ("coordinator", "GET", "/cases/"),
            ("anonymous", "GET", "/accounts/login/"),
            ("anonymous", "POST", "/accounts/login/"),
            ("anonymous", "GET", "/readyz"),
        ):
            yield hostile.header_place(who, method, path, name)
