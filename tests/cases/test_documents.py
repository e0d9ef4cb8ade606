"""Documents: who may do what with each audience, versions, withdrawal, reading, and what is never lost."""

import datetime as dt

import pytest

from cases.models import Document, DocumentContent
from cases.policy import DOCUMENT_POLICY
from cases.services import documents as services
from cases.services.cases import transfer_case
from cases.services.documents import (
    AlteredContent,
    add_document,
    read_document,
    version_ids,
    withdraw_document,
)
from cases.services.participants import give_consent
from peph.audit.models import AccessLog, ChangedRow, ChangeSet
from peph.errors import Conflict, Forbidden, Invalid, Stale
from tests.cases import files
from tests.cases.files import named

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 1, 14)
NOBODY, VIEW, BOTH = "", "view", "view edit"
# person → what they may do with a document for the programme, for the host, of the health tier; each of the
# placement at the MTMD in region 03.
MATRIX = {
    "lead": (BOTH, BOTH, NOBODY),
    "second_lead": (BOTH, BOTH, NOBODY),
    "coordinator": (BOTH, BOTH, NOBODY),
    "colleague": (BOTH, BOTH, NOBODY),
    "coordinator_elsewhere": (NOBODY, NOBODY, NOBODY),
    "health_coordinator": (BOTH, BOTH, BOTH),
    "health_only": (NOBODY, NOBODY, NOBODY),
    "representative": (NOBODY, VIEW, NOBODY),
    "representative_elsewhere": (NOBODY, NOBODY, NOBODY),
    "supervisor": (NOBODY, VIEW, NOBODY),
    "supervisor_elsewhere": (NOBODY, NOBODY, NOBODY),
    "committee": (NOBODY, NOBODY, NOBODY),
    "auditor": (VIEW, VIEW, NOBODY),
    "auditor_region": (VIEW, VIEW, NOBODY),
    "auditor_elsewhere": (NOBODY, NOBODY, NOBODY),
    "auditor_host": (VIEW, VIEW, NOBODY),
    "privacy": (VIEW, VIEW, NOBODY),
    "outsider": (NOBODY, NOBODY, NOBODY),
    "reader": (VIEW, VIEW, NOBODY),
    "editor": (BOTH, BOTH, NOBODY),
    "former": (NOBODY, NOBODY, NOBODY),
    "inactive": (NOBODY, NOBODY, NOBODY),
    "superuser": (NOBODY, NOBODY, NOBODY),
}
AUDIENCES = ("program", "host", "health")


def put(case, by, *, content=None, name="cv.pdf", kind="resume", **fields):
    return add_document(
        case, by=by, file=named(content or files.pdf(), name), kind=kind, **fields
    )  # fmt: skip


@pytest.fixture
def agreed(cast, case):
    """The person agreed to health information being collected."""
    return give_consent(
        case.participant, by=cast["coordinator"], purpose="health", text_version="1", given_on=DAY
    )


@pytest.fixture
def three(cast, case, placement, agreed):
    """One document for each audience, of the placement."""
    by = cast["health_coordinator"]
    return {
        audience: put(case, by, title=f"Pièce {audience}", audience=audience, placement=placement)
        for audience in AUDIENCES
    }


def test_every_person_of_the_cast_has_a_line(cast):
    assert set(MATRIX) == set(cast)


@pytest.mark.parametrize("who", MATRIX)
def test_what_each_person_may_do_with_a_document_of_each_audience(who, cast, three):
    for audience, expected in zip(AUDIENCES, MATRIX[who], strict=True):
        document, wanted = three[audience], set(expected.split())
        found = {
            action
            for action in DOCUMENT_POLICY.rules
            if DOCUMENT_POLICY.allows(cast[who], action, document)
        }
        assert found == wanted, audience
        listed = Document.objects.visible_to(cast[who]).with_abilities(cast[who])
        row = listed.filter(pk=document.pk).first()
        assert (row is not None) == ("view" in wanted)
        assert row is None or row.can_edit == ("edit" in wanted)


