"""`manage.py reset_factors ACCOUNT`: for somebody who lost telephone, key and codes (docs/sign-in.md)."""

from argparse import ArgumentParser
from typing import Any

from django.core.mail import send_mail
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from peph.accounts import services
from peph.accounts.management.naming import account
from peph.accounts.middleware import LANGUAGES
from peph.errors import DomainError


class Command(BaseCommand):
    help = "Remove the second factors of an account, in the names of two administrators."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", metavar="ACCOUNT", help="E-mail, or its part before @.")
        parser.add_argument("--by", required=True, help="The administrator who does it.")
        parser.add_argument("--second", required=True, help="Another one, who confirms it.")
        parser.add_argument("--reason", required=True, help="Why; kept in the access log.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit status 2 when an account is not found, 1 when the two may not."""
        user, by, second = (account(options[name]) for name in ("user", "by", "second"))
        try:
            services.reset_factors(user, by=by, second=second, reason=options["reason"])
        except DomainError as error:
            raise CommandError(str(error), returncode=1) from error
        with translation.override(LANGUAGES[user.language]):
            subject = _("Your second factors were removed")
            text = _(
                "%(by)s and %(second)s removed the second factors of your account. Sign in and add new ones."
                " If you did not ask for it, tell the programme at once."
            ) % {"by": by, "second": second}
            send_mail(subject, text, None, [user.email])
        self.stdout.write(f"{user.email}: second factors removed, sessions ended.")
