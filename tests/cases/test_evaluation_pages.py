"""Pages of the evaluations: what is offered to whom, forms that keep what was typed, a page to print."""

import datetime as dt
import re

import pytest
import time_machine
from django.urls import reverse
from rest_framework.test import APIClient

from cases.models import Evaluation, FollowUp
from cases.services.evaluations import save_evaluation, sign_evaluation
from cases.services.placements import move_placement
from organizations.services.grants import give_grant
from organizations.services.hosts import open_site
from peph.audit.changes import SYSTEM, change
from peph.audit.models import AccessLog
from tests.browsing import address, get, post, queries, text
from tests.cases.evaluating import CODES, answered, draft, signed

pytestmark = pytest.mark.django_db
IN_NOVEMBER = dt.datetime(2026, 11, 23, 15, tzinfo=dt.UTC)
SIGNATURE = {"author_name": "Dominique Exemple", "signed_on": "2026-10-14"}
FILLED = {f"scores.{code}.level": "3" for code in CODES} | SIGNATURE


def part(page, name):
    """The part of the page with this id; nothing when it has nothing to show."""
    found = re.search(rf'<section class="stack" id="{name}".*?</section>', page, re.DOTALL)
    return found.group(0) if found else ""


def words(html):
    """What is read of a piece of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def new(placement, kind="mid_term"):
    return f"/placements/{placement.pk}/evaluations/{kind}/"


# ------------------------------------------------------------------ writing
def test_a_form_asks_each_criterion_as_a_group_with_its_name(cast, client, placement):
    page = text(client, cast["supervisor"], new(placement))
    legends = re.findall(r'<legend class="field-label">([^<]+?) *</legend>', page)
    assert legends == [
        "Qualité du travail",
        "Méthode, organisation et respect des échéances",
        "Autonomie et initiative",
        "Apprentissage et progression",
        "Travail en équipe et communication",
        "Sens du service public",
        "Recommandation",
    ]
    assert page.count('type="radio"') == 6 * 5 + 4
    for wanted in ("Commentaire\xa0: Qualité du travail", "Non observé", "2 – En partie acquis"):
        assert wanted in page
    # Each control is named by a label of its own, and the supervisor is expected to write it.
    for name in re.findall(r'<textarea[^>]* id="([^"]+)"', page):
        assert f'<label class="field-label" for="{name}">' in page
    assert 'value="Dominique Superviseur"' in page


def test_a_self_evaluation_recommends_nothing_and_is_the_participant_s(cast, client, placement):
    page = text(client, cast["coordinator"], new(placement, "self"))
    assert "Recommandation" not in page
    assert 'value="Éloïse Côté-Tremblay"' in page


def test_saving_keeps_a_draft_and_coming_back_continues_it(cast, client, placement):
    host = cast["supervisor"]
    answer = post(
        client, host, new(placement), act="save",
        **{"scores.quality.level": "not_observed", "scores.methods.comment": "À revoir"},
        objectives="Deux sur trois",
    )  # fmt: skip
    evaluation = Evaluation.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/evaluations/{evaluation.pk}/")
    assert evaluation.state == "draft"
    again = client.get(new(placement))
    assert (again.status_code, again["Location"]) == (302, f"/evaluations/{evaluation.pk}/edit/")
    page = text(client, host, again["Location"])
    assert re.search(r'name="scores.quality.level" value="not_observed"[^>]* checked', page)
    assert not re.search(r'name="scores.methods.level"[^>]* checked', page)
    assert "À revoir</textarea>" in page
    assert "Deux sur trois</textarea>" in page


def test_a_refused_signature_keeps_everything_and_leads_to_each_field(cast, client, placement):
    typed = FILLED | {"scores.service.comment": "Très attentif", "objectives": "Deux sur trois"}
    del typed["scores.quality.level"]
    typed["scores.methods.level"] = "not_observed"
    answer = post(client, cast["supervisor"], new(placement), act="sign", **typed)
    page = answer.content.decode()
    assert (answer.status_code, Evaluation.objects.count()) == (400, 0)
    summary = re.search(r'<div class="error-summary".*?</div>', page, re.DOTALL).group(0)
    assert re.findall(r'href="#([^"]+)"', summary) == [
        "id_scores.quality.level_0",
        "id_scores.methods.comment",
        "id_recommendation_0",
    ]
    for target in re.findall(r'href="#([^"]+)"', summary):
        assert f'id="{target}"' in page
    assert "Très attentif</textarea>" in page
    assert "Deux sur trois</textarea>" in page
    assert page.count(" checked") == 5
    assert 'value="2026-10-14"' in page


def test_signing_needs_a_date(cast, client, placement):
    answer = post(
        client, cast["supervisor"], new(placement), act="sign", recommendation="hire",
        **FILLED | {"signed_on": ""},
    )  # fmt: skip
    assert answer.status_code == 400
    assert 'href="#id_signed_on"' in answer.content.decode()


def test_a_form_is_signed_at_once(cast, client, placement):
    post(client, cast["supervisor"], new(placement), act="sign", recommendation="hire", **FILLED)
    evaluation = Evaluation.objects.get()
    assert (evaluation.state, evaluation.recommendation) == ("signed", "hire")
    page = text(client, cast["supervisor"], address("evaluation_detail", evaluation))
    assert "L’évaluation est signée et verrouillée." in page
    assert "Enregistrer le brouillon" not in page


def test_who_began_second_keeps_the_text(cast, client, placement):
    draft(placement, cast["representative"])
    answer = post(client, cast["supervisor"], new(placement), act="save", objectives="Le mien")
    assert answer.status_code == 409
    assert "Le mien</textarea>" in answer.content.decode()
    assert Evaluation.objects.count() == 1


def test_a_stale_form_shows_both_texts_and_writes_nothing(cast, client, placement):
    evaluation = draft(placement, cast["supervisor"])
    save_evaluation(
        evaluation, by=cast["representative"], objectives="Le sien",
        scores={"quality": {"level": 1}},
    )  # fmt: skip
    answer = post(
        client, cast["supervisor"], address("evaluation_edit", evaluation), act="save", version=1,
        objectives="Le mien", **FILLED,
    )  # fmt: skip
    page = answer.content.decode()
    assert answer.status_code == 412
    differences = words(re.search(r'id="differences".*?</table>', page, re.DOTALL).group(0))
    assert "Qualité du travail 1 – À acquérir 3 – Acquis" in differences
    assert "Le sien Le mien" in differences
    evaluation.refresh_from_db()
    assert evaluation.objectives == "Le sien"


@pytest.mark.parametrize("page", ["edit", "discard"])
def test_a_signed_evaluation_has_no_page_to_change_it(page, cast, client, placement):
    evaluation = signed(placement, cast["supervisor"])
    url = address(f"evaluation_{page}", evaluation)
    for who in ("supervisor", "lead"):
        assert (
            post(client, cast[who], url, confirmed="yes", version=1, act="sign").status_code == 409
        )
    if page == "edit":
        assert client.get(url).status_code == 409
    assert Evaluation.objects.get().signed_on == evaluation.signed_on


def test_a_placement_that_has_not_begun_has_nothing_to_evaluate(cast, client, placement):
    with change(by=SYSTEM, verb="cases.placement.update"):
        type(placement).objects.filter(pk=placement.pk).update(status="signed", started_on=None)
    assert get(client, cast["supervisor"], new(placement)).status_code == 409
    section = part(text(client, cast["supervisor"], placement.get_absolute_url()), "evaluations")
    assert "Évaluation finale 2027-03-28" in words(section)
    assert "href" not in section


def test_a_draft_is_discarded_after_asking(cast, client, placement):
    evaluation = draft(placement, cast["supervisor"])
    url = address("evaluation_discard", evaluation)
    asked = post(client, cast["supervisor"], url, version=1)
    assert (asked.status_code, Evaluation.objects.count()) == (200, 1)
    assert "Supprimer ce brouillon?" in asked.content.decode()
    stale = post(client, cast["supervisor"], url, version=7, confirmed="yes")
    assert (stale.status_code, Evaluation.objects.count()) == (412, 1)
    done = post(client, cast["supervisor"], url, version=1, confirmed="yes")
    assert (done.status_code, Evaluation.objects.count()) == (302, 0)
    assert get(client, cast["supervisor"], url).status_code == 405


# ------------------------------------------------------------------ pages offer what the API offers
OFFERS = {
    "edit": ["edit/"],
    "sign": [],
    "discard": ["discard/"],
    "answer": ["answer/"],
}
MAKE = {"draft": draft, "signed": signed, "disagreed": answered}


@pytest.mark.parametrize("state", MAKE)
@pytest.mark.parametrize(
    "who", ["lead", "coordinator", "editor", "supervisor", "reader", "auditor"]
)
def test_the_page_offers_what_the_api_offers(who, state, cast, client, placement):
    evaluation = MAKE[state](placement, cast["coordinator"])
    api = APIClient()
    api.force_login(cast[who])
    actions = api.get(f"/api/v1/evaluations/{evaluation.pk}/").json()["actions"]
    page = text(client, cast[who], address("evaluation_detail", evaluation))
    offered = re.findall(rf'(?:href|action)="/evaluations/{evaluation.pk}/([a-z]+/)"', page)
    assert offered == [each for name in actions for each in OFFERS[name]]
    may_write = who in {"lead", "coordinator", "editor", "supervisor"} and state == "draft"
    may_answer = who in {"lead", "coordinator", "editor"} and state == "signed"
    expected = ["edit", "sign", "discard"] if may_write else []
    assert actions == (["answer"] if may_answer else expected)


# ------------------------------------------------------------------ reading, printing, answering
def test_a_signed_evaluation_is_read_and_printed_in_both_languages(cast, client, placement):
    evaluation = answered(placement, cast["coordinator"])
    page = text(client, cast["coordinator"], address("evaluation_detail", evaluation))
    for told in (
        "Évaluation de mi-parcours\xa0: Éloïse Côté-Tremblay", "Qualité du travail", "3 – Acquis",
        "Consignes écrites.", "Poursuivre le stage", "Dominique Exemple", "2026-10-14",
        "Remplie en son nom par", "Camille Coordinator", "En désaccord",
        "Les échéances ont été tenues.", "2026-10-20", "data-print hidden",
    ):  # fmt: skip
        assert told in page, told
    client.post(reverse("account_language"), {"language": "en", "next": "/"})
    english = client.get(address("evaluation_detail", evaluation)).content.decode()
    for told in (
        "Mid-term evaluation of Éloïse Côté-Tremblay", "Quality of the work", "3 – Acquired",
        "Continue", "Disagrees", "Les échéances ont été tenues.",
    ):  # fmt: skip
        assert told in english, told


def test_paper_leaves_room_for_the_answer_until_it_is_given(cast, client, placement):
    for evaluation, room in (
        (signed(placement, cast["supervisor"]), True),
        (answered(placement, cast["coordinator"], "agrees"), False),
        (signed(placement, cast["coordinator"], "self"), False),
        (draft(placement, cast["coordinator"], "final"), False),
    ):
        page = text(client, cast["coordinator"], address("evaluation_detail", evaluation))
        assert ("Je ne suis pas d’accord avec cette évaluation." in page) is room


def test_opening_an_evaluation_is_logged_with_its_case(cast, client, placement):
    evaluation = signed(placement, cast["coordinator"])
    text(client, cast["supervisor"], address("evaluation_detail", evaluation))
    entry = AccessLog.objects.get(verb="open", model="cases.evaluation")
    assert (entry.actor_id, entry.case_id) == (cast["supervisor"].pk, placement.case_id)


def test_an_answer_is_recorded_and_a_refused_one_keeps_what_was_typed(cast, client, placement):
    evaluation = signed(placement, cast["supervisor"])
    url = address("evaluation_answer", evaluation)
    given = {"version": evaluation.version, "answer": "disagrees", "answered_on": "2026-10-20"}
    refused = post(client, cast["coordinator"], url, comment=" ", **given)
    page = refused.content.decode()
    assert refused.status_code == 400
    assert 'href="#id_comment"' in page
    assert re.search(r'value="disagrees"[^>]* checked', page)
    assert post(client, cast["coordinator"], url, comment="Non.", **given).status_code == 302
    evaluation.refresh_from_db()
    assert (evaluation.state, evaluation.answer_comment) == ("disagreed", "Non.")
    assert get(client, cast["coordinator"], url).status_code == 409


# ------------------------------------------------------------------ the part on the page of a placement
@time_machine.travel(IN_NOVEMBER, tick=False)
def test_the_placement_tells_each_kind_with_its_day(cast, client, placement):
    officer = part(text(client, cast["coordinator"], placement.get_absolute_url()), "evaluations")
    assert re.findall(r'href="([^"]+)"', officer) == [
        new(placement), new(placement, "final"), new(placement, "self"),
    ]  # fmt: skip
    assert "Évaluation de mi-parcours 2026-10-12 En retard Pas encore rédigée" in words(officer)
    assert "Évaluation finale 2027-03-28 Pas encore rédigée" in words(officer)
    assert "Autoévaluation Pas encore rédigée" in words(officer)

    host = part(text(client, cast["supervisor"], placement.get_absolute_url()), "evaluations")
    assert re.findall(r'href="([^"]+)"', host) == [new(placement), new(placement, "final")]
    assert "Autoévaluation" not in host
    auditor = part(text(client, cast["auditor"], placement.get_absolute_url()), "evaluations")
    assert "href" not in auditor


def test_the_placement_tells_how_far_each_is(cast, client, placement):
    by = cast["coordinator"]
    disputed, own = answered(placement, by), draft(placement, by, "self")
    final = draft(placement, cast["supervisor"], "final")
    told = words(part(text(client, by, placement.get_absolute_url()), "evaluations"))
    for line in (
        "Évaluation de mi-parcours 2026-10-12 Signée, en désaccord 2026-10-14",
        "Évaluation finale 2027-03-28 Brouillon",
        "Autoévaluation Brouillon",
    ):
        assert line in told
    host = part(text(client, cast["supervisor"], placement.get_absolute_url()), "evaluations")
    assert f"/evaluations/{final.pk}/edit/" in host
    assert f"/evaluations/{disputed.pk}/" in host
    assert str(own.pk) not in host
    assert new(placement) in host  # another one, besides the locked one
    assert "En rédiger une autre" in host


NEXT = {
    "continue": None,
    "extend": "extend",
    "hire": "complete",
    "stop": "end-early",
}


@pytest.mark.parametrize("recommendation", NEXT)
@pytest.mark.parametrize(("who", "may"), [("coordinator", True), ("supervisor", False)])
def test_a_recommendation_leads_to_the_move_and_decides_nothing(
    recommendation, who, may, cast, client, placement
):
    evaluation = draft(placement, cast["supervisor"])
    sign_evaluation(
        evaluation, by=cast["supervisor"], author_name="D.", signed_on=dt.date(2026, 10, 14),
        recommendation=recommendation,
    )  # fmt: skip
    section = part(text(client, cast[who], placement.get_absolute_url()), "evaluations")
    moves = re.findall(rf'href="/placements/{placement.pk}/move/([a-z-]+)/"', section)
    name = NEXT[recommendation]
    assert moves == ([name] if may and name else [])
    placement.refresh_from_db()
    assert placement.status == "active"


def test_the_last_signed_evaluation_says_what_comes_next(cast, client, placement):
    by = cast["coordinator"]
    for kind, recommendation, day in (("mid_term", "stop", 5), ("final", "extend", 20)):
        sign_evaluation(
            draft(placement, by, kind), by=by, author_name="D.", recommendation=recommendation,
            signed_on=dt.date(2026, 10, day),
        )  # fmt: skip
    section = part(text(client, by, placement.get_absolute_url()), "evaluations")
    assert "/move/extend/" in section
    assert "/move/end-early/" not in section
    move_placement(placement, "complete", by=by, ended_on="2026-11-20")
    over = part(text(client, by, placement.get_absolute_url()), "evaluations")
    assert "/move/" not in over


@pytest.mark.parametrize("who", ["coordinator", "supervisor"])
def test_the_placement_costs_the_same_with_one_evaluation_as_with_three(
    who, cast, client, placement
):
    signed(placement, cast["coordinator"])
    few = queries(client, cast[who], placement.get_absolute_url())
    signed(placement, cast["coordinator"], "final")
    signed(placement, cast["coordinator"], "self")
    assert queries(client, cast[who], placement.get_absolute_url()) == few


# ------------------------------------------------------------------ the list
LISTED = {
    "": ["draft", "signed"],
    "?state=draft": ["draft"],
    "?state=signed&kind=final": ["signed"],
    "?state=disagreed": [],
    "?state=nonsense": [],
    "?kind=self": ["draft"],
}


@pytest.mark.parametrize("query", LISTED)
def test_the_list_is_narrowed_by_the_address(query, cast, client, placement):
    rows = {
        "draft": draft(placement, cast["coordinator"], "self"),
        "signed": signed(placement, cast["coordinator"], "final"),
    }
    page = text(client, cast["coordinator"], f"/evaluations/{query}")
    shown = [name for name, row in rows.items() if f'href="/evaluations/{row.pk}/"' in page]
    assert shown == LISTED[query]


@time_machine.travel(IN_NOVEMBER, tick=False)
def test_the_list_of_what_is_still_to_write(cast, client, placement, world):
    for query, seen in (
        ("", [new(placement), new(placement, "final")]),
        ("&when=soon", [new(placement)]),
        ("&kind=final", [new(placement, "final")]),
        (f"&region={world.regions['06'].pk}", []),
        (f"&organization={world.mtmd.pk}", [new(placement), new(placement, "final")]),
    ):
        page = text(client, cast["supervisor"], f"/evaluations/?state=due{query}")
        assert re.findall(r'href="(/placements/[^"]+/evaluations/[^"]+)"', page) == seen, query
    assert get(client, cast["lead"], "/evaluations/?state=due&cursor=x").status_code == 400
    reader = text(client, cast["reader"], "/evaluations/?state=due")
    assert "Éloïse Côté-Tremblay" in reader
    assert new(placement) not in reader
    assert "Éloïse" not in text(client, cast["supervisor_elsewhere"], "/evaluations/?state=due")


@pytest.mark.parametrize(("who", "shown"), [("supervisor", True), ("outsider", False)])
def test_the_menu_leads_to_the_evaluations_of_whoever_can_see_one(who, shown, cast, client):
    assert ('href="/evaluations/"' in text(client, cast[who], "/")) is shown


# ------------------------------------------------------------------ the first page
@pytest.mark.parametrize(
    ("who", "name", "sees"),
    [
        ("supervisor", "to-evaluate", True),
        ("representative", "to-evaluate", True),
        ("supervisor_elsewhere", "to-evaluate", False),
        ("coordinator", "evaluations-awaited", True),
        ("coordinator_elsewhere", "evaluations-awaited", False),
    ],
)
@time_machine.travel(IN_NOVEMBER, tick=False)
def test_the_first_page_tells_what_is_late_or_due_within_three_weeks(
    who, name, sees, cast, client, placement
):
    block = part(text(client, cast[who], "/"), name)
    assert (f'href="{new(placement)}"' in block) is sees
    assert new(placement, "final") not in block
    with change(by=SYSTEM, verb="cases.follow-up.update"):
        final = FollowUp.objects.filter(step__code="final-evaluation")
        final.update(due_on=dt.date(2026, 12, 14))
    assert (new(placement, "final") in part(text(client, cast[who], "/"), name)) is sees
    with change(by=SYSTEM, verb="cases.follow-up.update"):
        final.update(due_on=dt.date(2026, 12, 15))
    assert new(placement, "final") not in part(text(client, cast[who], "/"), name)


def test_what_was_signed_leaves_the_first_page(cast, client, placement):
    signed(placement, cast["supervisor"])
    assert new(placement) not in part(text(client, cast["supervisor"], "/"), "to-evaluate")


@pytest.mark.parametrize(("who", "sees"), [("coordinator", True), ("coordinator_elsewhere", False)])
def test_a_disagreement_stays_until_it_is_looked_into(who, sees, cast, client, placement):
    evaluation = answered(placement, cast["coordinator"])
    link = f'href="/evaluations/{evaluation.pk}/"'
    assert (link in part(text(client, cast[who], "/"), "disagreements")) is sees
    with change(by=SYSTEM, verb="cases.follow-up.done"):
        FollowUp.objects.filter(pk=evaluation.answer_follow_up_id).update(
            done_on=dt.date(2026, 11, 2), mode="meeting"
        )
    assert link not in part(text(client, cast[who], "/"), "disagreements")


@pytest.mark.parametrize("url", ["/evaluations/", "/evaluations/?state=due", "/"])
def test_pages_cost_the_same_for_one_grant_as_for_ten(url, cast, client, placement, world):
    user = cast["outsider"]
    answered(placement, cast["coordinator"])
    give_grant(by=SYSTEM, user=user, role="supervise", on=world.site_03, reason="Essai")
    few = queries(client, user, url)
    for number in range(9):
        site = open_site(
            world.mtmd, by=cast["lead"], region=world.regions["03"], name=f"Unité {number}"
        )
        give_grant(by=SYSTEM, user=user, role="supervise", on=site, reason="Essai")
    assert queries(client, user, url) == few


@pytest.mark.parametrize("url", ["/evaluations/", "/"])
def test_pages_cost_the_same_for_one_row_as_for_many(url, cast, client, placement):
    by = cast["coordinator"]
    answered(placement, by)
    few = queries(client, by, url)
    for _each in range(4):
        answered(placement, by)
    assert queries(client, by, url) == few
