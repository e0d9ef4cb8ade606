"""The pages behind a link, as somebody without an account meets them."""

import datetime as dt
import re

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Placement, TaskLink
from cases.services.link_answers import draft_of, save_draft
from cases.services.links import renew_link, revoke_link, send_link, token_of
from cases.services.placements import move_placement
from peph.audit.changes import SYSTEM, change
from peph.audit.models import AccessLog, ChangeSet
from peph.outbox.models import Message
from tests.linking import HOST, NOW, TODAY, awaiting_signatures, awaiting_start

SECRET_OF_THE_PERSON = [
    "1988-11-05", "418 555-0100", "rue de l’Exemple", "Loupe d’écran", "eloise@exemple",
    "Préfère être jointe", "Organisme Exemple",
]  # fmt: skip


@pytest.fixture(autouse=True)
def now():
    cache.clear()
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def to_start(placement):
    return awaiting_start(placement)


@pytest.fixture
def link(cast, to_start):
    return send_link(to_start, by=cast["coordinator"], task="confirm_start", **HOST)


@pytest.fixture
def sign_link(cast, placement):
    return send_link(
        awaiting_signatures(placement), by=cast["lead"], task="sign", role="supervisor", **HOST
    )


def address(link, rest=""):
    return f"/link/{token_of(link)}/{rest}"


def text(answer):
    return answer.content.decode()


def states():
    return list(TaskLink.objects.values())


def last_set():
    return ChangeSet.objects.order_by("-number").first()


# ------------------------------------------------------------------ what it shows
def test_it_shows_one_task_and_no_way_to_anything_else(client, link, case):
    answer = client.get(address(link))
    page = text(answer)
    assert answer.status_code == 200
    assert "Confirmer le début du stage" in page
    assert "Éloïse Côté-Tremblay" in page
    assert "2026-11-23" in page
    for private in [*SECRET_OF_THE_PERSON, case.number, str(case.pk), str(case.participant_id)]:
        assert private not in page
    links = set(re.findall(r'href="([^"]+)"', page))
    assert {each for each in links if not each.startswith("/static/")} == {
        "#main",
        "?language=en",
    }
    forms = set(re.findall(r'(?:form)?action="([^"]+)"', page))
    assert forms == {address(link), address(link, "draft/")}


@pytest.mark.parametrize("rest", ["", "draft/", "again/"])
def test_the_address_is_carried_nowhere(rest, client, link):
    answer = client.get(address(link, rest))
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert not answer.cookies


def test_no_address_reaches_the_log_of_the_service_or_of_the_accesses(client, link, caplog, cast):
    client.get(address(link))
    client.post(address(link), {"send": "start", "started_on": "2027-01-01"})
    revoke_link(link, by=cast["lead"])
    client.get(address(link))
    token = token_of(link)
    assert token not in caplog.text
    logged = AccessLog.objects.filter(object_id=str(link.pk))
    assert [(each.verb, each.channel, each.actor_id) for each in logged.order_by("at", "id")] == [
        ("open", "link", None),
        ("refuse", "link", None),
    ]
    assert not AccessLog.objects.filter(path__contains="/link/").exists()


def test_looking_at_it_writes_nothing_but_the_access_log(client, link, now):
    number, before = ChangeSet.objects.count(), states()
    for rest in ("", "draft/", "again/"):
        client.get(address(link, rest))
    now.shift(dt.timedelta(days=30))
    for rest in ("", "draft/", "again/"):
        client.get(address(link, rest))
    assert (ChangeSet.objects.count(), states()) == (number, before)
    assert Message.objects.count() == 1


def test_it_speaks_the_recipients_language_and_the_other_on_demand(client, link):
    french, english = client.get(address(link)), client.get(address(link) + "?language=en")
    assert '<html lang="fr-ca">' in text(french)
    assert (french["Content-Language"], english["Content-Language"]) == ("fr-ca", "en-ca")
    assert "Confirm the start" in text(english)
    assert f'action="{address(link)}?language=en"' in text(english)
    assert 'href="?language=fr"' in text(english)


