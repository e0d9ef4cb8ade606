"""`Tracked`, the declaration of a model's history: simple-history's tables, rows written by triggers.

simple-history gives the historical models and the reading API (`history`, `as_of`, `diff_against`); its
signals are not used. What the triggers, the verifier and the timeline need to know of a model is a
`Declaration`, plain data.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.db import models
from simple_history.models import HistoricalRecords

SCOPES = ("case", "region", "organization")
# What the database adds to a history row besides the values. The last two are not in the hash:
# redaction, the one permitted change of a history row, sets them.
SALT, REDACTED = "salt", "redacted"
# What a trigger writes besides the record's own columns, in this order.
WRITTEN_COLUMNS = (
    "history_date, history_type, history_user_id, history_change_reason, change_set_id, salt"
)
JOURNAL_COLUMNS = (
    "change_set_id, model, object_id, history_id, type, leaf, case_id, region_id, organization_id"
)

_registered: dict[type[models.Model], "Tracked"] = {}


class Tracked(HistoricalRecords):
    """Put `history = Tracked(...)` on a model and every write to its table is recorded.

    personal: fields whose old values can be redacted; hashed as salted commitments. Fixed once rows
    exist, for it decides how a value is hashed.
    hidden: fields of which a reader of the history learns only that they changed.
    excluded_fields: fields that are not history at all; changing only them records nothing.
    scope: {"case" | "region" | "organization": field} where the journal finds them, when the model has
    no field case_id, region_id, organization_id.
    label, renamed: names in a hash are for ever. After renaming a model or a field, give its first name:
    label="cases.dossier", renamed={"new_field": "first_name"}.
    """

    def __init__(
        self,
        *,
        personal: Iterable[str] = (),
        hidden: Iterable[str] = (),
        excluded_fields: Iterable[str] = (),
        scope: Mapping[str, str] | None = None,
        label: str = "",
        renamed: Mapping[str, str] | None = None,
        **options: Any,
    ) -> None:
        self.personal = tuple(personal)
        self.hidden = tuple(hidden)
        self.scope = dict(scope or {})
        self.label = label
        self.renamed = dict(renamed or {})
        options.setdefault("history_id_field", models.BigAutoField())
        # Not a foreign key: deleting a person would set it to null, that is, rewrite the history.
        options.setdefault("history_user_id_field", models.UUIDField())
        super().__init__(excluded_fields=list(excluded_fields), **options)

    if TYPE_CHECKING:

        def __get__(self, instance: Any, owner: Any) -> Any: ...

    @property
    def _date_indexing(self) -> bool:
        return False

    def copy_fields(self, model: type[models.Model]) -> dict[str, models.Field]:
        """Nullable, without default and without index.

        A default would let a later AddField fill old rows, and so break their hashes.
        """
        fields = super().copy_fields(model)
        for name, field in fields.items():
            if name != model._meta.pk.name:
                field.null = True
            field.default = field.db_default = models.NOT_PROVIDED
            for cached in ("_get_default", "_db_default_expression"):
                field.__dict__.pop(cached, None)
            field.db_index = False
        return fields

    def get_extra_fields(
        self, model: type[models.Model], fields: dict[str, models.Field]
    ) -> dict[str, Any]:
        return {
            **super().get_extra_fields(model, fields),
            # No constraint: with it, SQLite looks for the rows of each new change set in every history
            # table, from end to end. The journal row beside each history row has one, and its index.
            "change_set": models.ForeignKey(
                "audit.ChangeSet",
                models.DO_NOTHING,
                related_name="+",
                db_index=False,
                db_constraint=False,
            ),
            SALT: models.BinaryField(null=True, max_length=16),
            REDACTED: models.JSONField(null=True),
        }

    def get_meta_options(self, model: type[models.Model]) -> dict[str, Any]:
        """One index: the rows of a record, newest first. `history_id` is the order of truth."""
        return {
            **super().get_meta_options(model),
            "ordering": ("-history_id",),
            "indexes": [models.Index(fields=[model._meta.pk.name, "history_id"])],
            "default_permissions": ("view",),
        }

    def finalize(self, sender: type[models.Model], **kwargs: Any) -> None:
        super().finalize(sender, **kwargs)
        if self.cls is sender or (self.inherit and issubclass(sender, self.cls)):
            _registered[sender] = self

    def post_save(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: the trigger writes the row, whatever way the record was saved."""

    def post_delete(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: the trigger writes the row."""

    def pre_delete(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: the trigger sees every column, loaded or not."""


@dataclass(frozen=True)
class Declaration:
    """What is tracked of one model. Names are column attributes ("region_id"), sorted."""

    model: type[models.Model]
    history_model: type[models.Model]
    label: str
    personal: frozenset[str]
    hidden: frozenset[str]
    scope: tuple[tuple[str, models.Field], ...]
    renamed: tuple[tuple[str, str], ...]

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def history_table(self) -> str:
        return self.history_model._meta.db_table

    @property
    def pk(self) -> models.Field:
        return self.model._meta.pk

    def history_field(self, name: str) -> models.Field:
        """A field of the history model."""
        return cast(models.Field, self.history_model._meta.get_field(name))

    @property
    def columns(self) -> list[tuple[models.Field, models.Field]]:
        """Each tracked field of the model with its copy in the history."""
        excluded = _registered[self.model].excluded_fields
        return [
            (field, self.history_field(field.name))
            for field in self.model._meta.local_concrete_fields
            if field.name not in excluded
        ]

    @property
    def told(self) -> list[tuple[models.Field, models.Field]]:
        """Those of `columns` that tell a person something: not the key, not the count of saves."""
        return [each for each in self.columns if each[0].name not in ("id", "version")]

    @property
    def hashed(self) -> list[models.Field]:
        """The fields of a history row that its leaf covers, sorted by the name they are hashed under."""
        fields = (
            field
            for field in self.history_model._meta.concrete_fields
            if field.attname not in (SALT, REDACTED)
        )
        return sorted(fields, key=lambda field: self.hashed_name(field))

    def hashed_name(self, field: models.Field) -> str:
        """The name of a field in the hash: the first one it ever had."""
        return dict(self.renamed).get(field.attname, field.attname)


def _attname(model: type[models.Model], name: str) -> str:
    try:
        return cast(models.Field, model._meta.get_field(name)).attname
    except FieldDoesNotExist as error:
        raise ImproperlyConfigured(f"The history of {model._meta.label} names {name!r}.") from error


@cache
def declaration(model: type[models.Model]) -> Declaration:
    """The declaration of a tracked model, as data.

    Raises LookupError for a model that is not tracked, ImproperlyConfigured for a name it does not have.
    """
    if model not in _registered:
        raise LookupError(f"{model._meta.label} is not tracked.")
    tracked = _registered[model]
    history_model = getattr(model, tracked.manager_name).model
    if unknown := tracked.scope.keys() - set(SCOPES):
        raise ImproperlyConfigured(f"The history of {model._meta.label}: no scope {unknown}.")
    by_attname = {field.attname: field for field in model._meta.local_concrete_fields}
    scope = {}
    for name in SCOPES:
        attname = _attname(model, tracked.scope[name]) if name in tracked.scope else f"{name}_id"
        if attname in by_attname:
            scope[name] = by_attname[attname]
    return Declaration(
        model=model,
        history_model=history_model,
        label=tracked.label or model._meta.label_lower,
        personal=frozenset(_attname(history_model, name) for name in tracked.personal),
        hidden=frozenset(_attname(history_model, name) for name in tracked.hidden),
        scope=tuple(scope.items()),
        renamed=tuple(
            sorted((_attname(model, new), first) for new, first in tracked.renamed.items())
        ),
    )


def declarations() -> list[Declaration]:
    """All of them, sorted by label: what is generated from them must not differ between processes."""
    apps.check_models_ready()
    return sorted((declaration(model) for model in _registered), key=lambda each: each.label)


@cache
def _labels() -> dict[str, Declaration]:
    return {each.label: each for each in declarations()}


def by_label(label: str) -> Declaration:
    """The declaration journal rows name by this label. Raises LookupError when there is none."""
    try:
        return _labels()[label]
    except KeyError:
        raise LookupError(f"No tracked model is called {label!r}.") from None


def is_history_model(model: type[models.Model]) -> bool:
    """Whether this is a model generated here to hold the history of another."""
    return any(declaration(each).history_model is model for each in _registered)
