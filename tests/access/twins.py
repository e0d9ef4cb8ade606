"""Twin worlds: what a ministry can fetch is the same, byte for byte, whatever the others have or do.

One world is built once for the ministry; the other ministry is then added, or added and changed, inside a
savepoint, and everything the people of the first can reach is fetched again.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from cases.models import Case, Note, Placement
from organizations.models import HostOrganization, HostSite, Project
from peph.accounts.models import User
from peph.audit.changes import SYSTEM, change
from peph.audit.models import ChangedRow, ChangeSet
from tests.access import people, world
from tests.access.lists import LISTS
from tests.access.probing import Asker, Probe, undone

OURS = [name for name, place in world.CASES.items() if place[1] == "MTMD"]
THEIRS = [name for name, place in world.CASES.items() if place[1] == "SAAQ"]
# Those who see one ministry, or one case of it, and nothing of the whole.
ROLES = (
    "representative", "auditor of a ministry", "supervisor", "editor of one case",
    "reader of one case", "supervisor of another site", "supervisor of another region",
)  # fmt: skip
THEIR_ROLES = ("representative of another ministry", "supervisor of another ministry")
PAGES = ("cases:case_list", "cases:placement_list", "cases:follow_up_list", "cases:match_list",
         "cases:capacity", "cases:accommodation_list", "cases:evaluation_list", "cases:calendar",
         "organizations:project_list", "organizations:site_list", "organizations:call_list",
         "organizations:organization_list", "auditing:change_set_list", "auditing:sample_list",
         "auditing:finding_list", "cases:key_date_list", "cases:problem_list", "cases:answers",
         "auditing:access_log")  # fmt: skip
# Pages first: a short comparison gets no further.
SEEDS = ["/", *(reverse(name) for name in PAGES),
         *(f"{reverse(route)}?page_size=2" for route in LISTS)]  # fmt: skip
MORE = ["/history/export/?format=jsonl", "/api/v1/change-sets/?page_size=5", "/api/v1/capacity/",
        "/api/v1/answers/", "/api/v1/data-problems/", "/cases/?q=a", "/placements/?q=zq",
        "/api/v1/access-log/?page_size=5", "/projects/?q=a", "/host-organizations/?q=s"]  # fmt: skip
# They act, or they are another program's.
LEFT_OUT = re.compile(r"^/(accounts|static|admin)/|/api/(docs|schema)/")
LINK = re.compile(rb'href="(/[^"#]*)|"(?:next|previous)":\s*"http://[^/"]+(/[^"]+)"')
KEY = re.compile(rb'"id":\s*"([0-9a-f-]{36})"')

# What two fetches of one address differ in by themselves. Nothing else may.
NOISE = [
    # A token and a nonce are made for each answer.
    (re.compile(rb'(csrfmiddlewaretoken" value|csrf-token" content|nonce)="[^"]*"'), rb"\1=*"),
    (re.compile(rb"'nonce-[^']*'"), b"'nonce-*'"),
    (re.compile(rb'"X-CSRFToken": ?"[^"]*"'), b"X-CSRFToken"),
    # A receipt is the head of the chain over everything ever written.
    (re.compile(rb"\b\d+:[0-9a-f]{40,64}"), b"receipt"),
    (re.compile(rb"<dcterms:(created|modified)[^>]*>[^<]*"), b"now"),
]
LENGTH = re.compile(rb"'Content-Length', '\d+'")


def _unpacked(archive: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        return b"\n".join(name.encode() + file.read(name) for name in sorted(file.namelist()))


@dataclass
class Crawl:
    """What one person could fetch: address → what came back."""

    found: dict[str, bytes] = field(default_factory=dict)


@dataclass
class Twins:
    """The ministry's own world, its people, and what is done to the other ministry."""

    made: world.World
    asker: Asker
    most: int
    start: tuple[int, int]
    compared: int = 0

    def fetched(self, who: str) -> Crawl:
        """Everything `who` reaches from the first page and from every list, in a steady order."""
        crawl = Crawl()
        waiting = [*SEEDS, *MORE]
        known = set(waiting)
        while waiting and len(crawl.found) < self.most:
            url = waiting.pop(0)
            answer = self.asker.ask(Probe("twins", who, "get", url, frozenset(), True))
            crawl.found[url] = self._told(answer)
            for link in _links(url, answer.content):
                if link not in known:
                    known.add(link)
                    waiting.append(link)
        return crawl

    def _told(self, answer: Any) -> bytes:
        head, body = answer.head, answer.content
        if body.startswith(b"PK"):
            # A workbook is compared by what is in it: the receipts in it are packed as long as they are.
            head, body = LENGTH.sub(b"", head), _unpacked(body)
        content = b"%d\n%s\n%s" % (answer.status, head, body)
        for pattern, instead in NOISE:
            content = pattern.sub(instead, content)
        return content

    def differences(
        self, roles: tuple[str, ...], others: dict[str, Callable[[], None]]
    ) -> list[str]:
        """Where the people of one ministry are told of another: person, address, world."""
        found: list[str] = []
        before: dict[str, Crawl] = {}
        for name, happens in {"absent": lambda: None, **others}.items():
            with undone():
                happens()
                _bring_to(self.start)
                _ours_goes_on(self.made)
                for who in roles:
                    crawl = self.fetched(who)
                    if name == "absent":
                        before[who] = crawl
                        continue
                    found += self._compared(who, name, before[who], crawl)
        return found

    def _compared(self, who: str, name: str, one: Crawl, two: Crawl) -> Iterator[str]:
        for url in sorted({*one.found, *two.found}):
            self.compared += 1
            if one.found.get(url) != two.found.get(url):
                yield f"{who}, other ministry {name}: {url}{_where(one, two, url)}"


