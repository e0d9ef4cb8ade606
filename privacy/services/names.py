"""How a person can be known again in a text: every name, address and number the person ever had here."""

from dataclasses import dataclass
from typing import Any

from cases.models import Case, Participant
from peph.text import plain
from privacy.services.reach import Keys

# A shorter word is part of too many others to mean somebody.
SHORTEST = 3
CONTACTS = ("email", "phone", "address")


@dataclass(frozen=True)
class Names:
    """`words` are those of the names, `phrases` what means this one person wherever it stands."""

    words: frozenset[str]
    phrases: frozenset[str]
    keys: frozenset[str]

    def are_in(self, text: str) -> bool:
        """Whether a text speaks of the person: a full name, a way to reach, a number, a key."""
        if any(key in text for key in self.keys):
            return True
        simple = f" {plain(text)} "
        return any(f" {phrase} " in simple for phrase in self.phrases)

    def may_be_meant_by(self, text: str) -> bool:
        """Whether somebody who typed this to search could have meant the person."""
        asked = plain(text).split()
        if not asked or max(map(len, asked)) < SHORTEST:
            return False
        return all(any(word.startswith(part) for word in self.words) for part in asked)


def names_of(participant: Any, keys: Keys) -> Names:
    """Read from the record and from every version of it, before either is blanked."""
    words: set[str] = set()
    phrases: set[str] = set()
    versions = list(Participant.objects.filter(pk=participant))
    versions += list(Participant.history.filter(id=participant, redacted__isnull=True))
    for each in versions:
        for first in filter(None, (each.first_name, each.preferred_name)):
            phrases |= {plain(f"{first} {each.last_name}"), plain(f"{each.last_name} {first}")}
        for name in filter(None, (each.last_name, each.first_name, each.preferred_name)):
            words |= set(plain(name).split())
        phrases |= {plain(value) for name in CONTACTS if (value := getattr(each, name))}
    for number, former in Case.objects.filter(pk__in=keys.get(Case, ())).values_list(
        "number", "legacy_number"
    ):
        phrases |= {plain(number), *([plain(former)] if former else [])}
    # The names themselves, for texts that hold one alone; a short one would be found everywhere.
    phrases = {phrase for phrase in phrases if len(phrase) >= SHORTEST}
    return Names(
        words=frozenset(words),
        phrases=frozenset(phrases),
        keys=frozenset(
            spelling for each in keys.values() for key in each for spelling in _spelt(key)
        ),
    )


def _spelt(key: Any) -> set[str]:
    text = str(key)
    return {text, text.replace("-", "")}
