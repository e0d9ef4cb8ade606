"""The campaign: the world, its probes by family, what was wrong, and the table that is printed."""

import json
import random
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from peph.accounts.models import User
from peph.audit.changes import SYSTEM, change
from tests.access import people, reading, registers, world
from tests.access.bodies import Bodies
from tests.access.canaries import Aviary
from tests.access.facts import Person
from tests.access.knowledge import Knowledge
from tests.access.lists import NO_WORD, Ways, calendars, links
from tests.access.oracle import sees
from tests.access.planning import NOWHERE, Plan
from tests.access.probing import Answer, Asker, Judge, Probe, undone

# What two answers may differ in: the id or the word asked for, and marks of one request.
NOISE = re.compile(
    rb"csrfmiddlewaretoken\" value=\"[^\"]*\"|csrf-token\" content=\"[^\"]*\"|nonce=\"[^\"]*\""
)

# What a search looks in.
SEARCHABLE = frozenset(
    {
        "cases.participant.last_name", "cases.participant.first_name",
        "cases.participant.preferred_name", "cases.case.legacy_number",
        "organizations.project.title",
    }
)  # fmt: skip
# What is asked before and after a grant ends.
REVOKED_LINE = ("get", "api-case-detail")

FEWEST_ALLOWED = 0.3


@dataclass
class Tally:
    """What came of one family of probes."""

    probes: int = 0
    allowed: int = 0
    faults: list[str] = field(default_factory=list)


