"""Pages of the follow-ups: what is due, for whom, planning, changing, saying what came of it."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from cases.models import FollowUp
from cases.services.follow_ups import add_follow_up, complete_follow_up
from peph.audit.models import AccessLog
from tests.browsing import address, post, queries, text

pytestmark = pytest.mark.django_db
LIST = "/follow-ups/"
TODAY = "2026-11-02"


# person → may see the shared follow-up in the list, may record it
STANDING = {
    "coordinator": (True, 200),
    "editor": (True, 200),
    "auditor": (True, 403),
    "supervisor": (True, 403),
    "representative": (True, 403),
    "representative_elsewhere": (False, 404),
    "coordinator_elsewhere": (False, 404),
    "reader": (False, 404),
    "committee": (False, 404),
    "outsider": (False, 404),
}


@pytest.mark.parametrize("who", STANDING)
def test_each_person_sees_and_records_what_is_theirs(who, client, cast, follow_up):
    seen, status = STANDING[who]
    assert (follow_up.subject in text(client, cast[who], LIST)) is seen
    for name in ("follow_up_done", "follow_up_edit"):
        assert client.get(address(name, follow_up)).status_code == status


def test_a_host_sees_only_what_was_shared(client, cast, case, follow_up):
    page = text(client, cast["supervisor"], LIST)
    assert re.findall(r'<tr id="follow-up-([0-9a-f-]+)"', page) == [str(follow_up.pk)]
    assert "/done/" not in page


def due(case, by, day, subject):
    return add_follow_up(case, by=by, subject=subject, due_on=day)


def test_the_list_narrows_by_when(client, cast, case):
    by, today = cast["coordinator"], timezone.localdate()
    due(case, by, today - dt.timedelta(days=400), "Oublié")
    due(case, by, today + dt.timedelta(days=2), "Bientôt")
    finished = due(case, by, today, "Fini")
    complete_follow_up(finished, by=by, done_on=today, mode="call")
    shown = {
        when: [
            name
            for name in ("Oublié", "Bientôt", "Fini")
            if name in text(client, by, f"{LIST}?when={when}")
        ]
        for when in ("overdue", "week", "to_do", "done")
    }
    assert shown == {
        "overdue": ["Oublié"],
        "week": ["Bientôt"],
        "to_do": ["Oublié", "Bientôt"],
        "done": ["Fini"],
    }


def test_what_is_due_first_comes_first_and_late_says_so(client, cast, case):
    page = text(client, cast["coordinator"], f"{LIST}?when=to_do")
    days = re.findall(r'<time datetime="(\d{4}-\d\d-\d\d)">', page)
    assert days == sorted(days)
    assert "badge-warning" in page


def test_the_done_ones_come_latest_first(client, cast, case):
    by = cast["coordinator"]
    for month in (6, 8, 7):
        one = due(case, by, dt.date(2026, month, 1), f"Mois {month}")
        complete_follow_up(one, by=by, done_on=dt.date(2026, 9, 1), mode="call")
    page = text(client, by, f"{LIST}?when=done")
    assert re.findall(r"Mois (\d)\s*</th>", re.sub(r"\s+", " ", page)) == ["8", "7", "6"]


def test_the_list_of_one_case_keeps_the_case_through_the_filter(client, cast, case):
    page = text(client, cast["lead"], f"{LIST}?case={case.pk}")
    assert f'<input type="hidden" name="case" value="{case.pk}"' in page


def test_what_was_shown_is_logged(client, cast, follow_up):
    text(client, cast["supervisor"], LIST)
    entry = AccessLog.objects.latest("id")
    assert (entry.verb, entry.object_ids) == ("list", [str(follow_up.pk)])


# ------------------------------------------------------------------ planning and changing
def test_a_follow_up_is_planned(client, cast, case):
    url, by = address("follow_up_new", case), cast["coordinator"]
    data = {"subject": "Visite du poste", "due_on": "2026-12-05", "responsible": by.pk}
    answer = post(client, by, url, **data)
    made = FollowUp.objects.get(subject="Visite du poste")
    assert answer["Location"] == f"{case.get_absolute_url()}#follow-up-{made.pk}"
    assert (made.responsible, made.is_shared, made.placement) == (by, False, None)


@pytest.mark.parametrize("missing", ["subject", "due_on"])
def test_a_follow_up_without_subject_or_day_keeps_the_rest(missing, client, cast, case):
    data = {"subject": "Visite du poste", "due_on": "2026-12-05"}
    data[missing] = ""
    answer = post(client, cast["coordinator"], address("follow_up_new", case), **data)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert f"id_{missing}_error" in page
    assert all(f'value="{value}"' in page for value in data.values() if value)


def test_the_placement_of_another_case_is_not_offered(
    client, cast, case, case_elsewhere, placement
):
    url = address("follow_up_new", case_elsewhere)
    assert str(placement.pk) not in text(client, cast["lead"], url)
    data = {"subject": "S", "due_on": "2026-12-05", "placement": placement.pk}
    assert post(client, cast["lead"], url, **data).status_code == 400


def test_a_follow_up_moves_to_another_day_with_its_reason(client, cast, follow_up):
    url, by = address("follow_up_edit", follow_up), cast["coordinator"]
    data = {"version": follow_up.version, "subject": "Appel", "due_on": "2026-12-09"}
    assert post(client, by, url, **data, reason="Absence").status_code == 302
    follow_up.refresh_from_db()
    assert (follow_up.due_on, follow_up.is_shared) == (dt.date(2026, 12, 9), False)
    stale = post(client, by, url, **(data | {"due_on": "2026-12-20"}))
    assert stale.status_code == 412
    assert "<td>2026-12-09</td>" in stale.content.decode()
    assert "<td>2026-12-20</td>" in stale.content.decode()


def test_a_step_of_the_schedule_keeps_its_name(client, cast, case):
    step = FollowUp.objects.filter(case=case, step__isnull=False).first()
    page = text(client, cast["coordinator"], address("follow_up_edit", step))
    assert 'name="subject"' not in page
    assert 'name="due_on"' in page


# ------------------------------------------------------------------ done
def test_done_and_the_next_one_planned_at_once(client, cast, follow_up):
    url, by = address("follow_up_done", follow_up), cast["coordinator"]
    answer = post(
        client, by, url, version=follow_up.version, done_on=TODAY, mode="call", concern="watch",
        summary="Fatigue en après-midi.", is_shared="on", next_due_on="2026-11-20",
        next_subject="Rappel",
    )  # fmt: skip
    assert answer.status_code == 302
    follow_up.refresh_from_db()
    assert (follow_up.done_by, follow_up.concern, follow_up.is_shared) == (by, "watch", True)
    following = FollowUp.objects.get(subject="Rappel")
    assert (following.due_on, following.is_shared) == (dt.date(2026, 11, 20), False)
    assert "Fatigue en après-midi." in text(client, cast["supervisor"], LIST)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"done_on": "2999-01-01"}, "done_on"),
        ({"mode": ""}, "mode"),
        ({"concern": "urgent", "summary": ""}, "summary"),
        ({"next_subject": "Rappel"}, "next_due_on"),
    ],
)
def test_an_incomplete_account_keeps_what_was_typed(given, field, client, cast, follow_up):
    data = {"version": follow_up.version, "done_on": TODAY, "mode": "visit", "concern": "none",
            "summary": "Mon résumé"}  # fmt: skip
    url = address("follow_up_done", follow_up)
    answer = post(client, cast["coordinator"], url, **(data | given))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert f"id_{field}_error" in page
    assert ("Mon résumé" in page) is ("summary" not in given)
    follow_up.refresh_from_db()
    assert follow_up.done_on is None


def test_what_is_done_is_done(client, cast, follow_up):
    by = cast["coordinator"]
    complete_follow_up(follow_up, by=by, done_on=dt.date(2026, 11, 2), mode="call")
    for name in ("follow_up_done", "follow_up_edit"):
        client.force_login(by)
        assert client.get(address(name, follow_up)).status_code == 409


def test_a_stale_account_keeps_the_text_and_can_be_sent_again(client, cast, follow_up):
    by, old = cast["coordinator"], follow_up.version
    post(client, by, address("follow_up_edit", follow_up), version=old, subject="Autre",
         due_on="2026-12-01")  # fmt: skip
    url = address("follow_up_done", follow_up)
    data = {"done_on": TODAY, "mode": "call", "concern": "none", "summary": "Mon résumé"}
    answer = post(client, by, url, version=old, **data)
    page = answer.content.decode()
    assert answer.status_code == 412
    assert "Mon résumé" in page
    version = re.search(r'name="version" value="(\d+)"', page).group(1)
    assert post(client, by, url, version=version, **data).status_code == 302


def test_the_list_costs_the_same_for_1_10_and_50_rows(client, cast, case):
    found, made, by = [], 0, cast["coordinator"]
    for wanted in (1, 10, 50):
        for number in range(made, wanted):
            due(case, by, dt.date(2026, 10, 1), f"Appel {number}")
        made = wanted
        found.append(queries(client, by, f"{LIST}?when=to_do"))
    assert found[0] == found[1] == found[2] <= 12


@pytest.mark.parametrize("name", ["follow_up_done", "follow_up_edit"])
def test_a_subject_may_hold_a_percent_sign(name, client, cast, case):
    planned = add_follow_up(
        case, by=cast["coordinator"], subject="À 50 %", due_on=dt.date(2026, 12, 1)
    )
    assert "« À 50 % »" in text(client, cast["coordinator"], address(name, planned)).replace(
        "\xa0", " "
    )
