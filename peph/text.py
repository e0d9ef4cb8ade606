"""Text compared the way people read it: accents, case, hyphens and apostrophes make no difference."""

import re
import unicodedata

_JOINERS = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """Lower case, no accents, every run of anything but letters and digits turned into one space.

    The same normal form on both engines: SQLite cannot compare É with é, PostgreSQL can only with an
    extension. Search keys are stored in this form and queries are brought to it.
    """
    decomposed = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("æ", "ae"))
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _JOINERS.sub(" ", letters.casefold()).strip()
