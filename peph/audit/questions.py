"""Which change sets answer a question, newest first: numbers read in order from an index, never sorted.

A question is a list of conditions that all hold. One of them drives: its entries are read in the order of
their numbers, one short scan for each of its values; the others are looked up for each number by key.
"""

from dataclasses import dataclass, field
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from peph.audit.index import ENTRIES, term_ids
from peph.audit.models import ChangedRow, ChangeSet

_SETS, _ROWS = ChangeSet._meta.db_table, ChangedRow._meta.db_table
# The columns of a change set with an index of their own, by number.
COLUMNS = ("actor_id", "role", "channel", "verb")
# Beyond this many values a condition no longer drives: it is looked up.
MOST_BRANCHES = 60
# How many rows are looked at to find which condition is the rarest.
_SAMPLE = 2000


@dataclass(frozen=True)
class Condition:
    """A change set has one of `values`: terms of the index, a column of COLUMNS, or "case"."""

    values: tuple[Any, ...]
    by: str = "term"


@dataclass(frozen=True)
class Question:
    """All conditions hold, and the number lies between `least` and `most`."""

    conditions: tuple[Condition, ...] = ()
    least: int | None = None
    most: int | None = None

    @property
    def needs_index(self) -> bool:
        """Whether what is not indexed yet could be missed."""
        return any(condition.by == "term" for condition in self.conditions)


@dataclass
class _Sql:
    """A statement that grows with its parameters."""

    text: str
    parameters: list[Any] = field(default_factory=list)

    def add(self, text: str, *parameters: Any) -> "_Sql":
        self.text += text
        self.parameters += parameters
        return self


def numbers(
    question: Question, *, edge: int | None = None, backwards: bool = False, limit: int
) -> list[int]:
    """The next `limit` numbers that answer, downwards from `edge` or, backwards, upwards from it."""
    resolved = _resolved(question)
    if resolved is None:
        return []
    branches = _branches(resolved, _driver(resolved), edge, backwards, limit)
    way = "ASC" if backwards else "DESC"
    whole = _Sql(branches[0].text, list(branches[0].parameters))
    if len(branches) > 1:
        whole = _Sql("")
        for number, branch in enumerate(branches):
            whole.add(" UNION " if number else "")
            whole.add(f"SELECT number FROM ({branch.text}) b{number}", *branch.parameters)
        whole.add(f" ORDER BY 1 {way} LIMIT {limit}")
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(whole.text, whole.parameters)
        return [number for (number,) in cursor.fetchall()]


def first_number_at(moment: Any) -> int | None:
    """The number of the first change set of `moment` or later; None when there is none."""
    later = ChangeSet.objects.filter(at__gte=moment).order_by("at")
    return later.values_list("number", flat=True).first()


# ------------------------------------------------------------------ building the statement
def _resolved(question: Question) -> Question | None:
    """With the keys of its terms; None when a condition names nothing that exists."""
    wanted = {text for each in question.conditions if each.by == "term" for text in each.values}
    ids = term_ids(wanted) if wanted else {}
    conditions = []
    for each in question.conditions:
        values = each.values
        if each.by == "term":
            values = tuple(sorted(ids[text] for text in set(values) if text in ids))
        if not values:
            return None
        conditions.append(Condition(values, each.by))
    return Question(tuple(conditions), question.least, question.most)


def _driver(question: Question) -> Condition | None:
    """The condition with the fewest entries, as far as a sample tells; None: all change sets."""
    able = [each for each in question.conditions if len(each.values) <= MOST_BRANCHES]
    if len(able) < 2:
        return able[0] if able else None
    counts = _Sql("SELECT ")
    for at, condition in enumerate(able):
        counts.add(", " if at else "")
        for number, value in enumerate(condition.values):
            source = _source(condition, value)
            _within(source, question.least, question.most)
            counts.add(" + " if number else "")
            counts.add(
                f"(SELECT count(*) FROM (SELECT d.number FROM {source.text}"
                f" ORDER BY d.number DESC LIMIT {_SAMPLE}) x)",
                *source.parameters,
            )
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(counts.text, counts.parameters)
        sizes = cursor.fetchone()
    return min(zip(sizes, able, strict=True), key=lambda pair: pair[0])[1]


def _branches(
    question: Question, driver: Condition | None, edge: int | None, backwards: bool, limit: int
) -> list[_Sql]:
    others = [each for each in question.conditions if each is not driver]
    on_set = driver is None or driver.by in COLUMNS
    way, beyond = ("ASC", ">") if backwards else ("DESC", "<")
    branches = []
    for value in driver.values if driver else (None,):
        source = _source(driver, value)
        _within(source, question.least, question.most)
        if edge is not None:
            source.add(f" AND d.number {beyond} %s", edge)
        for other in others:
            _look_up(source, other, on_set)
        branches.append(
            _Sql(
                f"SELECT d.number FROM {source.text} ORDER BY d.number {way} LIMIT {limit}",
                source.parameters,
            )
        )
    return branches


def _source(condition: Condition | None, value: Any) -> _Sql:
    """Where the entries of one value are, as d, with the condition that narrows to it."""
    if condition is None:
        return _Sql(f"{_SETS} d WHERE d.number > 0")
    if condition.by == "term":
        return _Sql(f"{ENTRIES} d WHERE d.term_id = %s", [value])
    if condition.by == "case":
        # A case has hundreds of them: those about it, and those that touch it with others.
        key = _key("case_id", value)
        return _Sql(
            f"(SELECT s.number FROM {_SETS} s WHERE s.case_id = %s UNION"
            f" SELECT s.number FROM {_ROWS} r JOIN {_SETS} s ON s.id = r.change_set_id"
            " WHERE r.case_id = %s) d WHERE d.number > 0",
            [key, key],
        )
    return _Sql(f"{_SETS} d WHERE d.{condition.by} = %s", [_key(condition.by, value)])


def _within(source: _Sql, least: int | None, most: int | None) -> None:
    if least is not None:
        source.add(" AND d.number >= %s", least)
    if most is not None:
        source.add(" AND d.number <= %s", most)


def _look_up(source: _Sql, condition: Condition, on_set: bool) -> None:
    """Whether the change set of number d has one of the values."""
    marks = ", ".join(["%s"] * len(condition.values))
    if condition.by == "term":
        source.add(
            f" AND EXISTS (SELECT 1 FROM {ENTRIES} e WHERE e.number = d.number"
            f" AND e.term_id IN ({marks}))",
            *condition.values,
        )
    elif condition.by == "case":
        keys = [_key("case_id", value) for value in condition.values]
        source.add(
            f" AND d.number IN (SELECT s.number FROM {_SETS} s WHERE s.case_id IN ({marks}) UNION"
            f" SELECT s.number FROM {_ROWS} r JOIN {_SETS} s ON s.id = r.change_set_id"
            f" WHERE r.case_id IN ({marks}))",
            *keys,
            *keys,
        )
    else:
        keys = [_key(condition.by, value) for value in condition.values]
        if on_set:
            source.add(f" AND d.{condition.by} IN ({marks})", *keys)
        else:
            source.add(
                f" AND EXISTS (SELECT 1 FROM {_SETS} s WHERE s.number = d.number"
                f" AND s.{condition.by} IN ({marks}))",
                *keys,
            )


def _key(column: str, value: Any) -> Any:
    """A value as the driver of the database wants it."""
    connection: Any = connections[DEFAULT_DB_ALIAS]
    own: Any = ChangeSet._meta.get_field(column)
    return own.get_db_prep_value(value, connection)
