"""A form of a page sent twice is carried out once: a second click, a reload, a network that repeats."""

import re

import pytest
from django.test import Client

from cases.models import Note
from organizations.services.grants import end_grant
from peph.idempotency.models import RememberedRequest


@pytest.fixture
def browser(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast["coordinator"])
    return client


def token(browser, url):
    page = browser.get(url).content.decode()
    return re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]


@pytest.fixture
def url(case):
    return f"/cases/{case.pk}/notes/new/"


def send(browser, url, key, text="Appel"):
    return browser.post(url, {"csrfmiddlewaretoken": key, "text": text})


def notes():
    return Note.objects.filter(text__startswith="Appel").count()


def test_the_same_form_of_the_same_page_is_carried_out_once(browser, url):
    key = token(browser, url)
    first, again = send(browser, url, key), send(browser, url, key)
    assert (first.status_code, again.status_code, notes()) == (302, 302, 1)
    assert again["Location"] == first["Location"]


def test_the_form_of_another_page_is_another_act(browser, url):
    assert send(browser, url, token(browser, url)).status_code == 302
    assert send(browser, url, token(browser, url)).status_code == 302
    assert notes() == 2


def test_what_was_refused_is_corrected_on_the_same_page(browser, url):
    key = token(browser, url)
    assert send(browser, url, key, text="").status_code == 400
    assert send(browser, url, key).status_code == 302
    assert send(browser, url, key, text="Appel 2").status_code == 302
    assert notes() == 2


def test_a_second_click_before_the_answer_is_told(browser, url):
    key = token(browser, url)
    send(browser, url, key)
    RememberedRequest.objects.update(answer=None)
    again = send(browser, url, key)
    assert (again.status_code, notes()) == (409, 1)


def test_a_form_sent_again_after_the_right_ended_goes_nowhere(browser, url, cast):
    key = token(browser, url)
    send(browser, url, key)
    end_grant(cast["coordinator"].regiongrants.get(), by=cast["lead"], reason="Départ")
    assert send(browser, url, key).status_code == 409
