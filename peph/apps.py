"""The project package itself: template tags, static files and commands that belong to no app."""

from django.apps import AppConfig


class PephConfig(AppConfig):
    name = "peph"
    label = "peph"
    verbose_name = "peph"
