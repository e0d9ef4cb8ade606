"""What a new password must be: long, and not one of those that are tried first. Nothing else is asked.

No mix of letters and signs, no change every so often: both make people choose worse ones and write them
down (NIST SP 800-63B-4, OWASP ASVS 5.0 6.2).
"""

import re
import unicodedata
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from peph.accounts import second_factor
from peph.accounts.models import User

LEAST_ALONE, LEAST_WITH_A_FACTOR, MOST = 15, 12, 128
FEWEST_SIGNS, LEAST_OWN_LETTERS = 5, 4
# What stands on this service's pages and around it is tried first by somebody who aims at it.
AROUND = (
    "pdeiph", "peph", "programme", "program", "developpement", "employabilite", "emploi", "personnes",
    "personne", "handicapees", "handicapee", "handicap", "stage", "stagiaire", "dossier", "ministere",
    "organisme", "gouvernement", "gouv", "quebec", "montreal", "canada", "coordination", "accueil",
)  # fmt: skip
# And what people everywhere make long passwords of.
EVERYWHERE = (
    "motdepasse", "password", "passe", "passwd", "bonjour", "bienvenue", "welcome", "letmein",
    "admin", "administrateur", "secret", "soleil", "jetaime", "iloveyou", "changeme", "changezmoi",
    "temporaire", "hiver", "printemps", "ete", "automne", "winter", "summer", "spring",
)  # fmt: skip
# Keys beside each other, and the alphabet: four in a row are no more than one.
ROWS = (
    "abcdefghijklmnopqrstuvwxyz", "azertyuiop", "qsdfghjklm", "wxcvbn", "qwertyuiop", "asdfghjkl",
    "zxcvbnm",
)  # fmt: skip
LOOKALIKES = str.maketrans("01345@$!", "oleasasi")


class LengthValidator:
    """Fifteen characters where the password is all there is, twelve beside a second factor; 128 at most."""

    def validate(self, password: str, user: Any = None) -> None:
        # Who never signed in has no factor.
        has_factor = isinstance(user, User) and user.last_login and second_factor.has_one(user)
        least = LEAST_WITH_A_FACTOR if has_factor else LEAST_ALONE
        if len(password) < least:
            raise ValidationError(
                _("It has fewer than %(least)d characters.") % {"least": least}, "too_short"
            )
        if len(password) > MOST:
            raise ValidationError(
                _("It has more than %(most)d characters.") % {"most": MOST}, "too_long"
            )

    def get_help_text(self) -> str:
        return _(
            "At least %(alone)d characters, or %(beside)d once you have a second factor. Several words that"
            " do not belong together are easy to remember and hard to guess."
        ) % {"alone": LEAST_ALONE, "beside": LEAST_WITH_A_FACTOR}


class GuessableValidator:
    """Not made of a few signs, of common passwords, of the words of this service, and digits around them."""

    def validate(self, password: str, user: Any = None) -> None:
        if is_guessable(password):
            raise ValidationError(
                _("It is made of what somebody would try first: choose other words."), "guessable"
            )

    def get_help_text(self) -> str:
        return _("Not made of a word that many people use, or of the name of the programme.")


def is_guessable(password: str) -> bool:
    """Whether little of it is its owner's own."""
    if len(set(password.casefold())) < FEWEST_SIGNS:
        return True
    letters = _letters(password)
    half = len(letters) // 2
    if letters[:half] == letters[half:]:
        letters = letters[:half]
    if letters in _common():
        return True
    for word in _words():
        letters = letters.replace(word, " ")
    return len(letters.replace(" ", "")) < LEAST_OWN_LETTERS


def _letters(text: str) -> str:
    """Its letters without accents, case, digits and signs; a digit that stands for a letter is one."""
    trimmed = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text.casefold())
    plain = unicodedata.normalize("NFKD", trimmed).translate(LOOKALIKES)
    return "".join(char for char in plain if char.isalpha())


@cache
def _common() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords)


def _words() -> list[str]:
    name = _letters(settings.SITE_NAME)
    words = {*AROUND, *EVERYWHERE, *filter(None, [name])}
    rows = {row[at : at + 4] for row in ROWS for at in range(len(row) - 3)}
    return [*sorted(words, key=len, reverse=True), *sorted(rows)]
