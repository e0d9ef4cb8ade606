"""An auditor's day on the pages: filter, draw, answer, note, sign; and what the pages refuse."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from auditing.models import ChecklistQuestion, Finding, Sample
from auditing.services.checklist import add_question, update_question
from auditing.services.mandates import Mandate
from peph.audit.changes import SYSTEM, change
from peph.audit.models import AccessLog
from peph.errors import Conflict, Forbidden
from tests.auditing.sampling import drawn, noted, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(client, cast):
    client.force_login(cast["auditor"])
    return client


@pytest.fixture
def sample(cast, case, case_elsewhere):
    return drawn(cast["auditor"])


def text(response):
    return response.content.decode()


def posted_answers(sample, value="yes", **more):
    asked = sample.asked.select_related("question")
    return {f"answers.{each.question.code}.value": value for each in asked} | more


# ------------------------------------------------------------------ drawing
@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("/cases/", "status=in_placement"),
        ("/placements/", "current=true"),
        ("/accommodations/", "late=true"),
        ("/history/", "verb=cases.case.open"),
    ],
)
def test_every_filtered_list_leads_to_a_drawing_that_keeps_the_filter(
    page, query, client, cast, case
):
    address = f'/samples/new/{page.strip("/").replace("history", "change_sets")}/?{query}"'
    client.force_login(cast["auditor"])
    assert address in text(client.get(f"{page}?{query}"))
    client.force_login(cast["lead"])
    assert "/samples/new/" not in text(client.get(f"{page}?{query}"))


def test_what_would_be_drawn_from_is_shown_before_it_is_drawn(auditor, case, case_elsewhere):
    page = text(auditor.get("/samples/new/cases/?status=in_placement"))
    assert "<strong>1 fiche</strong>" in page
    assert "Statut\u00a0: En stage" in page
    assert not Sample.objects.exists()
    assert AccessLog.objects.filter(verb="list", model="cases.case").exists()


def test_a_sample_is_drawn_from_the_filter_in_the_address(auditor, case, case_elsewhere):
    data = {"title": "Stages", "mandate": "program", "size": "10", "seed": "", "expected": "1"}
    sent = auditor.post("/samples/new/cases/?status=in_placement", data)
    sample = Sample.objects.get()
    assert (sent.status_code, sent["Location"]) == (302, sample.get_absolute_url())
    assert (sample.size, sample.filter_query, len(sample.seed)) == (1, "status=in_placement", 32)


def test_a_population_that_changed_meanwhile_is_shown_anew_with_what_was_typed(auditor, case):
    data = {"title": "Stages", "mandate": "program", "size": "10", "expected": "99"}
    sent = auditor.post("/samples/new/cases/", data)
    assert sent.status_code == 409
    assert 'name="expected" value="2"' in text(sent)
    assert 'value="Stages"' in text(sent)


def test_a_regional_auditor_draws_under_the_own_mandate(client, cast, case, case_elsewhere, world):
    client.force_login(cast["auditor_region"])
    data = {"title": "Région", "mandate": str(world.regions["03"].pk), "size": "10"}
    assert client.post("/samples/new/cases/", data).status_code == 302
    assert Sample.objects.get().population_size == 1
    data["mandate"] = "program"
    assert client.post("/samples/new/cases/", data).status_code == 400


def test_a_filter_that_makes_no_sense_draws_nothing(auditor):
    assert auditor.get("/samples/new/cases/?status=nonsense").status_code == 400


# ------------------------------------------------------------------ working through
def test_answers_are_saved_and_lead_on_to_the_next_record(auditor, sample):
    url = f"{sample.get_absolute_url()}items/1/"
    first = sample.items.get(position=1)
    data = posted_answers(sample, version=first.version, act="next")
    sent = auditor.post(url, data)
    assert (sent.status_code, sent["Location"]) == (302, f"{sample.get_absolute_url()}items/2/")
    page = text(auditor.get(sample.get_absolute_url()))
    assert "Fiches faites\u00a0: 1 sur 2" in page
    assert f'{sample.get_absolute_url()}items/2/">Prochaine fiche à faire' in page


def test_what_was_typed_is_kept_when_something_is_missing(auditor, sample):
    url = f"{sample.get_absolute_url()}items/1/"
    data = posted_answers(sample, "no", version=1, act="done")
    data["answers.closing-reason.comment"] = "Motif absent du dossier"
    sent = auditor.post(url, data)
    assert sent.status_code == 400
    page = text(sent)
    assert "Motif absent du dossier" in page
    assert page.count("Un «\u00a0non\u00a0» demande un commentaire") == 2 * 7
    assert not sample.items.get(position=1).answers.exists()


def test_each_question_is_a_group_of_choices_with_its_words_and_help(auditor, sample):
    page = text(auditor.get(f"{sample.get_absolute_url()}items/1/"))
    assert page.count("<fieldset") == 8
    assert page.count('type="radio"') == 24
    assert "1. La date de la demande au dossier est-elle celle du document reçu?" in page


def test_a_stale_page_shows_what_the_other_auditor_saved(auditor, sample):
    url = f"{sample.get_absolute_url()}items/1/"
    assert auditor.post(url, posted_answers(sample, version=1, act="save")).status_code == 302
    sent = auditor.post(url, posted_answers(sample, "not_applicable", version=1, act="save"))
    assert sent.status_code == 412
    assert "Somebody" not in text(sent)
    assert "conflict-title" in text(sent)


def test_the_page_of_a_record_shows_its_facts_and_leads_to_the_case(auditor, sample, case):
    item = sample.items.get(subject_case=case)
    page = text(auditor.get(f"{sample.get_absolute_url()}items/{item.position}/"))
    assert case.number in page
    assert f'href="{case.get_absolute_url()}"' in page
    assert f'href="{case.get_absolute_url()}timeline/"' in page
    assert AccessLog.objects.filter(verb="open", model="cases.case", case_id=case.pk).exists()


def test_a_record_out_of_reach_is_said_to_be_so(client, cast, case, world):
    sample = drawn(cast["auditor_region"], mandate=Mandate(region=world.regions["03"]))
    with change(by=SYSTEM, verb="test"):
        type(case).objects.filter(pk=case.pk).update(region=world.regions["06"])
    client.force_login(cast["auditor_region"])
    page = text(client.get(f"{sample.get_absolute_url()}items/1/"))
    assert "ne vous est plus accessible" in page
    assert f'href="{case.get_absolute_url()}"' not in page


@pytest.mark.parametrize("position", [0, 3, 999999999999])
def test_a_record_that_was_not_drawn_is_not_found(position, auditor, sample):
    assert auditor.get(f"{sample.get_absolute_url()}items/{position}/").status_code == 404


def test_a_finding_begins_with_the_comment_of_the_no(auditor, sample):
    url = f"{sample.get_absolute_url()}items/1/"
    data = posted_answers(sample, version=1, act="save")
    data["answers.closing-reason.value"] = "no"
    data["answers.closing-reason.comment"] = "Motif absent"
    auditor.post(url, data)
    new = f"{sample.get_absolute_url()}findings/new/?item=1&question=closing-reason"
    assert new.replace("&", "&amp;") in text(auditor.get(url))
    assert "Motif absent" in text(auditor.get(new))
    sent = auditor.post(new, {"severity": "minor", "text": "Motif absent", "question": ""})
    assert sent["Location"] == f"{url}#findings"
    assert Finding.objects.get().item.position == 1


# ------------------------------------------------------------------ signing
def test_signing_on_the_page_shows_the_receipt_and_locks(auditor, cast, sample):
    url = sample.get_absolute_url()
    assert auditor.get(f"{url}move/sign/").status_code == 409
    for item in sample.items.all():
        data = posted_answers(sample, version=item.version, act="done")
        assert auditor.post(f"{url}items/{item.position}/", data).status_code == 302
    sample.refresh_from_db()
    data = {"version": sample.version, "conclusion": "Bien tenu.", "confirmation": "x"}
    assert auditor.post(f"{url}move/sign/", data).status_code == 400
    data["confirmation"] = sample.number
    assert auditor.post(f"{url}move/sign/", data).status_code == 302
    page = text(auditor.get(url))
    assert "Bien tenu." in page
    assert page.count('<code class="receipt">') == 2
    assert "move/abandon/" not in page
    answers = posted_answers(sample, "not_applicable", version=2, act="save")
    assert auditor.post(f"{url}items/1/", answers).status_code == 409
    assert "<fieldset" not in text(auditor.get(f"{url}items/1/"))


def test_who_only_reads_a_signed_sample_is_offered_nothing_to_do(client, cast, sample):
    signed(sample, cast["auditor"])
    url = sample.get_absolute_url()
    client.force_login(cast["lead"])
    page = text(client.get(url))
    assert client.get(f"{url}redraw/").status_code == 200
    assert "/move/" not in page
    assert "/findings/new/" not in page
    assert client.post(f"{url}items/1/", {"version": 1}).status_code == 403
    assert client.get(f"{url}findings/new/").status_code == 403


def test_the_page_of_a_sample_asks_as_often_for_many_records_as_for_one(
    auditor, cast, case, case_elsewhere
):
    counts = []
    for size in (1, 2):
        sample = drawn(cast["auditor"], size=size)
        for item in sample.items.all():
            noted(sample, cast["auditor"], item=item)
        with CaptureQueriesContext(connection) as found:
            assert auditor.get(sample.get_absolute_url()).status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[1]


def test_open_samples_are_on_the_first_page_of_an_auditor(auditor, sample):
    assert f'href="{sample.get_absolute_url()}"' in text(auditor.get("/"))
    assert 'href="/samples/"' in text(auditor.get("/"))


# ------------------------------------------------------------------ the checklist
def test_the_lead_keeps_the_checklist(client, cast):
    client.force_login(cast["lead"])
    data = {
        "population": "cases", "code": "signature", "text_fr": "Signé?", "text_en": "Signed?",
        "position": "90", "is_active": "on",
    }  # fmt: skip
    assert client.post("/checklist/new/", data).status_code == 302
    question = ChecklistQuestion.objects.get(code="signature")
    url = f"/checklist/{question.pk}/edit/"
    changed = data | {"version": question.version, "text_fr": "Bien signé?", "is_active": ""}
    assert client.post(url, changed).status_code == 302
    question.refresh_from_db()
    assert (question.text_fr, question.is_active) == ("Bien signé?", False)
    assert client.post(url, changed).status_code == 412
    twice = client.post("/checklist/new/", data)
    assert twice.status_code == 400


def test_a_question_once_answered_keeps_its_words(cast, sample):
    signed(sample, cast["auditor"])
    question = sample.asked.first().question
    with pytest.raises(Conflict):
        update_question(question, by=cast["lead"], text_fr="Autre chose?")
    assert not update_question(question, by=cast["lead"], is_active=False).is_active


@pytest.mark.parametrize("who", ["auditor", "coordinator", "privacy", "outsider"])
def test_nobody_else_changes_the_checklist(who, cast):
    question = ChecklistQuestion.objects.first()
    with pytest.raises(Forbidden):
        add_question(by=cast[who], code="x", population="cases", text_fr="x", text_en="x")
    with pytest.raises(Forbidden):
        update_question(question, by=cast[who], position=1)


def test_a_sample_keeps_the_questions_it_was_drawn_with(cast, sample):
    add_question(by=cast["lead"], code="x", population="cases", text_fr="x", text_en="x")
    assert sample.asked.count() == 8
    assert drawn(cast["auditor"]).asked.count() == 9
