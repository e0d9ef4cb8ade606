"""Untracked twins of two tables, with the same rows, indexes and constraints: the floor of a write."""

from typing import Any

from django.apps import apps
from django.db import connection
from django.db.migrations.state import ModelState, ProjectState

from cases.models import Case, Participant

PREFIX = "plain_"


class Twins:
    """`participant` and `case`: plain Django models on tables that no trigger watches."""

    def __init__(self) -> None:
        state = ProjectState.from_apps(apps)
        for model in (Participant, Case):
            own = state.models[model._meta.app_label, model._meta.model_name]
            _move(own, PREFIX + model._meta.db_table)
        self.participant = state.apps.get_model("cases", "Participant")
        self.case = state.apps.get_model("cases", "Case")

    def make(self) -> None:
        """Create the tables and copy every row into them."""
        with connection.schema_editor() as editor:
            for twin in (self.participant, self.case):
                editor.create_model(twin)
        with connection.cursor() as cursor:
            for model, twin in ((Participant, self.participant), (Case, self.case)):
                columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
                cursor.execute(
                    f'INSERT INTO "{twin._meta.db_table}" ({columns})'  # noqa: S608
                    f' SELECT {columns} FROM "{model._meta.db_table}"'
                )
            if connection.vendor == "postgresql":
                # The one index of the two that a migration makes, not a model.
                cursor.execute(
                    f"CREATE INDEX {PREFIX}name_search ON {self.participant._meta.db_table}"
                    " USING gin (search_key gin_trgm_ops)"
                )
                cursor.execute(
                    f"ANALYZE {self.participant._meta.db_table}, {self.case._meta.db_table}"
                )

    def drop(self) -> None:
        """Remove the tables, whose foreign keys the guard of the history would take for the service's."""
        with connection.schema_editor() as editor:
            for twin in (self.case, self.participant):
                editor.delete_model(twin)


def _move(own: ModelState, table: str) -> None:
    """Another table; names of indexes and constraints exist once in a database."""
    own.options["db_table"] = table
    for kind in ("indexes", "constraints"):
        for copy in own.options[kind]:
            copy.name = PREFIX + copy.name


def copied(row: Any, twin: Any) -> Any:
    """An unsaved instance of `twin` with the values of `row`."""
    return twin(
        **{field.attname: getattr(row, field.attname) for field in twin._meta.concrete_fields}
    )
