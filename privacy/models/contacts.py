"""Who answers for the protection of personal information: what the public pages name."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from peph.audit.history import Tracked
from peph.records import Record
from privacy.policy import CONTACT_POLICY, Action


class ContactQuerySet(models.QuerySet["Contact"]):
    def visible_to(self, user: Any) -> "ContactQuerySet":
        return self.filter(CONTACT_POLICY.q(user, Action.VIEW))


class Contact(Record):
    """The one row of what the privacy policy and the accessibility statement say of the programme."""

    only = models.BooleanField(default=True, editable=False, unique=True)
    body = models.CharField(_("public body"), max_length=200, blank=True)
    name = models.CharField(_("name of the person in charge"), max_length=120, blank=True)
    title = models.CharField(_("title of the person in charge"), max_length=160, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    policy_on = models.DateField(_("privacy policy in force from"), null=True, blank=True)
    accessibility_email = models.EmailField(_("e-mail for accessibility"), blank=True)
    accessibility_on = models.DateField(
        _("accessibility statement drawn up on"), null=True, blank=True
    )

    history = Tracked()
    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact for personal information")
        verbose_name_plural = _("contacts for personal information")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=models.Q(only=True), name="contact_only_one")
        ]

    def __str__(self) -> str:
        return self.name or self.title or self.email
