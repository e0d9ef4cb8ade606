"""Somebody leaves: what the person may do, and answers for, goes to a successor in one act."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from organizations.models import Grant
from organizations.services.grants import end_grant, require_lead, write_grant
from peph.audit.changes import change
from peph.errors import Conflict, Forbidden, Invalid
from peph.scopes import grant_models, scope_of

# What the apps above hand over besides the grants: called with the leaver, the successor and the actor.
HandOver = Callable[[Any, Any, Any], None]
_followers: list[HandOver] = []


def register(*followers: HandOver) -> None:
    """Called at start-up; the same one again is called once."""
    _followers.extend(each for each in followers if each not in _followers)


def grants_of(user: Any, *, by: Any = None) -> list[Grant]:
    """Every grant in force of one person, of every kind; `by` is told of none that is closed to them."""
    found: list[Grant] = []
    closed = scope_of(by, fresh=True).denied if by is not None else {}
    for model in grant_models():
        rows: Any = model._default_manager
        live = rows.live().filter(user=user)
        found += live.select_related("permission", "content_object", "user")
    return [grant for grant in found if not _is_closed(grant, closed)]


def _is_closed(grant: Grant, closed: Mapping[str, frozenset]) -> bool:
    target = grant.content_object
    return target.pk in closed.get(target._meta.label, ())


def transfer_grants(user: Any, *, to: Any, by: Any, reason: str) -> list[Grant]:
    """Give each grant in force of `user` to `to`, with the same last day, and end it; all or nothing.

    What the successor holds already is not given twice, nor what a conflict of interest closes to them;
    what is closed to `by` stays as it is. Returns the grants that ended. Raises Forbidden
    unless `by` leads the programme and is not the successor, Invalid, Conflict when there is nothing.
    """
    require_lead(by)
    if by == to:
        raise Forbidden(_("Nobody gives access to oneself. Ask another lead."))
    if user == to or not to.is_active:
        raise Invalid(fields={"to": [_("Name somebody else, whose account is open.")]})
    if not reason.strip():
        raise Invalid(fields={"reason": [_("This information is required.")]})
    ended = grants_of(user, by=by)
    closed = scope_of(to, fresh=True).denied
    if not ended:
        raise Conflict(_("This person holds nothing that could be handed over."))
    held = {_what(grant) for grant in grants_of(to)}
    with change(by=by, verb="organizations.grant.transfer", reason=reason):
        # First all ends: two roles that exclude each other must not meet half-way.
        for grant in ended:
            end_grant(grant, by=by, reason=reason)
        for grant in ended:
            if _what(grant) not in held and not _is_closed(grant, closed):
                _give(grant, to, by, reason)
        for follower in _followers:
            follower(user, to, by)
    return ended


def _what(grant: Grant) -> tuple[Any, ...]:
    return type(grant), grant.permission_id, grant.content_object_id  # type: ignore[attr-defined]


def _give(grant: Grant, to: Any, by: Any, reason: str) -> None:
    write_grant(
        type(grant),
        tuple(grant.ROLES),
        by=by,
        user=to,
        role=grant.permission.codename,
        on=grant.content_object,
        reason=reason,
        expires_on=grant.expires_on,
    )
