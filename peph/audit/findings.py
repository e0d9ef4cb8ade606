"""What a proof of the history finds, and how it is said."""

from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

MOST_PROBLEMS = 50


class CannotProve(Exception):
    """There is too little to say whether the history is whole."""


@dataclass(frozen=True)
class Problem:
    """One finding. `kind`: altered, deleted, inserted, swapped, moved, chain, live, checkpoint,
    receipt, trigger; of a warning: clock."""

    kind: str
    message: str
    change_set: int | None = None
    model: str | None = None
    object_id: str | None = None
    history_id: int | None = None

    def __str__(self) -> str:
        places = (
            ("change set", self.change_set),
            ("record", f"{self.model} {self.object_id or ''}".strip() if self.model else None),
            ("history row", self.history_id),
        )
        place = ", ".join(f"{name} {value}" for name, value in places if value is not None)
        return f"{self.kind}: {self.message}" + (f" ({place})" if place else "")


class Head(NamedTuple):
    """The last change set of a chain: its number and its hash."""

    number: int
    hash: bytes


@dataclass
class Report:
    """What was proven. The rows' own problems come first, missing triggers last: a row tampered with
    behind dropped triggers is the finding, the triggers only how it was done."""

    change_sets: int = 0
    history_rows: int = 0
    problems: list[Problem] = field(default_factory=list)
    # What deserves a look and breaks nothing.
    warnings: list[Problem] = field(default_factory=list)
    head: Head | None = None

    @property
    def is_whole(self) -> bool:
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        answer: dict[str, Any] = {
            "ok": self.is_whole,
            "change_sets": self.change_sets,
            "history_rows": self.history_rows,
            "first_problem": asdict(self.problems[0]) if self.problems else None,
        }
        if self.warnings:
            answer["warnings"] = [asdict(each) for each in self.warnings]
        return answer

    def warn(self, warning: Problem) -> None:
        if len(self.warnings) < MOST_PROBLEMS:
            self.warnings.append(warning)

    def add(self, problem: Problem) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)
