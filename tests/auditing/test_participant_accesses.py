"""The list of who opened their file, handed to a participant: who may draw it up, what it says, what not."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from auditing.services.accesses import accesses_of
from cases.models import Case, Consent
from peph.audit import access_log
from peph.audit.changes import SYSTEM, change
from peph.audit.models import AccessLog

pytestmark = pytest.mark.django_db

RIGHTS = {
    "lead": 200, "second_lead": 200, "coordinator": 200, "colleague": 200,
    "coordinator_elsewhere": 404, "health_coordinator": 200, "health_only": 404,
    "representative": 403, "representative_elsewhere": 404, "supervisor": 403,
    "supervisor_elsewhere": 404, "committee": 404, "auditor": 200, "auditor_region": 200,
    "auditor_elsewhere": 404, "auditor_host": 200, "privacy": 200, "outsider": 404, "reader": 403,
    "editor": 403, "former": 404, "superuser": 404,
}  # fmt: skip


def url_of(case):
    return f"/participants/{case.participant_id}/accesses/"


@pytest.mark.parametrize("who", RIGHTS)
def test_who_may_draw_up_the_list(who, cast, client, case):
    client.force_login(cast[who])
    assert client.get(url_of(case)).status_code == RIGHTS[who]
    page = client.get(f"/participants/{case.participant_id}/")
    link = f'href="{url_of(case)}"'
    assert (page.status_code == 200 and link in page.content.decode()) is (RIGHTS[who] == 200)


def test_everybody_of_the_cast_is_in_the_table(cast):
    assert set(RIGHTS) == {name for name in cast if name != "inactive"}


@pytest.fixture
def told(cast, case, case_elsewhere, placement):
    """Readings of the file, and others that are not of it."""
    by, person = cast["coordinator"], case.participant
    consent = Consent.objects.get(participant=person)
    for _each in range(3):
        access_log.record("open", user=by, obj=case, case=case)
    access_log.record("open", user=by, obj=person)
    access_log.record("open", user=cast["supervisor"], obj=placement, case=case)
    access_log.record("open", user=cast["auditor"], obj=consent)
    access_log.record("health", user=cast["health_coordinator"], obj=person, case=case)
    access_log.record("open", user=by, model="cases.document", case=case)
    access_log.record("export", user=cast["lead"], model="cases.case", ids=["x", case.pk])
    # Not of it: refusals, lists, searches, another person's case and export.
    access_log.record("refuse", user=cast["outsider"], obj=case, case=case)
    access_log.record("list", user=by, model="cases.case", ids=[case.pk, case_elsewhere.pk])
    access_log.record("search", user=by, model="cases.case", detail={"q": "Ladouceur"})
    access_log.record("open", user=cast["committee"], obj=case_elsewhere, case=case_elsewhere)
    access_log.record("export", user=cast["committee"], model="cases.case", ids=[case_elsewhere.pk])


def test_the_list_tells_each_reading_in_words(told, case):
    today = timezone.localdate()
    days, has_more = accesses_of(case.participant, [case], today, today)
    assert has_more is False
    assert [day.day for day in days] == [today]
    region = "Coordonnateur, coordonnatrice (03 Capitale-Nationale)"
    lines = {(each.who, each.what, each.times) for each in days[0].accesses}
    assert lines == {
        ("Camille Coordinator", "a ouvert votre dossier", 3),
        ("Camille Coordinator", "a ouvert vos renseignements personnels", 1),
        ("Camille Coordinator", "a ouvert un document de votre dossier", 1),
        ("Camille Supervisor", "a ouvert dans votre dossier\u00a0: stage", 1),
        ("Camille Auditor", "a ouvert dans votre dossier\u00a0: consentement", 1),
        ("Camille Health Coordinator", "a lu vos renseignements de santé", 1),
        (
            "Camille Lead",
            "a copié des renseignements de votre dossier dans une exportation",
            1,
        ),
    }
    roles = {each.who: each.roles for each in days[0].accesses}
    assert "(03 Capitale-Nationale)" in roles["Camille Coordinator"], region
    assert "MTMD" in roles["Camille Supervisor"]


def test_the_page_holds_nobody_elses_data(told, cast, client, case, case_elsewhere):
    client.force_login(cast["coordinator"])
    shown = client.get(url_of(case)).content.decode()
    assert case.number in shown
    assert "Camille Supervisor" in shown
    for text in (case_elsewhere.number, "Ladouceur", "Camille Committee", "Camille Outsider"):
        assert text not in shown
    assert "Qui a ouvert le dossier de Éloïse Côté-Tremblay" in shown
    assert "par Camille Coordinator." in shown
    assert "(3 fois)" in shown


def test_an_exception_on_another_case_is_a_role_without_its_case(cast, case, case_elsewhere):
    access_log.record("open", user=cast["reader"], obj=case, case=case)
    today = timezone.localdate()
    access = accesses_of(case.participant, [case], today, today)[0][0].accesses[0]
    assert access.who == "Camille Reader"
    assert case.number not in access.roles
    assert access.roles != ""


def test_the_period_narrows_it_and_days_come_newest_first(cast, client, case):
    today = timezone.localdate()
    for back in (0, 1, 400):
        AccessLog.objects.create(
            at=timezone.now() - dt.timedelta(days=back), actor_id=cast["lead"].pk, channel="page",
            verb="open", model="cases.case", object_id=str(case.pk), case_id=case.pk,
        )  # fmt: skip
    client.force_login(cast["privacy"])

    def days(query=""):
        return [day.day for day in client.get(f"{url_of(case)}{query}").context["days"]]

    yesterday = today - dt.timedelta(days=1)
    assert days() == [today, yesterday]
    assert days(f"?until={yesterday}&since={yesterday}") == [yesterday]
    assert len(days(f"?since={today - dt.timedelta(days=500)}")) == 3
    assert client.get(f"{url_of(case)}?since=hier").status_code == 400
    assert client.get(f"{url_of(case)}?until=0001-01-01").status_code == 404


def test_drawing_it_up_is_itself_a_line(cast, client, case):
    client.force_login(cast["privacy"])
    client.get(url_of(case))
    line = AccessLog.objects.latest("id")
    assert (line.verb, line.object_id, line.case_id) == (
        "open", str(case.participant_id), case.pk,
    )  # fmt: skip
    assert line.detail["part"] == "accesses"


def test_a_file_that_is_not_the_readers_is_left_out_and_said_to_be(
    cast, client, case, case_elsewhere
):
    with_two = case.participant
    with change(by=SYSTEM, verb="test", case=case_elsewhere):
        other = Case.objects.get(pk=case_elsewhere.pk)
        other.status, other.closed_on = "closed", dt.date(2026, 6, 1)
        other.closure_reason = "completed"
        other.participant = with_two
        other.save()
    access_log.record("open", user=cast["committee"], obj=other, case=other)
    client.force_login(cast["coordinator"])
    shown = client.get(url_of(case)).content.decode()
    assert "Cette liste ne couvre que le dossier nommé ci-dessus." in shown
    assert other.number not in shown
    assert "Camille Committee" not in shown
    client.force_login(cast["privacy"])
    shown = client.get(url_of(case)).content.decode()
    assert "Cette liste ne couvre que" not in shown
    assert other.number in shown
    assert "Camille Committee" in shown


def test_the_list_costs_the_same_for_one_and_ten_readers(cast, client, case):
    client.force_login(cast["privacy"])
    people = [each for name, each in cast.items() if name not in ("inactive", "privacy")]
    counts = []
    for some in (people[:1], people[:10]):
        for person in some:
            access_log.record("open", user=person, obj=case, case=case)
        client.get(url_of(case))
        with CaptureQueriesContext(connection) as captured:
            client.get(url_of(case))
        counts.append(len(captured))
    assert counts[0] == counts[1]
