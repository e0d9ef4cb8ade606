"""What is kept of a write that came with a key: enough to know it again and to answer it again."""

from django.db import models
from django.utils import timezone

from peph.crypto import EncryptedTextField
from peph.records import new_id


class RememberedRequest(models.Model):
    """Written in the transaction of the change itself: there is one exactly when the change was made.

    `answer` is added once the answer is known; a process that died in between leaves it empty. It may
    hold personal information: encrypted at rest, erased with the row a day later.
    """

    history_exempt = "The change it stands for has its history; this row goes after a day."

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    actor_id = models.UUIDField()
    key = models.CharField(max_length=200)
    digest = models.BinaryField(max_length=32)
    scope = models.BinaryField(max_length=32)
    at = models.DateTimeField(default=timezone.now)
    answer = EncryptedTextField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=("actor_id", "key"), name="remembered_request_once"),
        ]
        indexes = [models.Index(fields=["at"], name="remembered_request_at")]

    def __str__(self) -> str:
        return self.key
