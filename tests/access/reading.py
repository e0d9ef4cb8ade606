"""The world's facts, read from its rows as they are: where each record stands and what is said in it."""

from collections import defaultdict
from typing import Any

from auditing.models import ChecklistQuestion, Finding, Sample
from cases.models import (
    Accommodation,
    Case,
    CaseGrant,
    Consent,
    ConsentText,
    Document,
    Evaluation,
    FollowUp,
    ImportUpload,
    KeyDateChange,
    Match,
    Note,
    Objective,
    Outcome,
    Participant,
    Placement,
    ReminderPause,
    Report,
    TaskLink,
)
from organizations.models import (
    Call,
    HostOrganization,
    HostSite,
    HostSiteGrant,
    JobClass,
    Project,
    Region,
)
from peph.audit.models import ChangedRow, ChangeSet, Checkpoint
from tests.access.facts import Place, Record

Facts = dict[str, list[Record]]
OF_PLACE: dict[str, Any] = {
    "placement": Placement,
    "objective": Objective,
    "report": Report,
    "outcome": Outcome,
    "link": TaskLink,
    "pause": ReminderPause,
    "accommodation": Accommodation,
    "key_date_change": KeyDateChange,
    "evaluation": Evaluation,
    "match": Match,
    "document": Document,
}
WITHOUT_PLACE: dict[str, Any] = {
    "region": Region,
    "job_class": JobClass,
    "consent_text": ConsentText,
    "call": Call,
    "question": ChecklistQuestion,
    "checkpoint": Checkpoint,
    "grant": HostSiteGrant,
}
VERSIONED: dict[str, Any] = OF_PLACE | {
    "case": Case,
    "participant": Participant,
    "note": Note,
    "follow_up": FollowUp,
    "site": HostSite,
    "project": Project,
}
TRACKED = ("cases.case", "cases.placement", "cases.participant", "cases.note", "cases.document")


def read() -> Facts:
    """Every record of the world, by kind."""
    facts: Facts = defaultdict(list)
    by_case = {
        case.pk: Place(case.region_id, case.organization_id, case.site_id, case.pk)
        for case in Case.objects.all()
    }
    by_person: dict[Any, list[Place]] = defaultdict(list)
    for case in Case.objects.all():
        by_person[case.participant_id].append(by_case[case.pk])
    agreed = defaultdict(set)
    for consent in Consent.objects.filter(withdrawn_on__isnull=True):
        agreed[consent.participant_id].add(consent.purpose)
    person_of = dict(Case.objects.values_list("pk", "participant_id"))

    def shared(person: Any) -> dict[str, bool]:
        return {
            "needs_shared": "share_needs" in agreed[person],
            "profile_shared": "share_profile" in agreed[person],
        }

    for pk, place in by_case.items():
        facts["case"].append(Record("case", pk, (place,), shared(person_of[pk])))
    for person in Participant.objects.all():
        places = tuple(by_person[person.pk])
        facts["participant"].append(Record("participant", person.pk, places, shared(person.pk)))
    for consent in Consent.objects.all():
        places = tuple(by_person[consent.participant_id])
        facts["consent"].append(Record("consent", consent.pk, places))
    for note in Note.objects.all():
        facts["note"].append(
            Record("note", note.pk, (by_case[note.case_id],), {"author": note.author_id})
        )
    for grant in CaseGrant.objects.all():
        place = by_case[grant.content_object_id]
        facts["case_grant"].append(Record("case_grant", grant.pk, (place,)))
    for each in FollowUp.objects.select_related("placement", "step"):
        at = each.placement
        place = Place(each.region_id, at and at.organization_id, at and at.site_id, each.case_id)
        said = {"shared": each.is_shared}
        facts["follow_up"].append(Record("follow_up", each.pk, (place,), said))
        if each.step is not None and each.step.kind == "evaluation" and not each.done_on:
            facts["awaited"].append(Record("awaited", each.pk, (place,)))
    for kind, model in OF_PLACE.items():
        for row in model.objects.all():
            place = Place(
                row.region_id, row.organization_id, getattr(row, "site_id", None), row.case_id
            )
            said = {**shared(person_of[row.case_id]), **_said(kind, row)}
            facts[kind].append(Record(kind, row.pk, (place,), said))
    for kind, model in WITHOUT_PLACE.items():
        facts[kind] = [Record(kind, row.pk) for row in model.objects.all()]
    sites: dict[Any, list[Place]] = defaultdict(list)
    for site in HostSite.objects.all():
        place = Place(site.region_id, site.organization_id, site.pk)
        sites[site.organization_id].append(place)
        facts["site"].append(Record("site", site.pk, (place,)))
    for each in HostOrganization.objects.all():
        facts["organization"].append(Record("organization", each.pk, tuple(sites[each.pk])))
    for project in Project.objects.all():
        place = Place(project.region_id, project.organization_id, project.site_id)
        said = {"submitted": project.submitted_on is not None, "status": project.status}
        facts["project"].append(Record("project", project.pk, (place,), said))
    for upload in ImportUpload.objects.all():
        said = {"owner": upload.uploaded_by_id}
        facts["upload"].append(Record("upload", upload.pk, (), said))
    for kind, model in VERSIONED.items():
        versions = dict(model.objects.values_list("pk", "version"))
        for record in facts[kind]:
            record.said["version"] = versions[record.key]
    _auditing(facts, by_case)
    _history(facts, by_case)
    return dict(facts)


