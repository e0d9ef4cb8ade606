"""The project: a post a host offers for a placement, what the committee scored and what was decided."""

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organizations.models.calls import Call, ProjectCriterion
from organizations.models.hosts import HostOrganization, HostSite, JobClass
from organizations.models.regions import Region
from organizations.policy import PROJECT_POLICY, Action
from organizations.workflow import (
    PROJECT_EDITABLE,
    PROJECT_RETAINED,
    PROJECT_UNDECIDED,
    PROJECT_WORKFLOW,
    ProjectStatus,
    RejectionReason,
)
from peph.audit.history import Tracked
from peph.records import Record
from peph.text import search_key, words_begin
from peph.workflow import Transition


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user: Any) -> "ProjectQuerySet":
        return self.filter(PROJECT_POLICY.q(user, Action.VIEW))

    def with_abilities(self, user: Any) -> "ProjectQuerySet":
        """Load each project knowing what `user` may do with it."""
        return self.annotate(**PROJECT_POLICY.flags(user))

    def with_places(self) -> "ProjectQuerySet":
        """Everything a row of a list shows, in one query."""
        return self.select_related(
            "call", "organization", "region", "site", "site__organization", "job_class"
        )

    def open(self) -> "ProjectQuerySet":
        """Open for candidates: at least one seat is free."""
        return self.filter(status=ProjectStatus.OPEN)

    def retained(self) -> "ProjectQuerySet":
        """Those whose seats count."""
        return self.filter(status__in=PROJECT_RETAINED)

    def undecided(self) -> "ProjectQuerySet":
        """Those the committee still owes a decision."""
        return self.filter(status__in=PROJECT_UNDECIDED)

    def titled(self, text: str) -> "ProjectQuerySet":
        """Those whose title has words beginning so; accents and case ignored."""
        return self.filter(words_begin(text))

    def to_score_by(self, member: Any) -> "ProjectQuerySet":
        """Those under review that this member of the committee may score and has not, or not wholly."""
        scored = ProjectScore.objects.filter(
            project=OuterRef(OuterRef("pk")), member=member, criterion=OuterRef("pk")
        )
        missing = ProjectCriterion.objects.filter(~Exists(scored), is_active=True)
        return self.filter(
            PROJECT_POLICY.q(member, Action.SCORE),
            Exists(missing.order_by()),
            status=ProjectStatus.UNDER_REVIEW,
        )