def test_it_speaks_the_language_of_the_participant(client, cast, placement):
    link = send_link(
        awaiting_signatures(placement), by=cast["lead"], task="sign", role="participant",
        recipient_name="Éloïse", recipient_email="eloise@exemple.qc.ca", language="en",
    )  # fmt: skip
    assert "Sign the agreement" in text(client.get(address(link)))


def test_somebody_signed_in_sees_the_same_and_is_named_in_the_log(client, cast, link):
    client.force_login(cast["outsider"])
    page = text(client.get(address(link)))
    assert "Camille" not in page
    assert AccessLog.objects.get(object_id=str(link.pk)).actor_id == cast["outsider"].pk


def test_it_costs_few_questions_to_the_database(client, cast, link):
    client.get(address(link))
    with CaptureQueriesContext(
        connection,
    ) as found:
        client.get(address(link))
    first = len(found)
    for number in range(9):
        other = send_link_elsewhere(cast, number)
        assert other.pk
    with CaptureQueriesContext(
        connection,
    ) as found:
        client.get(address(link))
    assert (len(found), first <= 4) == (first, True)


def send_link_elsewhere(cast, number):
    """One more link on the same placement, closed, so that the next may be sent."""
    placement = Placement.objects.get()
    other = {"recipient_name": "X", "recipient_email": f"x{number}@exemple.qc.ca"}
    twin = TaskLink.of(
        placement, task="confirm_start", expires_on=TODAY, answered_on=TODAY, **other
    )
    with change(by=SYSTEM, verb="cases.link.send"):
        twin.save()
    return twin


# ------------------------------------------------------------------ what opens nothing
def test_whatever_is_wrong_answers_alike(client, cast, link):
    token = token_of(link)
    forged = token[:-1] + ("A" if token[-1] != "A" else "B")
    answers = [client.get(f"/link/{forged}/"), client.get("/link/none/")]
    answers += [client.post(f"/link/{forged}/{rest}") for rest in ("", "draft/", "again/")]
    answers.append(client.get(f"/link/done/{token}/"))
    revoke_link(link, by=cast["lead"])
    answers += [client.get(address(link)), client.post(address(link), {"send": "start"})]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert "Ce lien n’ouvre rien" in text(answers[0])
    assert "Dominique" not in text(answers[2])


def test_the_address_before_and_the_answered_one_open_nothing(client, cast, link, now):
    old = address(link)
    now.shift(dt.timedelta(hours=2))
    new = renew_link(link, by=cast["lead"])
    assert client.get(old).status_code == 404
    assert client.post(address(new), {"send": "start", "started_on": TODAY}).status_code == 302
    assert client.get(address(new)).status_code == 404
    assert client.post(address(new, "draft/"), {"started_on": "x"}).status_code == 404


def test_what_was_done_otherwise_is_not_asked(client, cast, link, to_start):
    move_placement(to_start, "start", by=cast["coordinator"], started_on=TODAY)
    answer = client.get(address(link))
    assert answer.status_code == 409
    assert "Plus rien n’est attendu" in text(answer)
    assert "Côté-Tremblay" not in text(answer)
    # What is typed into a page opened before is kept on it.
    late = client.post(address(link), {"send": "start", "started_on": "2026-11-24"})
    assert late.status_code == 409
    assert 'value="2026-11-24"' in text(late)


