"""`manage.py compile_translations`: make the catalogues usable; needs no gettext tool."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from peph.translations import compile_catalogues


class Command(BaseCommand):
    help = "Compiles the translation catalogues that changed."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        for path in compile_catalogues(settings.BASE_DIR):
            self.stdout.write(f"compiled {path.relative_to(settings.BASE_DIR)}")
