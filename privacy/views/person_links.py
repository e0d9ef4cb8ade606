"""The way from the page of a person to what is held about them."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.models import Participant
from cases.views import participants
from privacy.services.person_data import may_export


def register() -> None:
    """Called once at start-up."""
    participants.register_link(_link)


def _link(user: Any, person: Participant) -> tuple[Any, str] | None:
    if not may_export(user, person):
        return None
    return _("What is held about the person"), reverse("privacy:person_data", args=[person.pk])
