"""What a link to one task asks: short forms for somebody with a telephone and no account."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Evaluation
from peph.forms import DateInput


def _day(label: Any, **options: Any) -> forms.DateField:
    widget = DateInput(attrs={"max": ""})
    return forms.DateField(label=label, widget=widget, **options)


def _text(label: Any, most: int = 4000, rows: int = 4, **options: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=most, widget=widget, **options)


class TaskForm(forms.Form):
    """Base of the forms of a task: no day asked for lies ahead."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate().isoformat()
        for field in self.fields.values():
            if isinstance(field.widget, DateInput):
                field.widget.attrs["max"] = today


class StartForm(TaskForm):
    """The person came."""

    started_on = _day(_("First day worked"))


class NoShowForm(TaskForm):
    """The person did not come: when they were expected, and what was tried."""

    expected_on = _day(_("Day the person was expected"))
    reason = _text(
        _("How you tried to reach the person"),
        help_text=_("For example: called twice on the first day, wrote the day after."),
    )


class SignForm(TaskForm):
    """A signature: the name, typed by whoever signs, and the day."""

    name = forms.CharField(
        label=_("Your name"), max_length=160, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    signed_on = _day(_("Date"))


class ReplyForm(TaskForm):
    """What the participants say of their evaluation; `answer` and `comment` as the service takes them."""

    answer = forms.ChoiceField(
        label=_("Do you agree with this evaluation?"),
        choices=[
            (Evaluation.Answer.AGREES.value, _("I agree")),
            (Evaluation.Answer.DISAGREES.value, _("I do not agree")),
        ],
        widget=forms.RadioSelect,
    )
    comment = _text(
        _("What you want to say about it"),
        required=False,
        help_text=_("Needed if you do not agree: say with what. Somebody will call you."),
    )
