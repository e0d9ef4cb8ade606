"""Protection of personal information, above everything that holds some."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    name = "privacy"
    verbose_name = _("Protection of personal information")

    def ready(self) -> None:
        # Entries of the menu and labels of change sets need loaded models.
        from privacy import navigation, verbs

        navigation.register()
        verbs.register()
