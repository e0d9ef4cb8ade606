"""Made-up lives: who a person is and how far a case came, drawn with the unevenness of the real world.

Names, shares and delays are invented; the populations of the regions and the place of the public service
in the capital give the orders of magnitude.
"""

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from cases.numbers import ALPHABET, check_character
from cases.workflow import CaseStatus as S

# Commonest first: the n-th is drawn about n times less often than the first.
LAST_NAMES = (
    "Tremblay", "Gagnon", "Roy", "Côté", "Bouchard", "Gauthier", "Morin", "Lavoie", "Fortin", "Gagné",
    "Ouellet", "Pelletier", "Bélanger", "Lévesque", "Bergeron", "Leblanc", "Paquette", "Girard", "Simard",
    "Boucher", "Caron", "Beaulieu", "Cloutier", "Dubé", "Poirier", "Fournier", "Lapointe", "Leclerc",
    "Lefebvre", "Poulin", "Thibault", "St-Pierre", "Nadeau", "Martin", "Landry", "Martel", "Bédard",
    "Grenier", "Lessard", "Bernier", "Richard", "Michaud", "Hébert", "Desjardins", "Couture", "Turcotte",
    "Lachance", "Parent", "Blais", "Gosselin", "Savard", "Proulx", "Beaudoin", "Demers", "Perron",
    "Boudreau", "Nguyễn", "Haddad", "O’Connor", "Awashish", "D’Amours", "Vollant",
)  # fmt: skip
FIRST_NAMES = (
    "Émilie", "Mathieu", "Catherine", "Alexandre", "Julie", "Maxime", "Geneviève", "Simon", "Audrey",
    "Olivier", "Mélanie", "Jonathan", "Stéphanie", "Félix", "Isabelle", "Gabriel", "Véronique", "David",
    "Josée", "Sébastien", "Marie-Ève", "François", "Chloé", "Étienne", "Noémie", "Jean-Philippe", "Léa",
    "Guillaume", "Zoé", "Raphaël", "Anaïs", "Benoît", "Fatima", "Samuel", "Maude", "Youssef", "Sarah",
    "Thomas", "Camille", "Loïc", "Mai", "Antoine", "Florence", "Hugo", "Inès", "William", "Ophélie",
)  # fmt: skip
NEEDS = (
    "", "", "", "", "Logiciel de lecture d’écran et consignes par écrit.", "Horaire réduit le matin.",
    "Poste de travail ajustable, stationnement près de l’entrée.", "Interprétation en LSQ aux réunions.",
)  # fmt: skip

