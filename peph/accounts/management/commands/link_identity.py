"""`manage.py link_identity ACCOUNT SUBJECT`: lets an identity of the provider open an account."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from peph.accounts import identities
from peph.accounts.management.naming import account
from peph.audit.changes import SYSTEM
from peph.errors import DomainError


class Command(BaseCommand):
    help = "Link the identity SUBJECT of OIDC_ISSUER to an account, or, with --end, take the link away."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", metavar="ACCOUNT", help="E-mail, or its part before @.")
        parser.add_argument("subject", nargs="?", default="", help="The provider's `sub` of them.")
        parser.add_argument("--end", action="store_true", help="Take the link away.")
        parser.add_argument("--reason", required=True, help="Why; kept in the history.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit status 2 when the account is not found or there is no provider, 1 when it may not be."""
        if not settings.OIDC_ISSUER:
            raise CommandError("OIDC_ISSUER is empty: there is no provider.", returncode=2)
        user, reason, issuer = account(options["user"]), options["reason"], settings.OIDC_ISSUER
        try:
            if options["end"]:
                gone = identities.unlink(user, by=SYSTEM, issuer=issuer, reason=reason)
                self.stdout.write(f"{user.email}: {gone} identity unlinked, sessions ended.")
            else:
                subject = options["subject"]
                identities.link(user, by=SYSTEM, issuer=issuer, subject=subject, reason=reason)
                self.stdout.write(f"{user.email}: opened by {subject} from now on.")
        except DomainError as error:
            raise CommandError(str(error), returncode=1) from error
