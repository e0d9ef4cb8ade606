"""The participant side: people, their cases, where they are placed and how they are followed."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = _("Cases")

    def ready(self) -> None:
        # Labels of change sets and entries of the menu; both need loaded models.
        from cases import navigation, verbs

        navigation.register()
        verbs.register()
