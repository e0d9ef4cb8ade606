"""Links to one task: sent, renewed, called back, and opened by whoever holds the address.

The address is the key and the serial of the link, signed. Nothing else of it is kept anywhere: it can be
computed again, and a renewed link leaves the address before it worthless.
"""

import base64
import binascii
import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Evaluation, FollowUp, Placement, TaskLink
from cases.policy import LINK_POLICY, PLACEMENT_POLICY, Action
from cases.policy.rules import PLACEMENT
from cases.services.context import changing
from cases.services.evaluations import start_evaluation
from cases.services.link_mail import post_link
from cases.services.link_tasks import Possible, action_of, check_possible, is_for_participant
from organizations.models import Program
from peph.audit.changes import SYSTEM
from peph.errors import Conflict, DomainError, Forbidden
from peph.records import check_version, locked, save_valid
from peph.scopes import Bearer, Scope, account_of

ONCE_IN = dt.timedelta(hours=1)


class Expired(DomainError):
    """The link's last day has passed; its holder may have a new one sent to the same address."""

    status_code = 410
    code = "expired"
    default_message = _("This link has expired.")

    def __init__(self, link: TaskLink) -> None:
        super().__init__()
        self.link = link


# ------------------------------------------------------------------ the address
def token_of(link: TaskLink) -> str:
    """The signed part of the address."""
    key = base64.urlsafe_b64encode(link.pk.bytes).decode().rstrip("=")
    return _signer().sign(f"{key}-{link.serial}")


def address_of(link: TaskLink) -> str:
    """Where the task is done: whoever has it can do it."""
    return settings.SITE_URL + reverse("cases:link_task", args=[token_of(link)])


def _signer() -> signing.Signer:
    # Reads what an earlier key signed as well (SECRET_KEY_FALLBACKS).
    return signing.Signer(salt="cases.task-link", sep=".")


def _read(token: str) -> tuple[uuid.UUID, int]:
    """Key and serial of an address we signed. Raises Http404."""
    try:
        key, _dash, serial = _signer().unsign(token).rpartition("-")
        return uuid.UUID(bytes=base64.urlsafe_b64decode(f"{key}==")), int(serial)
    except (signing.BadSignature, ValueError, binascii.Error) as error:
        raise Http404 from error


def open_link(token: str) -> TaskLink:
    """The link of an address that works.

    Raises Http404, one answer for all: forged, replaced, called back, answered. Raises Expired.
    """
    link = find_link(token)
    if link is None or link.serial != _read(token)[1] or link.state not in _OPEN:
        raise Http404
    if link.has_expired():
        raise Expired(link)
    return link


_OPEN = (TaskLink.State.WAITING, TaskLink.State.EXPIRED)


def find_link(token: str) -> TaskLink | None:
    """The link of an address we once gave, whether it still works or not. Raises Http404 for a forged one."""
    shown = TaskLink.objects.with_people().select_related(
        "site",
        "placement__case",
        "placement__site__organization",
        "placement__organization",
        "placement__job_class",
    )
    return shown.filter(pk=_read(token)[0]).first()


def is_replaced_just_now(token: str) -> bool:
    """Whether this address was replaced within the hour: its holder pressed the button twice."""
    try:
        pk, serial = _read(token)
    except Http404:
        return False
    return (
        TaskLink.objects.awaiting()
        .filter(pk=pk, serial=serial + 1, sent_at__gt=timezone.now() - ONCE_IN)
        .exists()
    )


def bearer_of(link: TaskLink) -> Bearer:
    """Whoever holds the address: no account, and the one action of the task on the one placement."""
    held = {(str(action_of(link.task, link.role)), PLACEMENT): frozenset({link.placement_id})}
    return Bearer(Scope(SYSTEM, held), pk=link.pk)


