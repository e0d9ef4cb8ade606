"""Every probe there is: each address of the table × each record × each person × each way of asking."""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.urls import reverse

from tests.access.addresses import ROWS, Row
from tests.access.facts import Person, Record
from tests.access.oracle import may, roles_at, sees, somewhere
from tests.access.people import Account
from tests.access.probing import Probe
from tests.access.reading import Facts
from tests.routes_table import API, PAGES

METHODS = ("get", "head", "options", "post", "put", "patch", "delete")
# Whatever the right of who asks, this is no refusal: it was done, or what was sent or the moment is wrong.
REACHED = frozenset({200, 201, 204, 302, 400, 409, 410, 412, 428})
SIGN_IN_PAGE, SIGN_IN_API = frozenset({302}), frozenset({401})
HIDDEN, FORBIDDEN, NO_METHOD = frozenset({404}), frozenset({403}), frozenset({405})
# Records stand in an address under these names of the table.
KIND_OF_ARGUMENT = {"awaited": "awaited", "checkpoint": "checkpoint"}


class Plan:
    """All probes of the world, told apart by address, method and outcome."""

    def __init__(self, accounts: dict[str, Account], facts: Facts, seed: int) -> None:
        self.accounts, self.facts = accounts, facts
        self.random = random.Random(seed)
        self.methods: dict[str, set[str]] = defaultdict(set)
        for method, name, *_rest in [*PAGES, *API]:
            self.methods[name] |= {method, "head"} if method == "get" else {method}

    # -------------------------------------------------------------- the addresses
    def addresses(self, name: str, arguments: dict[str, Any]) -> Iterator[tuple[Any, str]]:
        """(record, address) for each record that can stand in an address of this name."""
        row = ROWS[name]
        if row.kind in ("", "nothing"):
            filled = {
                key: self.facts[value][0].key if value in self.facts else value
                for key, value in arguments.items()
            }
            if "unknown" in filled.values():
                filled = {
                    key: "00000000-0000-4000-8000-000000000000" if value == "unknown" else value
                    for key, value in filled.items()
                }
            yield None, reverse(name, kwargs=filled)
            return
        for record in self.facts.get(row.kind, ()):
            filled = self._filled(row, arguments, record)
            if filled is not None:
                yield record, reverse(name, kwargs=filled)

    def _filled(self, row: Row, arguments: dict[str, Any], record: Record) -> Any:
        if row.kind == "tracked":
            label, key = record.key
            return dict(zip(arguments, (label, key), strict=True))
        filled = {}
        for name, value in arguments.items():
            if value == row.kind:
                filled[name] = record.key
            elif value == "case_grant":
                # The exceptions of this very case.
                of = [
                    each.key
                    for each in self.facts["case_grant"]
                    if each.places[0].case == record.key
                ]
                if not of:
                    return None
                filled[name] = of[0]
            else:
                filled[name] = value
        return filled

    # -------------------------------------------------------------- the oracle's word on one probe
    def needs(self, name: str, method: str, arguments: dict[str, Any]) -> str:
        """The right this address asks for with this method."""
        row = ROWS[name]
        if row.moves:
            return row.moves[arguments["name"]]
        if name == "cases:evaluation_new":
            return "answer" if arguments["kind"] == "self" else "evaluate"
        return row.needs[method]

    def outcome(
        self, person: Person, name: str, method: str, arguments: dict[str, Any], record: Any
    ) -> tuple[frozenset[int], bool]:
        """(statuses that are right, whether the person may) for one request with an empty body."""
        row, is_api = ROWS[name], name.startswith("api")
        if not person.signs_in:
            return (SIGN_IN_API if is_api else SIGN_IN_PAGE), False
        if row.kind == "nothing":
            return HIDDEN, False
        if row.closed and not somewhere(person, row.closed.removeprefix("at:")):
            return FORBIDDEN, False
        need = self.needs(name, method, arguments) if row.kind != "upload" else "view"
        if need.startswith("at:"):
            may_ask = somewhere(person, need.removeprefix("at:"))
            return (REACHED, True) if may_ask else (FORBIDDEN, False)
        if not sees(person, record):
            return HIDDEN, False
        if not allowed(person, need, record):
            return (FORBIDDEN | {400} if row.late and method != "get" else FORBIDDEN), False
        return REACHED, True

    # -------------------------------------------------------------- all of them
    def asked(self, lines: Iterable[Any] = (*PAGES, *API)) -> Iterator[tuple[Any, Probe]]:
        """(cell, probe) for each line of the table, each record in it, each person."""
        for method, name, arguments, _statuses in lines:
            if name not in ROWS:
                continue
            family = _family(name, method)
            for record, url in self.addresses(name, arguments):
                for who, account in self.accounts.items():
                    expected, may_ask = self.outcome(
                        account.person, name, method, arguments, record
                    )
                    ways = [False]
                    if name.startswith("api") and account.token:
                        ways.append(True)
                    cell = (name, method, arguments.get("name"), _relation(account.person, record))
                    for by_token in ways:
                        yield cell, Probe(
                            family, who, method, url, expected, may_ask, name, by_token
                        )

    def other_verbs(self) -> Iterator[tuple[Any, Probe]]:
        """The methods an address does not answer to: the same word to everybody who signed in."""
        for name, arguments in {line[1]: line[2] for line in [*PAGES, *API]}.items():
            if name not in ROWS or name in ("api_schema", "api_docs"):
                continue
            is_api = name.startswith("api")
            addresses = list(self.addresses(name, arguments))
            for method in METHODS:
                if method in self.methods[name]:
                    continue
                for record, url in addresses:
                    for who, account in self.accounts.items():
                        signed_out = SIGN_IN_API if is_api else SIGN_IN_PAGE
                        expected = NO_METHOD if account.person.signs_in else signed_out
                        cell = (name, method, _relation(account.person, record))
                        yield cell, Probe("other verbs", who, method, url, expected, False, name)

    def sample(self, probes: Iterable[tuple[Any, Probe]], count: int) -> list[Probe]:
        """So many of them: one of each cell first, as far as they go, then at random."""
        by_cell: dict[Any, list[Probe]] = defaultdict(list)
        for cell, probe in probes:
            by_cell[cell].append(probe)
        cells = sorted(by_cell, key=repr)
        self.random.shuffle(cells)
        chosen = []
        while len(chosen) < count and cells:
            left = []
            for cell in cells:
                rest = by_cell[cell]
                chosen.append(rest.pop(self.random.randrange(len(rest))))
                if rest:
                    left.append(cell)
                if len(chosen) == count:
                    break
            cells = left
        return chosen


