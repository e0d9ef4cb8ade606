"""The people who sign in, and the tokens of their programs.

What they may do is not here: it is in the grants and in each `policy.py`.
"""

import hashlib
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken
from knox.settings import CONSTANTS

from peph.audit.changes import SYSTEM, change
from peph.audit.history import Tracked
from peph.records import Record

UNTRACKED = ("password", "last_login")


def full_address(login: str) -> str:
    """What was typed to sign in, as an e-mail: a short name gets the default domain, if one is set."""
    text = login.strip().lower()
    if text and "@" not in text and settings.ACCOUNT_DEFAULT_DOMAIN:
        return f"{text}@{settings.ACCOUNT_DEFAULT_DOMAIN}"
    return text


class UserManager(BaseUserManager["User"]):
    """Creates accounts inside a change, so that `createsuperuser` is in the history like the rest."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())

    def by_login(self, login: str) -> "User":
        """The account with this e-mail or, without "@", this short name.

        Raises DoesNotExist when there is none, MultipleObjectsReturned when several share the name.
        """
        address = full_address(login)
        if "@" in address:
            return self.get(email=address)
        return self.get(email__startswith=f"{address}@")

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email, **fields)
        user.set_password(password)
        with change(by=SYSTEM, verb="accounts.create"):
            user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, Record):
    """A person with an account. Disabled when they leave, never deleted: the history names them."""

    class Language(models.TextChoices):
        FRENCH = "fr", _("French")
        ENGLISH = "en", _("English")

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["first_name", "last_name"]

    email = models.EmailField(_("e-mail"), unique=True)
    first_name = models.CharField(_("first name"), max_length=80)
    last_name = models.CharField(_("last name"), max_length=80)
    language = models.CharField(
        _("language"), max_length=2, choices=Language, default=Language.FRENCH
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may open the administration site"), default=False)
    is_superuser = models.BooleanField(_("administrator"), default=False)
    password_changed_at = models.DateTimeField(_("password changed"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    history = Tracked(personal=("email", "first_name", "last_name"), excluded_fields=UNTRACKED)
    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ("last_name", "first_name", "email")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="user_email_lower"
            )
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    def clean(self) -> None:
        super().clean()
        # Before the constraint is checked: a form may bring capitals.
        self.email = self.email.strip().lower()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.strip().lower()
        if set(kwargs.get("update_fields") or {"*"}) <= set(UNTRACKED):
            # Signing in (its date, a stronger hash of the same password) changes nothing of the account:
            # no new version, so no history and no change() asked for.
            super(Record, self).save(*args, **kwargs)
        else:
            super().save(*args, **kwargs)

    def set_password(self, raw_password: str | None) -> None:
        # Tracked beside the password, which is not: the history says when it changed, never to what.
        self.password_changed_at = timezone.now()
        super().set_password(raw_password)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What ties a session to the password it was opened with, the same under every SECRET_KEY.

        Django makes it with the key, and gives a session whose key changed another id: of two requests
        sent at the same moment, the second would then find nobody signed in. The hash stays on this side,
        beside the password's own, inside a session that is signed.
        """
        return hashlib.sha256(f"peph session {self.password}".encode()).hexdigest()

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        return self.first_name

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Rights of the administration site, the break-glass. Pages and API never ask this."""
        return self.is_active and self.is_superuser

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_superuser


class ApiToken(AbstractAuthToken, Record):
    """A program's way in, in its owner's name. Only a digest of the token is kept.

    The digest is in the history, hidden from its readers. It is no secret (SHA-512 of 256 random
    bits leads nowhere), and a digest swapped in the database to get in as somebody else is seen by
    the verification like any other change.
    """

    user = models.ForeignKey(
        User, models.PROTECT, related_name="auth_token_set", verbose_name=_("user")
    )
    label = models.CharField(_("label"), max_length=80)
    # The library makes the digest the primary key; ours is the one every record has.
    digest = models.CharField(
        _("digest"), max_length=CONSTANTS.DIGEST_LENGTH, unique=True, editable=False
    )
    created = models.DateTimeField(_("created"), auto_now_add=True)
    expiry = models.DateTimeField(_("expires"))

    history = Tracked(hidden=("digest", "token_key"))

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ("-created",)

    def __str__(self) -> str:
        return self.label

    @property
    def beginning(self) -> str:
        """The first characters, by which its owner tells one token from another."""
        return self.token_key[:6]

    @property
    def has_expired(self) -> bool:
        return self.expiry <= timezone.now()


class Identity(Record):
    """An identity at the provider that opens an account, by issuer and subject: an address may change."""

    user = models.ForeignKey(
        User, models.PROTECT, related_name="identities", verbose_name=_("user")
    )
    issuer = models.CharField(_("provider"), max_length=200)
    subject = models.CharField(_("identifier at the provider"), max_length=255)
    linked_at = models.DateTimeField(_("linked"), default=timezone.now, editable=False)

    history = Tracked(personal=("subject",), hidden=("subject",))

    class Meta:
        verbose_name = _("identity at the provider")
        verbose_name_plural = _("identities at the provider")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=("issuer", "subject"), name="identity_once"),
            models.UniqueConstraint(fields=("issuer", "user"), name="identity_one_a_user"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.issuer}"


class SignInCount(models.Model):
    """Tries to sign in under one name: an account, a network address, a browser, the codes of a person.

    `tries` counts those begun and not yet known to be right, `failed` those known to be wrong. What the
    name is cannot be read from the key.
    """

    history_exempt = "Counts failed tries; the tries themselves are in the access log."

    key = models.CharField(max_length=64, primary_key=True)
    tries = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    began_at = models.DateTimeField(default=timezone.now)
    locks = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["began_at"], name="sign_in_count_began_at")]

    def __str__(self) -> str:
        return self.key


class RequestCount(models.Model):
    """How often something was asked in one minute. What it is cannot be read from the key."""

    history_exempt = "Counts requests of the running minute."

    key = models.CharField(max_length=64, primary_key=True)
    minute = models.BigIntegerField(db_index=True)
    asked = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.key


class SecondFactorState(models.Model):
    """Since when somebody is asked for a second factor, and the last code of their application."""

    history_exempt = "Two marks of the sign-in; factors added, removed, used are in the access log."

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="+")
    asked_since = models.DateTimeField(null=True)
    # The time step of the last code accepted: it and those before are spent.
    last_step = models.BigIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.user_id)
