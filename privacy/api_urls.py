"""Addresses of the API of the protection of personal information."""

urlpatterns: list = []
