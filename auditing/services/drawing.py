"""Chance that anybody can redo: the records whose digest with the seed is smallest.

docs/auditing.md says it for whoever has a spreadsheet only. The population is read once, in order, and
neither it nor its keys are ever held in memory.
"""

import hashlib
import heapq
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a drawing gives: the keys in the order of their rank, and what proves the population."""

    keys: tuple[str, ...]
    population_size: int
    population_digest: str


def new_seed() -> str:
    """A seed nobody chose: 32 hexadecimal digits."""
    return secrets.token_hex(16)


def rank(seed: str, key: str) -> str:
    """SHA-256 of the text `seed:key`, in hexadecimal: the place of a record in the drawing."""
    return hashlib.sha256(f"{seed}:{key}".encode()).hexdigest()


def draw(keys: Iterable[str], *, seed: str, size: int) -> Drawn:
    """The `size` keys of smallest rank; all of them when there are fewer.

    `keys` come in ascending order: the digest is the SHA-256 of all of them, a line feed after each.
    """
    digest = hashlib.sha256()
    count = 0

    def read() -> Iterator[tuple[str, str]]:
        nonlocal count
        for key in keys:
            digest.update(key.encode() + b"\n")
            count += 1
            yield rank(seed, key), key

    smallest = heapq.nsmallest(size, read())
    return Drawn(tuple(key for _rank, key in smallest), count, digest.hexdigest())
