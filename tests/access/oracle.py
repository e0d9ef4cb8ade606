"""Who may do what, written from DESIGN §4 and the glossary, over facts alone.

Nothing of the service is imported here, nor is anything read from it: two people who wrote the rule twice
do not make the same mistake.
"""

from collections.abc import Callable
from typing import Any

from tests.access.facts import Grant, Person, Place, Record

Said = dict[str, Any]
Rule = tuple[frozenset[str], Callable[[Said], bool]]

OFFICERS = frozenset({"lead", "coordinate"})
WATCHERS = frozenset({"audit", "protect"})
HOSTS = frozenset({"represent", "supervise"})
EDITOR, READER = frozenset({"change_case"}), frozenset({"view_case"})
KEEPERS = OFFICERS | EDITOR
READERS = OFFICERS | WATCHERS | EDITOR | READER
# Made up of two roles: one of the case, and the right to the health tier besides.
HEALTH, HEALTH_EDITOR = frozenset({"health"}), frozenset({"health_edit"})
CENTRAL = frozenset({"lead", "select", "audit", "protect"})
# Whoever takes part somewhere, whatever the place: all but the exceptions on one case.
PART = CENTRAL | {"coordinate", "view_health", "represent", "supervise"}


def always(_said: Said) -> bool:
    return True


def said(name: str) -> Callable[[Said], bool]:
    return lambda facts: bool(facts.get(name))


def rule(roles: frozenset[str], when: Callable[[Said], bool] = always) -> Rule:
    return roles, when


def _not_health(facts: Said) -> bool:
    return facts["audience"] != "health"


def _in_force_for_host(facts: Said) -> bool:
    return facts["audience"] == "host" and not facts["replaced"] and not facts["withdrawn"]


def _to_host(facts: Said) -> bool:
    return facts["sent"] and facts["profile_shared"]


def _to_host_with_needs(facts: Said) -> bool:
    return _to_host(facts) and facts["needs_shared"]


def _host_pays(facts: Said) -> bool:
    return facts["needs_shared"] and facts["funding"] in ("host", "shared")


def _host_reads_words(facts: Said) -> bool:
    return facts["kind"] != "self" or facts["signed"]


def _hosts_own(facts: Said) -> bool:
    return facts["kind"] != "self"


