"""Who may be the same person twice. Shown for a decision, never merged here."""

import datetime as dt
import hashlib
from typing import Protocol

from cases.imports.cleaning import lookup_key


class Person(Protocol):
    """What identifies a person: a parsed row, or a stored participant."""

    @property
    def last_name(self) -> str: ...
    @property
    def first_name(self) -> str: ...
    @property
    def birth_date(self) -> dt.date: ...
    @property
    def email(self) -> str: ...


def person_keys(person: Person) -> tuple[str, ...]:
    """Two people are probably one when they share a key.

    A key is a birth date with a name, without case, accents and punctuation, or with an e-mail.
    """
    born = person.birth_date.isoformat()
    keys = [f"{born} {lookup_key(person.last_name)}, {lookup_key(person.first_name)}"]
    if person.email:
        keys.append(f"{born} {person.email.lower()}")
    return tuple(keys)


def first_row_like(seen: dict[int, int], person: Person, row: int) -> int | None:
    """The first row in `seen` that is probably this person, None for somebody new.

    `seen` starts empty and is filled here. It keeps 8 bytes of a digest for each key instead of
    the names: at 200,000 rows two different people meet by chance once in a hundred million files.
    """
    digests = [_digest(key) for key in person_keys(person)]
    earlier = [seen[digest] for digest in digests if digest in seen]
    first = min(earlier, default=None)
    for digest in digests:
        # A third row of the same person, found through the second, still points at the first.
        seen.setdefault(digest, row if first is None else first)
    return first


def _digest(key: str) -> int:
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest())
