"""Roles that one person may not hold together, whatever the objects they are on (separation of duties).

Who scores may represent a host: of the own host's projects the policy says no, and that is enough.
"""

from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from peph.errors import Invalid
from peph.scopes import scope_of

_VERIFIES = _("Whoever verifies the files does not keep them.")
INCOMPATIBLE: dict[frozenset[str], Any] = {
    frozenset({"audit", "lead"}): _VERIFIES,
    frozenset({"audit", "coordinate"}): _VERIFIES,
    frozenset({"audit", "represent"}): _VERIFIES,
    frozenset({"audit", "supervise"}): _VERIFIES,
    frozenset({"audit", "select"}): _VERIFIES,
    frozenset({"audit", "change_case"}): _VERIFIES,
    frozenset({"audit", "view_health"}): _(
        "Whoever verifies the files does not read health values."
    ),
}


def check_compatible(user: Any, role: str) -> None:
    """Raise Invalid when `user` holds a role that excludes this one. Inside a change: locks the account.

    The lock makes two roles given at the same moment meet each other.
    """
    get_user_model()._default_manager.select_for_update().get(pk=user.pk)
    held = {permission for permission, _on in scope_of(user, fresh=True).held}
    for other in sorted(held):
        if (why := INCOMPATIBLE.get(frozenset({other, role}))) is not None:
            raise Invalid(fields={"role": [why]})
