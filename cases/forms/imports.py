"""Forms of the import: the file, then a decision for each probable duplicate."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.imports.importing import CREATE, SKIP, Duplicate

DECISIONS = (
    (SKIP, _("The same person: leave this row out")),
    (CREATE, _("Another person: import this row")),
)
PREFIX = "row_"


class UploadForm(forms.Form):
    """The spreadsheet to judge; nothing is written until it is confirmed."""

    file = forms.FileField(
        label=_("Spreadsheet"),
        max_length=200,
        help_text=_("A CSV or XLSX file of at most 10 MB and 5,000 rows."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )


class DecisionsForm(forms.Form):
    """One question a probable duplicate; each must be answered."""

    def __init__(
        self, *args: Any, duplicates: list[Duplicate], people: dict[int, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for each in duplicates:
            self.fields[f"{PREFIX}{each.row}"] = forms.ChoiceField(
                label=_("Row %(row)d: %(person)s")
                % {"row": each.row, "person": people.get(each.row, "")},
                help_text=_same_as(each, people),
                choices=DECISIONS,
                widget=forms.RadioSelect,
                error_messages={"required": _("Decide whether this is the same person.")},
            )

    @property
    def decisions(self) -> dict[int, str]:
        """Row number → "skip" or "create", as the import takes it."""
        return {int(name.removeprefix(PREFIX)): value for name, value in self.cleaned_data.items()}


def _same_as(each: Duplicate, people: dict[int, str]) -> Any:
    if each.of_case:
        return _("Probably the person of the case %(number)s.") % {"number": each.of_case}
    return _("Probably the person of row %(row)d: %(person)s") % {
        "row": each.of_row or 0,
        "person": people.get(each.of_row or 0, ""),
    }
