"""The role somebody acts in: the widest of those they hold when a change begins. Apps name them."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth import get_user_model

from peph.scopes import scope_of

# (code, label, permissions), the widest first.
_roles: list[tuple[str, Any, frozenset[str]]] = []


def register(code: str, label: Any, permissions: Sequence[str] = ()) -> None:
    """Say that who holds one of `permissions` (or the one called like `code`) acts in this role.

    An app calls it when it is ready, the widest role first. Raises ValueError for a second label.
    """
    given = (code, label, frozenset(permissions or (code,)))
    if any(known[0] == code and known != given for known in _roles):
        raise ValueError(f"The role {code!r} is already another one.")
    if given not in _roles:
        _roles.append(given)


def role_of(actor: Any) -> str | None:
    """The widest role the actor holds now; None for a job, a link, and whoever holds none.

    What a request already knows of somebody is not asked again.
    """
    if not _roles or not isinstance(actor, get_user_model()):
        return None
    held = {permission for permission, _on in scope_of(actor).held}
    return next((code for code, _label, permissions in _roles if permissions & held), None)


def label(code: str | None) -> str:
    """The label of a role in the running language; the code itself where nobody gave one."""
    return next((str(name) for known, name, _permissions in _roles if known == code), code or "")


def registered() -> list[tuple[str, Any]]:
    """All roles with their labels, the widest first: what a filter offers."""
    return [(code, name) for code, name, _permissions in _roles]
