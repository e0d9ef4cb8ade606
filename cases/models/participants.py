"""The person, what they agreed to, and — apart, encrypted — what they declared of their disability."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.policy import CONSENT_POLICY, PARTICIPANT_POLICY, Action
from organizations.models.hosts import POSTAL_CODE
from peph.audit.history import Tracked
from peph.crypto import EncryptedDateField, EncryptedTextField
from peph.records import Record
from peph.text import search_key, words_begin


class ParticipantQuerySet(models.QuerySet["Participant"]):
    def visible_to(self, user: Any) -> "ParticipantQuerySet":
        return self.filter(PARTICIPANT_POLICY.q(user, Action.VIEW))

    def with_abilities(self, user: Any) -> "ParticipantQuerySet":
        """Load each person knowing what `user` may do (`person.can_edit`, …)."""
        return self.annotate(**PARTICIPANT_POLICY.flags(user))

    def named(self, text: str) -> "ParticipantQuerySet":
        """People one of whose names begins with each of the words; accents and case ignored."""
        return self.filter(words_begin(text))


class Participant(Record):
    """A person taking part in the programme. No social-insurance or health-insurance number, ever."""

    class Language(models.TextChoices):
        FRENCH = "fr", _("French")
        ENGLISH = "en", _("English")

    class ContactMode(models.TextChoices):
        PHONE = "phone", _("Telephone")
        EMAIL = "email", _("E-mail")
        TEXT = "text", _("Text message")
        RELAY = "relay", _("Relay service")
        MAIL = "mail", _("Mail")

    last_name = models.CharField(_("last name"), max_length=80)
    first_name = models.CharField(_("first name"), max_length=80)
    preferred_name = models.CharField(_("preferred name"), max_length=80, blank=True)
    pronoun = models.CharField(_("pronoun"), max_length=20, blank=True)
    birth_date = models.DateField(_("birth date"))
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    municipality = models.CharField(_("municipality"), max_length=80, blank=True)
    postal_code = models.CharField(
        _("postal code"), max_length=7, blank=True, validators=[POSTAL_CODE]
    )
    language = models.CharField(
        _("language of correspondence"),
        max_length=2,
        choices=Language,
        default=Language.FRENCH,
    )
    contact_mode = models.CharField(
        _("best way to reach"), max_length=5, choices=ContactMode, default=ContactMode.PHONE
    )
    contact_format = models.CharField(
        _("format needed"),
        max_length=120,
        blank=True,
        help_text=_("Large print, braille, sign-language interpretation, plain text…"),
    )
    functional_needs = models.TextField(
        _("what has to be adapted"),
        blank=True,
        max_length=2000,
        help_text=_("In functional terms: what helps at work. No diagnosis here."),
    )
    search_key = models.CharField(max_length=260, editable=False, default="", db_index=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    history = Tracked(
        personal=(
            "last_name",
            "first_name",
            "preferred_name",
            "pronoun",
            "birth_date",
            "email",
            "phone",
            "address",
            "municipality",
            "postal_code",
            "contact_format",
            "functional_needs",
        ),
        excluded_fields=("search_key",),
    )
    objects = ParticipantQuerySet.as_manager()

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        default_permissions = ()

    def __str__(self) -> str:
        return self.full_name

    def get_absolute_url(self) -> str:
        return reverse("cases:participant_detail", args=[self.pk])

    def clean(self) -> None:
        if self.birth_date and self.birth_date > timezone.localdate():
            raise ValidationError({"birth_date": _("This date is in the future.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_key = self.key_for_search()
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "search_key"}
        super().save(*args, **kwargs)

    @property
    def full_name(self) -> str:
        return f"{self.preferred_name or self.first_name} {self.last_name}"

    def key_for_search(self) -> str:
        """The three names, for `words_begin`; cut to the column."""
        return search_key(f"{self.last_name} {self.first_name} {self.preferred_name}")[:260]


class DisabilityRecord(Record):
    """Health tier: declaration, attestation, nature. Encrypted, own permission, each read logged."""

    participant = models.OneToOneField(
        Participant,
        on_delete=models.PROTECT,
        related_name="disability_record",
        verbose_name=_("participant"),
    )
    declared_on = EncryptedDateField(_("self-declared on"), null=True, blank=True)
    attestation_kind = EncryptedTextField(_("kind of attestation"), blank=True, default="")
    attestation_issuer = EncryptedTextField(_("issued by"), blank=True, default="")
    attested_on = EncryptedDateField(_("attested on"), null=True, blank=True)
    attestation_expires_on = EncryptedDateField(_("attestation expires on"), null=True, blank=True)
    nature = EncryptedTextField(
        _("nature of the disability"),
        blank=True,
        default="",
        help_text=_("Optional: only if it changes what has to be adapted."),
    )

    HEALTH_FIELDS = (
        "declared_on",
        "attestation_kind",
        "attestation_issuer",
        "attested_on",
        "attestation_expires_on",
        "nature",
    )
    history = Tracked(personal=HEALTH_FIELDS, hidden=HEALTH_FIELDS)

    class Meta:
        verbose_name = _("disability record")
        verbose_name_plural = _("disability records")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.participant)


class ConsentQuerySet(models.QuerySet["Consent"]):
    def visible_to(self, user: Any) -> "ConsentQuerySet":
        return self.filter(CONSENT_POLICY.q(user, Action.VIEW))

    def with_abilities(self, user: Any) -> "ConsentQuerySet":
        """Load each consent knowing what `user` may do with it."""
        return self.annotate(**CONSENT_POLICY.flags(user))

    def live(self, on: dt.date | None = None) -> "ConsentQuerySet":
        """Given, not withdrawn, not expired."""
        day = on or timezone.localdate()
        return self.filter(
            Q(expires_on__isnull=True) | Q(expires_on__gte=day), withdrawn_on__isnull=True
        )


class Consent(Record):
    """One agreement for one purpose (Access Act, s. 53.1): never bundled, always withdrawable."""

    class Purpose(models.TextChoices):
        CASE_MANAGEMENT = "case_management", _("Open and manage the file")
        HEALTH = "health", _("Collect health information")
        SHARE_PROFILE = "share_profile", _("Send the profile to a host organisation")
        SHARE_NEEDS = "share_needs", _("Tell the host organisation what has to be adapted")
        REFERRING_AGENCY = "referring_agency", _("Talk with the referring agency")

    class Means(models.TextChoices):
        WRITTEN = "written", _("In writing")
        ORAL = "oral", _("Orally")
        ELECTRONIC = "electronic", _("Electronically")

    participant = models.ForeignKey(
        Participant,
        on_delete=models.PROTECT,
        related_name="consents",
        verbose_name=_("participant"),
    )
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose)
    text_version = models.CharField(_("version of the text"), max_length=40)
    given_on = models.DateField(_("given on"))
    means = models.CharField(_("how"), max_length=10, choices=Means, default=Means.WRITTEN)
    expires_on = models.DateField(_("valid until"), null=True, blank=True)
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)

    history = Tracked()
    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        default_permissions = ()
        ordering = ("purpose", "-given_on")
        constraints = [
            models.UniqueConstraint(
                fields=("participant", "purpose"),
                condition=Q(withdrawn_on__isnull=True),
                name="consent_one_live_a_purpose",
                violation_error_message=_("There is already a consent for this purpose."),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gte=F("given_on")),
                name="consent_withdrawn_after_given",
                violation_error_message=_("A consent cannot be withdrawn before it was given."),
            ),
            models.CheckConstraint(
                condition=Q(expires_on__isnull=True) | Q(expires_on__gte=F("given_on")),
                name="consent_expires_after_given",
                violation_error_message=_("A consent cannot expire before it was given."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_purpose_display()

    @property
    def has_expired(self) -> bool:
        return self.expires_on is not None and self.expires_on < timezone.localdate()
