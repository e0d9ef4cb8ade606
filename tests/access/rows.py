"""What a row of the oracle is: which record stands in an address, and which right each method asks for."""

from dataclasses import dataclass, field

GET = ("get", "head")
WRITES = ("post", "put", "patch", "delete")


@dataclass(frozen=True)
class Row:
    """`needs`: method → right on the record of `kind`, or "at:…" for a role held anywhere.

    `late`: an address that reads the body before it asks for the right, so that nonsense is told first.
    `closed`: what whoever has no part in it at all is told, where it is not that nothing is there.
    `public`: read by whoever asks, with an account or without.
    """

    kind: str = ""
    needs: dict[str, str] = field(default_factory=dict)
    moves: dict[str, str] = field(default_factory=dict)
    late: bool = False
    closed: str = ""
    public: bool = False


def on(
    kind: str, right: str = "view", *, write: str = "", late: bool = False, closed: str = ""
) -> Row:
    needs = dict.fromkeys(GET, right) | dict.fromkeys(WRITES, write or right)
    return Row(kind, needs, late=late, closed=closed)


def at(what: str, write: str = "") -> Row:
    """An address without a record, for whoever holds such a role anywhere."""
    needs = dict.fromkeys(GET, f"at:{what}") | dict.fromkeys(WRITES, f"at:{write or what}")
    return Row("", needs)


def moving(kind: str, moves: dict[str, str]) -> Row:
    return Row(kind, moves=moves)


def noun(name: str, kind: str, moves: dict[str, str] | None = None, **rows: Row) -> dict[str, Row]:
    """The addresses of one noun of the API: list, one record, its moves, its life."""
    found = {f"api-{name}-list": at("account"), f"api-{name}-detail": on(kind)}
    found |= {f"api-{name}-{move}": on(kind, right) for move, right in (moves or {}).items()}
    return found | {f"api-{name}-{part.replace('_', '-')}": row for part, row in rows.items()}
