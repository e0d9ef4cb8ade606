"""Who read, searched, exported or was refused what. Apart from the history, with its own retention."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from peph.audit.models.change_sets import Channel


class AccessLog(models.Model):
    """One access. The database refuses to change a row, and to delete one outside a change."""

    history_exempt = (
        "It records reading, is written by reading, and the database refuses to change it."
    )

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(_("when"), default=timezone.now)
    actor_id = models.UUIDField(_("who"), null=True)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    verb = models.CharField(_("action"), max_length=40)
    model = models.CharField(_("kind of record"), max_length=100, blank=True)
    object_id = models.CharField(_("record"), max_length=150, blank=True)
    object_ids = models.JSONField(_("records shown"), null=True)
    case_id = models.UUIDField(_("case"), null=True)
    path = models.CharField(_("address"), max_length=300, blank=True)
    detail = models.JSONField(_("detail"), null=True)
    request_id = models.UUIDField(_("request"), null=True)

    class Meta:
        verbose_name = _("access")
        verbose_name_plural = _("access log")
        ordering = ("-id",)
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["at"], name="access_log_at"),
            models.Index(
                fields=["actor_id", "id"],
                name="access_log_actor",
                condition=Q(actor_id__isnull=False),
            ),
            models.Index(
                fields=["case_id", "id"],
                name="access_log_case",
                condition=Q(case_id__isnull=False),
            ),
            models.Index(
                fields=["object_id", "id"], name="access_log_object", condition=~Q(object_id="")
            ),
            models.Index(fields=["verb", "id"], name="access_log_verb"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.model} {self.object_id}".strip()
