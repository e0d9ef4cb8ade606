"""The inventory as lines: every field of every declared model, its tier, and who reads it by the policy."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from django.apps import apps
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from peph.access import AllOf, AnyOf, Granted, Rule, Through, Unless
from peph.audit import roles
from peph.audit.history import declaration, is_history_model
from peph.crypto import EncryptedTextField
from privacy.inventory import files, service
from privacy.inventory.shape import TIERS, Held, PersonalFile
from privacy.services.telling import label_of, told_fields

FILES: tuple[PersonalFile, ...] = (*files.FILES, *service.FILES)
# Permissions that are no role of their own, in the words of `peph.audit.roles`.
_WITH = {"view_case": "exception", "change_case": "exception"}


@dataclass(frozen=True, slots=True)
class Line:
    """One field: what it is called, how close it is, how it is kept, and who reads it."""

    file: PersonalFile
    held: Held
    field: models.Field
    readers: tuple[str, ...]

    @property
    def model_name(self) -> str:
        return str(capfirst(str(self.held.model._meta.verbose_name)))

    @property
    def field_name(self) -> str:
        return label_of(self.field)

    @property
    def tier(self) -> str:
        return str(TIERS[self.held.tier_of(self.field.name)])

    @property
    def is_encrypted(self) -> bool:
        return isinstance(self.field, EncryptedTextField)

    @property
    def is_redactable(self) -> bool:
        """Whether its old values leave the history when the person is forgotten."""
        try:
            return self.field.attname in declaration(self.held.model).personal
        except LookupError:
            return False


def lines_of(file: PersonalFile) -> Iterator[Line]:
    """Every field of every model of a file, in the order of the declaration."""
    for held in file.models:
        for column in told_fields(held.model):
            yield Line(file, held, column, tuple(readers_of(held, column.name)))


def readers_of(held: Held, name: str) -> list[str]:
    """Who reads a field, in words, from the rule of the policy that lets them."""
    if held.policy is None:
        return [str(held.readers)]
    action = str(held.actions.get(name, held.action))
    if action not in held.policy.rules:
        action = str(held.action)
    found = {
        " + ".join(sorted(_name(permission) for permission in held_together))
        for held_together in _grants(held.policy.rules[action])
    }
    return sorted(found)


def _grants(rule: Rule) -> list[frozenset[str]]:
    """The sets of permissions that satisfy a rule; conditions on the row itself are left out."""
    match rule:
        case Granted():
            return [frozenset({rule.permission})]
        case AnyOf():
            return [each for part in rule.rules for each in _grants(part)]
        case AllOf():
            parts = [found for part in rule.rules if (found := _grants(part))]
            return [frozenset().union(*each) for each in product(*parts)] if parts else []
        case Through() | Unless():
            return _grants(rule.rule)
        case _:
            return []


def _name(permission: str) -> str:
    if permission == "view_health":
        return _("right to read health information")
    code = _WITH.get(permission, permission)
    known = dict(roles.registered())
    return str(known[code]) if code in known else _("holder of a link to one task")


def undeclared() -> list[str]:
    """Labels of the models that no declaration names; those that hold a history follow their own model."""
    declared = {held.model._meta.label for file in FILES for held in file.models}
    known = declared | service.IMPERSONAL
    return sorted(
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if model._meta.label not in known
        and not is_history_model(model)
        # Models of the tests stand in for nobody.
        and not model.__module__.startswith("tests.")
    )


def about_participants() -> list[tuple[PersonalFile, Held]]:
    """What is held about a participant, model by model."""
    return [(file, held) for file in FILES for held in file.models if held.path is not None]
