"""Matching: what a person looks for and needs, and each project a person was proposed for."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case
from cases.models.placements import Placement
from cases.policy import MATCH_POLICY, Action
from cases.workflow import (
    MATCH_AWAITS_HOST,
    MATCH_OPEN,
    MATCH_WORKFLOW,
    MatchStatus,
    RefusalReason,
)
from organizations.models.hosts import HostOrganization, HostSite
from organizations.models.projects import Project
from organizations.models.regions import Region
from peph.audit.history import Tracked
from peph.records import Record
from peph.workflow import Transition


class WorkProfile(Record):
    """What a person looks for, and what the place must have, in functional terms (tier F)."""

    class Telework(models.TextChoices):
        NEEDED = "needed", _("Needed")
        WELCOME = "welcome", _("Welcome")
        NOT_WANTED = "not_wanted", _("Not wanted")

    # Each is the name of the site's own field: what is needed is looked up there.
    NEEDS = (
        "entrance",
        "lift",
        "washroom",
        "parking",
        "paratransit",
        "hearing_loop",
        "light_and_noise",
    )

    case = models.OneToOneField(
        Case, on_delete=models.PROTECT, related_name="work_profile", verbose_name=_("case")
    )
    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, related_name="+", verbose_name=_("region")
    )
    hours_least = models.DecimalField(
        _("at least (hours a week)"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
    )
    hours_most = models.DecimalField(
        _("at most (hours a week)"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
    )
    telework = models.CharField(
        _("telework"), max_length=10, choices=Telework, default=Telework.WELCOME
    )
    other_regions = models.CharField(
        _("other regions accepted"),
        max_length=80,
        blank=True,
        help_text=_("Codes separated by spaces, such as 03 12."),
    )
    available_from = models.DateField(_("available from"), null=True, blank=True)
    wants_mentor = models.BooleanField(_("wants a mentor"), default=False)
    experience = models.TextField(
        _("experience in a few lines"),
        max_length=2000,
        blank=True,
        help_text=_("What a host reads once the profile is sent. No health information."),
    )
    needs_entrance = models.BooleanField(_("step-free entrance"), default=False)
    needs_lift = models.BooleanField(_("lift"), default=False)
    needs_washroom = models.BooleanField(_("accessible washroom"), default=False)
    needs_parking = models.BooleanField(_("reserved parking"), default=False)
    needs_paratransit = models.BooleanField(_("served by paratransit"), default=False)
    needs_hearing_loop = models.BooleanField(_("hearing loop"), default=False)
    needs_light_and_noise = models.BooleanField(_("adjustable light, quiet place"), default=False)

    history = Tracked(
        personal=("experience", *(f"needs_{name}" for name in NEEDS)),
    )

    class Meta:
        verbose_name = _("work profile")
        verbose_name_plural = _("work profiles")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(hours_least__isnull=True)
                | Q(hours_most__isnull=True)
                | Q(hours_most__gte=F("hours_least")),
                name="work_profile_hours",
                violation_error_message=_("At most is not less than at least."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.case)

    @property
    def needed(self) -> list[str]:
        """Names of the site's fields that must be there."""
        return [name for name in self.NEEDS if getattr(self, f"needs_{name}")]


class MatchQuerySet(models.QuerySet["Match"]):
    def visible_to(self, user: Any) -> "MatchQuerySet":
        return self.filter(MATCH_POLICY.q(user, Action.VIEW))

    def with_abilities(self, user: Any) -> "MatchQuerySet":
        """Load each match knowing what `user` may do with it."""
        return self.annotate(**MATCH_POLICY.flags(user))

    def with_people(self) -> "MatchQuerySet":
        """Everything a row of a list shows, in one query."""
        return self.select_related(
            "case",
            "case__participant",
            "project",
            "region",
            "organization",
            "site",
            "site__organization",
        )

    def open(self) -> "MatchQuerySet":
        return self.filter(status__in=MATCH_OPEN)

    def awaiting_host(self) -> "MatchQuerySet":
        """The profile was sent and the host has not answered."""
        return self.filter(status__in=MATCH_AWAITS_HOST)

    def decision_late(self, today: dt.date | None = None) -> "MatchQuerySet":
        """The interview was held and the day of the host's decision has passed."""
        day = today or timezone.localdate()
        return self.filter(status=MatchStatus.INTERVIEWED, decide_by__lt=day)

    def answer_late(self, today: dt.date | None = None) -> "MatchQuerySet":
        """The offer was made and the day of the person's answer has passed."""
        day = today or timezone.localdate()
        return self.filter(status=MatchStatus.OFFERED, answer_by__lt=day)


