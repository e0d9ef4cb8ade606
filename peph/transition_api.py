"""The moves of a workflow table as addresses: one POST a row, its inputs described as its body."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from peph.api import Body, Day, expected_version
from peph.api_schema import IF_MATCH
from peph.resources import Resource
from peph.workflow import Input, Transition, Workflow


def offers(
    workflow: Workflow, move: Callable[..., Any]
) -> Callable[[type[Resource]], type[Resource]]:
    """Class decorator: give a resource one action for each move somebody may ask for.

    `move(record, name, by=, version=, **inputs)` is the service.
    """

    def add(resource: type[Resource]) -> type[Resource]:
        for name in workflow.offered_names:
            method = _action(workflow, workflow.by_name[name], move, resource)
            setattr(resource, method.__name__, method)
        return resource

    return add


def _action(
    workflow: Workflow, step: Transition, move: Callable[..., Any], resource: type[Resource]
) -> Any:
    body = _body(workflow, step)

    def asked(self: Resource, request: Request, pk: str) -> Response:
        record = self.get_object()
        version = expected_version(request)
        # Partial: what is missing is the service's to say, after whether and when.
        inputs = self.parse(body, partial=True)
        moved = move(record, step.name, by=request.user, version=version, **inputs)
        return self.written(moved)

    asked.__name__ = f"move_{step.name.replace('-', '_')}"
    asked.__doc__ = f"{step.label}."
    shown = resource.detail_serializer_class or resource.serializer_class
    offered = action(
        detail=True, methods=["post"], url_path=step.name, url_name=step.name, suffix=None
    )(asked)
    return extend_schema(parameters=[IF_MATCH], request=body, responses=shown)(offered)


def _body(workflow: Workflow, step: Transition) -> type[Body]:
    """A body with the inputs of one row, for the reading and for the description."""
    words = f"{workflow.prefix.split('.')[-1]}-{step.name}".split("-")
    name = "".join(word.capitalize() for word in words) + "Body"
    fields: dict[str, Any] = {item.name: _field(item) for item in step.inputs}
    return type(name, (Body,), fields | {"__doc__": f"{step.label}.", "__module__": __name__})


def _field(item: Input) -> serializers.Field:
    options: dict[str, Any] = {
        "required": item.required,
        "label": item.label,
        "help_text": item.help,
        # An input left empty is the service's to refuse, like one not given.
        "allow_null": True,
    }
    match item.kind:
        case "date":
            return Day(**options)
        case "choice":
            return serializers.ChoiceField(item.choices, **options)
        case "integer":
            # What the smallest column holds: SQLite would take more, PostgreSQL would not.
            return serializers.IntegerField(min_value=0, max_value=32_767, **options)
    return serializers.CharField(max_length=4000, allow_blank=True, **options)
