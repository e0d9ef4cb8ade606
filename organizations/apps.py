"""The host side: the programme, its regions, the ministries and bodies that host, and who may act there."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrganizationsConfig(AppConfig):
    name = "organizations"
    verbose_name = _("Organisations")

    def ready(self) -> None:
        from organizations import verbs  # registers labels of change sets; needs loaded models

        verbs.register()
