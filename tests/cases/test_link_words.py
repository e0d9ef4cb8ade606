"""Report, evaluate and reply behind a link: each written by its ordinary service, once, with the link."""

import datetime as dt
import re
from decimal import Decimal

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Evaluation, Objective, Report, TaskLink
from cases.services.evaluations import save_evaluation
from cases.services.link_answers import answer_link, draft_of
from cases.services.link_tasks import possible_tasks
from cases.services.links import bearer_of, send_link, send_possible, token_of
from cases.services.plans import add_objective, update_objective
from cases.services.reports import add_report
from cases.services.signatures import sign_agreement
from peph.audit.changes import SYSTEM
from peph.audit.models import ChangedRow, ChangeSet
from peph.errors import Conflict, Forbidden, Invalid
from tests.cases.evaluating import CODES, draft, signed
from tests.linking import HOST, NOW, TODAY

PERSON = {"recipient_name": "Éloïse", "recipient_email": "eloise@exemple.qc.ca"}
PERIOD = {
    "from_on": "2026-11-02",
    "to_on": "2026-11-20",
    "hours_worked": "100.5",
    "hours_absent": "7",
}
REPORT = {
    "send": "report", **PERIOD, "progress": "Classe les dossiers sans aide.", "concern": "none",
    "author_name": "Dominique Superviseur",
}  # fmt: skip


@pytest.fixture(autouse=True)
def now():
    cache.clear()
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def objective(cast, placement):
    return add_objective(placement, by=cast["coordinator"], text="Classer un dossier seule")


@pytest.fixture
def report_link(cast, placement):
    return send_link(placement, by=cast["coordinator"], task="report", **HOST)


@pytest.fixture
def evaluate_link(cast, placement):
    by = cast["coordinator"]
    possible = {each.code: each for each in possible_tasks(placement)}
    return send_possible(placement, possible["evaluate-mid_term"], by=by, **HOST)


@pytest.fixture
def reply_link(cast, placement):
    evaluation = signed(placement, cast["supervisor"])
    return send_link(
        placement, by=cast["lead"], task="answer", evaluation=evaluation, **PERSON, language="fr"
    )


def address(link, rest=""):
    return f"/link/{token_of(link)}/{rest}"


def text(answer):
    return answer.content.decode()


def last_set():
    return ChangeSet.objects.order_by("-number").first()


def rows_of(change_set):
    return set(ChangedRow.objects.filter(change_set=change_set).values_list("model", flat=True))


# ------------------------------------------------------------------ report
def test_a_report_is_the_hosts_own_word(client, report_link, objective):
    page = text(client.get(address(report_link)))
    assert "Classer un dossier seule" in page
    assert 'value="2026-04-13"' in page  # the first day worked: nothing was reported before
    assert 'value="2026-11-25"' in page
    told = {f"objectives.{objective.pk}.state": "reached",
            f"objectives.{objective.pk}.progress": "Depuis octobre",
            f"objectives.{objective.pk}.version": objective.version}  # fmt: skip
    answer = client.post(address(report_link), {**REPORT, **told})
    assert answer.status_code == 302, text(answer)
    report = Report.objects.get()
    assert (report.hours_worked, report.is_on_behalf, report.recorded_by) == (
        Decimal("100.5"), False, None,
    )  # fmt: skip
    assert Objective.objects.get().state == "reached"
    done = last_set()
    assert (done.verb, done.channel, done.actor_id) == ("cases.report.add", "link", SYSTEM)
    assert rows_of(done) == {"cases.report", "cases.objective", "cases.tasklink"}
    assert "Classe les dossiers sans aide." in text(client.get(answer["Location"]))


def test_the_next_report_begins_the_day_after_the_last(client, cast, placement, report_link):
    client.post(address(report_link), REPORT)
    link = send_link(placement, by=cast["lead"], task="report", **HOST)
    assert link.pk != report_link.pk
    assert 'value="2026-11-21"' in text(client.get(address(link)))


def test_an_urgent_concern_needs_words_and_keeps_what_was_typed(client, report_link):
    answer = client.post(address(report_link), {**REPORT, "concern": "urgent", "progress": ""})
    assert answer.status_code == 400
    assert 'value="100.5"' in text(answer)
    assert not Report.objects.exists()
    again = text(client.get(address(report_link)))
    assert 'value="2026-11-02"' in again
    assert re.search(r'value="urgent"[^>]*checked', again)