@pytest.mark.parametrize("who", MATRIX)
def test_the_bytes_are_read_by_those_who_see_the_document_and_each_reading_is_logged(
    who, cast, three
):
    for audience, expected in zip(AUDIENCES, MATRIX[who], strict=True):
        document, before = three[audience], AccessLog.objects.count()
        if expected:
            assert read_document(document, by=cast[who]) == files.pdf()
            entry = AccessLog.objects.latest("id")
            assert (entry.verb, entry.object_id, entry.case_id, entry.actor_id, entry.detail) == (
                "health" if audience == "health" else "open",
                str(document.pk), document.case_id, cast[who].pk, {"part": "content"},
            )  # fmt: skip
        else:
            with pytest.raises(Forbidden):
                read_document(document, by=cast[who])
            assert AccessLog.objects.count() == before


# ------------------------------------------------------------------ who writes
WRITES = {
    "add_document": lambda by, x, document: put(x, by),
    "read_document": lambda by, x, document: read_document(document, by=by),
    "withdraw_document": lambda by, x, document: withdraw_document(document, by=by, reason="Non"),
}
NO_RIGHT = {
    "add_document": ["outsider", "coordinator_elsewhere", "auditor", "reader", "former",
                     "superuser", "privacy", "representative", "supervisor"],
    "withdraw_document": ["outsider", "coordinator_elsewhere", "auditor", "reader", "former",
                          "superuser", "privacy", "representative", "supervisor"],
    "read_document": ["outsider", "coordinator_elsewhere", "former", "superuser", "representative",
                      "supervisor", "committee"],
}  # fmt: skip


def test_the_list_of_writes_is_complete():
    public = {
        name
        for name, thing in vars(services).items()
        if getattr(thing, "__module__", "") == services.__name__
        and "_" in name
        and not name.startswith("_")
    }
    assert public - {"version_ids"} == set(WRITES) == set(NO_RIGHT)


@pytest.mark.parametrize(
    ("write", "who"), [(write, who) for write, people in NO_RIGHT.items() for who in people]
)
def test_nobody_writes_without_the_right_and_nothing_is_left(write, who, cast, case):
    document = put(case, cast["coordinator"])
    before = (ChangeSet.objects.count(), ChangedRow.objects.count(), AccessLog.objects.count())
    with pytest.raises(Forbidden):
        WRITES[write](cast[who], case, document)
    now = (ChangeSet.objects.count(), ChangedRow.objects.count(), AccessLog.objects.count())
    assert now == before


@pytest.mark.parametrize("who", ["lead", "coordinator", "editor"])
def test_a_health_document_needs_the_health_tier(who, cast, case, agreed):
    with pytest.raises(Forbidden):
        put(case, cast[who], audience="health")
    assert not Document.objects.exists()


def test_a_health_document_needs_the_live_consent_of_the_person(cast, case):
    with pytest.raises(Conflict):
        put(case, cast["health_coordinator"], audience="health")
    assert not DocumentContent.objects.exists()


def test_a_document_for_the_host_says_of_which_placement(cast, case):
    with pytest.raises(Invalid) as refused:
        put(case, cast["coordinator"], audience="host")
    assert list(refused.value.fields) == ["placement"]


def test_a_placement_or_a_document_of_another_case_is_refused(
    cast, case, case_elsewhere, placement
):
    with pytest.raises(Invalid) as refused:
        put(case_elsewhere, cast["lead"], placement=placement)
    assert list(refused.value.fields) == ["placement"]
    other = put(case, cast["lead"])
    with pytest.raises(Invalid) as refused:
        put(case_elsewhere, cast["lead"], content=files.png(), replaces=other)
    assert list(refused.value.fields) == ["replaces"]


# ------------------------------------------------------------------ what is kept
def test_the_same_bytes_are_kept_once(cast, case, case_elsewhere):
    put(case, cast["lead"])
    put(case_elsewhere, cast["lead"], name="autre.pdf")
    assert Document.objects.count() == 2
    assert DocumentContent.objects.count() == 1


def test_a_document_is_one_change_found_by_its_case_and_without_its_title(cast, case):
    document = put(case, cast["coordinator"], title="Attestation d’épilepsie")
    told = ChangeSet.objects.latest("number")
    assert (told.verb, told.case_id, told.actor_id) == (
        "cases.document.add", case.pk, cast["coordinator"].pk,
    )  # fmt: skip
    assert str(document) == document.get_kind_display()


