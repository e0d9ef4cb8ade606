"""Text compared the way people read it: accents, case, hyphens and apostrophes make no difference."""

import re
import unicodedata

from django.db.models import Q
from django.utils.translation import ngettext

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"})
_JOINERS = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """Lower case, no accents, every run of anything but letters and digits turned into one space.

    The same normal form on both engines: SQLite cannot compare É with é, PostgreSQL can only with an
    extension. Search keys are stored in this form and queries are brought to it.
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    letters = "".join(char for char in decomposed if not unicodedata.combining(char))
    return _JOINERS.sub(" ", letters).strip()


def search_key(text: str) -> str:
    """What a column searched by the beginnings of words holds: each word preceded by a space."""
    return f" {plain(text)}"


def words_begin(text: str, *, at: str = "search_key") -> Q:
    """Rows whose key at `at` has, for each word of `text`, a word beginning so; no word asks nothing."""
    found = Q()
    for word in plain(text).split():
        found &= Q((f"{at}__contains", f" {word}"))
    return found


def duration_text(seconds: int) -> str:
    """A length of time as it is said: “2 hours”, “90 minutes”."""
    if seconds % 3600 == 0:
        hours = seconds // 3600
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    minutes = seconds // 60
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
