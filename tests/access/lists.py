"""Lists, searches, filters, disguises of an address, secret addresses: the other ways to the same row."""

import random
from collections.abc import Iterator

from django.urls import reverse

from cases.models import TaskLink
from cases.services.calendars import renew_calendar
from cases.services.links import token_of
from tests.access.facts import Grant, Person
from tests.access.oracle import allowed, sees
from tests.access.people import Account
from tests.access.planning import NOWHERE
from tests.access.probing import Probe
from tests.access.reading import Facts

# Route of the list → the kind of record it lists.
LISTS = {
    "api-case-list": "case", "api-participant-list": "participant", "api-consent-list": "consent",
    "api-note-list": "note", "api-follow-up-list": "follow_up", "api-placement-list": "placement",
    "api-objective-list": "objective", "api-report-list": "report",
    "api-evaluation-list": "evaluation", "api-awaited-evaluation-list": "awaited",
    "api-outcome-list": "outcome", "api-link-list": "link", "api-reminder-pause-list": "pause",
    "api-key-date-change-list": "key_date_change", "api-accommodation-list": "accommodation",
    "api-match-list": "match", "api-document-list": "document", "api-host-site-list": "site",
    "api-project-list": "project", "api-sample-list": "sample", "api-finding-list": "finding",
    "api-host-organization-list": "organization", "api-region-list": "region",
    "api-call-list": "call", "api-conflict-list": "conflict", "api-disclosure-list": "disclosure",
    "api-incident-list": "incident", "api-anonymisation-list": "anonymisation",
    "api-access-request-list": "access_request", "api-retention-rule-list": "retention_rule",
    "api-legal-hold-list": "legal_hold", "api-erasure-list": "erasure",
    "api-retention-due-list": "due",
}  # fmt: skip
# Filters that take the id of a record: the list of what, the filter, the kind.
FILTERED = [
    ("api-follow-up-list", "case", "case"),
    ("api-placement-list", "site", "site"),
    ("api-document-list", "case", "case"),
    ("api-note-list", "case", "case"),
]
SEARCHED = ("api-case-list", "api-placement-list", "api-participant-list", "api-project-list",
            "api-host-organization-list")  # fmt: skip
PAGES_SEARCHED = ("cases:case_list", "cases:placement_list", "organizations:project_list",
                  "organizations:organization_list", "auditing:change_set_list")  # fmt: skip
DETAILS = {
    "api-case-detail": "case", "api-placement-detail": "placement", "api-document-detail": "document",
    "api-participant-detail": "participant", "api-note-detail": "note",
}  # fmt: skip
# Of as many letters as a canary, a digit among them, and in no record.
NO_WORD = "zq0zqzqzq"
DISGUISED = frozenset({301, 400, 404, 405, 403})


