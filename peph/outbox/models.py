"""One e-mail to send, from the moment it is asked for until its text is erased."""

import hashlib

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from peph.crypto import EncryptedTextField
from peph.records import new_id


class MessageQuerySet(models.QuerySet["Message"]):
    def waiting(self) -> "MessageQuerySet":
        """Neither sent nor given up."""
        return self.filter(sent_at__isnull=True, gave_up_at__isnull=True)

    def given_up(self) -> "MessageQuerySet":
        """Refused once too often: somebody has to look at these."""
        return self.filter(gave_up_at__isnull=False)


class Message(models.Model):
    """One e-mail, known by its key for ever: a second one with the same key is never written.

    The text is encrypted at rest, for it may hold the address of a signed link, and erased some days
    after it was sent. The key and the days stay.
    """

    history_exempt = (
        "A queue: what asked for the message has a history, and the text is erased once sent."
    )

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(_("key"), max_length=200, unique=True)
    to = models.EmailField(_("recipient"), blank=True)
    language = models.CharField(_("language"), max_length=2)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = EncryptedTextField(_("text"), blank=True)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    next_try_at = models.DateTimeField(_("next try"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    # Who is sending it now, and until when nobody else may try.
    claimed_by = models.CharField(max_length=32, blank=True)
    claimed_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    gave_up_at = models.DateTimeField(_("given up"), null=True)
    erased_at = models.DateTimeField(_("text erased"), null=True)
    last_error = models.CharField(_("last error"), max_length=400, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ("created_at", "id")
        default_permissions = ()
        indexes = [
            models.Index(
                "next_try_at",
                "id",
                condition=Q(sent_at__isnull=True, gave_up_at__isnull=True),
                name="message_waiting",
            ),
            models.Index(
                "created_at", condition=Q(erased_at__isnull=True), name="message_with_text"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(gave_up_at__isnull=True),
                name="message_sent_or_given_up",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    def message_id(self, domain: str) -> str:
        """The Message-ID: the same for every try, on every machine, also after a restored backup."""
        return f"<{hashlib.sha256(self.key.encode()).hexdigest()[:40]}@{domain}>"
