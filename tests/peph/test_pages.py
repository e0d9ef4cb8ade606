"""The glue of the pages: what is found, listed, logged, and what a refused form keeps."""

import pytest
from django.http import Http404
from django.test import RequestFactory

from cases.filters import CaseFilter, FollowUpFilter
from cases.forms.cases import CaseForm
from cases.models import Case, FollowUp
from cases.policy import CASE_POLICY, FOLLOW_UP_POLICY
from peph import pages
from peph.audit.models import AccessLog
from peph.errors import Conflict, Forbidden, Invalid, Stale
from peph.transition_forms import VersionForm

pytestmark = pytest.mark.django_db


def request_of(user, path="/cases/", **posted):
    factory = RequestFactory()
    request = factory.post(path, posted) if posted else factory.get(path)
    request.user = user
    request.session = {}
    request._messages = []
    return request


def listed(user, path="/cases/"):
    request = request_of(user, path)
    rows = Case.objects.with_people()
    return pages.listing(
        request, CaseFilter(request.GET, queryset=rows, request=request), CASE_POLICY
    )


# ------------------------------------------------------------------ one record
def test_a_record_comes_with_the_abilities_of_its_reader(case, cast):
    found = pages.get_visible(request_of(cast["coordinator"]), Case.objects.all(), case.pk)
    assert found == case
    assert found.can_edit is True
    assert AccessLog.objects.count() == 0


def test_an_invisible_record_is_missing_and_the_refusal_is_logged_with_its_case(case, cast):
    with pytest.raises(Http404):
        pages.get_visible(
            request_of(cast["coordinator_elsewhere"]), Case.objects.all(), case.pk, case=case.pk
        )
    entry = AccessLog.objects.get()
    assert (entry.verb, entry.actor_id) == ("refuse", cast["coordinator_elsewhere"].pk)
    assert (entry.object_id, entry.case_id) == (str(case.pk), case.pk)


def test_a_follow_up_names_its_case_in_the_log_by_itself(follow_up, cast):
    with pytest.raises(Http404):
        pages.get_visible(request_of(cast["outsider"]), FollowUp.objects.all(), follow_up.pk)
    assert AccessLog.objects.get().case_id == follow_up.case_id


def test_a_record_that_does_not_exist_is_missing_without_a_word(case, placement, cast):
    with pytest.raises(Http404):
        pages.get_visible(request_of(cast["lead"]), Case.objects.all(), placement.pk)
    assert AccessLog.objects.count() == 0


def test_a_page_for_an_action_is_forbidden_without_it(case, cast):
    with pytest.raises(Forbidden):
        pages.get_visible(request_of(cast["auditor"]), Case.objects.all(), case.pk, needs="edit")


def test_opening_a_record_is_logged(case, cast):
    pages.open_visible(request_of(cast["auditor"]), Case.objects.all(), case.pk, case=case.pk)
    entry = AccessLog.objects.get()
    assert (entry.verb, entry.object_id, entry.case_id) == ("open", str(case.pk), case.pk)


# ------------------------------------------------------------------ lists
def test_a_list_logs_what_it_showed(case, cast):
    found = listed(cast["coordinator"])
    assert (found.rows, found.count_text, found.is_narrowed) == ([case], "1", False)
    entry = AccessLog.objects.get()
    assert (entry.verb, entry.object_ids, entry.detail) == ("list", [str(case.pk)], None)


def test_a_search_is_logged_with_its_words(case, cast):
    found = listed(cast["coordinator"], "/cases/?q=TREMBLAY&status=")
    assert (found.rows, found.is_narrowed) == ([case], True)
    entry = AccessLog.objects.get()
    assert (entry.verb, entry.detail) == ("search", {"q": "TREMBLAY"})


def test_a_filter_that_makes_no_sense_shows_nothing_and_says_so(case, cast):
    found = listed(cast["coordinator"], "/cases/?region=nowhere")
    assert (found.rows, found.count) == ([], 0)
    assert "region" in found.form.errors


@pytest.mark.parametrize(
    ("given", "is_ticked"), [("true", True), ("on", True), ("false", False), (None, False)]
)
def test_a_yes_is_a_box_to_tick_worth_true(given, is_ticked, case, cast):
    found = listed(cast["lead"], f"/cases/?mine={given}" if given else "/cases/")
    box = str(found.form["mine"])
    assert 'type="checkbox"' in box
    assert 'value="true"' in box
    assert ("checked" in box) is is_ticked
    assert found.is_narrowed is is_ticked


