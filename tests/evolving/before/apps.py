"""Configuration of the app before its second migration."""

from django.apps import AppConfig


class EvolvingConfig(AppConfig):
    name = "tests.evolving.before"
    label = "evolving"
    verbose_name = "Evolving"
