"""Which language an answer is in, and how a person chooses it."""

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from django.utils import translation

from peph.accounts import services
from peph.accounts.middleware import LanguageMiddleware
from peph.accounts.models import User
from peph.errors import Forbidden, Invalid

FR, EN = "fr-ca", "en-ca"
TABLE = [
    # path, signed in with, cookie, Accept-Language, answer
    ("/", None, None, None, FR),
    ("/", None, None, "en", FR),
    ("/", None, "en", None, EN),
    ("/", None, "fr", "en", FR),
    ("/", None, "de", None, FR),
    ("/", "fr", None, None, FR),
    ("/", "en", None, None, EN),
    ("/", "fr", "en", "en", FR),
    ("/", "en", "fr", "fr", EN),
    ("/api/v1/cases/", None, None, None, FR),
    ("/api/v1/cases/", None, None, "en", EN),
    ("/api/v1/cases/", None, None, "en-GB,fr;q=0.5", EN),
    ("/api/v1/cases/", None, None, "fr-CA,en;q=0.5", FR),
    ("/api/v1/cases/", None, None, "de", FR),
    ("/api/v1/cases/", None, None, "*", FR),
    ("/api/v1/cases/", None, None, "\x00;;q=é", FR),
    ("/api/v1/cases/", "fr", None, "en", EN),
    ("/api/v1/cases/", "en", None, None, EN),
    ("/apiary/", None, None, "en", FR),
]


def asked(path, language=None, cookie=None, accepted=None):
    request = RequestFactory().get(path)
    request.user = User(language=language) if language else AnonymousUser()
    if language:
        request.COOKIES[settings.SESSION_COOKIE_NAME] = "any"
    if cookie:
        request.COOKIES["peph_language"] = cookie
    if accepted:
        request.META["HTTP_ACCEPT_LANGUAGE"] = accepted
    return request


@pytest.mark.parametrize(("path", "language", "cookie", "accepted", "expected"), TABLE)
def test_the_language_of_an_answer(path, language, cookie, accepted, expected):
    seen = []
    middleware = LanguageMiddleware(
        lambda request: seen.append(translation.get_language()) or HttpResponse()
    )
    answer = middleware(asked(path, language, cookie, accepted))
    assert seen == [expected]
    assert answer["Content-Language"] == expected


def test_nothing_asks_who_is_signed_in_when_no_session_is_sent():
    request = asked("/livez")
    del request.user  # reading it would be an AttributeError
    assert LanguageMiddleware(lambda request: HttpResponse())(request).status_code == 200


def test_the_language_does_not_leak_into_the_next_answer():
    LanguageMiddleware(lambda request: HttpResponse())(asked("/", cookie="en"))
    assert translation.get_language() == FR


def test_a_streamed_answer_keeps_its_language_to_the_end():
    with translation.override(FR):
        answer = LanguageMiddleware(
            lambda request: StreamingHttpResponse(str(translation.get_language()) for _ in range(2))
        )(asked("/", cookie="en"))
        assert list(answer) == [b"en-ca", b"en-ca"]


def test_the_answer_of_the_api_varies_with_the_header():
    middleware = LanguageMiddleware(lambda request: HttpResponse())
    assert middleware(asked("/api/v1/cases/"))["Vary"] == "Accept-Language"
    assert "Vary" not in middleware(asked("/"))


@pytest.mark.parametrize(
    ("target", "lands_on"),
    [
        ("/accounts/login/?next=/cases/", "/accounts/login/?next=/cases/"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("", "/"),
    ],
)
def test_choosing_a_language_leads_back_to_a_page_of_ours(client, db, target, lands_on):
    answer = client.post("/accounts/language/", {"language": "en", "next": target})
    assert answer["Location"] == lands_on
    assert answer.cookies["peph_language"].value == "en"
    assert answer.cookies["peph_language"]["httponly"]


def test_the_choice_of_somebody_signed_in_is_kept_on_the_account(client, person):
    client.force_login(person)
    client.post("/accounts/language/", {"language": "en", "next": "/accounts/profile/"})
    assert User.objects.get(pk=person.pk).language == "en"
    assert client.get("/accounts/profile/")["Content-Language"] == "en-ca"


def test_a_language_that_does_not_exist_changes_nothing(client, person):
    client.force_login(person)
    answer = client.post("/accounts/language/", {"language": "de"})
    assert answer.status_code == 302
    assert "peph_language" not in answer.cookies
    assert User.objects.get(pk=person.pk).language == "fr"


def test_reading_the_address_of_the_choice_is_not_allowed(client, db):
    assert client.get("/accounts/language/").status_code == 405


def test_the_same_language_again_is_no_change(person):
    before = person.history.count()
    services.set_language(person, "fr", by=person)
    assert person.history.count() == before
    services.set_language(person, "en", by=person)
    assert person.history.count() == before + 1


def test_nobody_chooses_for_somebody_else(person, english_person):
    with pytest.raises(Forbidden):
        services.set_language(person, "en", by=english_person)
    with pytest.raises(Invalid):
        services.set_language(person, "de", by=person)