def test_a_key_from_a_link_is_kept_without_being_asked(follow_up, cast):
    request = request_of(cast["lead"], f"/follow-ups/?case={follow_up.case_id}")
    rows = FollowUp.objects.with_people()
    found = pages.listing(
        request,
        FollowUpFilter(request.GET, queryset=rows, request=request),
        FOLLOW_UP_POLICY,
        order=pages.Order("due_on", descending=False),
    )
    assert [field.name for field in found.form.hidden_fields()] == ["case"]
    assert {row.case_id for row in found.rows} == {follow_up.case_id}


@pytest.mark.parametrize("cursor", ["x", "W10", "A" * 600, "WzAsIjk5OTk5LTAxLTAxIiwiIl0"])
def test_a_cursor_that_is_not_ours_is_refused(cursor, case, cast):
    with pytest.raises(Invalid):
        listed(cast["coordinator"], f"/cases/?cursor={cursor}")


def test_beyond_a_thousand_the_count_stops(cast):
    assert pages.Listing(None, None, 1000).count_text == "1000"
    assert pages.Listing(None, None, 1001).count_text in {"1,000+", "1 000+", "1\xa0000+"}


# ------------------------------------------------------------------ forms
def form_answer(user, form, act, **more):
    request = request_of(user, **(form.data.dict() if form.is_bound else {}))
    return pages.form_page(
        request,
        "form.html",
        form,
        act,
        success="Saved.",
        to="/there/",
        context={"heading": "H", "button": "B", "cancel_url": "/", "trail": [("A", ""), ("B", "")]},
        **more,
    )


def bound(user, **data):
    return VersionForm(request_of(user, **data).POST)


def test_a_form_done_goes_on(cast, said):
    answer = form_answer(cast["lead"], bound(cast["lead"], version="1"), lambda **data: data)
    assert (answer.status_code, answer["Location"]) == (302, "/there/")
    assert said == ["Saved."]


def test_the_next_address_may_depend_on_what_was_written(cast, case, said):
    request = request_of(cast["lead"], version="1")
    answer = pages.form_page(
        request, "x.html", VersionForm(request.POST), lambda **data: case,
        success="Saved.", to=Case.get_absolute_url, context={},
    )  # fmt: skip
    assert answer["Location"] == f"/cases/{case.pk}/"


@pytest.fixture
def said(monkeypatch):
    heard = []
    monkeypatch.setattr(pages.messages, "success", lambda request, text: heard.append(text))
    return heard


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Invalid("No good."), 400),
        (Invalid(fields={"nowhere": ["No good."]}), 400),
        (Forbidden("No good."), 403),
        (Conflict("No good."), 409),
        (Stale("No good."), 412),
    ],
)
def test_a_refusal_shows_the_form_again_with_its_status_and_its_reason(error, status, cast):
    def act(**data):
        raise error

    answer = form_answer(cast["lead"], bound(cast["lead"], version="1"), act)
    assert answer.status_code == status
    assert "No good." in answer.content.decode()


def test_a_form_that_is_not_valid_never_reaches_the_service(cast):
    answer = form_answer(cast["lead"], bound(cast["lead"], version="x"), pytest.fail)
    assert answer.status_code == 400


def test_a_stale_form_shows_both_versions_and_takes_the_present_one_over(case, cast):
    def act(**data):
        raise Stale

    data = {
        "version": "1",
        "coordinator": "",
        "job_class": "",
        "referring_agency": "Ce que j’ai tapé",
        "referred_on": "2026-01-12",
    }
    form = CaseForm(request_of(cast["lead"], **data).POST, instance=Case.objects.get(pk=case.pk))

    def now():
        return CaseForm(instance=case, initial={"version": case.version})

    page = form_answer(cast["lead"], form, act, present=now).content.decode()
    assert "<td>Organisme Exemple</td>" in page
    assert "<td>Ce que j’ai tapé</td>" in page
    assert "<td>Camille Coordinator</td>" in page
    assert f'name="version" value="{case.version}"' in page
    assert "2026-01-12</td>" not in page  # the same in both


@pytest.mark.parametrize(
    ("error", "status"), [(Invalid(), 400), (Forbidden(), 403), (Conflict(), 409), (Stale(), 412)]
)
def test_a_refusal_that_leaves_a_view_is_a_page(error, status, cast):
    @pages.refusals
    def view(request):
        raise error

    assert view(request_of(cast["lead"])).status_code == status