# ------------------------------------------------------------------ expired, renewed
def test_an_expired_link_is_renewed_by_its_holder_to_the_same_address_only(client, link, now):
    old, token = address(link), token_of(link)
    save_draft(link, {"reason": "Deux appels"}, known={"reason"})
    now.shift(dt.timedelta(days=30))
    expired = client.get(old)
    assert expired.status_code == 410
    assert "Ce lien est expiré" in text(expired)
    assert "une fois par heure" in text(expired)
    assert "Côté-Tremblay" not in text(expired)
    assert "dominique" not in text(expired).lower()
    assert client.post(old, {"send": "start", "started_on": TODAY}).status_code == 410

    sent = client.post(f"{old}again/", {"recipient_email": "voleur@exemple.qc.ca"})
    assert sent.status_code == 200
    assert "Un nouveau lien est en route" in text(sent)
    assert "dominique" not in text(sent).lower()
    assert {mail.to for mail in Message.objects.all()} == {"dominique@exemple.qc.ca"}
    assert Message.objects.count() == 2
    assert (last_set().verb, last_set().channel) == ("cases.link.renew", "link")
    # Pressed twice: the same page, and no third message. The old address opens nothing.
    assert text(client.post(f"{old}again/")) == text(sent)
    assert Message.objects.count() == 2
    assert client.get(old).status_code == 404

    new = re.search(r"/link/\S+/", Message.objects.order_by("created_at").last().body).group(0)
    assert token not in new
    page = client.get(new)
    assert page.status_code == 200
    assert "Deux appels" in text(page)


def test_a_link_that_works_is_not_renewed_by_its_holder(client, link):
    answer = client.post(address(link, "again/"))
    assert answer.status_code == 302
    assert answer["Location"] == address(link)
    assert Message.objects.count() == 1


def test_an_hour_after_even_the_button_opens_nothing(client, link, now):
    now.shift(dt.timedelta(days=30))
    client.post(address(link, "again/"))
    now.shift(dt.timedelta(hours=2))
    assert client.post(address(link, "again/")).status_code == 404


# ------------------------------------------------------------------ filled in, sent
def test_the_start_is_confirmed_and_what_was_recorded_is_shown(client, link):
    answer = client.post(address(link), {"send": "start", "started_on": "2026-11-24"})
    assert answer.status_code == 302
    placement = Placement.objects.get()
    assert (placement.status, placement.started_on) == ("active", dt.date(2026, 11, 24))
    done = last_set()
    assert (done.verb, done.channel) == ("cases.placement.start", "link")
    assert answer["Change-Set"].startswith(f"{done.number}:")

    thanks = client.get(answer["Location"])
    assert "Merci" in text(thanks)
    assert "2026-11-24" in text(thanks)
    assert thanks["Cache-Control"] == "no-store"


def test_two_presses_record_once_and_both_are_thanked(client, link):
    given = {"send": "start", "started_on": "2026-11-24"}
    first, second = client.post(address(link), given), client.post(address(link), given)
    assert (first.status_code, second.status_code) == (302, 302)
    assert ChangeSet.objects.filter(channel="link").count() == 1
    assert "consignée le 2026-11-25" in text(client.get(second["Location"]))


def test_the_receipt_ends_after_an_hour_and_is_not_made_up(client, link, now):
    thanks = client.post(address(link), {"send": "start", "started_on": "2026-11-24"})["Location"]
    assert client.get("/link/done/made-up/").status_code == 404
    assert client.get(f"/link/done/{token_of(link)}/").status_code == 404
    now.shift(dt.timedelta(minutes=61))
    assert client.get(thanks).status_code == 404


def test_a_person_who_did_not_come_is_reported_by_the_short_path(client, link):
    given = {"send": "no-show", "expected_on": "2026-11-23", "reason": "Appelée deux fois"}
    answer = client.post(address(link), given)
    assert Placement.objects.get().status == "no_show"
    assert "2026-11-23" in text(client.get(answer["Location"]))


def test_a_signature_is_typed_and_recorded_as_electronic(client, sign_link):
    page = text(client.get(address(sign_link)))
    assert 'value="Dominique Superviseur"' in page
    assert 'value="2026-11-25"' in page
    given = {"send": "sign", "name": "Dominique S.", "signed_on": "2026-11-25"}
    answer = client.post(address(sign_link), given)
    signature = Placement.objects.get().signatures.get()
    assert (signature.role, signature.name, signature.means) == (
        "supervisor", "Dominique S.", "electronic",
    )  # fmt: skip
    assert "Dominique S." in text(client.get(answer["Location"]))


