"""Internal notes: read by the programme, never by a host."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case
from cases.policy import NOTE_POLICY, Action
from peph.audit.history import Tracked
from peph.records import Record


class NoteQuerySet(models.QuerySet["Note"]):
    def visible_to(self, user: Any) -> "NoteQuerySet":
        return self.filter(NOTE_POLICY.q(user, Action.VIEW))

    def with_abilities(self, user: Any) -> "NoteQuerySet":
        """Load each note knowing what `user` may do with it."""
        return self.annotate(**NOTE_POLICY.flags(user))


class Note(Record):
    """A remark on a case. Corrected rather than deleted: the history keeps each version."""

    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="notes", verbose_name=_("case")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("author"),
    )
    text = models.TextField(_("note"), max_length=8000)
    created_at = models.DateTimeField(_("written"), default=timezone.now, editable=False)

    history = Tracked(personal=("text",))
    objects = NoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ("-created_at", "-id")
        default_permissions = ()
        indexes = [models.Index(fields=("case", "-created_at"), name="note_of_case")]

    def __str__(self) -> str:
        return self.text[:60]
