"""Protection of personal information, above everything that holds some."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    name = "privacy"
    verbose_name = _("Protection of personal information")

    def ready(self) -> None:
        # Entries of the menu, labels of change sets, parts of pages, jobs: all need loaded models.
        from cases.demo import later
        from cases.services.jobs import register as register_job
        from organizations.services import reference
        from peph.views import register_need
        from privacy import navigation, verbs
        from privacy.middleware import is_up_to_date
        from privacy.services import jobs
        from privacy.services.clock_reminders import JOB
        from privacy.services.retention import load_retention
        from privacy.views import case_retention, home_blocks, person_links

        navigation.register()
        verbs.register()
        # Registers and access requests.
        home_blocks.register()
        person_links.register()
        register_job(JOB, before="mail")
        later.register(
            "registres de la protection des renseignements", "privacy.demo.registers.fill_registers"
        )
        # Retention and erasure.
        case_retention.register()
        jobs.register()
        reference.register("retention_rules", load_retention)
        register_need("erasures", is_up_to_date)
        later.register("conservation et effacement", "privacy.demo.retention.keep_and_let_go")