def test_altered_bytes_are_never_given(cast, case, caplog):
    document = put(case, cast["coordinator"])
    DocumentContent.objects.update(content=files.pdf(b" /Changed 1"))
    with pytest.raises(AlteredContent):
        read_document(document, by=cast["coordinator"])
    assert str(document.pk) in caplog.text
    DocumentContent.objects.all().delete()
    with pytest.raises(AlteredContent):
        read_document(document, by=cast["coordinator"])


def test_documents_go_with_the_case_to_another_region(cast, case, world, three):
    transfer_case(case, by=cast["lead"], region=world.regions["06"], reason="Déménagement")
    assert set(Document.objects.values_list("region__code", flat=True)) == {"06"}
    assert not Document.objects.visible_to(cast["coordinator"]).exists()
    seen = Document.objects.visible_to(cast["coordinator_elsewhere"])
    assert set(seen.values_list("audience", flat=True)) == {"program", "host"}


# ------------------------------------------------------------------ versions and withdrawal
def test_a_new_version_replaces_and_keeps_what_is_not_said(cast, case, placement):
    by = cast["coordinator"]
    first = put(case, by, title="CV", audience="host", placement=placement)
    second = put(case, by, content=files.png(), name="b.png", kind="", replaces=first)
    assert (second.number, second.replaces, second.title, second.audience, second.placement) == (
        2, first, "CV", "host", placement,
    )  # fmt: skip
    assert (second.kind, second.filename) == ("resume", "b.png")
    assert ChangeSet.objects.latest("number").verb == "cases.document.replace"
    assert list(Document.objects.current()) == [second]
    third = put(case, by, replaces=second)
    assert version_ids(second) == [first.pk, second.pk, third.pk]
    with pytest.raises(Conflict):
        put(case, by, replaces=second)
    with pytest.raises(Invalid):
        put(case, by, replaces=third)


def test_the_host_reads_the_version_in_force_only(cast, case, placement):
    by, host = cast["coordinator"], cast["supervisor"]
    first = put(case, by, audience="host", placement=placement)
    assert list(Document.objects.visible_to(host)) == [first]
    put(case, by, content=files.png(), audience="program", replaces=first)
    assert not Document.objects.visible_to(host).exists()
    with pytest.raises(Forbidden):
        read_document(first, by=host)


def test_withdrawing_the_last_version_takes_all_along_and_leaves_the_rows(cast, case):
    by = cast["coordinator"]
    first = put(case, by)
    second = put(case, by, content=files.png(), replaces=first)
    with pytest.raises(Invalid) as refused:
        withdraw_document(second, by=by, reason="  ")
    assert list(refused.value.fields) == ["reason"]
    withdraw_document(second, by=by, reason="Mauvais dossier")
    told = ChangeSet.objects.latest("number")
    assert (told.verb, told.reason) == ("cases.document.withdraw", "Mauvais dossier")
    assert Document.objects.filter(withdrawn_on__isnull=False).count() == 2
    assert not Document.objects.current().exists()
    for each in Document.objects.all():
        with pytest.raises(Conflict):
            read_document(each, by=by)
        with pytest.raises(Conflict):
            withdraw_document(each, by=by, reason="Encore")
    with pytest.raises(Conflict):
        put(case, by, content=files.jpeg(), replaces=second)


def test_withdrawing_touches_no_health_version_of_somebody_without_the_tier(cast, case, agreed):
    first = put(case, cast["health_coordinator"], audience="health")
    second = put(case, cast["health_coordinator"], content=files.png(), audience="program",
                 replaces=first)  # fmt: skip
    withdraw_document(second, by=cast["coordinator"], reason="Erreur")
    first.refresh_from_db()
    assert first.withdrawn_on is None
    assert read_document(first, by=cast["health_coordinator"]) == files.pdf()


def test_an_earlier_version_is_withdrawn_alone(cast, case):
    by = cast["coordinator"]
    first = put(case, by)
    second = put(case, by, content=files.png(), replaces=first)
    withdraw_document(first, by=by, reason="Erreur")
    second.refresh_from_db()
    assert second.withdrawn_on is None
    assert read_document(second, by=by) == files.png()


def test_a_stale_copy_cannot_withdraw(cast, case):
    by = cast["coordinator"]
    document = put(case, by)
    with pytest.raises(Stale):
        withdraw_document(document, by=by, reason="Non", version=document.version + 1)
    document.refresh_from_db()
    assert document.withdrawn_on is None
