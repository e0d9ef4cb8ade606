"""The world's facts, read from its rows as they are: where each record stands and what is said in it."""

from collections import defaultdict
from typing import Any

from auditing.models import ChecklistQuestion, Finding, ItemAnswer, Sample, SampleItem
from cases.models import (
    Accommodation,
    Case,
    CaseGrant,
    ConflictOfInterest,
    Consent,
    ConsentText,
    DisabilityRecord,
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
from privacy.models import (
    AccessRequest,
    Anonymisation,
    Contact,
    Disclosure,
    Erasure,
    Incident,
    LegalHold,
    RetentionRule,
)
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
    "incident": Incident,
    "anonymisation": Anonymisation,
    "retention_rule": RetentionRule,
    "contact": Contact,
}
# About a person, or about nobody who is named.
OF_PERSON: dict[str, Any] = {
    "access_request": AccessRequest,
    "disclosure": Disclosure,
    "legal_hold": LegalHold,
    "erasure": Erasure,
}
VERSIONED: dict[str, Any] = OF_PLACE | {
    "case": Case,
    "participant": Participant,
    "note": Note,
    "follow_up": FollowUp,
    "site": HostSite,
    "project": Project,
}
TRACKED = ("cases.case", "cases.placement", "cases.participant", "cases.note", "cases.document",
           "cases.conflictofinterest", "privacy.accessrequest", "privacy.disclosure",
           "privacy.legalhold", "privacy.erasure")  # fmt: skip


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
        in_charge = {
            case.coordinator_id
            for case in Case.objects.open().filter(participant=person_of[pk])
            if case.coordinator_id
        }
        said = {**shared(person_of[pk]), "in_charge": in_charge}
        facts["case"].append(Record("case", pk, (place,), said))
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
    _of_people(facts, by_case, by_person)
    _history(facts, by_case, by_person)
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
    for item in SampleItem.objects.select_related("sample"):
        of = item.sample
        mandate = Place(of.mandate_region_id, of.mandate_organization_id)
        said = {"signed": of.status == "signed", "sample": of.pk}
        about = by_case[item.subject_case_id] if item.subject_case_id else Place()
        facts["item"].append(Record("item", item.pk, (mandate, about), said))


def _of_people(facts: Facts, by_case: dict[Any, Place], by_person: dict[Any, list[Place]]) -> None:
    for kind, model in OF_PERSON.items():
        for row in model.objects.all():
            places = tuple(by_person[row.participant_id]) if row.participant_id else ()
            said = {"proposed_by": getattr(row, "proposed_by_id", None)}
            facts[kind].append(Record(kind, row.pk, places, said))
    for conflict in ConflictOfInterest.objects.all():
        facts["conflict"].append(Record("conflict", conflict.pk, (by_case[conflict.case_id],)))
    last_century = Case.objects.filter(closed_on__year__lt=2000)
    for case in last_century:
        # Whoever has another case is kept with it.
        if len(by_person[case.participant_id]) == 1:
            facts["due"].append(Record("due", case.pk, (by_case[case.pk],)))


def _cases_told(by_person: dict[Any, list[Place]]) -> dict[str, set[Any]]:
    """Key, as the journal has it, of what names no case and yet tells of some: those cases."""
    cases = {key: {place.case for place in places} for key, places in by_person.items()}
    told = {str(key): found for key, found in cases.items()}
    for model in (Consent, DisabilityRecord, *OF_PERSON.values()):
        for pk, person in model.objects.values_list("pk", "participant_id"):
            told[str(pk)] = cases.get(person, set())
    for item in SampleItem.objects.all():
        told[str(item.pk)] = {item.subject_case_id}
    for answer in ItemAnswer.objects.select_related("item"):
        told[str(answer.pk)] = {answer.item.subject_case_id}
    return told


def _history(facts: Facts, by_case: dict[Any, Place], by_person: dict[Any, list[Place]]) -> None:
    told = _cases_told(by_person)
    about: dict[Any, list[set[Any]]] = defaultdict(list)
    touched: dict[int, set[Place]] = defaultdict(set)
    records: dict[tuple[str, str], set[Place]] = defaultdict(set)
    sets = {each.pk: each for each in ChangeSet.objects.all()}
    for row in ChangedRow.objects.all():
        place = Place(row.region_id, row.organization_id)
        touched[row.change_set_id].add(place)
        cases = {row.case_id} if row.case_id else told.get(row.object_id, set())
        about[row.change_set_id].append(cases)
        about[row.model, row.object_id].append(cases)
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
        said = {"about": {each.case_id} - {None}, "touched": about[pk]}
        facts["change_set"].append(Record("change_set", each.number, places, said))
    for key, places in records.items():
        said = {"about": set().union(*about[key])}
        facts["tracked"].append(Record("tracked", key, tuple(places), said))
        # A person as they were is read by whoever may audit a case of theirs.
        if key[0] == "cases.participant":
            places = {
                place
                for person in by_person
                for place in by_person[person]
                if str(person) == key[1]
            }
        facts["as_it_was"].append(Record("as_it_was", key, tuple(places), said))
