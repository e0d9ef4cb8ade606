"""The participant side: people, their cases, where they are placed and how they are followed."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = _("Cases")

    def ready(self) -> None:
        # Labels of change sets, entries of the menu, what keeps a project open, what leavers hand over,
        # reference data: all
        # need loaded models.
        from cases import navigation, roles, verbs
        from cases.services import leavers, project_obstacles, signed
        from cases.services.consent_texts import load_consent_texts
        from organizations.services import reference

        navigation.register()
        roles.register()
        verbs.register()
        project_obstacles.register()
        leavers.register()
        signed.register()
        reference.register("consent_texts", load_consent_texts)
