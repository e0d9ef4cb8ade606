"""Other records in an answer, and the ids of other records in a body."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from cases.models import Case, Document, Participant, Placement
from cases.policy import REGION_CASE_POLICY, Action
from organizations.models import HostSite, JobClass, ProgramGrant, Region, RegionGrant
from peph.api import Reference, RelatedId


class PersonReference(Reference):
    """Somebody of the programme."""

    id = serializers.UUIDField()
    name = serializers.CharField(source="get_full_name")

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return {"id": instance.pk, "name": str(instance)}


class ParticipantReference(Reference):
    id = serializers.UUIDField()
    name = serializers.CharField(source="full_name")


class CaseReference(Reference):
    id = serializers.UUIDField()
    number = serializers.CharField()


def coordinators(user: Any) -> QuerySet:
    """Oneself, and those who may answer for a case in a region where `user` takes people in."""
    people = get_user_model()._default_manager.filter(is_active=True)
    regions = Region.objects.filter(REGION_CASE_POLICY.q(user, Action.TAKE_IN))
    found = Q(pk=user.pk)
    if REGION_CASE_POLICY.anywhere(user, Action.TAKE_IN):
        coordinating = RegionGrant.objects.filter(
            content_object__in=regions, permission__codename="coordinate"
        )
        leading = ProgramGrant.objects.filter(permission__codename="lead")
        found |= Q(pk__in=coordinating.values("user")) | Q(pk__in=leading.values("user"))
    return people.filter(found)


def a_case(**options: Any) -> RelatedId:
    return RelatedId(Case.objects.visible_to, _("Unknown case."), **options)


def a_participant(**options: Any) -> RelatedId:
    return RelatedId(Participant.objects.visible_to, _("Unknown participant."), **options)


def a_placement(**options: Any) -> RelatedId:
    return RelatedId(Placement.objects.visible_to, _("Unknown placement."), **options)


def a_document(**options: Any) -> RelatedId:
    return RelatedId(Document.objects.visible_to, _("Unknown document."), **options)


def a_site(**options: Any) -> RelatedId:
    return RelatedId(HostSite.objects.visible_to, _("Unknown host site."), **options)


def a_region(**options: Any) -> RelatedId:
    # Regions are public facts.
    return RelatedId(lambda user: Region.objects.all(), _("Unknown region."), **options)


def a_job_class(**options: Any) -> RelatedId:
    return RelatedId(lambda user: JobClass.objects.all(), _("Unknown job class."), **options)


def a_coordinator(**options: Any) -> RelatedId:
    return RelatedId(coordinators, _("Unknown person."), **options)
