"""Protection of personal information, above everything that holds some."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    name = "privacy"
    verbose_name = _("Protection of personal information")

    def ready(self) -> None:
        # Entries of the menu and labels of change sets need loaded models.
        from cases.demo import later
        from organizations.services import reference
        from peph.views import register_need
        from privacy import navigation, verbs
        from privacy.middleware import is_up_to_date
        from privacy.services import jobs
        from privacy.services.retention import load_retention
        from privacy.views import case_retention, home_blocks

        navigation.register()
        verbs.register()
        # Retention and erasure.
        case_retention.register()
        home_blocks.register()
        jobs.register()
        reference.register("retention_rules", load_retention)
        register_need("erasures", is_up_to_date)
        later.register("conservation et effacement", "privacy.demo.keep_and_let_go")
