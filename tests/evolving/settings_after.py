"""Settings of a process that knows the app as it is after its second migration."""

from tests.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "tests.evolving.after"]  # noqa: F405
MIGRATION_MODULES = {"evolving": "tests.evolving.migrations"}
ROOT_URLCONF = "tests.peph.audit.urls"
