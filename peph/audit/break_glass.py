"""Django's administration with our site as its only one; a module of its own, read before any model is."""

from django.contrib.admin.apps import AdminConfig


class BreakGlassConfig(AdminConfig):
    default_site = "peph.audit.admin.BreakGlassSite"
