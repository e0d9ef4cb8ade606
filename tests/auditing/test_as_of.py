"""As it was: a case and its records after each change set, who may look, what is never shown."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from auditing.services.as_of import case_beside, readable, rows_of_case, side_of
from cases.models import Case, Consent, FollowUp, Note
from cases.services.cases import move_case, open_case, update_case
from cases.services.follow_ups import add_follow_up
from cases.services.notes import add_note, update_note
from cases.services.participants import give_consent, save_health
from cases.services.placements import move_placement, open_placement
from peph.audit import snapshots
from peph.audit.changes import SYSTEM, change
from peph.audit.history import by_label
from peph.audit.models import AccessLog, ChangeSet
from peph.audit.redaction import redact
from peph.errors import Invalid

pytestmark = pytest.mark.django_db


def latest():
    """Number of the last change set."""
    return ChangeSet.objects.latest("number").number


@pytest.fixture
def story(cast, world):
    """A life told in steps: name of the step → number of its change set."""
    by, numbers = cast["coordinator"], {"nothing": latest()}

    def told(step):
        numbers[step] = latest()

    case = open_case(
        by=by,
        region=world.regions["03"],
        person={
            "last_name": "Gagnon",
            "first_name": "Lou",
            "birth_date": dt.date(1992, 3, 4),
            "email": "lou@exemple.qc.ca",
        },
        referred_on=dt.date(2026, 1, 12),
        referring_agency="Agence A",
    )
    told("opened")
    update_case(case, by=by, referring_agency="Agence B")
    told("edited")
    note = add_note(case, by=by, text="Premier mot")
    told("noted")
    give_consent(
        case.participant,
        by=by,
        purpose="case_management",
        text_version="2026-01",
        given_on=dt.date(2026, 1, 14),
    )
    move_case(case, "start-intake", by=by, first_contact_on="2026-01-14")
    move_case(case, "start-review", by=by, applied_on="2026-01-20")
    move_case(case, "admit", by=by, decided_on="2026-02-10", reason="Critères remplis")
    move_case(case, "start-matching", by=by)
    told("matching")
    placement = open_placement(
        case,
        by=by,
        site=world.site_03,
        planned_start=dt.date(2026, 4, 13),
        supervisor_name="Dominique Superviseur",
        supervisor_email="dominique@exemple.qc.ca",
    )
    told("placed")
    move_placement(placement, "sign", by=by, signed_on="2026-04-01")
    move_placement(placement, "prepare", by=by)
    move_placement(placement, "start", by=by, started_on="2026-04-13")
    told("started")
    update_note(note, by=by, text="Second mot")
    told("rewritten")
    return Case.objects.get(pk=case.pk), placement, note, numbers


def value(pairs, label, name, side):
    """What the one record of a kind holds on one side; None where it is not there."""
    found = [pair for pair in pairs if pair.label == label]
    assert len(found) == 1
    fields = {field.name: getattr(field, side) for field in found[0].fields}
    return fields.get(name) if getattr(found[0], f"{side}_number") is not None else None


# step: agency, status of the case, text of the note, status of the placement
AS_IT_WAS = {
    "opened": ("Agence A", "Référé", None, None),
    "edited": ("Agence B", "Référé", None, None),
    "noted": ("Agence B", "Référé", "Premier mot", None),
    "matching": ("Agence B", "Jumelage", "Premier mot", None),
    "placed": ("Agence B", "En stage", "Premier mot", "Entente à signer"),
    "started": ("Agence B", "En stage", "Premier mot", "En cours"),
    "rewritten": ("Agence B", "En stage", "Second mot", "En cours"),
}


@pytest.mark.parametrize("step", AS_IT_WAS)
def test_the_case_after_each_change(step, story):
    case, _placement, _note, numbers = story
    pairs = snapshots.compare(rows_of_case(case), numbers[step])
    assert (
        value(pairs, "cases.case", "referring_agency", "then"),
        value(pairs, "cases.case", "status", "then"),
        value(pairs, "cases.note", "text", "then"),
        value(pairs, "cases.placement", "status", "then"),
    ) == AS_IT_WAS[step]
    # The other side is today, whatever the first one is.
    assert value(pairs, "cases.case", "status", "now") == "En stage"
    assert value(pairs, "cases.note", "text", "now") == "Second mot"


def test_what_was_not_there_yet_is_only_on_the_later_side(story):
    case, placement, note, numbers = story
    states = {
        pair.label: pair.state
        for pair in snapshots.compare(rows_of_case(case), numbers["opened"], numbers["noted"])
    }
    assert states == {
        "cases.case": "different",
        "cases.participant": "same",
        "cases.note": "added",
    }
    assert snapshots.compare(rows_of_case(case), numbers["nothing"], numbers["nothing"]) == []
    assert snapshots.version_of(by_label("cases.note"), note.pk, numbers["edited"]) is None


def test_a_name_stands_for_a_key_and_a_label_for_a_code(story):
    case, _placement, _note, numbers = story
    pairs = snapshots.compare(rows_of_case(case), numbers["placed"])
    assert value(pairs, "cases.placement", "site", "then") == (
        "MTMD – Direction de la Capitale-Nationale"
    )
    assert value(pairs, "cases.case", "coordinator", "then") == "Camille Coordinator"
    assert value(pairs, "cases.participant", "language", "then") == "Français"


def test_a_deleted_record_is_only_on_the_earlier_side(story, cast):
    case, _placement, note, numbers = story
    with change(by=SYSTEM, verb="test", case=case):
        Note.objects.filter(pk=note.pk).delete()
    gone = latest()
    pair = next(
        pair
        for pair in snapshots.compare(rows_of_case(case), numbers["noted"], gone)
        if pair.label == "cases.note"
    )
    assert (pair.state, pair.then_number, pair.now_number) == ("removed", numbers["noted"], None)
    assert value([pair], "cases.note", "text", "then") == "Premier mot"
    # On neither side: after the deletion it is gone.
    assert "cases.note" not in {
        pair.label for pair in snapshots.compare(rows_of_case(case), gone, gone)
    }


def test_an_erased_value_is_said_to_be_erased_and_compared_with_nothing(story):
    case, _placement, note, numbers = story
    with change(by=SYSTEM, verb="test", case=case):
        redact(Note, note.pk)
    pair = next(
        pair
        for pair in snapshots.compare(rows_of_case(case), numbers["noted"], numbers["rewritten"])
        if pair.label == "cases.note"
    )
    text = next(field for field in pair.fields if field.name == "text")
    assert (text.then, text.now, text.state) == ("(effacé)", "(effacé)", "erased")


@pytest.fixture
def declared(story, cast):
    """The health information written, then changed: numbers of the two change sets."""
    case, by = story[0], cast["health_coordinator"]
    give_consent(
        case.participant,
        by=by,
        purpose="health",
        text_version="2026-01",
        given_on=dt.date(2026, 2, 1),
    )
    save_health(case, by=by, version=0, nature="Basse vision", attestation_issuer="Dre Exemple")
    first = latest()
    save_health(case, by=by, version=1, nature="Surdité", attestation_issuer="Dre Exemple")
    return first, latest()


def test_health_is_hidden_from_everybody_and_says_only_whether_it_differs(
    declared, story, cast, client
):
    case, (first, second) = story[0], declared
    pairs = snapshots.compare(rows_of_case(case), first, second)
    fields = {
        field.name: (field.then, field.now, field.state)
        for pair in pairs
        if pair.label == "cases.disabilityrecord"
        for field in pair.fields
        if field.is_hidden
    }
    hidden = "information masquée"
    assert fields["nature"] == (hidden, hidden, "different")
    assert fields["attestation_issuer"] == (hidden, hidden, "same")
    # Empty on both sides reads as the others: whether there is a value is itself information.
    assert {texts[:2] for texts in fields.values()} == {(hidden, hidden)}
    for who in ("auditor", "health_coordinator", "lead"):
        client.force_login(cast[who])
        for url in (
            f"/as-of/case/{case.pk}/?at=change-{first}&with=change-{second}",
            f"/api/v1/cases/{case.pk}/as-of/change-{first}/whole/?compare=change-{second}",
        ):
            shown = client.get(url).content.decode()
            assert "Basse vision" not in shown
            assert "Surdité" not in shown
            assert "Dre Exemple" not in shown


# ------------------------------------------------------------------ which moment
def test_a_moment_is_the_last_change_made_by_then(story):
    numbers = story[3]
    edited = ChangeSet.objects.get(number=numbers["edited"])
    after = ChangeSet.objects.filter(at__gt=edited.at).order_by("at").first()
    assert side_of(edited.at.isoformat()).number == numbers["edited"]
    just_before = edited.at - dt.timedelta(microseconds=1)
    assert side_of(just_before.isoformat()).number == numbers["edited"] - 1
    assert side_of(after.at.isoformat()).number == numbers["edited"] + 1
    assert side_of("2020-01-01").number == 0
    assert side_of("2090-01-01").number == latest()
    assert side_of(f"change-{numbers['edited']}").number == numbers["edited"]
    assert side_of("change-0").number == 0
    assert side_of("today").number is None


@pytest.mark.parametrize(
    "text",
    ["yesterday", "2026-13-01", "0001-01-01T00:00:00+23:59", "9999-12-31", "change-", "change--1",
     "change-999999999", "change-٣", "2026-04-01T25:00"],
)  # fmt: skip
def test_what_is_no_moment_is_refused(text, db):
    with pytest.raises(Invalid):
        side_of(text)


# ------------------------------------------------------------------ who may look
RIGHTS = {
    # person: the page of the case, the page of its placement, the API
    "lead": (200, 200, 200),
    "second_lead": (200, 200, 200),
    "coordinator": (200, 200, 200),
    "colleague": (200, 200, 200),
    "coordinator_elsewhere": (404, 404, 404),
    "health_coordinator": (200, 200, 200),
    "health_only": (404, 404, 404),
    "representative": (403, 404, 403),
    "representative_elsewhere": (404, 404, 404),
    "supervisor": (403, 404, 403),
    "supervisor_elsewhere": (404, 404, 404),
    "committee": (404, 404, 404),
    "auditor": (200, 200, 200),
    "auditor_region": (200, 200, 200),
    "auditor_elsewhere": (404, 404, 404),
    "auditor_host": (200, 200, 200),
    "privacy": (200, 200, 200),
    "outsider": (404, 404, 404),
    "reader": (403, 404, 403),
    "editor": (403, 404, 403),
    "former": (404, 404, 404),
    "superuser": (404, 404, 404),
}


@pytest.mark.parametrize("who", RIGHTS)
def test_who_may_look_back(who, cast, client, case, placement):
    client.force_login(cast[who])
    assert (
        client.get(f"/as-of/case/{case.pk}/?at=2090-01-01").status_code,
        client.get(f"/as-of/cases.placement/{placement.pk}/?at=2090-01-01").status_code,
        client.get(f"/api/v1/cases/{case.pk}/as-of/2090-01-01/whole/").status_code,
    ) == RIGHTS[who]


def test_everybody_of_the_cast_is_in_the_table(cast):
    assert set(RIGHTS) == {name for name in cast if name != "inactive"}


def test_the_person_is_read_by_whoever_may_audit_a_case_of_theirs(cast, case):
    consent = Consent.objects.get(participant=case.participant)
    keys = {
        ("cases.participant", str(case.participant_id)),
        ("cases.consent", str(consent.pk)),
        ("organizations.region", str(case.region_id)),
        ("cases.case", "not-a-key"),
        ("cases.participant", "not-a-key"),
    }
    person, agreed, region = sorted(keys)[3], sorted(keys)[1], sorted(keys)[4]
    assert readable(cast["auditor"], keys) >= {("cases.participant", str(case.participant_id))}
    assert readable(cast["auditor_region"], keys) == {
        ("cases.participant", str(case.participant_id)), ("cases.consent", str(consent.pk)),
        ("organizations.region", str(case.region_id)),
    }  # fmt: skip
    for who in ("auditor_elsewhere", "reader", "outsider", "representative"):
        assert readable(cast[who], keys) == set()
    assert person
    assert agreed
    assert region


def test_a_case_handed_on_is_no_longer_read_back_from_the_first_region(
    cast, client, case, placement, world
):
    with change(by=SYSTEM, verb="test", case=case):
        for record in (Case.objects.get(pk=case.pk), placement):
            record.region = world.regions["06"]
            record.save()
    for who, status in (("auditor_region", 404), ("auditor_elsewhere", 200)):
        client.force_login(cast[who])
        assert client.get(f"/as-of/cases.placement/{placement.pk}/?at=today").status_code == status
        assert client.get(f"/as-of/case/{case.pk}/?at=today").status_code == status


def test_an_unknown_kind_or_key_is_not_found(cast, client):
    client.force_login(cast["auditor"])
    for path in ("nothing.here/1/", "cases.case/x/", "case/x/", "audit.accesslog/1/"):
        assert client.get(f"/as-of/{path}").status_code == 404


def test_each_look_back_is_logged_with_its_moments_and_each_refusal(cast, client, case, placement):
    client.force_login(cast["auditor"])
    client.get(f"/as-of/case/{case.pk}/?at=2026-04-01T12:00&with=today")
    opened = AccessLog.objects.latest("id")
    assert (opened.verb, opened.object_id, opened.case_id) == ("open", str(case.pk), case.pk)
    assert opened.detail == {"part": "as_of", "as_of": "2026-04-01T12:00", "compare": "today"}
    client.get(f"/as-of/cases.placement/{placement.pk}/?at=change-1")
    opened = AccessLog.objects.latest("id")
    assert (opened.verb, opened.object_ids, opened.case_id) == (
        "open", [str(placement.pk)], case.pk,
    )  # fmt: skip
    client.force_login(cast["auditor_elsewhere"])
    client.get(f"/as-of/cases.placement/{placement.pk}/")
    refused = AccessLog.objects.latest("id")
    assert (refused.verb, refused.case_id) == ("refuse", case.pk)


# ------------------------------------------------------------------ the page and the API
def test_the_page_marks_what_differs_in_words_and_can_show_only_that(story, cast, client):
    case, _placement, _note, numbers = story
    client.force_login(cast["auditor"])
    url = f"/as-of/case/{case.pk}/?at=change-{numbers['opened']}&with=change-{numbers['edited']}"
    whole = client.get(url).content.decode()
    assert "<td>Agence A</td>" in whole
    assert "<td>Agence B</td>" in whole
    assert "diffère" in whole
    assert "Lou Gagnon" in whole
    assert "lou@exemple.qc.ca" in whole
    only = client.get(f"{url}&differing=on").content.decode()
    assert "<td>Agence A</td>" in only
    assert "<td>Agence B</td>" in only
    assert "lou@exemple.qc.ca" not in only
    same = client.get(
        f"/as-of/case/{case.pk}/?at=change-{numbers['edited']}"
        f"&with=change-{numbers['edited']}&differing=on"
    )
    assert "Rien ne diffère entre les deux." in same.content.decode()


def test_before_it_was_opened_the_page_says_so_and_the_api_finds_nothing(story, cast, client):
    case, _placement, _note, numbers = story
    client.force_login(cast["auditor"])
    shown = client.get(f"/as-of/case/{case.pk}/?at=change-{numbers['nothing']}")
    assert shown.status_code == 200
    assert "Rien n’en existait encore au premier moment." in shown.content.decode()
    url = f"/api/v1/cases/{case.pk}/as-of/change-{numbers['nothing']}/whole/"
    assert client.get(url).status_code == 404


def test_a_moment_that_is_none_is_said_in_the_form(cast, client, case):
    client.force_login(cast["auditor"])
    for query in ("at=hier", "at=2026-04-01&with=demain", "at=change-99999999"):
        answer = client.get(f"/as-of/case/{case.pk}/?{query}")
        assert answer.status_code == 400
        assert answer.context["groups"] == []


def test_the_api_gives_each_record_and_field_then_and_now(story, cast):
    case, _placement, note, numbers = story
    api = APIClient(headers={"accept-language": "en"})
    api.force_login(cast["auditor"])
    url = f"/api/v1/cases/{case.pk}/as-of/change-{numbers['opened']}/whole/"
    found = api.get(f"{url}?compare=change-{numbers['noted']}").json()
    assert found["then"]["change_set"] == numbers["opened"]
    assert found["now"]["change_set"] == numbers["noted"]
    assert [(each["model"], each["state"]) for each in found["records"]] == [
        ("cases.case", "different"), ("cases.participant", "same"), ("cases.note", "added"),
    ]  # fmt: skip
    agency = next(
        field for field in found["records"][0]["fields"] if field["name"] == "referring_agency"
    )
    assert agency == {
        "name": "referring_agency", "label": "referring agency", "then": "Agence A",
        "now": "Agence B", "state": "different", "is_hidden": False,
    }  # fmt: skip
    assert found["records"][2] | {"fields": None, "title": None} == {
        "model": "cases.note", "id": str(note.pk), "label": "note", "title": None, "fields": None,
        "state": "added", "then_change_set": None, "now_change_set": numbers["noted"],
    }  # fmt: skip
    assert api.get(f"{url}?compare=never").status_code == 400
    assert api.get(f"{url}?other=1").status_code == 400
    assert api.get(url).json()["now"] == {"asked": "today", "change_set": None, "at": None}


def test_links_lead_back_in_time(cast, client, case, placement):
    client.force_login(cast["auditor"])
    number = ChangeSet.objects.get(verb="cases.placement.start").number
    link = f'href="/as-of/cases.placement/{placement.pk}/'
    assert f'href="/as-of/case/{case.pk}/"' in client.get(f"/cases/{case.pk}/").content.decode()
    assert f'{link}"' in client.get(f"/placements/{placement.pk}/").content.decode()
    shown = client.get(f"/history/{number}/").content.decode()
    assert f'{link}?at=change-{number - 1}&amp;with=change-{number}"' in shown
    client.force_login(cast["supervisor"])
    assert "/as-of/" not in client.get(f"/cases/{case.pk}/").content.decode()
    assert "/as-of/" not in client.get(f"/placements/{placement.pk}/").content.decode()


# ------------------------------------------------------------------ cost
def test_a_long_case_costs_as_many_queries_as_a_short_one(story, cast, client):
    case, placement, _note, numbers = story
    client.force_login(cast["auditor"])
    url = f"/as-of/case/{case.pk}/?at=change-{numbers['started']}"
    counts = []
    for more in (1, 10):
        for each in range(more):
            add_follow_up(
                case,
                by=cast["coordinator"],
                subject=f"Appel {each}",
                due_on=dt.date(2026, 12, 1),
                placement=placement,
            )
            add_note(case, by=cast["coordinator"], text=f"Note {each}")
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert FollowUp.objects.filter(case=case).count() > 11
    with CaptureQueriesContext(connection) as captured:
        case_beside(case, side_of(f"change-{numbers['placed']}"), side_of("today"))
    # The moment, two keys of the person, two reads of the journal, then one a kind and one a kind named.
    kinds = {pair.label for pair in snapshots.compare(rows_of_case(case), None)}
    assert len(kinds) == 6
    assert len(captured) == 22
