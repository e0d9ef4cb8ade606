"""A text of its own in every free field of every record, and reading whatever an answer carries for them."""

import hashlib
import json
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from django.db import models

# Letters no word has in a row, then digits of a digest: nothing else looks like it.
CANARY = re.compile(rb"zq[0-9a-z]{7}")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
# Neither somebody's words nor a secret: keys, names of files' kinds, codes of a list that is not `choices`.
NOT_FREE = frozenset(
    {
        "search_key", "language", "sha256", "media_type", "postal_code", "text_version", "digest",
        "other_regions", "check_code", "number", "filter_query", "population_digest", "seed",
        "object_key", "password", "acronym", "code", "source", "office",
    }
)  # fmt: skip
# Written by a later step of a life: while it is not there the database refuses a text.
NOT_YET = frozenset(
    {
        "auditing.sample.conclusion", "auditing.sample.abandon_reason", "auditing.finding.answer",
        "auditing.finding.closing_note", "cases.conflictofinterest.end_reason",
        "privacy.accessrequest.extension_reason",
    }
)  # fmt: skip
# What is part of another record is known to whoever may know that one.
PART_OF = {
    "cases.disabilityrecord": "participant_id",
    "cases.workprofile": "case_id",
    "cases.evaluationscore": "evaluation_id",
    "cases.signature": "placement_id",
    "cases.suspension": "placement_id",
    "organizations.projectscore": "project_id",
    "auditing.itemanswer": "item_id",
}


@dataclass(frozen=True)
class Canary:
    """Where one text stands: the field, and the record it is of or part of."""

    label: str
    field: str
    key: Any


@dataclass
class Aviary:
    """Every canary of the world, by its text."""

    known: dict[bytes, Canary] = field(default_factory=dict)

    def hatch(self, label: str, name: str, key: Any) -> str:
        """A new text for this field of this record, the same in every run."""
        rest = int.from_bytes(hashlib.sha256(f"{label}.{name}.{len(self.known)}".encode()).digest())
        text = "zq" + "".join(_DIGITS[rest // 36**place % 36] for place in range(7))
        self.known[text.encode()] = Canary(label, name, key)
        return text

    def fill(self, record: models.Model) -> None:
        """A text of its own in every free field of `record`."""
        label = record._meta.label_lower
        key = getattr(record, PART_OF.get(label, "pk"))
        for column in record._meta.concrete_fields:
            if not is_free(column) or f"{label}.{column.name}" in NOT_YET:
                continue
            text = self.hatch(label, column.name, key)
            longest = column.max_length or 4000
            assert longest >= len(text), column
            match type(column).__name__:
                case "EmailField":
                    text = f"{text}@exemple.qc.ca"
                case "JSONField":
                    text = json.loads(f'{{"progress": "{text}"}}')
                case _ if column.name == "filename":
                    text = f"{text}.pdf"
            setattr(record, column.name, text)

    def in_bytes(self, content: bytes) -> set[bytes]:
        """Those that stand in `content`, whatever the case of their letters."""
        return {each for each in CANARY.findall(content.lower()) if each in self.known}


def is_free(column: Any) -> bool:
    """Whether somebody writes there what they want."""
    if column.name in NOT_FREE or column.choices or column.unique or column.is_relation:
        return False
    kind = type(column).__name__
    return kind in {"CharField", "TextField", "EmailField", "EncryptedTextField"} or (
        kind == "JSONField" and column.name == "draft"
    )


def unfolded(content: bytes) -> Iterable[bytes]:
    """The bytes of an answer, and those of each file packed in them (a spreadsheet is an archive)."""
    yield content
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield archive.read(name)
