"""Protection of personal information, above everything that holds some."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    name = "privacy"
    verbose_name = _("Protection of personal information")

    def ready(self) -> None:
        # Entries of the menu, labels of change sets, parts of pages: all need loaded models.
        from cases.demo import later
        from cases.services import jobs
        from privacy import navigation, verbs
        from privacy.services.clock_reminders import JOB
        from privacy.views import home_blocks, person_links

        navigation.register()
        verbs.register()
        home_blocks.register()
        person_links.register()
        jobs.register(JOB)
        later.register(
            "registres de la protection des renseignements", "privacy.demo.fill_registers"
        )
