"""What the change sets of this app are called in a timeline, and its lines in the access log."""

from django.utils.translation import gettext_lazy as _

from peph.audit import verbs

LABELS = {
    "accounts.create": _("Account opened"),
    "accounts.set_password": _("Password changed"),
    "accounts.set_language": _("Language chosen"),
    "accounts.deactivate": _("Account closed"),
    "accounts.issue_token": _("API token created"),
    "accounts.link_identity": _("Identity at the provider linked"),
    "accounts.unlink_identity": _("Identity at the provider unlinked"),
    "accounts.revoke_token": _("API token revoked"),
}

# What the access log says of signing in, as short labels.
ACCESSES = {
    "sign_in_locked": _("Tried to sign in while locked"),
    "account_locked": _("Sign-in locked after failed tries"),
    "account_unlocked": _("Sign-in unlocked"),
    "session_over": _("Session over"),
    "session_ended": _("Ended sessions"),
    "factor_added": _("Second factor added"),
    "factor_removed": _("Second factor removed"),
    "factor_used": _("Recovery code used"),
    "factor_failed": _("Wrong code of a second factor"),
    "factor_reset": _("Second factors removed by two people"),
    "provider_failed": _("Provider of identities did not answer as it should"),
    "provider_unknown": _("Identity that no account is linked to"),
    "key_step": _("Key of the service changed, one step"),
}


def register() -> None:
    verbs.register(LABELS)
