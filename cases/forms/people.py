"""Who can be named in a form, and who is probably known already."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from cases.imports.duplicates import person_keys
from cases.models import Participant
from organizations.models import ProgramGrant, RegionGrant
from peph.scopes import live_grants

MOST_LOOKALIKES = 20


def coordinators(region_id: Any, *, besides: Any = None) -> QuerySet:
    """Whoever coordinates the region or leads the programme today, and the one named already."""
    here = RegionGrant._default_manager.filter(
        live_grants(), content_object=region_id, permission__codename="coordinate"
    )
    leads = ProgramGrant._default_manager.filter(live_grants(), permission__codename="lead")
    able = Q(pk__in=here.values("user")) | Q(pk__in=leads.values("user"))
    people = get_user_model()._default_manager.filter((Q(is_active=True) & able) | Q(pk=besides))
    return people.order_by("last_name", "first_name", "pk")


def people_like(person: Participant, user: Any) -> list[Participant]:
    """People `user` may see who are probably this one: same birth date, same name or e-mail."""
    named = Participant.objects.named(f"{person.last_name} {person.first_name}")
    known = Participant.objects.visible_to(user).filter(birth_date=person.birth_date)
    alike = Q(pk__in=named.values("pk"))
    if person.email:
        alike |= Q(email__iexact=person.email)
    keys = set(person_keys(person))
    found = known.filter(alike).order_by("last_name", "first_name", "pk")[:MOST_LOOKALIKES]
    return [each for each in found if keys & set(person_keys(each))]
