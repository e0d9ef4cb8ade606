"""The form that pauses the reminders of a placement."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import ReminderPause
from cases.services.pauses import LONGEST_DAYS
from peph.forms import DateInput


class PauseForm(forms.ModelForm):
    """Why, and up to which day."""

    class Meta:
        model = ReminderPause
        fields = ("reason", "until")
        labels: dict[str, Any] = {"until": _("Last day of the pause")}
        help_texts: dict[str, Any] = {
            "reason": _("For example: a call settled it. No health detail here."),
            "until": _("Reminders start again the day after, by themselves."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        last = today + dt.timedelta(days=LONGEST_DAYS)
        self.fields["until"].widget = DateInput(
            attrs={"min": today.isoformat(), "max": last.isoformat()}
        )
