"""Who hosts: ministries and public bodies, their sites in a region, and the job classes they offer."""

import datetime as dt
from typing import Any

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from organizations.models.regions import Region
from organizations.policy import ORGANIZATION_POLICY, SITE_POLICY, Action
from peph.audit.history import Tracked
from peph.records import Record
from peph.text import search_key, words_begin

POSTAL_CODE = RegexValidator(
    r"^[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z] \d[ABCEGHJ-NPRSTV-Z]\d$",
    _("Write the postal code as G1R 5M1."),
)


class HostOrganizationQuerySet(models.QuerySet["HostOrganization"]):
    def visible_to(self, user: Any) -> "HostOrganizationQuerySet":
        return self.filter(ORGANIZATION_POLICY.q(user, Action.VIEW))

    def with_abilities(self, user: Any) -> "HostOrganizationQuerySet":
        """Load each row knowing what `user` may do with it (`row.can_edit`, …)."""
        return self.annotate(**ORGANIZATION_POLICY.flags(user))

    def named(self, text: str) -> "HostOrganizationQuerySet":
        """Those whose acronym or name has words beginning so; accents and case ignored."""
        return self.filter(words_begin(text))

    def active(self, on: dt.date) -> "HostOrganizationQuerySet":
        """Existing on that day: ministries are renamed and merged often."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=on),
            Q(valid_to__isnull=True) | Q(valid_to__gte=on),
        )


class HostOrganization(Record):
    """A ministry or public body (ministère ou organisme, MO). Official names exist in French only."""

    class Kind(models.TextChoices):
        MINISTRY = "ministry", _("Ministry")
        BODY = "body", _("Public body")
        HISTORICAL = "historical", _("No longer exists")

    class YesNoUnknown(models.TextChoices):
        YES = "yes", _("Yes")
        NO = "no", _("No")
        UNKNOWN = "unknown", _("Unknown")

    acronym = models.CharField(_("acronym"), max_length=12, unique=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    public_service_staff = models.CharField(
        _("staff appointed under the Public Service Act"),
        max_length=7,
        choices=YesNoUnknown,
        default=YesNoUnknown.UNKNOWN,
    )
    valid_from = models.DateField(_("exists since"), null=True, blank=True)
    valid_to = models.DateField(_("existed until"), null=True, blank=True)
    successor = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name=_("replaced by"),
    )
    search_key = models.CharField(max_length=230, editable=False, default="")
    source = models.CharField(_("source"), max_length=200, blank=True)
    is_verified = models.BooleanField(
        _("checked against an official source"),
        default=False,
        help_text=_(
            "Acronyms and the status of the staff come from memory until somebody checks them."
        ),
    )

    history = Tracked(excluded_fields=("search_key",), scope={"organization": "id"})
    objects = HostOrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("host organisation")
        verbose_name_plural = _("host organisations")
        ordering = ("acronym",)
        default_permissions = ()
        permissions = [
            ("represent", "Represent the organisation"),
            ("audit", "Audit the organisation"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gte=F("valid_from")),
                name="host_organization_dates",
            ),
            models.CheckConstraint(
                condition=Q(successor__isnull=True) | ~Q(successor=F("id")),
                name="host_organization_not_own_successor",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.acronym} – {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("organizations:organization_detail", args=[self.pk])

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_key = self.key_for_search()
        super().save(*args, **kwargs)

    def key_for_search(self) -> str:
        """Acronym and name, for `words_begin`."""
        return search_key(f"{self.acronym} {self.name}")


class JobClass(Record):
    """A job class of the public service (classe d'emplois)."""

    code = models.CharField(_("code"), max_length=10, unique=True)
    name = models.CharField(_("name"), max_length=120)
    source = models.CharField(_("source"), max_length=200, blank=True)
    is_verified = models.BooleanField(_("checked against an official source"), default=False)

    history = Tracked()

    class Meta:
        verbose_name = _("job class")
        verbose_name_plural = _("job classes")
        ordering = ("name",)
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class HostSiteQuerySet(models.QuerySet["HostSite"]):
    def visible_to(self, user: Any) -> "HostSiteQuerySet":
        return self.filter(SITE_POLICY.q(user, Action.VIEW))

    def with_abilities(self, user: Any) -> "HostSiteQuerySet":
        """Load each row knowing what `user` may do with it (`row.can_edit`, …)."""
        return self.annotate(**SITE_POLICY.flags(user))


class HostSite(Record):
    """A unit of a host organisation in a region: where people work, and how accessible it is."""

    class Access(models.TextChoices):
        YES = "yes", _("Yes")
        PARTLY = "partly", _("In part")
        NO = "no", _("No")
        UNKNOWN = "unknown", _("Not checked")

    ACCESS_FIELDS = (
        "entrance",
        "lift",
        "washroom",
        "parking",
        "paratransit",
        "hearing_loop",
        "light_and_noise",
        "telework",
    )

    organization = models.ForeignKey(
        HostOrganization,
        on_delete=models.PROTECT,
        related_name="sites",
        verbose_name=_("host organisation"),
    )
    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, related_name="sites", verbose_name=_("region")
    )
    name = models.CharField(_("unit"), max_length=120)
    municipality = models.CharField(_("municipality"), max_length=80, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    postal_code = models.CharField(
        _("postal code"), max_length=7, blank=True, validators=[POSTAL_CODE]
    )
    seats = models.PositiveSmallIntegerField(
        _("people hosted at the same time"), default=1, validators=[MinValueValidator(1)]
    )
    contact_name = models.CharField(_("contact person"), max_length=160, blank=True)
    contact_email = models.EmailField(_("e-mail of the contact person"), blank=True)
    entrance = models.CharField(
        _("step-free entrance"), max_length=7, choices=Access, default=Access.UNKNOWN
    )
    lift = models.CharField(_("lift"), max_length=7, choices=Access, default=Access.UNKNOWN)
    washroom = models.CharField(
        _("accessible washroom"), max_length=7, choices=Access, default=Access.UNKNOWN
    )
    parking = models.CharField(
        _("reserved parking"), max_length=7, choices=Access, default=Access.UNKNOWN
    )
    paratransit = models.CharField(
        _("served by paratransit"), max_length=7, choices=Access, default=Access.UNKNOWN
    )
    hearing_loop = models.CharField(
        _("hearing loop"), max_length=7, choices=Access, default=Access.UNKNOWN
    )
    light_and_noise = models.CharField(
        _("adjustable light, quiet place"), max_length=7, choices=Access, default=Access.UNKNOWN
    )
    telework = models.CharField(
        _("telework possible"), max_length=7, choices=Access, default=Access.UNKNOWN
    )
    access_checked_on = models.DateField(_("accessibility checked on"), null=True, blank=True)

    history = Tracked(personal=("contact_name", "contact_email"))
    objects = HostSiteQuerySet.as_manager()

    class Meta:
        verbose_name = _("host site")
        verbose_name_plural = _("host sites")
        ordering = ("organization__acronym", "name")
        default_permissions = ()
        permissions = [("supervise", "Supervise the placements of the site")]
        constraints = [
            models.UniqueConstraint(
                fields=("organization", "region", "name"),
                name="host_site_once_a_region",
                violation_error_message=_(
                    "This organisation already has a unit of this name there."
                ),
            ),
            models.CheckConstraint(condition=Q(seats__gte=1), name="host_site_seats"),
        ]

    def __str__(self) -> str:
        return f"{self.organization.acronym} – {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("organizations:site_detail", args=[self.pk])
