"""The auditor’s workspace, above everything it reads."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditingConfig(AppConfig):
    name = "auditing"
    verbose_name = _("Auditor’s workspace")

    def ready(self) -> None:
        # Entries of the menu, labels of change sets, parts of pages, reference data: all need loaded models.
        from auditing import navigation, verbs
        from auditing.services.checklist import load_checklist
        from auditing.views import case_findings, home_blocks, sample_links
        from cases.benchmark import parts
        from cases.demo import later
        from organizations.services import reference

        navigation.register()
        verbs.register()
        home_blocks.register()
        case_findings.register()
        sample_links.register()
        reference.register("checklist", load_checklist)
        later.register("échantillons de vérification", "auditing.demo.draw_samples")
        parts.register("audit", "auditing.benchmark.running.benchmark")
