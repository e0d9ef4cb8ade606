"""Whom and which case somebody means who types a name or a number into a filter."""

import uuid
from typing import Any

from django.db.models import Q

from cases.models import Case
from peph.accounts.models import User
from peph.text import plain

MOST_CASES = 50


def people_named(text: str, *also: tuple[uuid.UUID, str]) -> list[uuid.UUID]:
    """The accounts whose name or e-mail has words that begin so, and those of `also` that do."""
    words = plain(text).split()
    # Accounts are few, and no column of theirs is free of accents: compared here.
    known = User.objects.values_list("pk", "first_name", "last_name", "email")
    named = [*((pk, " ".join(names)) for pk, *names in known), *also]
    return [pk for pk, name in named if all(f" {word}" in f" {plain(name)}" for word in words)]


def cases_numbered(user: Any, text: str) -> list[Any]:
    """The cases of that number, among those `user` may see."""
    number = text.strip()
    cases = Case.objects.visible_to(user).filter(Q(number=number.upper()) | Q(legacy_number=number))
    return list(cases.values_list("pk", flat=True)[:MOST_CASES])
