"""The host side: the programme, its regions, the ministries and bodies that host, and who may act there."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrganizationsConfig(AppConfig):
    name = "organizations"
    verbose_name = _("Organisations")

    def ready(self) -> None:
        # Labels of change sets and entries of the menu; both need loaded models.
        from organizations import navigation, roles, verbs

        navigation.register()
        roles.register()
        verbs.register()
