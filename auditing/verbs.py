"""How the timeline names what auditors do in their own workspace."""

from peph.audit import verbs


def register() -> None:
    """Called once at start-up."""
    verbs.register({})
