"""The checklist of the programme: what an auditor asks of each record of a sample."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from auditing.models.populations import Population
from auditing.policy import CHECKLIST_POLICY
from cases.policy import Action
from peph.audit.history import Tracked
from peph.records import Record


class ChecklistQuestionQuerySet(models.QuerySet["ChecklistQuestion"]):
    def visible_to(self, user: Any) -> "ChecklistQuestionQuerySet":
        return self.filter(CHECKLIST_POLICY.q(user, Action.VIEW))

    def with_abilities(self, user: Any) -> "ChecklistQuestionQuerySet":
        """Load each question knowing what `user` may do with it."""
        return self.annotate(**CHECKLIST_POLICY.flags(user))

    def asked_of(self, population: str) -> "ChecklistQuestionQuerySet":
        """Asked of the records of this population, in the order of the programme."""
        return self.filter(is_active=True, population=population).order_by("position", "code")


class ChecklistQuestion(Record):
    """One question, answered by yes, no or not applicable. Once answered its words stay as they are."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    population = models.CharField(_("asked of"), max_length=14, choices=Population)
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    text_fr = models.CharField(_("question in French"), max_length=300)
    text_en = models.CharField(_("question in English"), max_length=300)
    help_fr = models.CharField(_("how to check it, in French"), max_length=600, blank=True)
    help_en = models.CharField(_("how to check it, in English"), max_length=600, blank=True)
    is_active = models.BooleanField(pgettext_lazy("question", "asked"), default=True)

    history = Tracked()
    objects = ChecklistQuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question of the checklist")
        verbose_name_plural = _("questions of the checklist")
        ordering = ("population", "position", "code")
        default_permissions = ()

    def __str__(self) -> str:
        return self.text_fr
