"""`manage.py unlock ACCOUNT`: lets somebody sign in again who was locked after failed tries."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from peph.accounts import services
from peph.accounts.management.naming import account


class Command(BaseCommand):
    help = "Forget the failed tries to sign in of an account. Its second factor stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", metavar="ACCOUNT", help="E-mail, or its part before @.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit status 2 when there is no such account, or several."""
        user = account(options["user"])
        locked = services.unlock(user, by=None)
        self.stdout.write(f"{user.email}: {'unlocked' if locked else 'was not locked'}.")
