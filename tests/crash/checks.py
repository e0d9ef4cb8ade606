"""What must hold after a crash: acknowledged ⊆ stored, nothing by halves, rows = history = journal."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connections

from cases.models import Case, Document, DocumentContent, FollowUp, Note, Participant
from peph.audit.history import by_label, declarations
from peph.audit.models import ChangedRow, ChangeSet
from peph.audit.verify import verify
from peph.outbox.models import Message
from tests.crash.work import BULK


@dataclass(frozen=True)
class Acknowledged:
    """One write somebody was told is kept."""

    receipt: str
    mark: str
    rows: list[tuple[str, str, dict[str, str]]]


def acknowledged(folder: Path) -> Iterator[Acknowledged]:
    """All that was acknowledged. A line without its end was never told to anybody."""
    for file in sorted(folder.iterdir()):
        for line in file.read_text(encoding="utf-8").splitlines(keepends=True):
            if line.endswith("\n"):
                yield Acknowledged(**json.loads(line))


def lost(told: Iterable[Acknowledged]) -> list[str]:
    """The acknowledged writes whose change set is not in the chain, or does not hold what was told."""
    sets = {
        f"{number}:{bytes(head).hex()}": key
        for number, head, key in ChangeSet.objects.values_list("number", "hash", "pk")
    }
    missing = []
    for each in told:
        key = sets.get(each.receipt)
        if key is None or not all(_is_held(key, *row) for row in each.rows):
            missing.append(f"{each.mark} {each.receipt[:12]}")
    return missing


def _is_held(change_set: Any, label: str, key: str, values: dict[str, str]) -> bool:
    """The last row that the change set left of the record is what was told, and so says the journal."""
    found = by_label(label)
    rows = found.history_model._default_manager.filter(
        **{found.pk.name: key}, change_set_id=change_set
    )
    last = rows.order_by("-history_id").first()
    if last is None:
        return False
    held = {copy.attname: str(getattr(last, copy.attname)) for _live, copy in found.columns}
    journal = ChangedRow.objects.filter(
        change_set_id=change_set, model=label, object_id=key, history_id=last.history_id
    )
    return held == values and journal.exists()


def half_done() -> list[str]:
    """Writes of which a part is there. The marks tell, whether or not the writer lived to acknowledge."""
    found = []
    texts = Note.objects.filter(text__startswith="m").values_list("text", flat=True)
    many = Counter(text.partition(" (")[0] for text in texts if text.endswith(")"))
    found += [f"{mark}: {count} of {BULK} notes" for mark, count in many.items() if count != BULK]
    alone = {text for text in texts if not text.endswith(")")}
    messages = set(Message.objects.filter(key__startswith="m").values_list("key", flat=True))
    found += [f"{mark}: a note or its message alone" for mark in sorted(alone ^ messages)]
    people = set(Participant.objects.filter(cases__isnull=True).values_list("last_name", flat=True))
    found += [f"{mark}: a person without the case" for mark in sorted(people)]
    steps = Counter(
        FollowUp.objects.filter(subject__startswith="m").values_list("subject", flat=True)
    )
    found += [f"{mark}: {count} of 2 follow-ups" for mark, count in steps.items() if count != 2]
    kept = {
        name: hashlib.sha256(bytes(content)).hexdigest() == name
        for name, content in DocumentContent.objects.values_list("sha256", "content").iterator()
    }
    documents = Document.objects.values_list("title", "sha256")
    found += [f"{title}: no file" for title, name in documents if not kept.get(name)]
    strays = kept.keys() - {name for _title, name in documents}
    found += [f"{name}: a file without its document" for name in sorted(strays)]
    return found + _incomplete_sets()


def _incomplete_sets() -> list[str]:
    """Every change set has the rows it says, and each is one row of a history."""
    said = dict(ChangeSet.objects.values_list("pk", "rows"))
    journal = Counter(ChangedRow.objects.values_list("change_set_id", flat=True))
    history: Counter[Any] = Counter()
    for each in declarations():
        history.update(each.history_model._default_manager.values_list("change_set_id", flat=True))
    return [
        f"change set {key}: {said.get(key)} said, {journal[key]} in the journal, {history[key]} kept"
        for key in said.keys() | journal.keys() | history.keys()
        if not said.get(key) == journal[key] == history[key]
    ]


def unproven() -> list[str]:
    """What the verifier finds, the database's own checks included."""
    connection = connections["default"]
    found = [str(problem) for problem in verify().problems]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            found += [row[0] for row in cursor.fetchall() if row[0] != "ok"]
    assert Case.objects.exists()
    return found
