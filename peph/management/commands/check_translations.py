"""`manage.py check_translations`: is the French interface complete? 0 yes, 1 no, 2 could not tell."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from peph.translations import CannotTell, problems


class Command(BaseCommand):
    help = (
        "Lists messages that are missing, untranslated, fuzzy, unused or badly written in French."
    )
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = problems(settings.BASE_DIR)
        except CannotTell as error:
            raise CommandError(str(error), returncode=2) from error
        for line in found:
            self.stdout.write(line)
        if found:
            raise CommandError(f"{len(found)} problems in the French catalogue.", returncode=1)
        self.stdout.write("The French catalogue is complete.")
