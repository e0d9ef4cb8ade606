"""File numbers such as 2026-7K3QF-4: they say the year, not how many cases there are nor which is next."""

import re
import secrets

# No I, L, O, U or Z, so that a number read aloud or copied by hand survives. 31 characters, a prime: the
# check character then catches every mistake it promises to.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXY"
NUMBER = re.compile(rf"^\d{{4}}-[{ALPHABET}]{{5}}-[{ALPHABET}]$")


def new_number(fiscal_year: int) -> str:
    """A random number of that fiscal year. 28 million a year: the caller retries on a collision."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(5))
    return f"{fiscal_year:04d}-{body}-{check_character(fiscal_year, body)}"


def check_character(fiscal_year: int, body: str) -> str:
    """Weighted sum modulo 31: it catches every single wrong character and every swap of two."""
    values = [int(digit) for digit in f"{fiscal_year:04d}"] + [ALPHABET.index(c) for c in body]
    return ALPHABET[sum(weight * value for weight, value in enumerate(values, start=2)) % 31]


def is_number(text: str) -> bool:
    """Whether `text` is a well-formed file number with the right check character."""
    if not NUMBER.match(text):
        return False
    year, body, check = text.split("-")
    return check_character(int(year), body) == check
