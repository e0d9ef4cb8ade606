"""Giving, extending and ending access: the only writes on the grant tables."""

import datetime as dt
from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organizations.models import (
    Grant,
    HostOrganization,
    HostOrganizationGrant,
    HostSite,
    HostSiteGrant,
    Program,
    ProgramGrant,
    Region,
    RegionGrant,
)
from organizations.policy import PROGRAM_POLICY, Action
from organizations.services.roles import check_compatible
from peph.audit.changes import SYSTEM, change
from peph.errors import Forbidden, Invalid
from peph.records import check_version, locked, save_valid
from peph.scopes import forget_scopes

# What a grant can be on → its table and the roles it can carry (DESIGN §4).
TABLES: dict[type[models.Model], tuple[type[Grant], tuple[str, ...]]] = {
    Program: (ProgramGrant, ("lead", "select", "audit", "protect")),
    Region: (RegionGrant, ("coordinate", "audit", "view_health")),
    HostOrganization: (HostOrganizationGrant, ("represent", "audit")),
    HostSite: (HostSiteGrant, ("supervise",)),
}


def give_grant(
    *,
    by: Any,
    user: Any,
    role: str,
    on: models.Model,
    reason: str,
    expires_on: dt.date | None = None,
) -> Grant:
    """Give `user` the `role` on one object. Only a programme lead may; `SYSTEM` installs the first ones.

    Raises Forbidden (also for oneself), Invalid.
    """
    require_lead(by)
    table, roles = TABLES[type(on)]
    return write_grant(
        table, roles, by=by, user=user, role=role, on=on, reason=reason, expires_on=expires_on
    )


def require_lead(by: Any) -> None:
    """Raise Forbidden unless `by` may give access anywhere."""
    if by is SYSTEM:
        return
    program = Program.objects.first()
    if program is None:
        raise Forbidden
    PROGRAM_POLICY.check(by, Action.GRANT, program)


def write_grant(
    table: type[Grant],
    roles: tuple[str, ...],
    *,
    by: Any,
    user: Any,
    role: str,
    on: models.Model,
    reason: str,
    expires_on: dt.date | None,
) -> Grant:
    """Write the row; the caller has checked that `by` may. Raises Forbidden for oneself, Invalid."""
    if role not in roles:
        raise Invalid(fields={"role": [_("This role does not exist for that kind of object.")]})
    _check_giver(by, user)
    _check_end(expires_on)
    with change(by=by, verb="organizations.grant.give", reason=reason, **_where(on)):
        check_compatible(user, role)
        grant = table(
            user=user,
            permission=permission_for(on, role),
            reason=reason.strip(),
            granted_by=None if by is SYSTEM else by,
            granted_at=timezone.now(),
            expires_on=expires_on,
        )
        grant.content_object = on
        save_valid(grant)
    forget_scopes()
    return grant


def extend_grant(
    grant: Grant, *, by: Any, expires_on: dt.date | None, reason: str, version: int | None = None
) -> Grant:
    """Give a grant another last day: it counts as given anew. The caller has checked that `by` may.

    Raises Invalid, Stale.
    """
    _check_giver(by, grant.user)
    _check_reason(reason)
    _check_end(expires_on)
    if grant.MUST_END and expires_on is None:
        raise Invalid(fields={"expires_on": [_("An exception for one case has a last day.")]})
    with change(
        by=by, verb="organizations.grant.extend", reason=reason, **_where(grant.content_object)
    ):
        grant = locked(type(grant)._default_manager.all(), grant.pk)
        check_version(grant, version)
        grant.expires_on = expires_on
        grant.reason = reason.strip()
        grant.granted_by, grant.granted_at = by, timezone.now()
        save_valid(grant)
    forget_scopes()
    return grant


def end_grant(grant: Grant, *, by: Any, reason: str, version: int | None = None) -> None:
    """End a grant from the next request on. The caller has checked that `by` may. Raises Invalid."""
    _check_reason(reason)
    with change(
        by=by, verb="organizations.grant.end", reason=reason, **_where(grant.content_object)
    ):
        grant = locked(type(grant)._default_manager.all(), grant.pk)
        check_version(grant, version)
        grant.delete()
    forget_scopes()


def permission_for(on: models.Model, role: str) -> Permission:
    """The permission row of `role` on this kind of object."""
    return Permission.objects.get(
        content_type=ContentType.objects.get_for_model(type(on)), codename=role
    )


def _check_giver(by: Any, user: Any) -> None:
    if by is not SYSTEM and by.pk == user.pk:
        raise Forbidden(_("Nobody gives access to oneself. Ask another lead."))


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid(fields={"reason": [_("This information is required.")]})


def _check_end(expires_on: dt.date | None) -> None:
    if expires_on is not None and expires_on < timezone.localdate():
        raise Invalid(fields={"expires_on": [_("The last day is already past.")]})


def _where(on: models.Model) -> dict[str, Any]:
    # The change set carries the region or organisation concerned, so that its auditors find it.
    if isinstance(on, Region):
        return {"region": on}
    if isinstance(on, HostOrganization):
        return {"organization": on}
    return {
        name: getattr(on, f"{name}_id")
        for name in ("region", "organization")
        if getattr(on, f"{name}_id", None)
    }
