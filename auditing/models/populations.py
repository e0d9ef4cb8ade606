"""The kinds of record a sample can be drawn from."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Population(models.TextChoices):
    """What a sample is drawn from, and what a question of the checklist is about."""

    CASES = "cases", _("Cases")
    PLACEMENTS = "placements", _("Placements")
    ACCOMMODATIONS = "accommodations", _("Accommodation measures")
    CHANGE_SETS = "change_sets", _("Changes of the history")
