"""From a cell as typed to a value worth keeping: text, names, dates, contact details, choices.

A cleaner takes a cell and returns a value, or `Refused` saying in plain words what is expected.
It never raises, and cleaning a cleaned value changes nothing. A blank cell gives "" or None.
"""

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _

from peph.text import plain

Cell: TypeAlias = str | int | float | dt.date | dt.time | dt.timedelta | None


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a cell cannot be used, in words for the person who keeps the spreadsheet."""

    message: Any


# As written by the English program and by the French one.
SPREADSHEET_ERRORS = frozenset(
    {"#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!"}
    | {"#NOM?", "#VALEUR!", "#NOMBRE!", "#NUL!"}
)
# Cc control, Cf invisible (zero-width, bidirectional, soft hyphen), Cs half characters, Co and Cn
# without a meaning: none belongs in a record, and the invisible ones make two equal names differ.
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")


def as_text(cell: Cell) -> str:
    """The cell as the person sees it; a number without decimals has no point."""
    if cell is None:
        return ""
    if isinstance(cell, float) and math.isfinite(cell) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    return str(cell)


def visible(text: str) -> str:
    """The text without its invisible characters, in the composed form of Unicode (NFC).

    NFC can join what stood on both sides of a removed character, hence the order.
    """
    if not text.isprintable():
        text = "".join(
            char for char in text if char.isspace() or unicodedata.category(char) not in INVISIBLE
        )
    return unicodedata.normalize("NFC", text)


def line(cell: Cell) -> str:
    """The cell as one line: any run of blanks, of whatever kind, is one space."""
    return " ".join(visible(as_text(cell)).split())


def is_blank(cell: Cell) -> bool:
    """Nothing to read in the cell, invisible characters included."""
    return cell is None or (isinstance(cell, str) and not line(cell))


def lookup_key(text: str) -> str:
    """What is compared when a name is looked up: no case, accents, punctuation, or kind of dash."""
    # Regions, statuses and headings come back on every row; a long cell would only fill the cache.
    return _remembered_key(text) if len(text) <= 80 else _key(text)


def _key(text: str) -> str:
    return plain(visible(text))


_remembered_key = lru_cache(maxsize=4096)(_key)


def lookup_table(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """A mapping for `Lookups` from (name, object) pairs; one object may have several names."""
    return {lookup_key(name): target for name, target in pairs if lookup_key(name)}


def too_long(text: str, limit: int) -> Refused | None:
    if len(text) <= limit:
        return None
    return Refused(
        _("This is too long: %(length)d characters, where %(limit)d are allowed.")
        % {"length": len(text), "limit": limit}
    )


def one_line(cell: Cell, *, limit: int) -> str | Refused:
    """Text kept on one line. A first character = + - @ has no meaning here: it stays text."""
    text = line(cell)
    if text.upper() in SPREADSHEET_ERRORS:
        return Refused(_("The cell shows an error of the spreadsheet. Correct it there."))
    return too_long(text, limit) or text


def paragraphs(cell: Cell, *, limit: int) -> str | Refused:
    """Text that may hold line breaks: each line trimmed, at most one empty line in a row."""
    lines = [each.replace("\t", " ").strip() for each in visible(as_text(cell)).splitlines()]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines).strip("\n"))
    if text.upper() in SPREADSHEET_ERRORS:
        return Refused(_("The cell shows an error of the spreadsheet. Correct it there."))
    return too_long(text, limit) or text


def person_name(cell: Cell, *, limit: int) -> str | Refused:
    """A name; one typed in capitals only gets name case, any other is kept as typed."""
    text = one_line(cell, limit=limit)
    if isinstance(text, Refused) or not text:
        return text
    if not any(char.isalpha() for char in text):
        return Refused(_("This is not a name: it holds no letter."))
    return name_case(text) if text.isupper() else text


# Letters with the accents that have no composed form, and apostrophes between them.
WORD = re.compile(r"(?:[^\W\d_][\u0300-\u036f]*)+(?:['’](?:[^\W\d_][\u0300-\u036f]*)+)*")


def name_case(text: str) -> str:
    """ "JEAN-PIERRE O'NEIL" → "Jean-Pierre O'Neil", "MCKENZIE" → "McKenzie".

    Letters without a vowel are left alone, but for "ST": "JP" is initials, and nothing tells it
    from "NG".
    """
    return unicodedata.normalize("NFC", WORD.sub(_word_case, text))


def _word_case(match: re.Match[str]) -> str:
    word = match[0]
    head, apostrophe, tail = word.partition("'" if "'" in word else "’")
    if apostrophe and len(head) == 1:  # O'Neil, D'Amours; but Ma'moun
        return head + apostrophe + _capitalised(tail)
    return _capitalised(word)


def _capitalised(word: str) -> str:
    if word != "ST" and not set(lookup_key(word)) & set("aeiouy"):
        return word
    if word.startswith("MC") and len(word) > 4:
        return "Mc" + word[2] + word[3:].lower()
    return word[0] + word[1:].lower()


EMAIL = EmailValidator(allowlist=[])


def email(cell: Cell) -> str | Refused:
    """An e-mail address in lower case, 254 characters at most (RFC 5321)."""
    text = line(cell).lower()
    if not text:
        return ""
    try:
        EMAIL(text)
    except (ValidationError, ValueError):
        return Refused(_("This is not an e-mail address. Write it as prenom.nom@exemple.qc.ca."))
    return too_long(text, 254) or text


PHONE = re.compile(
    r"""(?:\+?1[ .-]*)? \(?([2-9][0-9]{2})\)? [ ./-]* ([2-9][0-9]{2}) [ .-]* ([0-9]{4})
    (?:[ ,;]* (?:poste|post|extension|ext\.?|x|\#) [ :]*\#?\ * ([0-9]{1,6}))?""",
    re.VERBOSE | re.IGNORECASE,
)


def phone(cell: Cell) -> str | Refused:
    """A Canadian telephone number as "418 555-0001", or "418 555-0001 poste 12"."""
    text = DASHES.sub("-", line(cell))
    if not text:
        return ""
    found = PHONE.fullmatch(text)
    if found is None:
        return Refused(
            _("This is not a telephone number. Write its ten digits, as 418 555-0001 poste 12.")
        )
    area, exchange, number, extension = found.groups()
    return f"{area} {exchange}-{number}" + (f" poste {extension}" if extension else "")


# Canada Post never uses D, F, I, O, Q, U, nor W or Z in first place.
POSTAL_CODE = re.compile("[ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z][0-9][ABCEGHJ-NPRSTV-Z][0-9]")


def postal_code(cell: Cell) -> str | Refused:
    """A Canadian postal code as "G1R 5M1", however it was typed."""
    text = DASHES.sub("-", line(cell)).upper().replace(" ", "").replace("-", "")
    if not text:
        return ""
    if POSTAL_CODE.fullmatch(text) is None:
        return Refused(_("This is not a Canadian postal code. Write it as G1R 5M1."))
    return f"{text[:3]} {text[3:]}"


LANGUAGES = {
    key: code
    for code, keys in {
        "fr": ("fr", "fr ca", "fra", "fre", "francais", "francaise", "french"),
        "en": ("en", "en ca", "eng", "anglais", "anglaise", "english"),
    }.items()
    for key in keys
}


def language(cell: Cell) -> str | Refused:
    """ "fr" or "en"; a blank cell is French, the language of the service (DOMAIN §4)."""
    key = lookup_key(line(cell))
    if is_blank(cell):
        return "fr"
    return LANGUAGES.get(key) or Refused(_("This language is not known. Write fr or en."))


# Codes of the case's life (DOMAIN §3.3) and the words a spreadsheet may hold for each.
STATUS_WORDS = {
    "referred": ("Référé", "Référée", "Référence", "Referred"),
    "intake": ("Accueil", "Intake"),
    "eligibility_review": ("Analyse d'admissibilité", "Admissibilité", "Eligibility review"),
    "eligible": ("Admissible", "Admissible, en attente", "Eligible", "Eligible, waiting"),
    "awaiting_documents": ("À compléter", "Awaiting documents"),
    "ineligible": ("Non admissible", "Ineligible", "Not eligible"),
    "under_appeal": ("En révision", "Révision", "Under appeal", "Under review"),
    "matching": ("Jumelage", "Matching"),
    "in_placement": ("En stage", "In placement"),
    "post_placement": ("Suivi après stage", "Post-placement follow-up", "Post-placement"),
    "suspended": ("Suspendu", "Suspendue", "Suspended", "Interrupted"),
    "closed": ("Clos", "Close", "Closed"),
}
STATUSES = lookup_table(
    (word, code) for code, words in STATUS_WORDS.items() for word in (code, *words)
)


def status(cell: Cell) -> str | Refused:
    """The code of a status given by its French or English name."""
    if is_blank(cell):
        return ""
    return STATUSES.get(lookup_key(line(cell))) or Refused(
        _("This status is not known. Write it as in the list of statuses, such as Admissible.")
    )


def region_text(cell: Cell) -> str | Refused:
    """A region's name, or its code on two digits: a spreadsheet turns "02" into 2."""
    text = one_line(cell, limit=80)
    if isinstance(text, str) and re.fullmatch("[0-9]", text):
        return f"0{text}"
    return text
