"""The auditor’s workspace, above everything it reads."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditingConfig(AppConfig):
    name = "auditing"
    verbose_name = _("Auditor’s workspace")

    def ready(self) -> None:
        # Entries of the menu, labels of change sets, blocks of the first page: all need loaded models.
        from auditing import navigation, verbs
        from auditing.views import home_blocks
        from cases.benchmark import parts

        navigation.register()
        verbs.register()
        home_blocks.register()
        parts.register("audit", "auditing.benchmark.running.benchmark")