# ------------------------------------------------------------------ sending
def send_link(
    placement: Placement,
    *,
    by: Any,
    task: str,
    recipient_name: str,
    recipient_email: str,
    role: str = "",
    evaluation: Evaluation | None = None,
    follow_up: FollowUp | None = None,
    language: str = "",
) -> TaskLink:
    """Ask somebody by e-mail for one task; a link still open for the same task is renewed.

    Raises Forbidden, Invalid, Conflict (nothing of the kind is awaited; sent within the hour).
    """
    with changing(placement.case, by=by, verb="cases.link.send"):
        placement = _lock(placement.pk)
        PLACEMENT_POLICY.check(by, Action.EDIT, placement)
        check_possible(placement, task, role=role, evaluation=evaluation)
        link = (
            TaskLink.objects.awaiting()
            .select_for_update(of=("self",))
            .filter(placement=placement, task=task, role=role, evaluation=evaluation)
            .first()
        )
        if link is None:
            link = TaskLink.of(
                placement,
                task=task,
                role=role,
                evaluation=evaluation,
                serial=0,
                created_by=account_of(by),
            )
        elif link.recipient_email.lower() == recipient_email.strip().lower():
            _check_not_just_sent(link)
        else:
            # Somebody else is asked: what the first one began to write is not theirs to read.
            link.draft = None
        link.recipient_name, link.recipient_email = recipient_name.strip(), recipient_email.strip()
        if follow_up is not None or evaluation is not None:
            link.follow_up = follow_up or (evaluation.follow_up if evaluation else None)
        link.language = language or _usual_language(link)
        _send(link)
    return link


def send_possible(placement: Placement, possible: Possible, *, by: Any, **to: Any) -> TaskLink:
    """Ask for one of the tasks that make sense now; an evaluation not begun yet is begun for it.

    Raises what `send_link` raises.
    """
    with changing(placement.case, by=by, verb="cases.link.send"):
        evaluation = possible.evaluation
        if evaluation is None and possible.kind:
            evaluation = start_evaluation(placement, by=by, kind=possible.kind)
        return send_link(
            placement,
            by=by,
            task=possible.task,
            role=possible.role,
            evaluation=evaluation,
            **to,
        )


def renew_link(link: TaskLink, *, by: Any, version: int | None = None) -> TaskLink:
    """Send a new address to the same e-mail; the one before stops working.

    An officer may at any time, its holder once it has expired; both at most once an hour. Raises
    Forbidden, Stale, Conflict.
    """
    with changing(link.case, by=by, verb="cases.link.renew"):
        placement = _lock(link.placement_id)
        link = locked(TaskLink.objects.select_related("evaluation"), link.pk)
        _check_holder_or_officer(by, link)
        check_version(link, version)
        _check_open(link)
        if isinstance(by, Bearer) and not link.has_expired():
            raise Conflict(_("This link still works."))
        check_possible(placement, link.task, role=link.role, evaluation=link.evaluation)
        _check_not_just_sent(link)
        link.placement = placement
        _send(link)
    return link


def revoke_link(link: TaskLink, *, by: Any, version: int | None = None) -> TaskLink:
    """Call a link back: its address opens nothing any more. Raises Forbidden, Stale, Conflict."""
    with changing(link.case, by=by, verb="cases.link.revoke"):
        link = locked(TaskLink.objects.all(), link.pk)
        LINK_POLICY.check(by, Action.EDIT, link)
        check_version(link, version)
        _check_open(link)
        link.revoked_on, link.draft = timezone.localdate(), None
        save_valid(link)
    return link


def _send(link: TaskLink) -> None:
    program = Program.objects.get()
    now = timezone.now()
    link.serial += 1
    link.sent_at = now
    link.expires_on = timezone.localdate(now) + dt.timedelta(days=program.link_days)
    save_valid(link)
    post_link(link, address=address_of(link), program=program)


def _lock(pk: Any) -> Placement:
    # Always the placement before its links: whoever answers takes them in this order as well.
    return locked(Placement.objects.select_related("case", "participant", "site"), pk)


def _usual_language(link: TaskLink) -> str:
    if is_for_participant(link):
        return link.placement.participant.language
    return TaskLink._meta.get_field("language").default


def _check_holder_or_officer(by: Any, link: TaskLink) -> None:
    if isinstance(by, Bearer):
        if by.pk != link.pk:
            raise Forbidden
    else:
        LINK_POLICY.check(by, Action.EDIT, link)


def _check_open(link: TaskLink) -> None:
    if link.state not in _OPEN:
        raise Conflict(
            _("This link is closed: “%(state)s”.") % {"state": link.State(link.state).label}
        )


def _check_not_just_sent(link: TaskLink) -> None:
    free_at = link.sent_at + ONCE_IN
    if timezone.now() < free_at:
        raise Conflict(
            _("The link was sent less than an hour ago. It can be sent again after %(time)s.")
            % {"time": timezone.localtime(free_at).strftime("%H:%M")}
        )
