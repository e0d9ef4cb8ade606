"""Findings: who notes, who reads, who answers, who closes, and where the audited meet them."""

import datetime as dt

import pytest
import time_machine

from auditing.models import Finding
from auditing.services.findings import move_finding, update_finding
from auditing.services.mandates import Mandate
from cases.services.cases import transfer_case
from peph.audit.models import ChangeSet
from peph.errors import Conflict, Forbidden, Invalid, Stale
from tests.auditing.sampling import drawn, noted, signed

pytestmark = pytest.mark.django_db

# person → actions on a finding about the case of region 03, noted under the mandate of that region
ON_A_CASE = {
    "lead": "view answer",
    "coordinator": "view answer",
    "colleague": "view answer",
    "coordinator_elsewhere": "",
    "health_only": "",
    "representative": "",
    "supervisor": "",
    "committee": "",
    "auditor": "view edit",
    "auditor_region": "view edit",
    "auditor_elsewhere": "",
    "auditor_host": "",
    "privacy": "",
    "outsider": "",
    "reader": "",
    "editor": "",
    "former": "",
    "inactive": "",
    "superuser": "",
}
# … and on one about the whole sample
ON_THE_SAMPLE = dict.fromkeys(ON_A_CASE, "") | {
    "lead": "view answer",
    "auditor": "view edit",
    "auditor_region": "view edit",
}


@pytest.fixture
def sample(cast, case, world):
    return drawn(cast["auditor_region"], mandate=Mandate(region=world.regions["03"]))


@pytest.fixture
def finding(sample, cast, case):
    return noted(sample, cast["auditor_region"], case, due_on=dt.date(2026, 12, 15))


def may(person, finding):
    row = Finding.objects.with_abilities(person).get(pk=finding.pk)
    return " ".join(action for action in ("view", "edit", "answer") if action in row.abilities)


# ------------------------------------------------------------------ who
@pytest.mark.parametrize("who", ON_A_CASE)
def test_each_person_may_do_as_written(who, cast, sample, finding):
    general = noted(sample, cast["auditor_region"])
    assert may(cast[who], finding) == ON_A_CASE[who]
    assert may(cast[who], general) == ON_THE_SAMPLE[who]
    seen = set(Finding.objects.visible_to(cast[who]))
    expected = {finding: ON_A_CASE[who], general: ON_THE_SAMPLE[who]}
    assert seen == {row for row, actions in expected.items() if "view" in actions}


def test_privacy_reads_the_findings_of_signed_samples(cast, sample, finding):
    signed(sample, cast["auditor_region"])
    assert may(cast["privacy"], finding) == "view"


def test_a_finding_follows_its_case_to_another_region(cast, case, world, finding):
    transfer_case(case, by=cast["lead"], region=world.regions["06"], reason="Déménagement")
    assert may(cast["coordinator"], finding) == ""
    assert may(cast["coordinator_elsewhere"], finding) == "view answer"


@pytest.mark.parametrize("who", ["coordinator", "lead", "auditor_host", "outsider"])
def test_only_an_auditor_of_the_mandate_notes(who, cast, sample, case):
    with pytest.raises(Forbidden):
        noted(sample, cast[who], case)


@pytest.mark.parametrize("name", ["return", "close", "withdraw"])
@pytest.mark.parametrize("who", ["coordinator", "lead"])
def test_the_audited_answer_and_do_nothing_else(who, name, cast, finding):
    if name != "withdraw":
        move_finding(finding, "answer", by=cast["colleague"], answer="Corrigé")
    with pytest.raises(Forbidden):
        move_finding(finding, name, by=cast[who], reason="x")
    with pytest.raises(Forbidden):
        update_finding(finding, by=cast[who], severity="minor")


def test_an_auditor_does_not_answer(cast, finding):
    with pytest.raises(Forbidden):
        move_finding(finding, "answer", by=cast["auditor"], answer="x")


# ------------------------------------------------------------------ the life of a finding
def test_from_noted_to_closed(cast, finding):
    answered = move_finding(finding, "answer", by=cast["coordinator"], answer="Document versé.")
    assert (answered.state, answered.answered_by) == ("answered", cast["coordinator"])
    returned = move_finding(answered, "return", by=cast["auditor"], reason="Où est la pièce?")
    assert returned.state == "open"
    again = move_finding(returned, "answer", by=cast["colleague"], answer="Pièce 12.")
    closed = move_finding(again, "close", by=cast["auditor_region"], closing_note="Vu.")
    assert (closed.state, closed.answer, closed.closing_note) == ("closed", "Pièce 12.", "Vu.")
    assert closed.closed_by == cast["auditor_region"]
    with pytest.raises(Conflict):
        move_finding(closed, "answer", by=cast["coordinator"], answer="Encore")


