"""The participant side: people, their cases, where they are placed and how they are followed."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = _("Cases")

    def ready(self) -> None:
        # Labels of change sets, entries of the menu, what keeps a project open, what leavers hand over,
        # reference data, what is closed to people: all need loaded models.
        from cases import navigation, roles, verbs
        from cases.models import ConflictOfInterest
        from cases.services import leavers, project_obstacles, signed
        from cases.services.consent_texts import load_consent_texts
        from organizations.services import reference
        from peph import scopes

        navigation.register()
        roles.register()
        verbs.register()
        project_obstacles.register()
        leavers.register()
        signed.register()
        # A conflict entered on one case is about the person: it closes every case of theirs.
        scopes.register_denial(
            "cases.Case", ConflictOfInterest.objects.in_force, "case__participant__cases"
        )
        reference.register("consent_texts", load_consent_texts)
