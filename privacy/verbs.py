"""How the timeline names what is done to protect personal information."""

from peph.audit import verbs


def register() -> None:
    """Called once at start-up."""
    verbs.register({})
