"""Other benchmarks an app adds to `manage.py benchmark --only NAME`, by the path of their function."""

_parts: dict[str, str] = {}


def register(name: str, path: str) -> None:
    """Give a benchmark its name; an app calls it when it is ready. Imported only when it is run."""
    _parts[name] = path


def registered() -> dict[str, str]:
    """Name → path of the function."""
    return dict(_parts)