CASE: dict[str, list[Rule]] = {
    "view": [rule(READERS | HOSTS)],
    "edit": [rule(KEEPERS)],
    "decide": [rule(OFFICERS)],
    "share": [rule(OFFICERS)],
    "audit": [rule(OFFICERS | WATCHERS)],
    "personal": [rule(READERS)],
    "needs": [rule(READERS), rule(HOSTS, said("needs_shared"))],
    # The notes and the whole timeline, which quotes them.
    "notes": [rule(OFFICERS | WATCHERS | EDITOR)],
    "health": [rule(HEALTH)],
    "edit_health": [rule(HEALTH_EDITOR)],
}
PART_OF_PLACEMENT: dict[str, list[Rule]] = {
    "view": [rule(READERS | HOSTS)],
    "edit": [rule(KEEPERS)],
    "audit": [rule(OFFICERS | WATCHERS)],
}
PROGRAMMES_OWN: dict[str, list[Rule]] = {
    "view": [rule(READERS)],
    "edit": [rule(KEEPERS)],
    "decide": [rule(OFFICERS)],
    "audit": [rule(OFFICERS | WATCHERS)],
}
RIGHTS: dict[str, dict[str, list[Rule]]] = {
    "case": CASE,
    "participant": CASE,
    "consent": {"view": [rule(READERS)], "edit": [rule(KEEPERS)]},
    "note": {"view": [rule(OFFICERS | WATCHERS | EDITOR)], "edit": [rule(KEEPERS)]},
    "follow_up": {
        "view": [rule(OFFICERS | WATCHERS | EDITOR), rule(HOSTS, said("shared"))],
        "edit": [rule(KEEPERS)],
    },
    "awaited": {
        "view": [rule(READERS | HOSTS)],
    },
    "placement": {
        **PART_OF_PLACEMENT,
        "update": [rule(KEEPERS | HOSTS)],
        "pause": [rule(OFFICERS)],
        "sign": [rule(KEEPERS | {"represent"})],
        "report": [rule(KEEPERS | HOSTS)],
        "answer": [rule(KEEPERS)],
        "evaluate": [rule(KEEPERS | HOSTS)],
        "timeline": [rule(OFFICERS | WATCHERS | EDITOR)],
    },
    "objective": {**PART_OF_PLACEMENT, "edit": [rule(KEEPERS | HOSTS)]},
    "report": PART_OF_PLACEMENT,
    "evaluation": {
        "view": [rule(READERS), rule(HOSTS, _host_reads_words)],
        "edit": [rule(KEEPERS), rule(HOSTS, _hosts_own)],
        "answer": [rule(KEEPERS)],
        "audit": [rule(OFFICERS | WATCHERS)],
    },
    "outcome": PROGRAMMES_OWN,
    "link": PROGRAMMES_OWN,
    "pause": {**PROGRAMMES_OWN, "edit": [rule(OFFICERS)]},
    "key_date_change": PROGRAMMES_OWN,
    "accommodation": {
        "view": [rule(READERS), rule(HOSTS, said("needs_shared"))],
        "edit": [rule(KEEPERS)],
        "decide": [rule(OFFICERS)],
        "report": [rule(KEEPERS), rule(HOSTS, said("needs_shared"))],
        "personal": [rule(READERS)],
        "costs": [rule(READERS), rule(HOSTS, _host_pays)],
        "audit": [rule(OFFICERS | WATCHERS)],
    },
    "match": {
        "view": [rule(READERS), rule(HOSTS, _to_host)],
        "edit": [rule(KEEPERS)],
        "decide": [rule(OFFICERS)],
        "answer": [rule(KEEPERS), rule(HOSTS, _to_host)],
        "personal": [rule(READERS)],
        "needs": [rule(READERS), rule(HOSTS, _to_host_with_needs)],
        "audit": [rule(OFFICERS | WATCHERS)],
    },
    "document": {
        "view": [rule(READERS, _not_health), rule(HOSTS, _in_force_for_host), rule(HEALTH)],
        "edit": [rule(KEEPERS, _not_health), rule(HEALTH_EDITOR)],
        "audit": [rule(OFFICERS | WATCHERS)],
    },
    "site": {
        "view": [rule(CENTRAL | {"coordinate"} | HOSTS)],
        "edit": [rule(OFFICERS | HOSTS)],
    },
    "organization": {"view": [rule(CENTRAL | HOSTS)], "edit": [rule(frozenset({"lead"}))]},
    "project": {
        "view": [rule(OFFICERS | WATCHERS | HOSTS), rule(frozenset({"select"}), said("submitted"))],
        "edit": [rule(OFFICERS | HOSTS)],
        "submit": [rule(OFFICERS | {"represent"})],
        "decide": [rule(frozenset({"lead"}))],
        "fill": [rule(OFFICERS)],
        # Of a ministry, its auditor reads the decisions, not who scored what.
        "read_scores": [],
    },
    "sample": {
        "view": [rule(frozenset({"audit"})), rule(frozenset({"lead", "protect"}), said("signed"))],
        "edit": [rule(frozenset({"audit"}))],
    },
}
SOMEWHERE: dict[str, frozenset[str]] = {
    # Held on any place at all, of the kind the role is held on.
    "part": PART,
    "lead": frozenset({"lead"}),
    "officer": OFFICERS,
    "reader": READERS,
    "officer_or_watcher": OFFICERS | WATCHERS,
    "watcher": WATCHERS | {"lead"},
    "auditor": frozenset({"audit"}),
    "capacity": frozenset({"lead", "coordinate", "audit", "represent"}),
}

