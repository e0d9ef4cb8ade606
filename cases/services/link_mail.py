"""The message that carries a link, in the recipient's language, written with the link in one transaction.

It names neither the participant nor the file: a mailbox is read by others, and being in this programme
says something of a person's health.
"""

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.models import TaskLink
from organizations.models import Program
from peph.accounts.middleware import LANGUAGES
from peph.outbox.services import post

SUBJECTS = {
    TaskLink.Task.CONFIRM_START: lambda: _("Please confirm the start of a placement"),
    TaskLink.Task.SIGN: lambda: _("Please sign the agreement of a placement"),
    TaskLink.Task.REPORT: lambda: _("Please tell us how a placement goes"),
    TaskLink.Task.EVALUATE: lambda: _("Please evaluate a placement"),
    TaskLink.Task.ANSWER: lambda: _("Please answer the evaluation of your placement"),
}


def post_link(link: TaskLink, *, address: str, program: Program) -> None:
    """Queue the message; a renewed link is another message, the same link twice is not."""
    with translation.override(LANGUAGES[link.language]):
        subject = SUBJECTS[TaskLink.Task(link.task)]()
        post(
            key=f"cases.link:{link.pk}:{link.serial}",
            to=link.recipient_email,
            language=link.language,
            subject=subject,
            body=_body(link, subject, address, program),
        )


def _body(link: TaskLink, task: str, address: str, program: Program) -> str:
    placement = link.placement
    start = _("start: %(day)s") % {"day": placement.starts_on.isoformat()}
    lines = (
        _("Hello %(name)s,") % {"name": link.recipient_name},
        f"{task}{pgettext('before a value', ':')} {placement.site} ({start}).",
        _("Open this link. It needs no account and no password; a telephone will do:"),
        address,
        _(
            "It works until %(day)s. What you type is saved as you go: you can stop and come back."
            " Once it has expired, open it all the same: it offers to send you a new one."
        )
        % {"day": link.expires_on.isoformat()},
        _(
            "This link is for you alone: whoever opens it can answer in your name. Please do not"
            " forward it."
        ),
        program.name_en if link.language == "en" else program.name_fr,
    )
    return "\n\n".join(lines) + "\n"