class Project(Record):
    """A post offered by a site (projet d’emploi). Region and organisation repeat the site’s."""

    class Hiring(models.TextChoices):
        YES = "yes", _("Yes")
        NO = "no", _("No")
        TO_SEE = "to_see", _("To be seen")

    call = models.ForeignKey(
        Call, on_delete=models.PROTECT, related_name="projects", verbose_name=_("call")
    )
    site = models.ForeignKey(
        HostSite, on_delete=models.PROTECT, related_name="projects", verbose_name=_("host site")
    )
    organization = models.ForeignKey(
        HostOrganization,
        on_delete=models.PROTECT,
        related_name="projects",
        editable=False,
        verbose_name=_("host organisation"),
    )
    region = models.ForeignKey(
        Region,
        on_delete=models.PROTECT,
        related_name="projects",
        editable=False,
        verbose_name=_("region"),
    )
    title = models.CharField(_("title"), max_length=160)
    search_key = models.CharField(max_length=320, editable=False, default="")
    job_class = models.ForeignKey(
        JobClass,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("job class"),
    )
    tasks = models.TextField(_("tasks"), max_length=4000)
    objectives = models.TextField(
        _("learning objectives"), max_length=4000, help_text=_("One a line.")
    )
    supervision = models.TextField(_("supervision and training planned"), max_length=4000)
    adaptations = models.TextField(_("adaptations already in place"), max_length=2000, blank=True)
    supervisor_name = models.CharField(_("supervisor"), max_length=160)
    supervisor_email = models.EmailField(_("e-mail of the supervisor"), blank=True)
    mentor_name = models.CharField(
        _("mentor"),
        max_length=160,
        blank=True,
        help_text=_("Somebody else than the supervisor."),
    )
    hours_per_week = models.DecimalField(
        _("hours a week"),
        max_digits=4,
        decimal_places=1,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
    )
    telework = models.BooleanField(_("telework possible"), default=False)
    seats = models.PositiveSmallIntegerField(
        _("seats"), default=1, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    starts_from = models.DateField(_("can start from"))
    hiring = models.CharField(
        _("hiring afterwards"), max_length=6, choices=Hiring, default=Hiring.TO_SEE
    )
    status = models.CharField(
        _("status"),
        max_length=12,
        choices=ProjectStatus,
        default=ProjectStatus.DRAFT,
        editable=False,
    )
    submitted_on = models.DateField(_("submitted"), null=True, editable=False)
    is_late = models.BooleanField(_("submitted after the deadline"), default=False, editable=False)
    reply_by = models.DateField(_("answer expected by"), null=True, editable=False)
    decided_on = models.DateField(_("decided"), null=True, editable=False)
    minute = models.CharField(
        _("minute of the committee"), max_length=40, blank=True, editable=False
    )
    rejection_reason = models.CharField(
        _("main reason"), max_length=14, choices=RejectionReason, blank=True, editable=False
    )
    decision_comment = models.TextField(
        _("reason given to the host"), max_length=4000, blank=True, editable=False
    )
    fill_by = models.DateField(_("to be filled by"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("last activity"), default=timezone.now, editable=False)

    history = Tracked(
        personal=("supervisor_name", "supervisor_email", "mentor_name"),
        excluded_fields=("updated_at", "search_key"),
    )
    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ("-updated_at", "-id")
        default_permissions = ()
        indexes = [
            models.Index(F("updated_at").desc(), F("id").desc(), name="project_newest"),
            models.Index(
                "region", F("updated_at").desc(), F("id").desc(), name="project_region_newest"
            ),
            models.Index(
                "organization", F("updated_at").desc(), F("id").desc(), name="project_host_newest"
            ),
            models.Index(
                "site", F("updated_at").desc(), F("id").desc(), name="project_site_newest"
            ),
            models.Index("status", "region", "job_class", name="project_open"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(seats__gte=1), name="project_seats"),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "withdrawn"]) | Q(submitted_on__isnull=False),
                name="project_submitted_has_date",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["waitlisted", "not_selected", *sorted(PROJECT_RETAINED)])
                | Q(decided_on__isnull=False),
                name="project_decided_has_date",
            ),
            models.CheckConstraint(
                condition=Q(status="not_selected") & ~Q(rejection_reason="")
                | ~Q(status="not_selected") & Q(rejection_reason=""),
                name="project_refused_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("organizations:project_detail", args=[self.pk])

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.organization_id, self.region_id = self.site.organization_id, self.site.region_id
        # A few letters are two or more once they are plain.
        self.search_key = search_key(self.title)[:320]
        self.updated_at = timezone.now()
        super().save(*args, **kwargs)

    @property
    def is_editable(self) -> bool:
        """Whether its host still writes it."""
        return self.status in PROJECT_EDITABLE

    @property
    def is_open(self) -> bool:
        """Whether a seat waits for somebody."""
        return self.status == ProjectStatus.OPEN

    @property
    def abilities(self) -> frozenset[str]:
        """Actions of the person this project was loaded for; needs `with_abilities`."""
        return frozenset(
            name for name in PROJECT_POLICY.rules if getattr(self, f"can_{name}", False)
        )

    @property
    def available_transitions(self) -> list[Transition]:
        """Rows of the table open now to the person this project was loaded for."""
        return PROJECT_WORKFLOW.open_from(self.status, self.abilities)

    @property
    def offered(self) -> list[str]:
        """All that is open now to the person this project was loaded for: the moves, `edit`, `score`."""
        names = [step.name for step in self.available_transitions]
        if "edit" in self.abilities and self.is_editable:
            names.append("edit")
        if "score" in self.abilities and self.status == ProjectStatus.UNDER_REVIEW:
            names.append("score")
        return names


class ProjectScore(Record):
    """What one member of the committee thinks of a project, by one criterion, from 1 to 4."""

    class Level(models.IntegerChoices):
        NO = 1, _("1 – Does not meet the criterion")
        PARTLY = 2, _("2 – Meets it in part")
        YES = 3, _("3 – Meets it")
        BEYOND = 4, _("4 – Goes beyond it")

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="scores", verbose_name=_("project")
    )
    criterion = models.ForeignKey(
        ProjectCriterion, on_delete=models.PROTECT, related_name="+", verbose_name=_("criterion")
    )
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("member of the committee"),
    )
    level = models.PositiveSmallIntegerField(
        _("level"), validators=[MinValueValidator(1), MaxValueValidator(4)]
    )
    comment = models.TextField(_("comment"), max_length=2000, blank=True)

    history = Tracked()

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        ordering = ("criterion__rank", "id")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=("project", "criterion", "member"), name="project_score_once_a_member"
            ),
            models.CheckConstraint(
                condition=Q(level__gte=1, level__lte=4), name="project_score_level"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion} : {self.level}"
