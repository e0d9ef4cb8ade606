"""The description of the API (OpenAPI): refusals said once, versions asked for, choices under their names."""

from collections.abc import Iterable
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent, build_choice_description_list
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from peph.api import PROBLEM, Problem

IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="The ETag of the version the change is made from.",
)


IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    "description": "Chosen by the sender: the same request sent again with it within 24 hours changes"
    " nothing and gets the same answer.",
}
# Codes of a set of choices → its name in the description.
_choices: dict[frozenset[str], str] = {}


def name_choices(**sets: Iterable[tuple[str, Any]]) -> None:
    """Name sets of choices: each app does it for its own. Raises ValueError for two names of one set."""
    for name, choices in sets.items():
        codes = frozenset(code for code, _label in choices)
        if _choices.setdefault(codes, name) != name:
            raise ValueError(f"The choices {name} are already called {_choices[codes]}.")


class NamedChoices(OpenApiSerializerFieldExtension):
    """A field of a named set refers to it, whatever the field is called."""

    target_class = serializers.ChoiceField
    match_subclasses = True

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> dict[str, Any]:
        choices = {code: label for code, label in self.target.choices.items() if code != ""}
        name = _choices.get(frozenset(choices))
        if name is None:
            return auto_schema._map_serializer_field(  # noqa: SLF001 no other way past itself
                self.target, direction, bypass_extensions=True
            )
        component = ResolvedComponent(
            name=name,
            type=ResolvedComponent.SCHEMA,
            object=name,
            schema={
                "type": "string",
                "enum": list(choices),
                "description": build_choice_description_list(choices.items()),
            },
        )
        auto_schema.registry.register_on_missing(component)
        if may_be_blank(self.target):
            return {"oneOf": [component.ref, {"type": "string", "const": ""}]}
        return component.ref


def may_be_blank(field: serializers.ChoiceField) -> bool:
    """Whether the value can be empty; the library forgets it for a field that is only read."""
    model = getattr(getattr(field.parent, "Meta", None), "model", None)
    shown = {each.name: each for each in model._meta.get_fields()} if model else {}
    return field.allow_blank or getattr(shown.get(field.source), "blank", False)


class ResourceSchema(AutoSchema):
    """Describes refusals once for all operations, and the body a DELETE takes."""

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        return bodies | {"default": self._get_response_for_code(Problem, "default", [PROBLEM])}

    def _get_parameters(self) -> list[dict[str, Any]]:
        found = super()._get_parameters()
        return found if self.method in ("GET", "HEAD") else [*found, IDEMPOTENCY_KEY]

    def get_tags(self) -> list[str]:
        return [self._noun()]

    def get_operation_id(self) -> str:
        return super().get_operation_id().removeprefix("v1_")

    def _noun(self) -> str:
        return next(part for part in self._tokenize_path() if part != "v1")

    def _resolve_path_parameters(self, variables: Any) -> list[dict[str, Any]]:
        found = super()._resolve_path_parameters(variables)
        for parameter in found:
            # The address takes any text, so that a wrong one is a plain 404; it means a key.
            if parameter["name"] == "id":
                parameter["schema"] = {"type": "string", "format": "uuid"}
        return found

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args, **kwargs)
        body = getattr(self.view, "delete_body", None)
        if operation and self.method == "DELETE" and body is not None:
            reference = self.resolve_serializer(body, "request").ref
            operation["requestBody"] = {
                "required": True,
                "content": {"application/json": {"schema": reference}},
            }
        return operation
