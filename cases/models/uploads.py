"""A spreadsheet between its upload and the confirmation of its import."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from peph.records import Record


class ImportUpload(Record):
    """The file as it was sent. Kept until it is imported, given up, or a day old."""

    history_exempt = (
        "Transient: the file is deleted once imported, and the import itself is one change set."
    )

    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(_("file name"), max_length=200)
    content = models.BinaryField()
    uploaded_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("uploaded spreadsheet")
        verbose_name_plural = _("uploaded spreadsheets")
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