def _said(kind: str, row: Any) -> dict[str, Any]:
    match kind:
        case "accommodation":
            return {"funding": row.funding}
        case "evaluation":
            return {"kind": row.kind, "signed": row.signed_on is not None}
        case "match":
            return {"sent": row.sent_on is not None, "project": row.project_id}
        case "placement":
            return {"project": row.project_id}
        case "document":
            return {
                "audience": row.audience,
                "replaced": Document.objects.filter(replaces=row).exists(),
                "withdrawn": row.withdrawn_on is not None,
            }
        case "key_date_change":
            return {"asked_by": row.asked_by_id}
        case _:
            return {}


def _auditing(facts: Facts, by_case: dict[Any, Place]) -> None:
    for sample in Sample.objects.all():
        mandate = Place(sample.mandate_region_id, sample.mandate_organization_id)
        said = {"signed": sample.status == "signed"}
        facts["sample"].append(Record("sample", sample.pk, (mandate,), said))
    for finding in Finding.objects.select_related("sample"):
        of = finding.sample
        mandate = Place(of.mandate_region_id, of.mandate_organization_id)
        about = by_case[finding.case_id] if finding.case_id else Place()
        said = {"signed": of.status == "signed"}
        facts["finding"].append(Record("finding", finding.pk, (mandate, about), said))


def _history(facts: Facts, by_case: dict[Any, Place]) -> None:
    touched: dict[int, set[Place]] = defaultdict(set)
    records: dict[tuple[str, str], set[Place]] = defaultdict(set)
    sets = {each.pk: each for each in ChangeSet.objects.all()}
    for row in ChangedRow.objects.all():
        place = Place(row.region_id, row.organization_id)
        touched[row.change_set_id].add(place)
        if row.model in TRACKED:
            here = {place, by_case.get(row.case_id, place)}
            if place == Place() and row.case_id is None:
                of = sets[row.change_set_id]
                here.add(Place(of.region_id, of.organization_id))
            records[row.model, row.object_id] |= here
    for pk, each in sets.items():
        own = {Place(each.region_id, each.organization_id)}
        case = {by_case[each.case_id]} if each.case_id in by_case else set()
        places = tuple(own | case | touched[pk])
        facts["change_set"].append(Record("change_set", each.number, places))
    for key, places in records.items():
        facts["tracked"].append(Record("tracked", key, tuple(places)))
