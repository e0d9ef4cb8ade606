"""Every probe there is: each address of the table × each record × each person × each way of asking."""

import random
from collections import defaultdict
from collections.abc import Iterator
from itertools import cycle
from typing import Any

from django.urls import reverse

from tests.access.addresses import ROWS, SIGNS, Row
from tests.access.facts import Person, Record
from tests.access.oracle import allowed, roles_at, sees, somewhere
from tests.access.people import Account
from tests.access.probing import Probe
from tests.access.reading import Facts
from tests.routes_table import ACCOUNTS, API, PAGES

METHODS = ("get", "head", "options", "post", "put", "patch", "delete")
NOWHERE = "00000000-0000-4000-8000-000000000000"
# After everything that was ever written.
INSTANT = "2090-01-01"
# Whatever the right of who asks, this is no refusal: it was done, or what was sent or the moment is wrong.
REACHED = frozenset({200, 201, 204, 302, 400, 409, 410, 412, 428})
SIGN_IN_PAGE, SIGN_IN_API = frozenset({302}), frozenset({401})
HIDDEN, FORBIDDEN, NO_METHOD = frozenset({404}), frozenset({403}), frozenset({405})
# Told "no" before it is asked what they want to do.
CLOSED_FIRST = ("api-grant-list", "api-grant-detail", "api-grant-transfer")
# One's own calendar has no address until one asks for it.
NOT_YET = {"api-calendar-feed": frozenset({404})}
MOST_TRIES = 30