class Ways:
    """Probes that reach for a row by another way than its address."""

    def __init__(self, accounts: dict[str, Account], facts: Facts, words: dict[str, list[str]]):
        self.people = [each.person for each in accounts.values() if each.person.signs_in]
        self.accounts, self.facts, self.words = accounts, facts, words

    def whole_lists(self) -> Iterator[tuple[Probe, frozenset[str]]]:
        """Each list of the API as each person, with the ids that have to be in it, no more and no less."""
        for route, kind in LISTS.items():
            url = f"{reverse(route)}?page_size=100"
            for person in self.people:
                ids = frozenset(str(each.key) for each in self.facts[kind] if sees(person, each))
                yield _read("whole lists", person, url, route), ids

    def hidden_words(self, chance: random.Random) -> Iterator[tuple[Probe, Probe]]:
        """A search for what stands in a record one does not see, and one for nothing at all."""
        for route in (*SEARCHED, *PAGES_SEARCHED):
            for person in self.people:
                word = chance.choice(self.words[person.name])
                one, two = (
                    _read("searches", person, f"{reverse(route)}?q={each}", route)
                    for each in (word, NO_WORD)
                )
                yield one, two

    def hidden_filters(self, chance: random.Random) -> Iterator[tuple[Probe, Probe]]:
        """A filter by a record one does not see, and by one that does not exist."""
        for route, name, kind in FILTERED:
            for person in self.people:
                hidden = [each for each in self.facts[kind] if not sees(person, each)]
                if hidden:
                    key = chance.choice(hidden).key
                    one, two = (
                        _read("filters", person, f"{reverse(route)}?{name}={each}", route)
                        for each in (key, NOWHERE)
                    )
                    yield one, two

    def hidden_orders(self) -> Iterator[Probe]:
        """A list in the order of, or narrowed by, what it does not offer."""
        for route in SEARCHED:
            for person in self.people:
                for asked in (
                    "ordering=participant__birth_date",
                    "ordering=-functional_needs",
                    "participant__disability_record__nature__startswith=a",
                    "search=a",
                ):
                    url = f"{reverse(route)}?{asked}"
                    yield Probe("orders", person.name, "get", url, frozenset({400}), False, route)

    def disguises(self) -> Iterator[Probe]:
        """A hidden record by other spellings of its address."""
        for route, kind in DETAILS.items():
            for person in self.people:
                for record in self.facts[kind]:
                    if sees(person, record):
                        continue
                    url = reverse(route, kwargs={"pk": record.key})
                    key = str(record.key)
                    for spelled in (
                        url.rstrip("/"),
                        url.replace(key, key.upper()),
                        url.replace(key, key.replace("-", "")),
                        url.replace(key, f"{{{key}}}"),
                        f"{url}?format=json",
                        f"{url}?expand=participant&fields=all&include=case",
                        url.rstrip("/") + ".json",
                    ):
                        yield Probe(
                            "disguises", person.name, "get", spelled, DISGUISED, False, route
                        )
                    yield Probe(
                        "disguises", person.name, "post", url, DISGUISED, False, route,
                        headers=(("X-HTTP-Method-Override", "PATCH"),),
                    )  # fmt: skip

    def tags(self) -> Iterator[Probe]:
        """A hidden record asked for with the tag of its version: no word of whether it changed."""
        for route, kind in DETAILS.items():
            for person in self.people:
                for record in self.facts[kind]:
                    if not sees(person, record):
                        url = reverse(route, kwargs={"pk": record.key})
                        for header in ("If-None-Match", "If-Match"):
                            yield Probe(
                                "disguises", person.name, "get", url, frozenset({404}), False,
                                route, headers=((header, '"1"'),),
                            )  # fmt: skip

    def exports(self) -> Iterator[Probe]:
        """The history as a file, in each format."""
        for route in ("auditing:change_set_export", "api-change-set-export"):
            for form in ("csv", "xlsx", "jsonl"):
                for person in self.people:
                    url = f"{reverse(route)}?format={form}"
                    yield Probe("files", person.name, "get", url, frozenset({200}), True, route)
        for record in self.facts["sample"]:
            for form in ("csv", "xlsx", "jsonl"):
                for person in self.people:
                    url = reverse(
                        "auditing:sample_export", kwargs={"pk": record.key, "format": form}
                    )
                    may = sees(person, record)
                    expected = frozenset({200} if may else {404})
                    yield Probe(
                        "files", person.name, "get", url, expected, may, "auditing:sample_export"
                    )

    def handed_over(self) -> Iterator[Probe]:
        """What is held about a person, with all that can be asked for besides."""
        asked = "collected=&history=on&accesses=on"
        for record in self.facts["participant"]:
            for person in self.people:
                may = allowed(person, "hand_over", record)
                hidden = not sees(person, record)
                expected = frozenset({200} if may else {404} if hidden else {403})
                key = {"pk": record.key}
                page = "privacy:person_data_download"
                for url, route in (
                    *((reverse(page, kwargs={**key, "format": form}), page)
                      for form in ("json", "zip", "pdf")),
                    (reverse("api-participant-data", kwargs=key), "api-participant-data"),
                ):  # fmt: skip
                    yield Probe(
                        "handed over", person.name, "get", f"{url}?{asked}", expected, may, route
                    )


def _read(family: str, person: Person, url: str, route: str) -> Probe:
    return Probe(family, person.name, "get", url, frozenset({200, 400}), True, route)


def links(facts: Facts) -> Iterator[tuple[Probe, Person]]:
    """Each signed address, opened by nobody in particular: its bearer knows what the host may know of the one
    placement."""
    records = {each.key: each for each in facts["link"]}
    for link in TaskLink.objects.all():
        (place,) = records[link.pk].places
        bearer = Person("bearer of a link", link.pk, True,
                        frozenset({Grant("supervise", "site", place.site)}))  # fmt: skip
        token = token_of(link)
        for route in ("cases:link_task", "cases:link_done"):
            for who in ("anonymous", "outsider"):
                url = reverse(route, kwargs={"token": token})
                expected = frozenset({200} if route == "cases:link_task" else {200, 302, 404})
                yield Probe("links", who, "get", url, expected, True, route), bearer
                altered = reverse(route, kwargs={"token": token[:-2] + "xx"})
                yield Probe("links", who, "get", altered, frozenset({404}), False, route), bearer


def calendars(accounts: dict[str, Account]) -> Iterator[tuple[Probe, Person]]:
    """The secret address of each calendar, read by a program that says nothing of itself."""
    nobody = Person("a calendar", None, signs_in=False)
    for name, account in accounts.items():
        if account.user is None or not account.person.signs_in:
            continue
        secret = renew_calendar(account.user, by=account.user)
        url = reverse("cases:calendar_feed", kwargs={"secret": secret})
        yield (
            Probe("calendars", "anonymous", "get", url, frozenset({200}), True, name),
            nobody,
        )
