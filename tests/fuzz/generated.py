"""Requests that Schemathesis makes from the description of the API, with keys of real records put in."""

import json
import random
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import jsonschema_rs
import schemathesis
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.transport.wsgi import WSGI_TRANSPORT
from werkzeug.test import EnvironBuilder

from tests.fuzz.asking import Service, Tally

# One case in so many breaks the description on purpose; the others keep to it.
ONE_BROKEN_IN = 4
# How often what stands in the address, the body and the version is real.
MOSTLY = 0.85
Things = Mapping[str, Any]


@dataclass(frozen=True)
class Operation:
    """One verb at one address: how to make requests of it, what stands in its address, what it answers."""

    name: str
    made: Any
    real: Mapping[str, str]
    responses: Mapping[str, Any]


def description() -> dict[str, Any]:
    """The OpenAPI description as a caller reads it."""
    made = SchemaGenerator().get_schema(request=None, public=True)
    return json.loads(json.dumps(made, default=str))


def operations(raw: dict[str, Any], real_of: Callable[[str], Mapping[str, str]]) -> list[Operation]:
    """All operations; `real_of` gives the record that stands for each name of an address."""
    schema = schemathesis.openapi.from_dict(raw)
    found = []
    for each in schema.get_all_operations():
        made = each.ok()
        answers = raw["paths"][made.path][made.method.lower()]["responses"]
        validators = {
            status: _validator(raw, answer.get("content", {})) for status, answer in answers.items()
        }
        found.append(
            Operation(f"{made.method.upper()} {made.path}", made, real_of(made.path), validators)
        )
    return found


def _validator(raw: dict[str, Any], content: Mapping[str, Any]) -> Any:
    for media_type, body in content.items():
        if "json" in media_type:
            whole = {"components": raw["components"], **body.get("schema", {})}
            return jsonschema_rs.validator_for(whole)
    return None


def ask_all(
    service: Service,
    operation: Operation,
    things: Things,
    *,
    cases: int,
    number: int,
    headers: Mapping[str, str],
    tally: Tally,
    told: Callable[[Any], None] = lambda told: None,
) -> None:
    """Ask `cases` times; what is wrong goes to `tally`, each answer to `told`."""
    chance = random.Random(f"{operation.name} {number}")
    versions = _versions(service, operation, things, headers)
    broken = cases // ONE_BROKEN_IN
    modes = ((GenerationMode.POSITIVE, cases - broken), (GenerationMode.NEGATIVE, broken))
    for mode, count in modes:
        if count:
            for made in _cases(operation.made.as_strategy(generation_mode=mode), count, number):
                _put_in(made, operation, things, chance, versions)
                environ = _environ(made, headers)
                answer = service.ask(environ, _told(environ), tally)
                told(answer)
                if answer is not None and mode is GenerationMode.POSITIVE:
                    _check_shape(operation, answer, tally)


def _cases(strategy: Any, count: int, number: int) -> Iterator[Any]:
    made: list[Any] = []

    @seed(number)
    @settings(
        max_examples=count, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(strategy)
    def collect(case: Any) -> None:
        made.append(case)

    # An address without parameters cannot be asked in a wrong way.
    with suppress(Unsatisfiable):
        collect()
    return iter(made)


def _versions(
    service: Service, operation: Operation, things: Things, headers: Mapping[str, str]
) -> str:
    """The ETag of the record at the address, for the person who asks."""
    head = re.match(r"(/api/v1/[^/]+/)\{id\}/", operation.made.path)
    if head is None or "id" not in operation.real:
        return '"1"'
    environ = EnvironBuilder(
        path=f"{head[1]}{things.get(operation.real['id'], operation.real['id'])}/",
        headers=dict(headers),
    ).get_environ()
    return service(environ).get("ETag") or '"1"'


# Names of fields and of parameters → the thing they mean.
FIELDS = {
    "case": "case", "participant": "participant", "placement": "placement", "region": "region",
    "site": "site", "organization": "organization", "job_class": "job_class", "project": "project",
    "call": "call", "match": "match", "document": "document", "evaluation": "evaluation",
    "coordinator": "person", "responsible": "person", "user": "person", "new_coordinator": "person",
    "object_id": "region", "replaces": "document", "accommodation": "accommodation",
    "objective": "objective", "finding": "finding", "sample": "sample",
}  # fmt: skip


def _put_in(
    made: Any, operation: Operation, things: Things, chance: random.Random, version: str
) -> None:
    """Real keys instead of made-up ones, most of the time; few filters, for each narrows."""
    for name, thing in operation.real.items():
        if name in (made.path_parameters or {}) and chance.random() < MOSTLY:
            made.path_parameters[name] = str(things.get(thing, thing))
    if made.headers and "If-Match" in made.headers and chance.random() < MOSTLY:
        made.headers["If-Match"] = version
    if made.query:
        kept = chance.sample(sorted(made.query), min(len(made.query), chance.choice((0, 1, 1, 2))))
        for name in [*made.query]:
            if name not in kept or name == "cursor" and chance.random() < MOSTLY:
                del made.query[name]
        _real_fields(made.query, things, chance)
    _real_fields(made.body, things, chance)


def _real_fields(value: Any, things: Things, chance: random.Random) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            if FIELDS.get(name) in things and isinstance(inner, str) and chance.random() < MOSTLY:
                value[name] = str(things[FIELDS[name]])
            _real_fields(inner, things, chance)
    elif isinstance(value, list):
        for each in value:
            _real_fields(each, things, chance)


def _environ(made: Any, headers: Mapping[str, str]) -> Callable[[], dict[str, Any]]:
    sent = WSGI_TRANSPORT.serialize_case(made)
    sent["headers"] = {**sent["headers"], **headers}

    def fresh() -> dict[str, Any]:
        return EnvironBuilder(**sent).get_environ()

    return fresh


def _told(environ: Callable[[], dict[str, Any]]) -> str:
    made = environ()
    body = made["wsgi.input"].read()[:160] if made.get("CONTENT_LENGTH", "0") != "0" else b""
    return f"{made['REQUEST_METHOD']} {made['PATH_INFO']}?{made['QUERY_STRING'][:120]} {body!r}"


def _check_shape(operation: Operation, answer: Any, tally: Tally) -> None:
    """A good answer is one of those described, and its body as described."""
    status = str(answer.status_code)
    if status.startswith("4") and status not in operation.responses:
        status = "default"
    if status not in operation.responses:
        # What left the scope of its writer is not shown to them any more.
        if status != "204":
            tally.wrong.append(f"{operation.name}: status {status} is not described")
        return
    validator = operation.responses[status]
    if validator is not None and "json" in answer.get("Content-Type", ""):
        for error in validator.iter_errors(json.loads(answer.body)):
            tally.wrong.append(
                f"{operation.name}: {status}: {list(error.instance_path)}: {error.message}"[:400]
            )
