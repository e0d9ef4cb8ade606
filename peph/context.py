"""What every page needs: the site's name, the menu, the other language."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from peph import navigation
from peph.text import duration_text

FRENCH = {"code": "fr", "name": "Français"}
ENGLISH = {"code": "en", "name": "English"}


def site(request: HttpRequest) -> dict[str, Any]:
    """Variables of `base.html`. The menu is worked out only by a page that shows it."""
    in_english = (get_language() or "").startswith("en")
    return {
        "site_name": settings.SITE_NAME,
        "nav": SimpleLazyObject(lambda: navigation.entries(request)),
        "session_idle_seconds": settings.SESSION_IDLE_SECONDS,
        "session_idle_text": SimpleLazyObject(lambda: duration_text(settings.SESSION_IDLE_SECONDS)),
        "other_language": FRENCH if in_english else ENGLISH,
    }
