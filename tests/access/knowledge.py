"""Who may read which canary: each free field of each kind of record, and the right it belongs to.

A field that is not listed belongs to whoever sees its record; a kind that is not listed fails the campaign.
"""

from typing import Any

from tests.access.canaries import Canary
from tests.access.facts import Person, Record
from tests.access.oracle import allowed, may

# Label → the kind of record that is asked, and the right for what is not named apart.
KINDS: dict[str, tuple[str, str]] = {
    "cases.participant": ("participant", "personal"),
    "cases.disabilityrecord": ("participant", "health"),
    "cases.case": ("case", "personal"),
    "audit.changeset": ("case", "told_of"),
    "cases.note": ("note", "view"),
    "cases.workprofile": ("case", "profile"),
    "cases.placement": ("placement", "view"),
    "cases.followup": ("follow_up", "view"),
    "cases.accommodation": ("accommodation", "view"),
    "cases.document": ("document", "view"),
    "cases.outcome": ("outcome", "view"),
    "cases.objective": ("objective", "view"),
    "cases.report": ("report", "view"),
    "cases.reminderpause": ("pause", "view"),
    "cases.tasklink": ("link", "view"),
    "cases.keydatechange": ("key_date_change", "view"),
    "cases.evaluation": ("evaluation", "view"),
    "cases.evaluationscore": ("evaluation", "view"),
    "cases.signature": ("placement", "view"),
    "cases.suspension": ("placement", "timeline"),
    "organizations.hostsite": ("site", "known"),
    "organizations.project": ("project", "view"),
    "organizations.projectscore": ("project", "read_scores"),
    "auditing.sample": ("sample", "view"),
    "auditing.itemanswer": ("item", "view"),
    "auditing.finding": ("finding", "text"),
    "cases.conflictofinterest": ("conflict", "view"),
    "privacy.accessrequest": ("access_request", "view"),
    "privacy.disclosure": ("disclosure", "view"),
    "privacy.incident": ("incident", "view"),
    "privacy.anonymisation": ("anonymisation", "view"),
    "privacy.legalhold": ("legal_hold", "view"),
    "privacy.erasure": ("erasure", "view"),
    "privacy.retentionrule": ("retention_rule", "view"),
    # Named on a page anybody reads.
    "privacy.contact": ("contact", "view"),
}
# Free texts that are about nobody: the programme's own words, and what is shown to its owner alone.
ABOUT_NOBODY = frozenset(
    {
        "organizations.program", "organizations.followupstep", "organizations.projectcriterion",
        "organizations.evaluationcriterion", "organizations.region", "organizations.jobclass",
        "organizations.hostorganization", "organizations.programgrant",
        "organizations.regiongrant", "organizations.hostorganizationgrant",
        "organizations.hostsitegrant", "cases.casegrant", "cases.consenttext",
        "cases.importupload", "cases.dismissal", "auditing.checklistquestion",
        "auditing.sampleitem",
    }
)  # fmt: skip
FIELDS: dict[str, str] = {
    "cases.participant.last_name": "known",
    "cases.participant.first_name": "known",
    "cases.participant.preferred_name": "known",
    "cases.participant.email": "reached",
    "cases.participant.phone": "reached",
    "cases.participant.functional_needs": "needs",
    "cases.accommodation.decision_reason": "personal",
    # Whoever reads of a match or a placement reads for which post, and under whom.
    **dict.fromkeys(
        (
            f"organizations.project.{name}"
            for name in ("title", "supervisor_name", "supervisor_email", "mentor_name")
        ),
        "offered",
    ),
    # Whoever holds a link is called by the name it was sent to.
    "cases.tasklink.recipient_name": "addressed",
    # What a link holds of an unfinished answer is read behind the link.
    "cases.tasklink.draft": "nobody",
}


class Knowledge:
    """What each canary is about, and so who may know it."""

    def __init__(self, facts: dict[str, list[Record]]) -> None:
        self.records = {(each.kind, each.key): each for kind in facts.values() for each in kind}
        self.of_kind = facts
        self.of_case: dict[Any, list[Record]] = {}
        self.at_site: dict[Any, list[Record]] = {}
        for kind in facts.values():
            for record in kind:
                for place in record.places:
                    self.of_case.setdefault(place.case, []).append(record)
                    self.at_site.setdefault(place.site, []).append(record)
        self._told: dict[tuple[Person, Canary], bool] = {}

    def may_know(self, person: Person, canary: Canary) -> bool:
        """Whether this text may stand in anything `person` is sent."""
        if (person, canary) not in self._told:
            self._told[person, canary] = self._may_know(person, canary)
        return self._told[person, canary]

    def _may_know(self, person: Person, canary: Canary) -> bool:
        kind, right = KINDS[canary.label]
        right = FIELDS.get(f"{canary.label}.{canary.field}", right)
        record = self.records[kind, canary.key]
        match right:
            case "nobody":
                return False
            case "told_of":
                # Quoted by the timeline, and told with each change to whoever reads the change.
                return may(person, "notes", record) or any(
                    may(person, "view", each)
                    for each in self.of_kind["change_set"]
                    if canary.key in each.said["about"]
                )
            case "addressed":
                return may(person, "view", record) or person.key == record.key
            case "known":
                return self._sees_any_beside(person, record)
            case "offered":
                return may(person, "view", record) or any(
                    may(person, "view", each)
                    for kind in ("match", "placement")
                    for each in self.of_kind.get(kind, ())
                    if each.said["project"] == record.key
                )
            case "reached":
                return may(person, "view", record)
            case "profile":
                # The host reads it with the profile that was sent.
                matches = self.of_case[record.places[0].case]
                return may(person, "personal", record) or any(
                    may(person, "view", each) for each in matches if each.kind == "match"
                )
            case _:
                return allowed(person, right, record)

    def _sees_any_beside(self, person: Person, record: Record) -> bool:
        """A name is read wherever a record of the case is seen; that of a site, where one stands there."""
        beside = [record]
        for place in record.places:
            beside += self.of_case[place.case] if place.case else self.at_site[place.site]
        return any(may(person, "view", each) for each in beside)