class Plan:
    """All probes of the world, told apart by address, method and outcome."""

    def __init__(self, accounts: dict[str, Account], facts: Facts, seed: int) -> None:
        self.accounts, self.facts = accounts, facts
        self.random = random.Random(seed)
        self.people = [each.person for each in accounts.values()]
        self.lines = [
            (method, name, arguments)
            for method, name, arguments, _statuses in [*PAGES, *API]
            if name in ROWS
        ]
        self.methods: dict[str, set[str]] = defaultdict(set)
        for method, name, _arguments in self.lines:
            self.methods[name] |= {method, "head"} if method == "get" else {method}
        self._found: dict[str, list[tuple[Any, str]]] = {}

    # -------------------------------------------------------------- the addresses
    def addresses(self, name: str, arguments: dict[str, Any]) -> list[tuple[Any, str]]:
        """(record, address) for each record that can stand in an address of this name."""
        key = f"{name} {arguments}"
        if key not in self._found:
            self._found[key] = list(self._addresses(name, arguments))
        return self._found[key]

    def _addresses(self, name: str, arguments: dict[str, Any]) -> Iterator[tuple[Any, str]]:
        row = ROWS[name]
        if row.kind in ("", "nothing"):
            filled = {key: self._stands_for(value) for key, value in arguments.items()}
            yield None, reverse(name, kwargs=filled)
            return
        for record in self.facts[row.kind]:
            filled = self._filled(row, arguments, record)
            if filled is not None:
                yield record, reverse(name, kwargs=filled)

    def _stands_for(self, value: Any) -> Any:
        if value == "unknown":
            return NOWHERE
        return self.facts[value][0].key if value in self.facts else value

    def _filled(self, row: Row, arguments: dict[str, Any], record: Record) -> Any:
        if row.kind in ("tracked", "as_it_was"):
            label, key = record.key
            return dict(zip(arguments, (label, key), strict=True))
        filled = {}
        for name, value in arguments.items():
            if (row.kind, value) == ("item", "sample"):
                filled[name] = record.said["sample"]
                continue
            if name == "instant":
                filled[name] = INSTANT
            elif value == row.kind:
                filled[name] = record.key
            elif value == "case_grant":
                own = [
                    each for each in self.facts["case_grant"] if each.places[0].case == record.key
                ]
                if not own:
                    return None
                filled[name] = own[0].key
            else:
                filled[name] = value
        return filled

    # -------------------------------------------------------------- the oracle's word
    def needs(self, name: str, method: str, arguments: dict[str, Any]) -> str:
        """The right this address asks for with this method."""
        row = ROWS[name]
        if row.moves:
            return row.moves[arguments["name"]]
        if name == "cases:signature_new":
            return SIGNS[arguments["role"]]
        if name == "cases:evaluation_new":
            return "answer" if arguments["kind"] == "self" else "evaluate"
        return row.needs.get(method, "view")

    def outcome(
        self, person: Person, name: str, method: str, arguments: dict[str, Any], record: Any
    ) -> tuple[frozenset[int], bool]:
        """(statuses that are right, whether the person may) for one request with an empty body."""
        row, is_api = ROWS[name], name.startswith("api")
        if row.public:
            return REACHED, True
        if not person.signs_in:
            return (SIGN_IN_API if is_api else SIGN_IN_PAGE), False
        if row.kind == "nothing" or "dance" in arguments.values():
            # Nothing of this name is there for anybody; whoever may not ask is told that first.
            return HIDDEN | FORBIDDEN, False
        if row.closed and not somewhere(person, row.closed.removeprefix("at:")):
            return FORBIDDEN, False
        need = self.needs(name, method, arguments)
        if need.startswith("at:"):
            if somewhere(person, need.removeprefix("at:")):
                return REACHED | NOT_YET.get(name, frozenset()), True
            return FORBIDDEN, False
        if not sees(person, record):
            return HIDDEN, False
        if not allowed(person, need, record):
            return (FORBIDDEN | {400} if row.late and method != "get" else FORBIDDEN), False
        if name == "cases:conflict_own" and person.key in record.said["in_charge"]:
            return frozenset({409}), True
        return REACHED, True

    def probe(
        self, person: Person, line: Any, record: Any, url: str, *, by_token: bool = False
    ) -> Probe:
        method, name, arguments = line
        expected, may_ask = self.outcome(person, name, method, arguments, record)
        return Probe(
            _family(name, method), person.name, method, url, expected, may_ask, name, by_token
        )

    def of_accounts(self) -> Iterator[Probe]:
        """What stands behind no record: as the table says without an account, one’s own with one."""
        for method, name, arguments, (signed_out, *signed_in) in ACCOUNTS:
            # Secret addresses are asked apart; signing in by a passkey counts the tries of an address.
            if name.startswith("cases:") or (method, name) == ("post", "mfa_login_webauthn"):
                continue
            url = reverse(name, kwargs={k: self._stands_for(v) for k, v in arguments.items()})
            for person in self.people:
                expected = signed_in[0] if person.signs_in else signed_out
                # Theirs alone: what is asked for first depends on the session, a passkey on there being one.
                also = {200, 302, 400, 403, 404} if person.signs_in else set()
                yield Probe(
                    "accounts", person.name, method, url, frozenset({expected} | also),
                    person.signs_in and expected == 200, name,
                )  # fmt: skip

    # -------------------------------------------------------------- choosing
    def every_cell(self) -> list[Probe]:
        """One probe of each line × relation × outcome that the world has."""
        cells: dict[Any, list[tuple[Any, ...]]] = defaultdict(list)
        for line in self.lines:
            for record, url in self.addresses(line[1], line[2]):
                for person in self.people:
                    cell = (line[0], line[1], line[2].get("name"), _relation(person, record))
                    cells[cell].append((person, line, record, url))
        chosen = (self.random.choice(found) for found in cells.values())
        return [self.probe(*each, by_token=self._by_token(each[0], each[1])) for each in chosen]

    def some(self, count: int, *, allowed_share: float = 0.7) -> list[Probe]:
        """So many probes, each line in its turn, people and records at random."""
        # The description of the API takes longest to write, and is the same for everybody.
        lines = [line for line in self.lines if line[1] != "api_schema"]
        self.random.shuffle(lines)
        chosen: list[Probe] = []
        for line in cycle(lines):
            if len(chosen) == count:
                return chosen
            chosen.append(self._one(line, wanted=self.random.random() < allowed_share))
        return chosen

    def about(self, routes: tuple[str, ...], who: str = "") -> Iterator[Probe]:
        """Every probe of these addresses, with the session and with the token; as one person, or as each."""
        for line in self.lines:
            if line[1] not in routes:
                continue
            for record, url in self.addresses(line[1], line[2]):
                for person in self.people:
                    if who not in ("", person.name):
                        continue
                    has_token = bool(self.accounts[person.name].token) and line[1].startswith("api")
                    for by_token in (False, True) if has_token else (False,):
                        yield self.probe(person, line, record, url, by_token=by_token)

    def _one(self, line: Any, *, wanted: bool) -> Probe:
        addresses = self.addresses(line[1], line[2])
        for _try in range(MOST_TRIES):
            person = self.random.choice(self.people)
            record, url = self.random.choice(addresses)
            found = self.probe(person, line, record, url, by_token=self._by_token(person, line))
            if found.allowed == wanted:
                break
        return found

    def _by_token(self, person: Person, line: Any) -> bool:
        has_one = bool(self.accounts[person.name].token)
        return has_one and line[1].startswith("api") and self.random.random() < 0.4

    def other_verbs(self, count: int) -> list[Probe]:
        """The methods an address does not answer to: the same word to everybody who signed in."""
        choices = [
            (name, arguments, method)
            for name, arguments in {line[1]: line[2] for line in self.lines}.items()
            for method in METHODS
            if method not in self.methods[name] and name not in ("api_schema", "api_docs")
        ]
        self.random.shuffle(choices)
        chosen = []
        for name, arguments, method in cycle(choices):
            if len(chosen) == count:
                return chosen
            person = self.random.choice(self.people)
            _record, url = self.random.choice(self.addresses(name, arguments))
            signed_out = SIGN_IN_API if name.startswith("api") else SIGN_IN_PAGE
            told = person.signs_in or ROWS[name].public
            expected = NO_METHOD if told else signed_out
            if name in CLOSED_FIRST and not somewhere(person, "lead") and person.signs_in:
                expected = FORBIDDEN
            by_token = self._by_token(person, ("", name))
            chosen.append(
                Probe("other verbs", person.name, method, url, expected, False, name, by_token)
            )
        return chosen


def _relation(person: Person, record: Any) -> Any:
    """How a person stands to a record: by every role held there, or from afar."""
    if not person.signs_in:
        return person.name
    if record is None:
        return frozenset(each.role for each in person.grants)
    here: frozenset[str] = frozenset().union(*(roles_at(person, place) for place in record.places))
    return here or ("afar", frozenset(each.role for each in person.grants))


def _family(name: str, method: str) -> str:
    side = "API" if name.startswith("api") else "pages"
    if name.endswith(("export", "content", "report", "agreement", "problems")):
        return "files"
    if name.endswith(("history", "as_of", "as-of", "timeline", "change_set_detail")):
        return "history"
    if name.endswith(("list", "home", "capacity", "answers", "calendar")):
        return f"{side}: lists"
    return f"{side}: {'read' if method in ('get', 'head') else 'write'}"
