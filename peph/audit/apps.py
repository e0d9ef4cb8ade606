"""Audit: the history of every record, who changed what, and who read it."""

from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "peph.audit"
    label = "audit"
    verbose_name = _("Audit")

    def ready(self) -> None:
        # These import models, which exist only now.
        from peph.audit import checks, verbs  # noqa: F401
        from peph.audit.triggers import install

        verbs.register({"audit.change_key": _("Key of the checkpoints changed")})
        connection_created.connect(_give_functions, dispatch_uid="peph.audit.functions")
        pre_migrate.connect(install.before_migrate, sender=self)
        post_migrate.connect(install.after_migrate, sender=self)


def _give_functions(*, connection: Any, **kwargs: Any) -> None:
    from peph.audit.running import set_running
    from peph.audit.triggers import sqlite  # imports models

    set_running(connection, None)
    if connection.vendor == "sqlite":
        sqlite.register_functions(connection)
