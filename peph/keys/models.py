"""The keys encrypted fields are written with, each encrypted itself with the keys of the settings."""

from django.db import models
from django.utils import timezone


class DataKey(models.Model):
    """A key of encrypted fields. Kept for good: the history holds values written with it."""

    history_exempt = (
        "A history would keep the copies for earlier keys, which a change of keys drops."
    )

    number = models.PositiveSmallIntegerField(primary_key=True)
    created_at = models.DateTimeField(default=timezone.now)
    # The key of the settings it was made for: each change of that one makes a new data key.
    made_for = models.CharField(max_length=16)
    # Fingerprint of a key of the settings → this key, encrypted with it.
    wrapped = models.JSONField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.number)