# What a hand-made request could try with a link to sign: nothing of it is another task.
OTHER_TASKS = [
    {"send": "start", "started_on": "2026-11-24"},
    {"send": "no-show", "expected_on": "2026-11-24", "reason": "x"},
    {"send": "report", "progress": "x"},
    {"send": "evaluate"},
    {"send": "agree"},
    {"send": ""},
    {},
]


@pytest.mark.parametrize("given", OTHER_TASKS)
def test_a_link_to_sign_does_nothing_else(given, client, sign_link):
    number = ChangeSet.objects.count()
    assert client.post(address(sign_link), given).status_code == 400
    assert ChangeSet.objects.count() == number


def test_the_role_is_the_links_whatever_is_sent(client, sign_link):
    given = {"send": "sign", "name": "X", "signed_on": "2026-11-25", "role": "participant"}
    client.post(address(sign_link), given)
    assert Placement.objects.get().signatures.get().role == "supervisor"


REFUSED = [
    ({"send": "start", "started_on": "2027-01-01"}, 'value="2027-01-01"'),
    ({"send": "start", "started_on": "hier"}, 'value="hier"'),
    ({"send": "no-show", "expected_on": "2027-01-01", "reason": "Deux appels"}, "Deux appels"),
]


@pytest.mark.parametrize(("given", "kept"), REFUSED)
def test_a_refused_form_keeps_what_was_typed_on_the_page_and_for_later(given, kept, client, link):
    number = ChangeSet.objects.count()
    answer = client.post(address(link), given)
    assert answer.status_code == 400
    assert kept in text(answer)
    assert 'class="error-summary"' in text(answer)
    assert kept in text(client.get(address(link)))
    assert ChangeSet.objects.count() == number


# ------------------------------------------------------------------ saved as it is filled in
def test_without_script_a_button_saves_and_the_link_shows_it_again(client, link):
    typed = {"started_on": "2026-11-24", "reason": "Rien encore", "csrfmiddlewaretoken": "x"}
    answer = client.post(address(link, "draft/"), typed)
    assert (answer.status_code, answer["Location"]) == (302, address(link))
    page = text(client.get(address(link)))
    assert 'value="2026-11-24"' in page
    assert "Rien encore" in page
    assert "Enregistré à 10\u00a0h\u00a000" in page
    assert set(draft_of(TaskLink.objects.get()).fields) == {"started_on", "reason"}


def test_with_script_the_answer_says_when_it_was_saved(client, link):
    asked = {"accept": "application/json"}
    answer = client.post(address(link, "draft/"), {"started_on": "2026-11-24"}, headers=asked)
    assert answer.json() == {"message": "Enregistré à 10\u00a0h\u00a000"}
    long = client.post(address(link, "draft/"), {"reason": "x" * 41_000}, headers=asked)
    assert (long.status_code, list(long.json())) == (400, ["message"])
    assert client.post("/link/none/draft/", {}, headers=asked).status_code == 404


def test_saved_on_another_day_it_says_which(client, link, now):
    client.post(address(link, "draft/"), {"started_on": "2026-11-24"})
    now.shift(dt.timedelta(days=1))
    assert "Enregistré le 2026-11-25 à 10\u00a0h\u00a000" in text(client.get(address(link)))


# ------------------------------------------------------------------ how often
def test_one_link_is_asked_sixty_times_a_minute(client, link, now):
    for _each in range(60):
        assert client.get(address(link)).status_code == 200
    refused = client.get(address(link))
    assert refused.status_code == 429
    assert refused["Referrer-Policy"] == "no-referrer"
    assert client.post(address(link, "draft/"), {}).status_code == 429
    now.shift(dt.timedelta(minutes=2))
    assert client.get(address(link)).status_code == 200


def test_one_address_tries_three_hundred_links_a_minute(client, db):
    found = [client.get(f"/link/{number}/").status_code for number in range(301)]
    assert found == [404] * 300 + [429]
    assert client.get("/link/x/", REMOTE_ADDR="10.0.0.9").status_code == 404
