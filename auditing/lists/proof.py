"""What somebody who holds a receipt asks of the history."""

from django import forms
from django.utils.translation import gettext_lazy as _

from peph.audit import receipts


class ReceiptForm(forms.Form):
    """A receipt as it was given: the number of a change, a colon, its hash."""

    receipt = forms.CharField(
        label=_("Receipt"),
        max_length=200,
        help_text=_("As the answer gave it: a number, a colon and 64 digits or letters."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_receipt(self) -> receipts.Receipt:
        try:
            return receipts.read(self.cleaned_data["receipt"])
        except receipts.ReceiptError as error:
            raise forms.ValidationError(
                _("This is not a receipt: a number, a colon and 64 digits or letters.")
            ) from error