@dataclass
class Campaign:
    """A world, everybody in it, and whoever asks and judges."""

    seed: int
    accounts: dict[str, people.Account]
    facts: reading.Facts
    canaries: Aviary
    asker: Asker
    judge: Judge
    plan: Plan
    tallies: dict[str, Tally] = field(default_factory=dict)

    # -------------------------------------------------------------- asking
    def ask(self, probe: Probe, knower: Person | None = None) -> Answer:
        """Ask, judge and count one probe; `knower` is who knows, where it is not who asks."""
        answer = self.asker.ask(probe)
        tally = self.tallies.setdefault(probe.family, Tally())
        tally.probes += 1
        tally.allowed += probe.allowed
        tally.faults += self.judge.faults(probe, answer, knower)
        return answer

    def run(self, probes: Iterable[Probe]) -> None:
        """Probes that say all there is to say by themselves."""
        for probe in probes:
            self.ask(probe)

    def alike(self, pairs: Iterable[tuple[Probe, Probe | None]]) -> None:
        """Pairs that have to be answered with the same bytes."""
        for one, two in pairs:
            first = self.ask(one)
            if two is not None:
                second = self.ask(two)
                if same(first, one) != same(second, two):
                    self.tallies[one.family].faults.append(f"{one}: not as {two}")

    def whole(self, lists: Iterable[tuple[Probe, frozenset[str]]]) -> None:
        """Lists that have to hold these ids and no other."""
        for probe, ids in lists:
            answer = self.ask(probe)
            found = frozenset(each["id"] for each in json.loads(answer.content)["results"])
            for what, wrong in (("LEAK: lists", found - ids), ("does not list", ids - found)):
                if wrong:
                    self.tallies[probe.family].faults.append(f"{probe}: {what} {sorted(wrong)}")

    def borne(self, pairs: Iterable[tuple[Probe, Person]]) -> None:
        """Secret addresses: what is told is measured by what their bearer may know."""
        for probe, bearer in pairs:
            self.ask(probe, bearer)

    def revoked(self, count: int) -> None:
        """Whoever could, and whose grants end or whose account is closed, cannot at the next request."""
        for name, account in list(self.accounts.items())[: count // 4 + 1]:
            if not account.person.grants or not account.person.signs_in:
                continue
            (line,) = [each for each in self.plan.lines if each[:2] == REVOKED_LINE]
            for record, url in self.plan.addresses(line[1], line[2]):
                if sees(account.person, record):
                    self._revoked(name, url)
                    break

    def _revoked(self, name: str, url: str) -> None:
        def probe(expected: int, *, allowed: bool) -> Probe:
            return Probe("revocations", name, "get", url, frozenset({expected}), allowed)

        user = self.accounts[name].user
        self.ask(probe(200, allowed=True))
        with undone():
            with change(by=SYSTEM, verb="test"):
                for table in people.TABLES.values():
                    table.objects.filter(user=user).delete()
            self.ask(probe(404, allowed=False), Person(name))
        with undone():
            with change(by=SYSTEM, verb="test"):
                User.objects.filter(pk=user.pk).update(is_active=False)
            self.ask(probe(401, allowed=False), Person(name))

    # -------------------------------------------------------------- how it ends
    @property
    def probes(self) -> int:
        return sum(each.probes for each in self.tallies.values())

    @property
    def allowed(self) -> int:
        return sum(each.allowed for each in self.tallies.values())

    @property
    def faults(self) -> list[str]:
        return [fault for each in self.tallies.values() for fault in each.faults]

    def table(self, began: float) -> str:
        """The summary that is printed."""
        leaks = sum("LEAK" in each for each in self.faults)
        lines = [f"{'family':<16} {'probes':>7} {'allowed':>8} {'faults':>7}"]
        lines += [
            f"{name:<16} {each.probes:>7} {each.allowed:>8} {len(each.faults):>7}"
            for name, each in sorted(self.tallies.items())
        ]
        lines.append(
            f"{self.probes} probes, {100 * self.allowed / max(self.probes, 1):.0f} % of them allowed,"
            f" {len(self.accounts)} people, {len(self.canaries.known)} canaries, seed {self.seed}:"
            f" {leaks} leaks, {len(self.faults) - leaks} wrong answers,"
            f" {time.monotonic() - began:.0f} s"
        )
        return "\n".join(lines) + "\n"


def same(answer: Answer, probe: Probe) -> tuple[int, bytes]:
    """What of an answer has to be the same for what is hidden and for what does not exist."""
    content = NOISE.sub(b"", answer.content)
    asked = [NOWHERE, NO_WORD, *re.findall(r"[=/]([0-9a-z-]{9,36})", probe.url)]
    asked += [str(each) for each in (probe.body or {}).values()]
    for each in asked:
        content = content.replace(each.encode(), b"*")
    return answer.status, content


def prepared(seed: int) -> Campaign:
    """The world as it is before the first probe."""
    made = world.build()
    accounts = people.populate(made.objects)
    registers.keep(made, accounts)
    world.settle([accounts[name].user for name in ("coordinator", "lead")])
    facts = reading.read()
    knowledge = Knowledge(facts)
    judge = Judge(accounts, made.canaries, knowledge)
    return Campaign(
        seed, accounts, facts, made.canaries, Asker(accounts), judge, Plan(accounts, facts, seed)
    )


def hidden_words(campaign: Campaign) -> dict[str, list[str]]:
    """What could be searched for and is not to be known to each person, in a steady order."""
    return {
        each.person.name: [
            text.decode()
            for text, canary in campaign.canaries.known.items()
            if f"{canary.label}.{canary.field}" in SEARCHABLE
            and not campaign.judge.knowledge.may_know(each.person, canary)
        ]
        or [NO_WORD]
        for each in campaign.accounts.values()
    }


def some(found: Iterable[Any], count: int, chance: random.Random) -> list[Any]:
    """So many of them at random, or all there are."""
    every = list(found)
    return every if len(every) <= count else chance.sample(every, count)


def run(campaign: Campaign, probes: int, *, whole: bool) -> None:
    """So many probes at least, shared out among the families; `whole` asks every cell of the table too."""
    chance = random.Random(campaign.seed)
    plan = campaign.plan
    bodies = Bodies(campaign.accounts, campaign.facts)
    ways = Ways(campaign.accounts, campaign.facts, hidden_words(campaign))

    def share(percent: int) -> int:
        return probes * percent // 100

    campaign.alike(some(bodies.creations(), share(6), chance))
    campaign.alike(some(bodies.strangers_in_edits(), share(1), chance))
    campaign.run(some(bodies.edits(), share(8), chance))
    campaign.whole(some(ways.whole_lists(), share(6), chance))
    campaign.alike(some(ways.hidden_words(chance), share(1), chance))
    campaign.alike(some(ways.hidden_filters(chance), share(1), chance))
    campaign.run(some(ways.hidden_orders(), share(1), chance))
    campaign.revoked(share(1))
    campaign.run(some(ways.disguises(), share(2), chance))
    campaign.run(some(ways.tags(), share(1), chance))
    # A file of the whole history takes longest.
    campaign.run(some(ways.exports(), share(1) // (1 if whole else 4), chance))
    campaign.run(some(ways.handed_over(), share(1), chance))
    campaign.borne(some(links(campaign.facts), share(1), chance))
    campaign.borne(islice(calendars(campaign.accounts), share(1)))
    campaign.run(some(plan.of_accounts(), share(2), chance))
    campaign.run(plan.other_verbs(share(8 if whole else 28)))
    if whole:
        campaign.run(plan.every_cell())
    campaign.run(plan.some(max(probes - campaign.probes, 0)))
    # Most cells are refusals: what is allowed is asked as well, for an oracle that always says no is none.
    while whole and campaign.allowed < FEWEST_ALLOWED * campaign.probes:
        campaign.run(plan.some(100, allowed_share=1))


def hunt(campaign: Campaign, weakness: Any, most: int = 400) -> tuple[str, int]:
    """(the family that told a weakness, after how many probes); nothing where it was not told."""
    chance = random.Random(campaign.seed)
    campaign.tallies = {}
    for ask in _where(campaign, weakness, chance):
        ask()
        for name, tally in campaign.tallies.items():
            if tally.faults:
                return name, campaign.probes
        if campaign.probes >= most:
            break
    return "", campaign.probes


def _where(campaign: Campaign, weakness: Any, chance: random.Random) -> Iterator[Any]:
    bodies = Bodies(campaign.accounts, campaign.facts)
    words = hidden_words(campaign) if weakness.family == "searches" else {}
    ways = Ways(campaign.accounts, campaign.facts, words)

    def each(run: Any, found: Iterable[Any]) -> Iterator[Any]:
        for probe in some(found, 400, chance):
            yield lambda probe=probe: run([probe])

    match weakness.family:
        case "whole lists":
            yield from each(campaign.whole, ways.whole_lists())
        case "searches":
            yield from each(campaign.alike, ways.hidden_words(chance))
        case "orders":
            yield from each(campaign.run, ways.hidden_orders())
        case "disguises":
            yield from each(campaign.run, ways.tags())
        case "ids in bodies":
            yield from each(campaign.alike, bodies.creations())
        case "whole edits":
            yield from each(campaign.run, bodies.edits())
        case "calendars":
            yield from each(campaign.borne, calendars(campaign.accounts))
        case "links":
            yield from each(campaign.borne, links(campaign.facts))
        case "revocations":
            yield lambda: campaign.revoked(40)
        case _:
            yield from each(campaign.run, campaign.plan.about(weakness.routes, weakness.who))


def failures(campaign: Campaign) -> Iterator[str]:
    """The first faults of each family, for who reads a red run."""
    for name, tally in sorted(campaign.tallies.items()):
        for fault in tally.faults[:20]:
            yield f"{name}: {fault}"
