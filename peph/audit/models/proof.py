"""What was proven of the history, and the notes that were taken of it. Both are kept, never changed."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from peph.audit.history import Tracked
from peph.audit.models.change_sets import Channel
from peph.records import Record


class VerificationRun(models.Model):
    """One proof of the history: how far it went, and what it found. The database refuses to change it."""

    class State(models.TextChoices):
        WHOLE = "whole", pgettext_lazy("history", "Whole")
        BROKEN = "broken", pgettext_lazy("history", "Broken")
        UNPROVEN = "unproven", pgettext_lazy("history", "Could not be proven")

    history_exempt = (
        "It records reading the history, holds nothing else, and the database refuses to change it."
    )

    id = models.BigAutoField(primary_key=True)
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"), default=timezone.now)
    actor_id = models.UUIDField(_("who"))
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    # Change sets up to this one were taken as proven; 0 when everything was recomputed.
    since = models.BigIntegerField(_("since change"), default=0)
    head_number = models.BigIntegerField(_("up to change"), default=0)
    head_hash = models.BinaryField(_("hash"), max_length=32)
    change_sets = models.BigIntegerField(_("change sets"), default=0)
    history_rows = models.BigIntegerField(_("history rows"), default=0)
    notes = models.PositiveIntegerField(_("checkpoints held against it"), default=0)
    state = models.CharField(_("result"), max_length=10, choices=State)
    problems = models.JSONField(_("problems"), default=list)
    warnings = models.JSONField(_("warnings"), default=list)

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        ordering = ("-id",)
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.get_state_display()} · {self.head_number}"

    @property
    def is_whole(self) -> bool:
        return self.state == self.State.WHOLE

    @property
    def is_incremental(self) -> bool:
        return self.since > 0


class Checkpoint(models.Model):
    """A note that was taken of the chain: shown and downloaded here, believed only where it is kept."""

    history_exempt = "It is a copy of a note kept elsewhere, and the database refuses to change it."

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(_("when"), default=timezone.now)
    number = models.BigIntegerField(_("up to change"))
    head = models.BinaryField(_("hash"), max_length=32)
    note = models.TextField(_("note"))

    class Meta:
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")
        ordering = ("-id",)
        default_permissions = ("view",)

    def __str__(self) -> str:
        return str(self.number)


class CheckpointKeyChange(Record):
    """One key that signs checkpoints gave way to the next: said by both, and in the chain like any change.

    `number` is the last change set whose notes the old one signs. `note` is what both signed; the other
    columns only repeat it.
    """

    number = models.BigIntegerField(_("up to change"))
    old_key = models.CharField(_("key before"), max_length=64)
    new_key = models.CharField(_("key after"), max_length=64)
    note = models.TextField(_("note"))

    history = Tracked()

    class Meta:
        verbose_name = _("change of the checkpoint key")
        verbose_name_plural = _("changes of the checkpoint key")
        ordering = ("number", "id")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.old_key[:8]} → {self.new_key[:8]}"
