"""Addresses of the protection of personal information, a list for each screen."""

app_name = "privacy"

urlpatterns: list = []