# Held on the programme itself.
HELD_ON_PROGRAMME = {
    "prover": ("lead", "audit"),
    # Registers and retention: kept by the privacy officer, answered for by the lead, audited.
    "register": ("protect", "lead", "audit"),
    "keeper": ("protect",),
    # Who places and lifts a legal hold.
    "holder": ("lead", "protect"),
}
# What is asked on a person and held over everybody: right → who.
OVER_EVERYBODY = {"hand_over": "holder", "hold": "holder", "propose": "keeper", "enter": "keeper"}


# ------------------------------------------------------------------ what is asked of it
def roles_at(person: Person, place: Place) -> frozenset[str]:
    """The roles `person` holds over what stands at `place`."""
    if not person.signs_in:
        return frozenset()
    here = {
        "program": True,
        "region": place.region,
        "organization": place.organization,
        "site": place.site,
        "case": place.case,
    }
    held = {
        each.role
        for each in person.grants
        if each.on == "program" or (each.key is not None and here[each.on] == each.key)
    }
    if "view_health" in held:
        if held & (OFFICERS | EDITOR | READER):
            held.add("health")
        if held & KEEPERS:
            held.add("health_edit")
    return frozenset(held)


def may(person: Person, action: str, record: Record) -> bool:
    """Whether `person` may do `action` on `record`, once they see it."""
    if in_conflict(person, record):
        return False
    if record.kind in SPECIAL:
        return SPECIAL[record.kind](person, action, record)
    return any(
        roles_at(person, place) & roles and when(record.said)
        for place in record.places
        for roles, when in RIGHTS[record.kind].get(action, ())
    )


def in_conflict(person: Person, record: Record) -> bool:
    """Whether the record tells of a case that is closed to `person`: that beats every grant.

    A change is closed with its case, or once nothing is left of what it touched.
    """
    if not person.closed:
        return False
    about = record.said.get("about", {place.case for place in record.places})
    touched = record.said.get("touched", ())
    return bool(person.closed & about) or (
        bool(touched) and all(person.closed & each for each in touched)
    )


def sees(person: Person, record: Record) -> bool:
    """Whether the record exists at all for `person`."""
    return may(person, "view", record)


def allowed(person: Person, right: str, record: Record) -> bool:
    """The same, with the rights that hang on who asked, who wrote, and who stands to gain."""
    match right:
        case "take_back":
            return may(person, "edit", record) and record.said["asked_by"] == person.key
        case "correct":
            return may(person, "edit", record) and record.said["author"] == person.key
        case "approve":
            # Whoever proposed an erasure is never who approves it.
            return may(person, "decide", record) and record.said["proposed_by"] != person.key
        case "score":
            return (
                _held(person, "select") and record.said["submitted"] and not _gains(person, record)
            )
        case "read_scores":
            (place,) = record.places
            return (
                _held(person, "lead", "audit")
                or Grant("audit", "region", place.region) in person.grants
                or allowed(person, "score", record)
            )
        case _:
            if right in OVER_EVERYBODY:
                return may(person, "view", record) and somewhere(person, OVER_EVERYBODY[right])
            return may(person, right, record)


def _gains(person: Person, record: Record) -> bool:
    """Whether the project is of a ministry the person stands for."""
    return any("represent" in roles_at(person, place) for place in record.places)


def somewhere(person: Person, what: str) -> bool:
    """Whether `person` holds one of these roles over anything."""
    if what == "account":
        return person.signs_in
    if what in HELD_ON_PROGRAMME:
        return _held(person, *HELD_ON_PROGRAMME[what])
    roles = SOMEWHERE[what]
    return person.signs_in and any(
        each.role in roles and (each.on != "case" or each.role not in PART)
        for each in person.grants
    )


def _held(person: Person, *roles: str, on: str = "program") -> bool:
    return person.signs_in and any(each.role in roles and each.on == on for each in person.grants)


