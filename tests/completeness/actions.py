"""What people and programs do, drawn by lot: pages, API, imports, commands, administration site."""

import csv
import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import CalendarFeed, Case, CaseGrant, FollowUp, Note
from cases.workflow import CaseStatus
from organizations.models import Region
from organizations.services import reference
from peph.accounts.models import User
from peph.audit.changes import SYSTEM
from tests.browsing import address

DAY = "2026-09-01"
MOVES: dict[str, tuple[str, dict[str, str]]] = {
    CaseStatus.REFERRED: ("start-intake", {"first_contact_on": DAY}),
    CaseStatus.INTAKE: ("start-review", {"applied_on": DAY}),
    CaseStatus.ELIGIBILITY_REVIEW: ("admit", {"decided_on": DAY, "reason": "Remplis"}),
    CaseStatus.ELIGIBLE: ("start-matching", {}),
    CaseStatus.MATCHING: ("stop-matching", {"reason": "Pause"}),
}
CONFIRMED = {"confirmed": "yes"}
CONSENT = {
    "purpose": "case_management", "text_version": "2026-01", "given_on": DAY, "means": "written",
}  # fmt: skip
PERSON = {"first_name": "Noa", "birth_date": "1995-06-07", "language": "fr"}
HEADINGS = (
    "No dossier", "Nom", "Prénom", "Date de naissance", "Courriel", "Région", "Date de référence",
    "Statut", "Ministère d'accueil", "Unité d'accueil", "Début", "Fin prévue", "Superviseur",
    "Prochain suivi", "Remarques",
)  # fmt: skip


@dataclass
class World:
    """The people at work, the lot, and where files go."""

    cast: dict[str, User]
    chance: random.Random
    folder: Path
    clients: dict[str, Client] = field(default_factory=dict)
    count: int = 0

    def client(self, who: str) -> Client:
        """Somebody signed in once for all."""
        if who not in self.clients:
            self.clients[who] = Client(headers={"accept-language": "en"})
            self.clients[who].force_login(self.cast[who])
        return self.clients[who]

    def word(self) -> str:
        self.count += 1
        return f"mot-{self.count} é’{self.chance.choice('àœ%<')}"

    def case(self) -> Case:
        """A case of region 03 of the last ones opened by hand."""
        mine = Case.objects.filter(region__code="03", is_imported=False)
        found = mine.select_related("participant").exclude(status="in_placement")
        return self.chance.choice(list(found.order_by("-id")[:25]))

    def region(self) -> Region:
        return Region.objects.get(code="03")


Action = Callable[[World], Any]


def _page(world: World, url: str, data: dict[str, Any], who: str = "coordinator") -> Any:
    return world.client(who).post(url, data)


def _api(world: World, method: str, path: str, body: Any, record: Any = None) -> Any:
    headers = {"if-match": f'"{record.version}"'} if record else {}
    return getattr(world.client("coordinator"), method)(
        f"/api/v1/{path}", body, content_type="application/json", headers=headers
    )


def open_case(world: World) -> Any:
    data = PERSON | {"last_name": world.word(), "contact_mode": "email", "referred_on": DAY}
    return _page(world, reverse("cases:case_new"), data | {"region": world.region().pk})


def correct_case(world: World) -> Any:
    case = world.case()
    data = {"version": case.version, "coordinator": case.coordinator_id, "referred_on": DAY}
    return _page(world, address("case_edit", case), data | {"referring_agency": world.word()})


def correct_person(world: World) -> Any:
    person = world.case().participant
    data = PERSON | {"version": person.version, "contact_mode": "email"}
    data |= {"last_name": world.word(), "functional_needs": world.word()}
    return _page(world, address("participant_edit", person), data)


def move_case(world: World) -> Any:
    """A step on; the consent first, where the next step wants it."""
    case = world.case()
    if _wants_consent(case):
        url = address("consent_new", case.participant)
        return _page(world, f"{url}?purpose=case_management", CONSENT)
    name, inputs = MOVES[case.status]
    return _page(world, address("case_move", case, name), {"version": case.version, **inputs})


def _wants_consent(case: Case) -> bool:
    return case.status == CaseStatus.INTAKE and not case.participant.consents.exists()


def note(world: World) -> Any:
    return _page(world, address("note_new", world.case()), {"text": world.word()})


def correct_note(world: World) -> Any:
    written = Note.objects.filter(author=world.cast["coordinator"]).order_by("-id").first()
    assert written
    data = {"version": written.version, "text": world.word()}
    return _page(world, address("note_edit", written), data)


def plan(world: World) -> Any:
    data = {"subject": world.word(), "due_on": "2026-12-01", "responsible": ""}
    return _page(world, address("follow_up_new", world.case()), data)


def do(world: World) -> Any:
    """What was planned is done, and the next one planned in the same change: a savepoint."""
    due = _planned()
    today = timezone.localdate()
    return _page(world, address("follow_up_done", due), {
        "version": due.version, "done_on": today, "mode": "call", "concern": "none",
        "next_due_on": today + dt.timedelta(days=30), "next_subject": world.word(),
    })  # fmt: skip


def share(world: World) -> Any:
    """An exception on a case; the person holds one at most on each."""
    case = world.case()
    if CaseGrant.objects.filter(content_object=case).exists():
        return note(world)
    return _page(world, address("case_access", case), {
        "email": world.cast["outsider"].email, "role": "view_case", "reason": world.word(),
        "expires_on": timezone.localdate() + dt.timedelta(days=30),
    })  # fmt: skip


