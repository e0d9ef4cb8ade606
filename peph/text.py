"""Text compared the way people read it: accents, case, hyphens and apostrophes make no difference."""

import re
import unicodedata

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
