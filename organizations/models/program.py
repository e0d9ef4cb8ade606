"""The programme's own settings. What the sources do not fix is a value here, never a constant."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from peph.audit.history import Tracked
from peph.records import Record


class Program(Record):
    """The one row of settings of the PDEIPH. A grant on it covers every region and host."""

    only = models.BooleanField(default=True, editable=False, unique=True)
    name_fr = models.CharField(_("name in French"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200)
    placement_weeks = models.PositiveSmallIntegerField(
        _("usual length of a placement, in weeks"),
        default=52,
        validators=[MinValueValidator(1), MaxValueValidator(208)],
    )
    longest_placement_weeks = models.PositiveSmallIntegerField(
        _("longest placement, extensions included, in weeks"),
        default=104,
        validators=[MinValueValidator(1), MaxValueValidator(520)],
    )
    smallest_published_count = models.PositiveSmallIntegerField(
        _("smallest count that may be published"), default=5
    )

    days_without_contact = models.PositiveSmallIntegerField(
        _("days without contact before a case is flagged"), default=90
    )
    second_approval_from = models.DecimalField(
        _("cost from which a second person approves an accommodation ($)"),
        max_digits=9,
        decimal_places=2,
        default=1500,
    )
    link_days = models.PositiveSmallIntegerField(
        _("days a link to a task stays valid"), default=21, validators=[MinValueValidator(1)]
    )

    history = Tracked()

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        default_permissions = ()
        permissions = [
            ("lead", "Lead the programme"),
            ("select", "Score the projects submitted"),
            ("audit", "Audit everything"),
            ("protect", "Keep the registers the law asks for"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(only=True), name="program_only_one"),
            models.CheckConstraint(
                condition=models.Q(longest_placement_weeks__gte=models.F("placement_weeks")),
                name="program_longest_placement",
            ),
        ]

    def __str__(self) -> str:
        return self.name_fr


class FollowUpStep(Record):
    """One line of the programme's schedule: what is due how many weeks from the start or the end.

    The lines loaded by default are DOMAIN §3.6 (a design proposal, not a published rule).
    """

    class Anchor(models.TextChoices):
        START = "start", _("start of the placement")
        END = "end", _("end of the placement")

    class Kind(models.TextChoices):
        READINESS = "readiness", _("Readiness check")
        CHECK = "check", _("Check")
        EVALUATION = "evaluation", _("Evaluation")
        DECISION = "decision", _("Decision meeting")
        CLOSING = "closing", _("End of placement")
        OUTCOME = "outcome", _("Outcome check")

    program = models.ForeignKey(
        Program, on_delete=models.PROTECT, related_name="steps", verbose_name=_("programme")
    )
    code = models.SlugField(_("code"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    anchor = models.CharField(_("counted from"), max_length=5, choices=Anchor)
    weeks = models.SmallIntegerField(_("weeks from there"))
    label_fr = models.CharField(_("label in French"), max_length=120)
    label_en = models.CharField(_("label in English"), max_length=120)

    history = Tracked()

    class Meta:
        verbose_name = _("step of the schedule")
        verbose_name_plural = _("steps of the schedule")
        default_permissions = ()
        ordering = ("-anchor", "weeks")

    def __str__(self) -> str:
        return self.label_fr