def calendar(world: World) -> Any:
    """Made where there is none, given up where there is one: the row is deleted."""
    has_one = CalendarFeed.objects.filter(user=world.cast["coordinator"]).exists()
    name = "calendar_revoke" if has_one else "calendar"
    return _page(world, reverse(f"cases:{name}"), CONFIRMED)


def _planned() -> FollowUp:
    found = FollowUp.objects.to_do().filter(step__isnull=True, case__region__code="03")
    due = found.filter(case__is_imported=False).select_related("case").order_by("-id").first()
    assert due
    return due


def api_open_case(world: World) -> Any:
    person = PERSON | {"last_name": world.word()}
    body = {"region": str(world.region().pk), "referred_on": DAY, "person": person}
    return _api(world, "post", "cases/", body)


def api_correct_case(world: World) -> Any:
    case = world.case()
    return _api(world, "patch", f"cases/{case.pk}/", {"referring_agency": world.word()}, case)


def api_correct_person(world: World) -> Any:
    person = world.case().participant
    return _api(world, "patch", f"participants/{person.pk}/", {"address": world.word()}, person)


def api_move_case(world: World) -> Any:
    case = world.case()
    if _wants_consent(case):
        return _api(world, "post", "consents/", CONSENT | {"participant": str(case.participant_id)})
    name, inputs = MOVES[case.status]
    return _api(world, "post", f"cases/{case.pk}/{name}/", inputs, case)


def api_note(world: World) -> Any:
    return _api(world, "post", "notes/", {"case": str(world.case().pk), "text": world.word()})


def api_plan(world: World) -> Any:
    body = {"case": str(world.case().pk), "subject": world.word(), "due_on": "2026-12-01"}
    return _api(world, "post", "follow-ups/", body)


def import_file(world: World, rows: int) -> Any:
    """A spreadsheet of so many people, half of them placed, by the command."""
    file = world.folder / "people.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(HEADINGS)
        for number in range(rows):
            name = f"{world.count}-{number}"
            born = dt.date(1960, 1, 1) + dt.timedelta(days=world.chance.randrange(12_000))
            placed = world.chance.random() < 0.5
            writer.writerow([
                f"I-{name}", f"Nom {name} {world.chance.randrange(10**9)}", "Noé", born,
                f"i-{name}@exemple.qc.ca", "03", "2026-01-05", "En stage" if placed else "Admissible",
                *(
                    ["MTMD", f"Unité {number % 7}", "2026-02-02", "2027-01-29", "Dominique Chef"]
                    if placed else [""] * 5
                ),
                "2026-12-10", f"Remarque {name}",
            ])  # fmt: skip
    world.count += 1
    out = StringIO()
    call_command("import_participants", file, by=world.cast["lead"].email, json=True, stdout=out)
    return out.getvalue()


def token(world: World) -> Any:
    call_command("api_token", world.cast["outsider"].email, label=world.word(), stdout=StringIO())


def remind(world: World) -> Any:
    """The reminders of another day."""
    world.count += 1
    day = dt.date(2026, 11, 28) + dt.timedelta(days=world.count % 200)
    call_command("run_due", "--only", "reminders", day=day, json=True, stdout=StringIO())


def load_reference(world: World) -> Any:
    """Job classes that the files name and the database does not have yet."""
    kept = reference.FILES
    for file in kept.glob("*.csv"):
        (world.folder / file.name).write_bytes(file.read_bytes())
    with (world.folder / "job_classes.csv").open(encoding="utf-8", newline="") as opened:
        known = list(csv.DictReader(opened))
    with (world.folder / "job_classes.csv").open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, known[0])
        writer.writeheader()
        for _each in range(20):
            world.count += 1
            writer.writerow(known[0] | {"code": f"x{world.count}"})
    reference.FILES = world.folder
    try:
        call_command("load_reference", stdout=StringIO())
    finally:
        reference.FILES = kept


REASON = {"reason_for_change": "Panne"}


def admin_account(world: World) -> Any:
    world.count += 1
    data = {"email": f"a{world.count}@exemple.qc.ca", "first_name": "A", "last_name": world.word()}
    data |= {"language": "fr", "is_active": "on"}
    return _page(world, "/admin/accounts/user/add/", data | REASON, "superuser")


def admin_correct(world: World) -> Any:
    """Corrected, and now and then closed."""
    user = User.objects.filter(email__regex=r"^a[0-9]+@").order_by("-id")[0]
    data = {"email": user.email, "first_name": world.word()[:20], "last_name": user.last_name}
    data |= (
        REASON | {"language": "fr"} | ({"is_active": "on"} if world.chance.random() < 0.8 else {})
    )
    return _page(world, f"/admin/accounts/user/{user.pk}/change/", data, "superuser")


@dataclass(frozen=True)
class Channel:
    """One way in: who is known to come that way (None: nobody, a command), and what they do."""

    name: str
    who: str | None
    actions: tuple[Action, ...]

    def actor(self, world: World) -> Any:
        return world.cast[self.who].pk if self.who else SYSTEM


CHANNELS = (
    Channel(
        "page", "coordinator",
        (open_case, correct_case, correct_person, move_case, note, correct_note, plan, do, share, calendar),
    ),
    Channel(
        "api", "coordinator",
        (api_open_case, api_correct_case, api_correct_person, api_move_case, api_note, api_plan),
    ),
    Channel("command", None, (token, remind, load_reference)),
    Channel("admin", "superuser", (admin_account, admin_correct)),
)  # fmt: skip
