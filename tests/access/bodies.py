"""Writes that would succeed, and the ids that stand in them: what one may not see is as good as made up."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from tests.access.facts import Person, Record
from tests.access.oracle import allowed, sees, somewhere
from tests.access.people import Account
from tests.access.planning import FORBIDDEN, NOWHERE, REACHED, SIGN_IN_API
from tests.access.probing import Probe
from tests.access.reading import Facts

UNKNOWN = frozenset({400})
SOON, PAST, LATER = "2026-12-15", "2026-06-10", "2026-07-10"


@dataclass(frozen=True)
class Creation:
    """An address that takes the id of another record: of which kind, and the right that is asked on it.

    `first`: the role, held anywhere, that is asked for before the body is read.
    """

    route: str
    named: str
    kind: str
    right: str
    said: dict[str, Any] = field(default_factory=dict)
    # Asked before what is sent is read.
    first: str = "account"

    def body(self, key: Any) -> dict[str, Any]:
        return {**self.said, self.named: str(key)}


CREATIONS = [
    Creation("api-note-list", "case", "case", "edit", {"text": "Un mot"}),
    Creation(
        "api-follow-up-list", "case", "case", "edit", {"subject": "Appel", "due_on": SOON}
    ),
    Creation(
        "api-accommodation-list", "case", "case", "edit",
        {"kind": "software", "barrier": "x", "measure": "y", "requested_on": PAST},
    ),
    Creation("api-objective-list", "placement", "placement", "report", {"text": "Accueillir"}),
    Creation(
        "api-report-list", "placement", "placement", "report",
        {"from_on": PAST, "to_on": LATER, "hours_worked": 20, "author_name": "Moi"},
    ),
    Creation("api-evaluation-list", "placement", "placement", "evaluate", {"kind": "final"}),
    Creation(
        "api-link-list", "placement", "placement", "edit",
        {"task": "evaluate", "recipient_name": "x", "recipient_email": "x@exemple.qc.ca"},
    ),
    Creation(
        "api-reminder-pause-list", "placement", "placement", "pause",
        {"reason": "Appel", "until": SOON},
    ),
    Creation(
        "api-key-date-change-list", "placement", "placement", "edit",
        {"key_date": "signed_on", "corrected": "2026-05-01", "reason": "Feuille"},
    ),
    Creation(
        "api-key-date-change-list", "case", "case", "edit",
        {"key_date": "applied_on", "corrected": "2026-05-01", "reason": "Feuille"},
    ),
    Creation(
        "api-outcome-list", "placement", "placement", "edit",
        {"moment": "end", "situation": "studies", "source": "participant", "checked_on": PAST},
    ),
    Creation(
        "api-consent-list", "participant", "participant", "edit",
        {"purpose": "share_needs", "text_version": "2026-01", "given_on": PAST},
    ),
    Creation("api-conflict-list", "case", "case", "view", {"reason": "Voisin"}),
    Creation(
        "api-conflict-list", "case", "case", "share",
        {"reason": "Voisin", "email": "auditor@exemple.qc.ca"},
    ),
    Creation(
        "api-legal-hold-list", "participant", "participant", "hold", {"reason": "Plainte"},
        first="holder",
    ),
    Creation(
        "api-erasure-list", "participant", "participant", "propose", {"ground": "request"},
        first="keeper",
    ),
    Creation(
        "api-disclosure-list", "participant", "participant", "enter",
        {"disclosed_on": PAST, "recipient": "x", "information": "x", "purpose": "x",
         "basis": "s59_1", "justification": "x", "measures": "x"},
    ),
    Creation(
        "api-access-request-list", "participant", "participant", "enter",
        {"kind": "access", "received_on": PAST, "requester_name": "x", "requester_contact": "x",
         "wanted": "x"},
    ),
]  # fmt: skip
# Fields of an edit that name another record: route, kind of the record, field, kind named, the rest.
NAMING = [
    ("api-accommodation-detail", "patch", "accommodation", "placement", "placement", {}),
    ("api-outcome-detail", "patch", "outcome", "evidence", "document", {}),
]
# What stands on its own: the record, what is sent, the right.
EDITS = [
    ("api-case-detail", "patch", "case", "edit", {"referring_agency": "Autre"}),
    ("api-participant-detail", "patch", "participant", "edit", {"municipality": "Ailleurs"}),
    ("api-placement-detail", "patch", "placement", "update", {"mentor_name": "Autre"}),
    ("api-objective-detail", "patch", "objective", "edit", {"indicator": "Autre"}),
    ("api-follow-up-detail", "patch", "follow_up", "edit", {"subject": "Autre"}),
    ("api-note-detail", "patch", "note", "correct", {"text": "Autre"}),
    ("api-evaluation-detail", "patch", "evaluation", "edit", {"needs": "Autre"}),
    ("api-accommodation-detail", "patch", "accommodation", "edit", {"supplier": "Autre"}),
    ("api-outcome-detail", "patch", "outcome", "edit", {"comment": "Autre"}),
    ("api-host-site-detail", "patch", "site", "edit", {"municipality": "Autre"}),
    ("api-project-detail", "patch", "project", "edit", {"tasks": "Autre"}),
    ("api-case-health", "put", "case", "edit_health", {"nature": "Autre"}),
    ("api-case-suspend", "post", "case", "edit", {"resume_on": SOON, "reason": "Repos"}),
    ("api-case-close", "post", "case", "decide",
     {"closed_on": PAST, "closure_reason": "other", "reason": "Fin"}),
    ("api-placement-complete", "post", "placement", "edit", {"ended_on": PAST}),
    ("api-link-revoke", "post", "link", "edit", {}),
    ("api-link-renew", "post", "link", "edit", {}),
    ("api-reminder-pause-end", "post", "pause", "edit", {}),
    ("api-document-withdraw", "post", "document", "edit", {"reason": "Erreur"}),
    ("api-follow-up-done", "post", "follow_up", "edit", {"done_on": PAST, "mode": "call"}),
    ("api-key-date-change-apply", "post", "key_date_change", "decide", {}),
    ("api-accommodation-accept", "post", "accommodation", "decide", {"decided_on": PAST}),
    ("api-conflict-end", "post", "conflict", "edit", {"reason": "Fin"}),
    ("api-legal-hold-lift", "post", "legal_hold", "edit", {}),
    ("api-erasure-approve", "post", "erasure", "approve", {}),
    ("api-erasure-call-back", "post", "erasure", "decide", {"decision_comment": "Attendre"}),
    ("api-disclosure-detail", "patch", "disclosure", "edit", {"recipient": "Autre", "reason": "x"}),
    ("api-incident-assess", "post", "incident", "edit",
     {"serious_risk": "no", "risk_assessment": "x"}),
    ("api-retention-rule-detail", "patch", "retention_rule", "edit",
     {"source": "Autre", "reason": "x"}),
]  # fmt: skip


class Bodies:
    """Probes whose bodies are as they should be."""

    def __init__(self, accounts: dict[str, Account], facts: Facts) -> None:
        self.people = [each.person for each in accounts.values()]
        self.facts = facts

    def creations(self) -> Iterator[tuple[Probe, Probe | None]]:
        """(probe, the same with a made-up id): both have to be answered alike where one sees nothing."""
        for each in CREATIONS:
            url = reverse(each.route)
            for record in self.facts[each.kind]:
                for person in self.people:
                    yield self._creation(each, url, person, record)

    def _creation(
        self, each: Creation, url: str, person: Person, record: Record
    ) -> tuple[Probe, Probe | None]:
        visible = sees(person, record)
        may = visible and allowed(person, each.right, record)
        if not person.signs_in:
            expected = SIGN_IN_API
        elif not somewhere(person, each.first):
            expected, visible = FORBIDDEN, True
        elif not visible:
            expected = UNKNOWN
        else:
            expected = REACHED if may else FORBIDDEN

        def probe(key: Any, right: frozenset[int], is_allowed: bool) -> Probe:
            return Probe(
                "ids in bodies", person.name, "post", url, right, is_allowed, each.route,
                body=each.body(key),
            )  # fmt: skip

        made_up = probe(NOWHERE, UNKNOWN, False) if person.signs_in and not visible else None
        return probe(record.key, expected, may), made_up

    def edits(self) -> Iterator[Probe]:
        """Whole and valid edits, at the version of the record."""
        for route, method, kind, right, said in EDITS:
            for record in self.facts[kind]:
                url = reverse(route, kwargs={"pk": record.key})
                for person in self.people:
                    if not person.signs_in:
                        expected, may = SIGN_IN_API, False
                    elif not sees(person, record):
                        expected, may = frozenset({404}), False
                    else:
                        may = allowed(person, right, record)
                        expected = REACHED if may else FORBIDDEN
                    yield Probe(
                        "whole edits", person.name, method, url, expected, may, route,
                        body=said, headers=(("If-Match", f'"{record.said.get("version", 1)}"'),),
                    )  # fmt: skip

    def strangers_in_edits(self) -> Iterator[tuple[Probe, Probe]]:
        """An edit one may make, with the id of a record one may not see: as a made-up one."""
        for route, method, kind, named, other, said in NAMING:
            for record in self.facts[kind]:
                url = reverse(route, kwargs={"pk": record.key})
                for person in self.people:
                    if not (sees(person, record) and allowed(person, "edit", record)):
                        continue
                    for hidden in self.facts.get(other, ()):
                        if sees(person, hidden):
                            continue
                        one, two = (
                            self._naming(person, route, method, url, {**said, named: str(key)})
                            for key in (hidden.key, NOWHERE)
                        )
                        yield one, two

    def _naming(
        self, person: Person, route: str, method: str, url: str, body: dict[str, Any]
    ) -> Probe:
        return Probe(
            "ids in bodies", person.name, method, url, UNKNOWN, False, route, body=body,
            headers=(("If-Match", '"1"'),),
        )  # fmt: skip
