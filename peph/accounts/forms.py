"""Forms of signing in and of one's own account. Labels are ours: no placeholder stands for a label."""

from typing import Any

from allauth.account import forms as library
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_text_html
from django.utils.translation import gettext_lazy as _

from peph.accounts.models import User, full_address
from peph.accounts.services import LONGEST_TOKEN_DAYS


def _worded(field: forms.Field, label: Any, help_text: Any = "") -> None:
    field.label, field.help_text = label, help_text
    field.widget.attrs.pop("placeholder", None)


class LoginForm(library.LoginForm):
    """E-mail, or its part before "@" where the installation names a default domain, and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(
            label=_("E-mail"),
            max_length=254,
            widget=forms.TextInput(
                {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
            ),
        )
        if settings.ACCOUNT_DEFAULT_DOMAIN:
            self.fields["login"].help_text = _("The part before @%(domain)s is enough.") % {
                "domain": settings.ACCOUNT_DEFAULT_DOMAIN
            }
        _worded(self.fields["password"], _("Password"))

    def clean_login(self) -> str:
        return full_address(self.cleaned_data["login"])


class ResetPasswordForm(library.ResetPasswordForm):
    """Asks for the address; the answer is the same whether an account has it or not."""

    users: list[User]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _worded(self.fields["email"], _("E-mail"))

    def clean_email(self) -> str:
        email = super().clean_email()
        # Not an old address that the library still holds for somebody.
        self.users = [user for user in self.users if user.email == email]
        return email


class ResetPasswordKeyForm(library.ResetPasswordKeyForm):
    """The new password, twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _new_passwords(self)


class ChangePasswordForm(library.ChangePasswordForm):
    """The present password, then the new one, twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _worded(self.fields["oldpassword"], _("Present password"))
        _new_passwords(self)


class ReauthenticateForm(library.ReauthenticateForm):
    """The password once more, before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _worded(self.fields["password"], _("Password"))


def _new_passwords(form: forms.Form) -> None:
    _worded(form.fields["password1"], _("New password"), password_validators_help_text_html())
    _worded(form.fields["password2"], _("New password, once more"))


class LanguageForm(forms.Form):
    """The language of pages and messages."""

    language = forms.ChoiceField(
        label=_("Language of the pages and of the messages you receive"),
        choices=User.Language.choices,
        widget=forms.RadioSelect,
    )


class TokenForm(forms.Form):
    """A new API token: what it is for, how long it lives."""

    label = forms.CharField(
        label=_("What will use it"), max_length=80, help_text=_("For instance: monthly report.")
    )
    days = forms.IntegerField(
        label=_("Number of days it works"),
        min_value=1,
        max_value=LONGEST_TOKEN_DAYS,
        initial=LONGEST_TOKEN_DAYS,
        help_text=_("At most %(most)d.") % {"most": LONGEST_TOKEN_DAYS},
    )