def test_answers_and_closing_go_on_after_the_signature(cast, sample, finding):
    signed(sample, cast["auditor_region"])
    answered = move_finding(finding, "answer", by=cast["coordinator"], answer="Corrigé")
    assert move_finding(answered, "close", by=cast["auditor_region"]).state == "closed"


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [({"severity": ""}, "severity"), ({"severity": "huge"}, "severity"), ({"text": ""}, "text")],
)
def test_no_finding_is_without_severity_or_facts(fields, at_fault, cast, sample, case):
    with pytest.raises(Invalid) as refused:
        noted(sample, cast["auditor_region"], case, **fields)
    assert at_fault in refused.value.fields


def test_an_answer_says_something(cast, finding):
    with pytest.raises(Invalid) as refused:
        move_finding(finding, "answer", by=cast["coordinator"], answer="  ")
    assert refused.value.fields.keys() == {"answer"}


def test_a_finding_is_corrected_until_it_is_answered(cast, finding):
    changed = update_finding(finding, by=cast["auditor"], version=1, severity="critical")
    assert changed.severity == "critical"
    with pytest.raises(Stale):
        update_finding(finding, by=cast["auditor"], version=1, severity="minor")
    move_finding(changed, "answer", by=cast["coordinator"], answer="Corrigé")
    with pytest.raises(Conflict):
        update_finding(finding, by=cast["auditor"], severity="minor")


def test_numbers_follow_each_other_inside_a_sample(cast, sample, finding):
    second = noted(sample, cast["auditor"])
    assert (str(finding), str(second)) == (f"{sample.number} / 1", f"{sample.number} / 2")


def test_a_record_and_a_question_of_another_sample_are_refused(cast, sample, case):
    other = drawn(cast["auditor"], "placements")
    question = other.asked.first().question
    with pytest.raises(Invalid) as refused:
        noted(sample, cast["auditor"], item=other.items.first(), question=question)
    assert refused.value.fields.keys() == {"item", "question"}


def test_the_change_is_on_the_timeline_of_the_case(cast, case, finding):
    change_set = ChangeSet.objects.get(verb="auditing.finding.add")
    assert (change_set.case_id, change_set.region_id) == (case.pk, case.region_id)


def test_an_answer_is_late_the_day_after_it_was_expected(finding):
    for day, late in (("2026-12-15", False), ("2026-12-16", True)):
        with time_machine.travel(f"{day}T12:00:00-05:00", tick=False):
            assert finding.is_late is late


# ------------------------------------------------------------------ pages
def test_the_coordinator_meets_a_finding_at_home_and_on_the_case_and_answers(
    client, cast, case, finding
):
    client.force_login(cast["coordinator"])
    url = finding.get_absolute_url()
    for page in ("/", case.get_absolute_url(), "/findings/"):
        assert f'href="{url}"' in client.get(page).content.decode()
    shown = client.get(url).content.decode()
    assert f"{url}move/answer/" in shown
    assert f"{url}edit/" not in shown
    assert finding.sample.get_absolute_url() not in shown
    sent = client.post(f"{url}move/answer/", {"version": finding.version, "answer": "Corrigé"})
    assert (sent.status_code, sent["Location"]) == (302, url)
    assert f'href="{url}"' not in client.get("/").content.decode()


def test_hosts_and_readers_of_the_case_are_not_told(client, cast, case, finding):
    for who in ("representative", "supervisor", "reader", "editor"):
        client.force_login(cast[who])
        assert (
            finding.get_absolute_url() not in client.get(case.get_absolute_url()).content.decode()
        )
        assert client.get(finding.get_absolute_url()).status_code == 404


def test_the_list_is_narrowed_by_severity_state_region_and_sample(
    client, cast, sample, finding, world
):
    client.force_login(cast["auditor"])
    other = noted(sample, cast["auditor"], severity="minor")
    first, second = finding.get_absolute_url(), other.get_absolute_url()
    for query, shown in (
        ("", {first, second}),
        ("severity=major", {first}),
        ("state=closed", set()),
        (f"region={world.regions['03'].pk}", {first}),
        (f"region={world.regions['06'].pk}", set()),
        (f"sample={sample.pk}", {first, second}),
    ):
        page = client.get(f"/findings/?{query}").content.decode()
        assert {url for url in (first, second) if f'href="{url}"' in page} == shown, query
