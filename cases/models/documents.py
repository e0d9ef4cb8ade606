"""Documents of a case: what they are, for whom, which version; their bytes apart, named by their SHA-256."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models.cases import Case
from cases.models.placements import Placement
from cases.policy import DOCUMENT_POLICY, Action
from organizations.models.hosts import HostOrganization, HostSite
from organizations.models.regions import Region
from peph.audit.history import Tracked
from peph.records import Record


class Readiness(models.TextChoices):
    """Whether the bytes of a document may leave, as the scanner left them."""

    READY = "ready", _("No malicious software found")
    UNCHECKED = "unchecked", _("Not checked for malicious software")
    WAITING = "waiting", _("Being checked")
    REFUSED = "refused", _("Refused: malicious software")


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, user: Any) -> "DocumentQuerySet":
        return self.filter(DOCUMENT_POLICY.q(user, Action.VIEW))

    def with_abilities(self, user: Any) -> "DocumentQuerySet":
        """Load each document knowing what `user` may do with it."""
        return self.annotate(**DOCUMENT_POLICY.flags(user))

    def with_people(self) -> "DocumentQuerySet":
        """Everything a row of a list shows, in one query."""
        return self.with_scan().select_related(
            "case__participant",
            "placement__participant",
            "placement__site__organization",
            "region",
            "uploaded_by",
            "replaced_by",
        )

    def with_scan(self) -> "DocumentQuerySet":
        """What the scanner said of the bytes of each, with it."""
        contents = DocumentContent.objects.filter(pk=OuterRef("sha256"))
        return self.annotate(scan=Coalesce(Subquery(contents.values("scan")), Value("")))

    def current(self) -> "DocumentQuerySet":
        """The last version of each, not withdrawn."""
        return self.filter(replaced_by__isnull=True, withdrawn_on__isnull=True)


class Document(Record):
    """One version of a document. A new version replaces it; neither is ever changed."""

    class Kind(models.TextChoices):
        RESUME = "resume", _("Curriculum vitæ")
        ATTESTATION = "attestation", _("Attestation")
        AGREEMENT = "agreement", _("Agreement")
        PLAN = "plan", _("Plan of the placement")
        EVALUATION = "evaluation", _("Evaluation")
        NOTICE = "notice", _("Notice or decision")
        EVIDENCE = "evidence", _("Evidence")
        OTHER = "other", _("Other")

    class Audience(models.TextChoices):
        PROGRAM = "program", _("The programme")
        HOST = "host", _("The programme and the host organisation")
        HEALTH = "health", _("Those who may read health information")

    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="documents", verbose_name=_("case")
    )
    placement = models.ForeignKey(
        Placement,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="documents",
        verbose_name=_("placement"),
    )
    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, related_name="+", verbose_name=_("region")
    )
    organization = models.ForeignKey(
        HostOrganization,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("host organisation"),
    )
    site = models.ForeignKey(
        HostSite,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("host site"),
    )
    kind = models.CharField(_("kind"), max_length=11, choices=Kind)
    title = models.CharField(_("title"), max_length=160)
    audience = models.CharField(
        _("who may read it"), max_length=7, choices=Audience, default=Audience.PROGRAM
    )
    filename = models.CharField(_("file name"), max_length=120, editable=False)
    media_type = models.CharField(_("format"), max_length=100, editable=False)
    size = models.PositiveIntegerField(_("size in bytes"), editable=False)
    sha256 = models.CharField(_("SHA-256"), max_length=64, editable=False)
    number = models.PositiveSmallIntegerField(_("number of the version"), default=1, editable=False)
    replaces = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="replaced_by",
        verbose_name=_("replaces"),
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("put in by"),
    )
    uploaded_at = models.DateTimeField(_("put in"), default=timezone.now, editable=False)
    withdrawn_on = models.DateField(_("withdrawn"), null=True, editable=False)

    # A title may name an illness: whoever reads the history without the health tier learns neither.
    history = Tracked(personal=("title", "filename"), hidden=("title", "filename"))
    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ("-uploaded_at", "-id")
        default_permissions = ()
        indexes = [
            models.Index("case", F("uploaded_at").desc(), name="document_of_case"),
            models.Index("sha256", name="document_sha256"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(number=1, replaces__isnull=True)
                | Q(number__gt=1, replaces__isnull=False),
                name="document_version_replaces",
            ),
        ]

    def __str__(self) -> str:
        # What the history calls it, for readers who may not know its title.
        return str(self.get_kind_display())

    def get_absolute_url(self) -> str:
        return reverse("cases:document_detail", args=[self.pk])

    @property
    def readiness(self) -> str:
        """Whether its bytes may be given: a `Readiness`."""
        said = self.__dict__.get("scan")
        if said is None:
            found = DocumentContent.objects.filter(pk=self.sha256).values_list("scan", flat=True)
            said = self.__dict__["scan"] = found.first() or ""
        if said == DocumentContent.Scan.MALICIOUS:
            return Readiness.REFUSED
        if said == DocumentContent.Scan.CLEAN:
            return Readiness.READY
        return Readiness.WAITING if settings.CLAMD_ADDRESS else Readiness.UNCHECKED

    @property
    def is_refused(self) -> bool:
        """Whether the scanner found something in it."""
        return self.readiness == Readiness.REFUSED

    @property
    def is_readable(self) -> bool:
        """Whether its bytes are given to whoever may see it."""
        held_back = (Readiness.WAITING, Readiness.REFUSED)
        return self.withdrawn_on is None and self.readiness not in held_back

    @property
    def is_health(self) -> bool:
        return self.audience == self.Audience.HEALTH

    @property
    def is_latest(self) -> bool:
        """Whether no newer version replaces it."""
        return getattr(self, "replaced_by", None) is None

    @property
    def is_current(self) -> bool:
        """Whether it can be read, replaced or withdrawn: the last version, not withdrawn."""
        return self.is_latest and self.withdrawn_on is None


class DocumentContent(models.Model):
    """The bytes of documents, in the database: written in the same transaction as what names them."""

    history_exempt = (
        "Fixed by its key: the SHA-256 that the document's own history holds. What the scanner said is no"
        " act of a person."
    )

    class Scan(models.TextChoices):
        # What was never looked at is neither.
        CLEAN = "clean", _("Clean")
        MALICIOUS = "malicious", pgettext_lazy("by the scanner", "Refused")

    sha256 = models.CharField(max_length=64, primary_key=True)
    content = models.BinaryField()
    # Of the bytes, not of a document: the same file put in twice is looked at once.
    scan = models.CharField(max_length=9, choices=Scan, blank=True, default="")
    scanned_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("content of a document")
        verbose_name_plural = _("contents of documents")
        default_permissions = ()
        indexes = [
            models.Index(fields=["scan"], condition=Q(scan=""), name="document_not_scanned"),
        ]

    def __str__(self) -> str:
        return self.sha256
