"""What the change sets of this app are called in a timeline."""

from django.utils.translation import gettext_lazy as _

from peph.audit import verbs

LABELS = {
    "accounts.create": _("Account opened"),
    "accounts.set_password": _("Password changed"),
    "accounts.set_language": _("Language chosen"),
    "accounts.deactivate": _("Account closed"),
    "accounts.issue_token": _("API token created"),
    "accounts.revoke_token": _("API token revoked"),
}


def register() -> None:
    verbs.register(LABELS)