class Match(Record):
    """One person proposed for one project. A person decides each step; no score of a person is kept."""

    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="matches", verbose_name=_("case")
    )
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="matches", verbose_name=_("project")
    )
    placement = models.OneToOneField(
        Placement,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="match",
        verbose_name=_("placement"),
    )
    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, related_name="+", verbose_name=_("region")
    )
    organization = models.ForeignKey(
        HostOrganization,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("host organisation"),
    )
    site = models.ForeignKey(
        HostSite, on_delete=models.PROTECT, related_name="+", verbose_name=_("host site")
    )
    status = models.CharField(
        _("status"),
        max_length=17,
        choices=MatchStatus,
        default=MatchStatus.PROPOSED,
        editable=False,
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("proposed by"),
    )
    sent_on = models.DateField(_("profile sent"), null=True, editable=False)
    interview_on = models.DateField(_("interview"), null=True, editable=False)
    interviewed_on = models.DateField(_("interview held"), null=True, editable=False)
    decide_by = models.DateField(_("decision expected by"), null=True, editable=False)
    decided_on = models.DateField(_("decided"), null=True, editable=False)
    offered_on = models.DateField(_("offered"), null=True, editable=False)
    answer_by = models.DateField(_("answer expected by"), null=True, editable=False)
    answered_on = models.DateField(_("answered"), null=True, editable=False)
    planned_start = models.DateField(_("planned start"), null=True, editable=False)
    refusal_reason = models.CharField(
        _("reason"), max_length=12, choices=RefusalReason, blank=True, editable=False
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("last activity"), default=timezone.now, editable=False)

    history = Tracked(excluded_fields=("updated_at",))
    objects = MatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("match")
        verbose_name_plural = _("matches")
        ordering = ("-updated_at", "-id")
        default_permissions = ()
        indexes = [
            models.Index("region", F("updated_at").desc(), name="match_region_newest"),
            models.Index("organization", F("updated_at").desc(), name="match_host_newest"),
            models.Index("site", F("updated_at").desc(), name="match_site_newest"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=("case", "project"),
                condition=Q(status__in=sorted(MATCH_OPEN)),
                name="match_one_open_a_project",
                violation_error_message=_("This person is already proposed for this project."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["not_selected", "withdrawn", "declined"])
                & ~Q(refusal_reason="")
                | ~Q(status__in=["not_selected", "withdrawn", "declined"]) & Q(refusal_reason=""),
                name="match_refused_has_reason",
            ),
            # In the database as well: no word of anybody's own stands beside a refusal.
            models.CheckConstraint(
                condition=Q(refusal_reason__in=["", *RefusalReason.values]),
                name="match_reason_of_the_list",
            ),
            models.CheckConstraint(
                condition=Q(status="accepted", placement__isnull=False)
                | ~Q(status="accepted") & Q(placement__isnull=True),
                name="match_accepted_has_placement",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} – {self.project}"

    def get_absolute_url(self) -> str:
        return reverse("cases:match_detail", args=[self.pk])

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.updated_at = timezone.now()
        super().save(*args, **kwargs)

    @property
    def abilities(self) -> frozenset[str]:
        """Actions of the person this match was loaded for; needs `with_abilities`."""
        return frozenset(name for name in MATCH_POLICY.rules if getattr(self, f"can_{name}", False))

    @property
    def available_transitions(self) -> list[Transition]:
        """Rows of the table open now to the person this match was loaded for."""
        return MATCH_WORKFLOW.open_from(self.status, self.abilities)
