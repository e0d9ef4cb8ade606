"""History rows that no journal row names: what the walk along the chain did not meet."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError

from peph.audit.findings import Problem, Report
from peph.audit.history import Declaration, declarations

BLOCK = 2000


class Seen:
    """A set of history ids at one bit each; a far-off id costs no more than its own block."""

    _SPAN = 8192

    def __init__(self) -> None:
        self.count = 0
        self._highest = -(2**63)
        self._blocks: dict[int, bytearray] = {}

    def add(self, history_id: int) -> bool:
        """Whether it was new."""
        if history_id in self:
            return False
        at, bit = divmod(history_id, self._SPAN)
        block = self._blocks.setdefault(at, bytearray(self._SPAN // 8))
        block[bit // 8] |= 1 << bit % 8
        self.count += 1
        self._highest = max(self._highest, history_id)
        return True

    def add_run(self, first: int, last: int) -> bool:
        """Add all ids from first to last at once; does nothing and says no unless all are beyond the rest."""
        if first <= self._highest:
            return False
        for at in range(first // self._SPAN, last // self._SPAN + 1):
            start = max(first - at * self._SPAN, 0)
            end = min(last - at * self._SPAN, self._SPAN - 1)
            block = self._blocks.setdefault(at, bytearray(self._SPAN // 8))
            bits = int.from_bytes(block, "little") | ((1 << (end - start + 1)) - 1) << start
            block[:] = bits.to_bytes(self._SPAN // 8, "little")
        self.count += last - first + 1
        self._highest = last
        return True

    def __contains__(self, history_id: int) -> bool:
        at, bit = divmod(history_id, self._SPAN)
        block = self._blocks.get(at)
        return block is not None and bool(block[bit // 8] & 1 << bit % 8)


def key_of(declaration: Declaration, value: Any) -> str:
    """The key as the journal has it; what is no key at all, as it is."""
    try:
        return str(declaration.pk.to_python(value))
    except (ValidationError, TypeError, ArithmeticError):
        return str(value)


def check(connection: Any, report: Report, seen: dict[str, Seen]) -> None:
    """History rows that no journal row names."""
    for declaration in declarations():
        known = seen.get(declaration.label) or Seen()
        missing = sum(
            problem.kind == "deleted" and problem.model == declaration.label
            for problem in report.problems
        )
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT count(*) FROM "{declaration.history_table}"')
            if cursor.fetchone()[0] == known.count - missing:
                continue
        for problem in unseen(connection, declaration, known):
            report.add(problem)


def unseen(connection: Any, declaration: Declaration, known: Seen) -> Iterator[Problem]:
    """The history rows of a model that are not known, each as the problem it is."""
    cursor = connection.chunked_cursor()
    pk = declaration.pk
    try:
        cursor.execute(
            f'SELECT history_id, "{pk.column}" FROM "{declaration.history_table}" ORDER BY history_id'
        )
        while batch := cursor.fetchmany(BLOCK):
            for history_id, key in batch:
                if history_id not in known:
                    yield Problem(
                        "inserted",
                        "a history row that no change wrote",
                        model=declaration.label,
                        object_id=key_of(declaration, key),
                        history_id=history_id,
                    )
    finally:
        cursor.close()