def test_what_a_draft_holds_of_an_objective_is_sent_all_the_same(client, report_link, objective):
    told = {f"objectives.{objective.pk}.state": "reached",
            f"objectives.{objective.pk}.progress": "Depuis octobre"}  # fmt: skip
    client.post(address(report_link, "draft/"), told)
    page = text(client.get(address(report_link)))
    assert re.search(r'value="reached"[^>]*selected', page)
    version = {f"objectives.{objective.pk}.version": objective.version}
    client.post(address(report_link), {**REPORT, **told, **version})
    assert (Objective.objects.get().state, Objective.objects.get().progress) == (
        "reached", "Depuis octobre",
    )  # fmt: skip


def test_what_somebody_else_changed_meanwhile_is_told_and_nothing_typed_is_lost(
    client, cast, report_link, objective
):
    told = {f"objectives.{objective.pk}.state": "reached",
            f"objectives.{objective.pk}.progress": "Depuis octobre",
            f"objectives.{objective.pk}.version": objective.version}  # fmt: skip
    update_objective(objective, by=cast["coordinator"], state="under_way", progress="En cours")
    answer = client.post(address(report_link), {**REPORT, **told})
    assert answer.status_code == 412
    assert "Depuis octobre" in text(answer)
    assert "Classe les dossiers sans aide." in text(answer)
    told[f"objectives.{objective.pk}.version"] = objective.version + 1
    assert f'value="{objective.version + 1}"' in text(answer)
    assert client.post(address(report_link), {**REPORT, **told}).status_code == 302


# ------------------------------------------------------------------ evaluate
def scored(**changed):
    given = {f"scores.{code}.level": "3" for code in CODES}
    given |= {f"scores.{code}.comment": "" for code in CODES}
    return {
        "send": "evaluate", **given, "objectives": "Les deux premiers.", "needs": "",
        "recommendation": "continue", "author_name": "Dominique Superviseur",
        "signed_on": "2026-11-25", **changed,
    }  # fmt: skip


def version_on(page):
    return re.search(r'name="version" value="(\d+)"', page).group(1)


def test_an_evaluation_is_begun_for_the_link_and_signed_through_it(client, cast, evaluate_link):
    evaluation = Evaluation.objects.get()
    assert (evaluate_link.evaluation, evaluation.is_locked) == (evaluation, False)
    page = text(client.get(address(evaluate_link)))
    assert page.count('type="radio"') == 5 * len(CODES) + 4
    answer = client.post(address(evaluate_link), {**scored(), "version": version_on(page)})
    assert answer.status_code == 302, text(answer)
    evaluation.refresh_from_db()
    assert (evaluation.signed_on, evaluation.author_name, evaluation.is_on_behalf) == (
        TODAY, "Dominique Superviseur", False,
    )  # fmt: skip
    assert evaluation.recorded_by is None
    done = last_set()
    assert (done.verb, done.channel) == ("cases.evaluation.sign", "link")
    assert {"cases.evaluation", "cases.evaluationscore", "cases.tasklink"} <= rows_of(done)
    assert "Les deux premiers." in text(client.get(answer["Location"]))


def test_an_evaluation_is_saved_as_it_is_filled_in(client, evaluate_link):
    client.post(
        address(evaluate_link, "draft/"),
        {"scores.quality.level": "4", "scores.quality.comment": "Soignée", "version": "99"},
    )
    assert set(draft_of(TaskLink.objects.get()).fields) == {
        "scores.quality.level", "scores.quality.comment",
    }  # fmt: skip
    page = text(client.get(address(evaluate_link)))
    assert "Soignée" in page
    assert re.search(r'name="scores.quality.level" value="4"[^>]*checked', page)
    assert not Evaluation.objects.get().scores.exists()


def test_an_evaluation_that_is_not_whole_says_all_that_is_missing(client, evaluate_link):
    page = text(client.get(address(evaluate_link)))
    wrong = scored(**{"scores.quality.level": "", "recommendation": ""})
    answer = client.post(address(evaluate_link), {**wrong, "version": version_on(page)})
    assert answer.status_code == 400
    assert text(answer).count('class="field-errors"') == 2
    assert "Les deux premiers." in text(answer)
    assert TaskLink.objects.get().state == "waiting"


def test_what_the_programme_wrote_into_the_draft_meanwhile_is_not_overwritten_unseen(
    client, cast, evaluate_link
):
    page = text(client.get(address(evaluate_link)))
    save_evaluation(evaluate_link.evaluation, by=cast["coordinator"], needs="Une loupe.")
    answer = client.post(address(evaluate_link), {**scored(), "version": version_on(page)})
    assert answer.status_code == 412
    assert "Les deux premiers." in text(answer)
    again = {**scored(), "version": version_on(text(answer))}
    assert client.post(address(evaluate_link), again).status_code == 302