# Share of each region in the cases, in thousandths: people live in 06 and 16, ministries in 03.
REGIONS: Mapping[str, int] = {
    "01": 27, "02": 38, "03": 288, "04": 41, "05": 42, "06": 252, "07": 41, "08": 14, "09": 12, "10": 2,
    "11": 14, "12": 48, "13": 36, "14": 30, "15": 34, "16": 63, "17": 18,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Way:
    """One way through the programme: how many in a hundred go it, the statuses, the days waited since."""

    share: int
    through: tuple[S, ...]
    waiting: int


_BEFORE = (S.INTAKE, S.ELIGIBILITY_REVIEW)
_PLACED = (*_BEFORE, S.ELIGIBLE, S.MATCHING, S.IN_PLACEMENT)
WAYS = (
    Way(3, (), 30),
    Way(4, (S.INTAKE,), 45),
    Way(3, _BEFORE, 60),
    Way(1, (*_BEFORE, S.AWAITING_DOCUMENTS), 60),
    Way(2, (*_BEFORE, S.INELIGIBLE), 150),
    Way(8, (*_BEFORE, S.ELIGIBLE), 300),
    Way(5, (*_BEFORE, S.ELIGIBLE, S.MATCHING), 200),
    Way(19, _PLACED, 330),
    Way(2, (*_PLACED, S.SUSPENDED), 60),
    Way(9, (*_PLACED, S.POST_PLACEMENT), 300),
    Way(26, (*_PLACED, S.POST_PLACEMENT, S.CLOSED), 1500),
    Way(8, (S.INTAKE, S.CLOSED), 2000),
    Way(10, (*_BEFORE, S.INELIGIBLE, S.CLOSED), 2000),
)
# Usual days in the status before; a placement lasts its twelve months.
DELAYS: Mapping[str, int] = {
    S.INTAKE: 9,
    S.ELIGIBILITY_REVIEW: 14,
    S.AWAITING_DOCUMENTS: 10,
    S.INELIGIBLE: 25,
    S.ELIGIBLE: 25,
    S.MATCHING: 12,
    S.IN_PLACEMENT: 20,
    S.SUSPENDED: 90,
    S.POST_PLACEMENT: 364,
    S.CLOSED: 80,
}


@dataclass(frozen=True, slots=True)
class Life:
    """When somebody was referred, and the day each status was reached; no step: still referred."""

    referred_on: dt.date
    steps: Mapping[S, dt.date]
    last: dt.datetime


class Chance:
    """The draws of one run: the same seed gives the same people, in the same order."""

    def __init__(self, seed: int, today: dt.date) -> None:
        self.random = random.Random(seed)  # noqa: S311  made-up data, not a secret
        self.today = today
        self._drawn = 0
        self._ways = list(accumulate(way.share for way in WAYS))
        self._last = falling(len(LAST_NAMES))
        self._first = falling(len(FIRST_NAMES))

    def one(self, choices: Any, cumulated: Sequence[float] | None = None) -> Any:
        """One of `choices`, evenly or by cumulated weights."""
        if cumulated is None:
            return self.random.choice(choices)
        return self.random.choices(choices, cum_weights=cumulated)[0]

    def life(self) -> Life:
        """How one case went, up to today."""
        way = self.one(WAYS, self._ways)
        jitter = self.random.uniform(0.7, 1.3)
        waits = [
            DELAYS[status] if status == S.POST_PLACEMENT else round(DELAYS[status] * jitter) + 1
            for status in way.through
        ]
        since = self.random.randint(0, way.waiting)
        day = referred_on = self.today - dt.timedelta(days=sum(waits) + since)
        steps = {}
        for status, wait in zip(way.through, waits, strict=True):
            day += dt.timedelta(days=wait)
            steps[status] = day
        # An open case is touched now and then; a closed one no more.
        quiet = 0 if S.CLOSED in steps else self.random.randint(0, since)
        last = dt.datetime.combine(day + dt.timedelta(days=quiet), dt.time(), dt.UTC)
        return Life(referred_on, steps, last - dt.timedelta(seconds=self.random.uniform(0, 86_400)))

    def person(self) -> dict[str, Any]:
        """The fields of one participant."""
        last, first = self.one(LAST_NAMES, self._last), self.one(FIRST_NAMES, self._first)
        if self.random.random() < 0.15:
            last = f"{last}-{self.one(LAST_NAMES)}"
        number = self.random.randint(200_0000, 999_9999)
        return {
            "last_name": last,
            "first_name": first,
            "birth_date": self.today - dt.timedelta(days=self.random.randint(19 * 365, 62 * 365)),
            "email": f"personne{number}@exemple.qc.ca" if number % 5 else "",
            "phone": f"418 {number // 10_000}-{number % 10_000:04d}",
            "municipality": self.one(("Québec", "Montréal", "Lévis", "Rimouski", "Gatineau")),
            "postal_code": f"G{number % 9 + 1}R {number // 10 % 9 + 1}M{number // 100 % 9 + 1}",
            "language": "en" if number % 11 == 0 else "fr",
            "functional_needs": self.one(NEEDS),
        }

    def number(self, fiscal_year: int) -> str:
        """A file number not drawn before in this run, without asking the database each time."""
        # The factor and the count of numbers have no common divisor: all are met before one comes again.
        base = len(ALPHABET)
        left = (self._drawn * 22_695_477 + 12_345) % base**5
        self._drawn += 1
        body = "".join(ALPHABET[left // base**place % base] for place in range(5))
        return f"{fiscal_year:04d}-{body}-{check_character(fiscal_year, body)}"


def falling(count: int) -> list[float]:
    """Cumulated weights of `count` choices, the n-th n times rarer than the first."""
    return list(accumulate(1 / rank for rank in range(1, count + 1)))