def _where(one: Crawl, two: Crawl, url: str) -> str:
    first, second = one.found.get(url), two.found.get(url)
    if first is None or second is None:
        return " is fetched in one world only"
    at = next(
        (
            place
            for place, pair in enumerate(zip(first, second, strict=False))
            if pair[0] != pair[1]
        ),
        min(len(first), len(second)),
    )
    near = slice(max(at - 60, 0), at + 60)
    return f": {first[near]!r} and {second[near]!r}"


def _links(url: str, content: bytes) -> list[str]:
    found = [
        (page or following).decode().replace("&amp;", "&")
        for page, following in LINK.findall(content)
    ]
    if url.startswith("/api/v1/") and "?page_size" in url:
        base = url.partition("?")[0]
        for key in KEY.findall(content):
            record = f"{base}{key.decode()}/"
            found += [record, f"{record}history/", f"{record}as-of/2090-01-01/"]
    return sorted({each for each in found if not LEFT_OUT.search(each)})


def prepared(most: int, roles: tuple[str, ...]) -> Twins:
    """The ministry alone in the world, but for the reference data and the cast."""
    made = world.build(OURS)
    accounts = people.populate(made.objects, roles)
    asker = Asker(accounts)
    for who in accounts:
        asker.sign_in(who)
    return Twins(made, asker, most, _written())


# ------------------------------------------------------------------ what the other ministry does
def present(made: world.World) -> None:
    """It has its cases; one of them is of somebody our ministry hosts."""
    world.add(made, THEIRS)
    ours = made.objects["case", "MTMD 03"]
    theirs = made.objects["organization", "SAAQ"]
    with change(by=SYSTEM, verb="test"):
        Case(
            participant=ours.participant, region=made.objects["region", "06"], status="closed",
            referred_on=world.DAY, closed_on=world.DAY, closure_reason="other", organization=theirs,
            decided_on=world.DAY, site=made.objects["site", "SAAQ 06"],
        ).save()  # fmt: skip


def changed(made: world.World) -> None:
    """It has them, and everything of it is otherwise."""
    present(made)
    theirs = made.objects["organization", "SAAQ"]
    with change(by=SYSTEM, verb="test"):
        for case in Case.objects.filter(organization=theirs):
            Note(case=case, text="Autre").save()
        Placement.objects.filter(organization=theirs).update(mentor_name="Autre")
        Project.objects.filter(organization=theirs).update(title="Autre", seats=9)
        HostSite.objects.filter(organization=theirs).update(municipality="Autre")
        HostOrganization.objects.filter(pk=theirs.pk).update(name="Autre nom")


def busy(made: world.World) -> None:
    """It has them, people who work on them, and an auditor of its own."""
    present(made)
    people.populate(made.objects, THEIR_ROLES)
    with change(by=SYSTEM, verb="auditing.sample.draw"):
        world.draw(made, "SAAQ", "SAAQ 03")


# More than the other ministry ever writes.
CHANGES, ROWS = 40, 500


def _written() -> tuple[int, int]:
    last = ChangeSet.objects.order_by("-number").values_list("number", flat=True).first() or 0
    return last, ChangedRow.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _bring_to(start: tuple[int, int]) -> None:
    """As much written in each world. Changes are numbered through the whole programme without a gap, for
    that is what proves the history whole: that somebody wrote something is seen from them, by design, not
    who, nor what. All else is compared."""
    somebody = User.objects.get(is_superuser=True, email__startswith="superuser")
    changes, rows = _written()
    left, more = start[0] + CHANGES - changes, start[1] + ROWS - rows
    assert 0 < left <= more, (left, more)
    for place in range(left):
        with change(by=SYSTEM, verb="test"):
            for _time in range(1 if place else more - left + 1):
                somebody.version += 1
                somebody.save()
    assert _written() == (start[0] + CHANGES, start[1] + ROWS)


def _ours_goes_on(made: world.World) -> None:
    """Our ministry writes something afterwards: what it is told of that must not count the others."""
    placement = Placement.objects.filter(case=made.objects["case", "MTMD 03"]).get()
    for name in ("Une mentore", "Un autre mentor"):
        with change(by=SYSTEM, verb="cases.placement.update", case=placement.case_id,
                    region=placement.region_id, organization=placement.organization_id):  # fmt: skip
            placement.mentor_name = name
            placement.save()