def test_the_participant_evaluates_their_own_work(client, cast, placement):
    possible = {each.code: each for each in possible_tasks(placement)}
    link = send_possible(placement, possible["evaluate-self"], by=cast["lead"], **PERSON)
    page = text(client.get(address(link)))
    assert "recommendation" not in page
    given = scored(author_name="Éloïse")
    del given["recommendation"]
    client.post(address(link), {**given, "version": version_on(page)})
    evaluation = Evaluation.objects.get()
    assert (evaluation.kind, evaluation.signed_on, evaluation.is_on_behalf) == (
        "self", TODAY, False,
    )  # fmt: skip


# ------------------------------------------------------------------ the participant replies
def test_the_participant_reads_and_disagrees_with_words(client, reply_link, case):
    page = text(client.get(address(reply_link)))
    assert "Dominique Exemple" in page
    assert "Consignes écrites." in page
    assert case.number not in page
    silent = client.post(address(reply_link), {"send": "reply", "answer": "disagrees"})
    assert silent.status_code == 400
    said = {"send": "reply", "answer": "disagrees", "comment": "Les échéances ont été tenues."}
    answer = client.post(address(reply_link), said)
    assert answer.status_code == 302
    evaluation = Evaluation.objects.get()
    assert (evaluation.answer, evaluation.answered_on) == ("disagrees", TODAY)
    done = last_set()
    assert (done.verb, done.channel) == ("cases.evaluation.answer", "link")
    assert {"cases.evaluation", "cases.tasklink"} <= rows_of(done)
    assert "Les échéances ont été tenues." in text(client.get(answer["Location"]))


def test_one_evaluation_is_answered_by_one_link(cast, placement, reply_link):
    codes = [each.code for each in possible_tasks(placement)]
    assert f"answer-{reply_link.evaluation_id}" in codes
    answer_link(reply_link, "reply", {"answer": "agrees", "comment": ""})
    assert f"answer-{reply_link.evaluation_id}" not in [
        each.code for each in possible_tasks(placement)
    ]
    with pytest.raises(Conflict):
        answer_link(reply_link, "reply", {"answer": "agrees", "comment": ""})


# ------------------------------------------------------------------ one task only, at the service as well
def _services(placement, evaluation):
    """Every service a link may stand behind, called as its holder would."""
    day = dt.date(2026, 11, 20)
    return {
        "report": lambda by: add_report(
            placement, by=by, from_on=day, to_on=day, hours_worked=7, progress="x", author_name="x"
        ),
        "save": lambda by: save_evaluation(evaluation, by=by, objectives="x"),
        "sign": lambda by: sign_agreement(
            placement, by=by, role="host_coordinator", name="x", signed_on=day
        ),
        "sign for the programme": lambda by: sign_agreement(
            placement, by=by, role="program", name="x", signed_on=day
        ),
    }


MAY = {"report": {"report"}, "evaluate": {"save"}, "answer": set()}


@pytest.mark.parametrize("task", MAY)
def test_a_link_to_one_task_is_refused_by_the_services_of_the_others(task, cast, placement):
    evaluation = draft(placement, cast["supervisor"], "final")
    bearer = bearer_of(TaskLink.of(placement, task=task))
    for name, call in _services(placement, evaluation).items():
        if name in MAY[task]:
            call(bearer)
        else:
            number = last_set().number
            with pytest.raises(Forbidden):
                call(bearer)
            assert last_set().number == number


@pytest.mark.parametrize("task", ["report_link", "evaluate_link", "reply_link"])
def test_a_link_takes_the_answers_of_its_own_task_only(task, request, client):
    link, number = request.getfixturevalue(task), last_set().number
    own = {"report_link": "report", "evaluate_link": "evaluate", "reply_link": "reply"}[task]
    for name in {"start", "no-show", "sign", "report", "evaluate", "reply"} - {own}:
        with pytest.raises(Invalid):
            answer_link(link, name, {})
        assert client.post(address(link), {**REPORT, **scored(), "send": name}).status_code == 400
    assert last_set().number == number


@pytest.mark.parametrize("task", ["report_link", "evaluate_link", "reply_link"])
def test_a_page_costs_the_same_whatever_is_there(task, request, client, cast, placement):
    link = request.getfixturevalue(task)
    costs = []
    for more in (1, 9):
        for number in range(more):
            add_objective(placement, by=cast["lead"], text=f"Objectif {number}")
        client.get(address(link))
        with CaptureQueriesContext(
            connection,
        ) as found:
            client.get(address(link))
        costs.append(len(found))
    assert costs[0] == costs[1]
    assert costs[0] <= 9
