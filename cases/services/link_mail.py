"""The message that carries a link, in the recipient's language, written with the link in one transaction.

It names neither the participant nor the file: a mailbox is read by others, and being in this programme
says something of a person's health.
"""

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

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
        english = link.language == "en"
        body = render_to_string(
            "link/mail.txt",
            {
                "link": link,
                "task": SUBJECTS[TaskLink.Task(link.task)](),
                "site": link.placement.site,
                "starts_on": link.placement.starts_on,
                "address": address,
                "program": program.name_en if english else program.name_fr,
            },
        )
        post(
            key=f"cases.link:{link.pk}:{link.serial}",
            to=link.recipient_email,
            language=link.language,
            subject=SUBJECTS[TaskLink.Task(link.task)](),
            body=body,
        )