# ------------------------------------------------------------------ nouns with a rule of their own
def _organization(person: Person, action: str, record: Record) -> bool:
    # Which ministries exist is public to whoever places people; an auditor of a region sees those with a
    # site there.
    lead, coordinates = _held(person, "lead"), _held(person, "coordinate", on="region")
    own = Place(organization=record.key)
    match action:
        case "edit":
            return lead
        case "open_site":
            return lead or coordinates or "represent" in roles_at(person, own)
        case _:
            return coordinates or any(
                roles_at(person, place) & (CENTRAL | HOSTS) for place in (own, *record.places)
            )


def _public(person: Person, action: str, record: Record) -> bool:
    return _held(person, "lead") if action == "edit" else somewhere(person, "part")


def _grant(person: Person, action: str, record: Record) -> bool:
    return _held(person, "lead")


def _case_grant(person: Person, action: str, record: Record) -> bool:
    return any(roles_at(person, place) & OFFICERS for place in record.places)


def _own(person: Person, action: str, record: Record) -> bool:
    return person.signs_in and record.said["owner"] == person.key


def _finding(person: Person, action: str, record: Record) -> bool:
    (mandate, case) = record.places
    audits = "audit" in roles_at(person, mandate)
    answers = bool(case.case and roles_at(person, case) & OFFICERS) or (
        not case.case and _held(person, "lead")
    )
    match action:
        case "edit":
            return audits
        case "answer":
            return answers
        case "text":
            # It is on the timeline of its case.
            told = case.case and roles_at(person, case) & (OFFICERS | WATCHERS | EDITOR)
            return bool(told) or audits or answers
        case _:
            return audits or answers or (_held(person, "protect") and record.said["signed"])


def _change(person: Person, action: str, record: Record) -> bool:
    # Read by officers and those who watch: of the place, of the case, or of a row it touched.
    return any(roles_at(person, place) & (OFFICERS | WATCHERS) for place in record.places)


def _question(person: Person, action: str, record: Record) -> bool:
    lead = _held(person, "lead")
    return lead if action == "edit" else somewhere(person, "watcher")


def _proof(person: Person, action: str, record: Record) -> bool:
    return _held(person, "lead", "audit")


def _conflict(person: Person, action: str, record: Record) -> bool:
    # Told to who answers for the case or watches over it; ended by a lead.
    if action == "edit":
        return _held(person, "lead")
    return any(roles_at(person, place) & (OFFICERS | WATCHERS) for place in record.places)


def _register(person: Person, action: str, record: Record) -> bool:
    return somewhere(person, "keeper" if action == "edit" else "register")


def _hold(person: Person, action: str, record: Record) -> bool:
    return somewhere(person, "holder" if action == "edit" else "register")


def _erasure(person: Person, action: str, record: Record) -> bool:
    return somewhere(person, "holder" if action == "decide" else "register")


def _item(person: Person, action: str, record: Record) -> bool:
    (mandate, _case) = record.places
    if "audit" in roles_at(person, mandate):
        return True
    return action == "view" and record.said["signed"] and _held(person, "lead", "protect")


def _anybody(person: Person, action: str, record: Record) -> bool:
    return True


SPECIAL: dict[str, Callable[[Person, str, Record], bool]] = {
    "organization": _organization,
    "region": _public,
    "job_class": _public,
    "consent_text": _public,
    "call": _public,
    "grant": _grant,
    "case_grant": _case_grant,
    "upload": _own,
    "finding": _finding,
    "change_set": _change,
    "tracked": _change,
    "as_it_was": _change,
    "question": _question,
    "checkpoint": _proof,
    "conflict": _conflict,
    "disclosure": _register,
    "incident": _register,
    "anonymisation": _register,
    "access_request": _register,
    "retention_rule": _register,
    "legal_hold": _hold,
    "erasure": _erasure,
    "due": _register,
    "item": _item,
    "contact": _anybody,
}