def allowed(person: Person, need: str, record: Record) -> bool:
    """A right of the oracle, with the two that hang on who asked and who stands to gain."""
    match need:
        case "take_back":
            return may(person, "edit", record) and record.said["asked_by"] == person.key
        case "score":
            scores = any("select" in roles_at(person, place) for place in record.places)
            ones_own = any(
                each.role == "represent" and each.key == place.organization
                for each in person.grants
                for place in record.places
            )
            return scores and record.said["submitted"] and not ones_own
        case _:
            return may(person, need, record)


def _relation(person: Person, record: Any) -> Any:
    """How a person stands to a record, for the sample: by every role held there, or from afar."""
    if not person.signs_in:
        return person.name
    if record is None:
        return frozenset(each.role for each in person.grants)
    here = frozenset().union(*(roles_at(person, place) for place in record.places))
    return here or ("afar", frozenset(each.role for each in person.grants))


def _family(name: str, method: str) -> str:
    side = "API" if name.startswith("api") else "pages"
    what = "read" if method in ("get", "head") else "write"
    if name.endswith(("list", "export", "home", "capacity", "answers", "calendar")):
        return f"{side}: lists"
    if name.endswith(("content", "report", "sample_export", "agreement")):
        return f"{side}: files"
    if name.endswith(("history", "as_of", "as-of", "timeline", "change_set_detail")):
        return f"{side}: history"
    return f"{side}: {what}"
