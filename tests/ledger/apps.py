"""An app of the tests: tracked models with every type of column a history can hold."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "tests.ledger"
    label = "ledger"
    verbose_name = "Ledger"
