"""`manage.py api_token USER`: a token for a program, printed once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from peph.accounts import services
from peph.accounts.management.naming import account
from peph.audit.changes import SYSTEM
from peph.errors import DomainError


class Command(BaseCommand):
    help = "Create an API token for a person and print it. It cannot be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", metavar="USER", help="E-mail, or its part before @.")
        parser.add_argument("--label", default="api_token", help="What will use it.")
        parser.add_argument(
            "--days", type=int, default=services.LONGEST_TOKEN_DAYS, help="How long it works."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit status 2 when there is no such account, or several; 1 when the token is refused."""
        user = account(options["user"])
        try:
            token = services.issue_token(
                user, by=SYSTEM, label=options["label"], days=options["days"]
            )
        except DomainError as error:
            raise CommandError(str(error), returncode=1) from error
        self.stdout.write(token)
