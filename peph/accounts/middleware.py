"""The language of each answer: French, unless the person or, in the API, the program asked for English."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

COOKIE = "peph_language"
LANGUAGES = {"fr": "fr-ca", "en": "en-ca"}


def language_of(request: HttpRequest) -> str:
    """The person's own choice when signed in, else the cookie of this browser, else French.

    In the API the `Accept-Language` header, when sent, comes before both.
    """
    if request.path_info.startswith("/api/") and "Accept-Language" in request.headers:
        return translation.get_language_from_request(request)
    # Without a session cookie nobody is signed in: do not open the session to learn it.
    if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
        return LANGUAGES[request.user.language]
    return LANGUAGES.get(request.COOKIES.get(COOKIE, ""), LANGUAGES["fr"])


class LanguageMiddleware:
    """Sets the language before the view, names it in the answer. Must come after the session's user."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = language_of(request)
        before = translation.get_language()
        translation.activate(language)
        response = self.get_response(request)
        # A streamed answer is still being written after this: it keeps the language.
        if not response.streaming:
            translation.activate(before or settings.LANGUAGE_CODE)
        response.headers.setdefault("Content-Language", language)
        if request.path_info.startswith("/api/"):
            patch_vary_headers(response, ["Accept-Language"])
        return response
