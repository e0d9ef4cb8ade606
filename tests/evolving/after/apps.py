"""Configuration of the app after its second migration."""

from django.apps import AppConfig


class EvolvingConfig(AppConfig):
    name = "tests.evolving.after"
    label = "evolving"
    verbose_name = "Evolving"
