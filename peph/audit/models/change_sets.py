"""Who changed what: one change set an action, one journal row a changed record. Written by the database.

Cases, regions, organisations and people are plain ids here: the audit stands below the apps that own
them, and a row about somebody must outlive them.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils import compat

from peph.audit import roles, verbs


class Channel(models.TextChoices):
    """The way an action came in."""

    PAGE = "page", _("Page")
    API = "api", _("API")
    COMMAND = "command", _("Command")
    IMPORT = "import", _("Import")
    LINK = "link", _("Link sent by e-mail")
    ADMIN = "admin", _("Administration site")


def _known(name: str, *, by: str, label: str) -> models.Index:
    """An index for "the changes of this one, newest first", without the rows that have none."""
    return models.Index(fields=[name, by], name=label, condition=Q(**{f"{name}__isnull": False}))


class ChangeSet(models.Model):
    """One action of a person, a job, an import or a link, sealed into the chain.

    Columns added later must be nullable without a default: the header hash skips nulls, so that old
    change sets keep their hash.
    """

    history_exempt = "It is the history: append-only, chained, guarded by the database."

    id = models.UUIDField(primary_key=True, default=compat.uuid7, editable=False)
    number = models.BigIntegerField(_("number"), unique=True)
    at = models.DateTimeField(_("when"))
    actor_id = models.UUIDField(_("who"))
    # Null where nobody held one, as in every set older than the column: its header has no role.
    role = models.CharField(_("role"), max_length=20, null=True)  # noqa: DJ001
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    verb = models.CharField(_("action"), max_length=100)
    reason = models.TextField(_("reason"), blank=True)
    # A reason may name somebody who must be forgotten: the header covers its salted commitment instead.
    # Forgetting empties reason and salt; both columns are null where no reason was given.
    reason_salt = models.BinaryField(null=True, max_length=16)
    reason_hash = models.BinaryField(null=True, max_length=32)
    case_id = models.UUIDField(_("case"), null=True)
    region_id = models.UUIDField(_("region"), null=True)
    organization_id = models.UUIDField(_("host organisation"), null=True)
    request_id = models.UUIDField(_("request"), null=True)
    rows = models.BigIntegerField(_("records changed"))
    prev = models.BinaryField(_("hash of the change set before"), max_length=32)
    hash = models.BinaryField(_("hash"), max_length=32)

    class Meta:
        verbose_name = _("change set")
        verbose_name_plural = _("change sets")
        ordering = ("-number",)
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["at"], name="change_set_at"),
            models.Index(fields=["actor_id", "number"], name="change_set_actor"),
            models.Index(fields=["channel", "number"], name="change_set_channel"),
            models.Index(fields=["verb", "number"], name="change_set_verb"),
            _known("role", by="number", label="change_set_role"),
            _known("request_id", by="number", label="change_set_request"),
            _known("case_id", by="number", label="change_set_case"),
            _known("region_id", by="number", label="change_set_region"),
            _known("organization_id", by="number", label="change_set_organization"),
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.label}"

    @property
    def label(self) -> str:
        """What was done, in the running language."""
        return verbs.label(self.verb)

    @property
    def role_label(self) -> str:
        """The role the actor held, in the running language."""
        return roles.label(self.role)

    @property
    def receipt(self) -> str:
        """What the answer to an accepted write carries: proof, later, of what the history must hold."""
        return f"{self.number}:{bytes(self.hash).hex()}"


class ChangedRow(models.Model):
    """The journal: which record an action changed, the history row it left, and the hash of that row."""

    class Type(models.TextChoices):
        CREATED = "+", _("Created")
        CHANGED = "~", _("Changed")
        DELETED = "-", _("Deleted")

    history_exempt = "It is the history: append-only, chained, guarded by the database."

    id = models.BigAutoField(primary_key=True)
    # Not enforced before COMMIT: the rows come first, the set is written by the seal. A change that
    # nobody sealed therefore cannot be committed.
    change_set = models.ForeignKey(
        ChangeSet, models.DO_NOTHING, related_name="changed_rows", db_index=False
    )
    model = models.CharField(_("kind of record"), max_length=100)
    object_id = models.CharField(_("record"), max_length=150)
    history_id = models.BigIntegerField()
    type = models.CharField(_("kind of change"), max_length=1, choices=Type)
    leaf = models.BinaryField(max_length=32)
    case_id = models.UUIDField(_("case"), null=True)
    region_id = models.UUIDField(_("region"), null=True)
    organization_id = models.UUIDField(_("host organisation"), null=True)

    class Meta:
        verbose_name = _("changed record")
        verbose_name_plural = _("changed records")
        ordering = ("-id",)
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["change_set", "id"], name="changed_row_set"),
            # The model is not in it: ids are unguessable, so unique across models.
            models.Index(fields=["object_id", "id"], name="changed_row_object"),
            _known("case_id", by="id", label="changed_row_case"),
            _known("region_id", by="id", label="changed_row_region"),
            _known("organization_id", by="id", label="changed_row_organization"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.model} {self.object_id}"
