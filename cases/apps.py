"""The participant side: people, their cases, where they are placed and how they are followed."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = _("Cases")

    def ready(self) -> None:
        # Labels of change sets, entries of the menu, what keeps a project open: all need loaded models.
        from cases import navigation, verbs
        from cases.services import project_obstacles

        navigation.register()
        verbs.register()
        project_obstacles.register()
