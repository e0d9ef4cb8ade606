"""The case (dossier): one person's way through the programme."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.participants import Participant
from cases.numbers import new_number
from cases.policy import CASE_POLICY, Action
from cases.workflow import CASE_DECIDED, CASE_WORKFLOW, CaseStatus, ClosureReason
from organizations.models.hosts import HostOrganization, HostSite, JobClass
from organizations.models.regions import Region
from peph.audit.history import Tracked
from peph.fiscal import fiscal_year_label, fiscal_year_of
from peph.records import Record
from peph.text import plain, words_begin
from peph.workflow import Transition

# People of one name whose cases are cheaper sorted than searched for.
RARE_NAME = 500


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: Any) -> "CaseQuerySet":
        return self.filter(CASE_POLICY.q(user, Action.VIEW))

    def with_abilities(self, user: Any) -> "CaseQuerySet":
        """Load each case knowing what `user` may do with it (`case.can_edit`, …)."""
        return self.annotate(**CASE_POLICY.flags(user))

    def with_people(self) -> "CaseQuerySet":
        """Everything a row of a list shows, in one query."""
        return self.select_related("participant", "region", "coordinator", "organization", "site")

    def open(self) -> "CaseQuerySet":
        return self.exclude(status=CaseStatus.CLOSED)

    def awaited(self, today: dt.date | None = None) -> "CaseQuerySet":
        """Interrupted, and the day of the expected return has passed."""
        day = today or timezone.localdate()
        return self.filter(status=CaseStatus.SUSPENDED, resume_on__lt=day)

    def matching_text(self, text: str, *, legacy: Q | None = None) -> "CaseQuerySet":
        """By names, accents and case ignored; a text with a digit is one of the two numbers of a case.

        `legacy`: of which cases the reader may know the number in the old spreadsheet; of all by default.
        """
        if not plain(text):
            return self
        if any(char.isdigit() for char in text):
            given = text.strip()
            old = Q(legacy_number=given)
            return self.filter(Q(number=given.upper()) | (old if legacy is None else old & legacy))
        # Of a rare name, the cases are found and sorted; those of a frequent one are soon met, newest first.
        people = Participant.objects.named(text).values_list("pk", flat=True)[: RARE_NAME + 1]
        if len(found := list(people)) <= RARE_NAME:
            return self.filter(participant__in=found)
        return self.filter(words_begin(text, at="participant__search_key"))


class Case(Record):
    """One person's file: where it stands, who answers for it, where the person is placed."""

    number = models.CharField(_("file number"), max_length=12, unique=True, editable=False)
    legacy_number = models.CharField(
        _("number in the old spreadsheet"), max_length=40, blank=True, editable=False
    )
    is_imported = models.BooleanField(_("imported"), default=False, editable=False)
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="cases", verbose_name=_("participant")
    )
    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, related_name="cases", verbose_name=_("region")
    )
    coordinator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name=_("responsible coordinator"),
    )
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"), editable=False)
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=CaseStatus,
        default=CaseStatus.REFERRED,
        editable=False,
    )
    resumes_as = models.CharField(
        _("status before the interruption"),
        max_length=20,
        choices=CaseStatus,
        blank=True,
        editable=False,
    )
    job_class = models.ForeignKey(
        JobClass,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("job class sought"),
    )
    referring_agency = models.CharField(_("referring agency"), max_length=160, blank=True)
    referred_on = models.DateField(_("referred on"))
    first_contact_on = models.DateField(_("first contact"), null=True, editable=False)
    applied_on = models.DateField(_("application"), null=True, editable=False)
    decided_on = models.DateField(_("eligibility decided"), null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("eligibility decided by"),
    )
    resume_on = models.DateField(_("expected return"), null=True, editable=False)
    closed_on = models.DateField(_("closed"), null=True, editable=False)
    closure_reason = models.CharField(
        _("reason for closing"), max_length=20, choices=ClosureReason, blank=True, editable=False
    )
    organization = models.ForeignKey(
        HostOrganization,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="cases",
        verbose_name=_("host organisation"),
        help_text=_("Where the person is placed, or was last; it follows the placement."),
    )
    site = models.ForeignKey(
        HostSite,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="cases",
        verbose_name=_("host site"),
    )
    created_at = models.DateTimeField(_("opened"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("last activity"), default=timezone.now, editable=False)

    history = Tracked(
        personal=("legacy_number", "referring_agency"),
        excluded_fields=("updated_at",),
        scope={"case": "id"},
    )
    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ("-updated_at", "-id")
        default_permissions = ()
        permissions = [
            ("view_case", "Read this case"),
            ("change_case", "Read and keep this case"),
            ("view_health", "Read the health information of this case"),
        ]
        indexes = [
            models.Index(F("updated_at").desc(), F("id").desc(), name="case_newest"),
            models.Index(
                "region", F("updated_at").desc(), F("id").desc(), name="case_region_newest"
            ),
            models.Index(
                "organization", F("updated_at").desc(), F("id").desc(), name="case_host_newest"
            ),
            models.Index("site", F("updated_at").desc(), F("id").desc(), name="case_site_newest"),
            models.Index("coordinator", "status", name="case_of_coordinator"),
            models.Index("region", "status", "fiscal_year", name="case_counts"),
            models.Index(
                "legacy_number", condition=~Q(legacy_number=""), name="case_legacy_number"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=("participant",),
                condition=~Q(status=CaseStatus.CLOSED),
                name="case_one_open_a_participant",
                violation_error_message=_("This person already has an open case."),
            ),
            models.CheckConstraint(
                condition=Q(status=CaseStatus.CLOSED, closed_on__isnull=False)
                & ~Q(closure_reason="")
                | ~Q(status=CaseStatus.CLOSED) & Q(closed_on__isnull=True, closure_reason=""),
                name="case_closed_has_date_and_reason",
            ),
            models.CheckConstraint(
                condition=Q(status=CaseStatus.SUSPENDED, resume_on__isnull=False)
                & ~Q(resumes_as="")
                | ~Q(status=CaseStatus.SUSPENDED) & Q(resume_on__isnull=True, resumes_as=""),
                name="case_suspended_has_return",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=sorted(CASE_DECIDED))
                | Q(decided_on__isnull=False)
                | Q(is_imported=True),
                name="case_decided_has_date",
            ),
            models.CheckConstraint(
                condition=~Q(status=CaseStatus.IN_PLACEMENT) | Q(site__isnull=False),
                name="case_placed_has_site",
            ),
            models.CheckConstraint(
                condition=Q(site__isnull=True, organization__isnull=True)
                | Q(site__isnull=False, organization__isnull=False),
                name="case_site_has_organization",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("referred_on")),
                name="case_closed_after_referred",
                violation_error_message=_("A case cannot close before the person was referred."),
            ),
            models.CheckConstraint(
                condition=Q(decided_on__isnull=True) | Q(decided_on__gte=F("referred_on")),
                name="case_decided_after_referred",
                violation_error_message=_(
                    "Eligibility cannot be decided before the person was referred."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("cases:case_detail", args=[self.pk])

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding:
            self.fiscal_year = self.fiscal_year or fiscal_year_of(self.referred_on)
            self.number = self.number or _free_number(self.fiscal_year)
        self.updated_at = timezone.now()
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "updated_at"}
        super().save(*args, **kwargs)

    @property
    def fiscal_year_label(self) -> str:
        return fiscal_year_label(self.fiscal_year)

    @property
    def is_open(self) -> bool:
        return self.status != CaseStatus.CLOSED

    @property
    def abilities(self) -> frozenset[str]:
        """Actions of the person this case was loaded for; needs `with_abilities`."""
        return frozenset(name for name in CASE_POLICY.rules if getattr(self, f"can_{name}", False))

    @property
    def available_transitions(self) -> list[Transition]:
        """Rows of the table open now to the person this case was loaded for."""
        return CASE_WORKFLOW.open_from(self.status, self.abilities)


def _free_number(fiscal_year: int) -> str:
    # 28 million numbers a year: with a quarter of a million cases one draw in a hundred is taken.
    while Case.objects.filter(number=(number := new_number(fiscal_year))).exists():
        continue
    return number
