"""How the API shows and reads the host side."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from organizations.models import HostOrganization, HostSite, JobClass, Region
from organizations.services.grants import TABLES
from peph.api import Body, Day, Reference, RelatedId
from peph.api_schema import name_choices

name_choices(
    HostOrganizationKind=HostOrganization.Kind.choices,
    YesNoUnknown=HostOrganization.YesNoUnknown.choices,
    SiteAccess=HostSite.Access.choices,
)

# What a lead gives a grant on → its model, by the name it has in the list of grants.
GRANT_KINDS = {
    str(table._meta.model_name).removesuffix("grant"): kind
    for kind, (table, _roles) in TABLES.items()
}


class RegionReference(Reference):
    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()


class HostOrganizationReference(Reference):
    id = serializers.UUIDField()
    acronym = serializers.CharField()
    name = serializers.CharField()


class HostSiteReference(Reference):
    id = serializers.UUIDField()
    name = serializers.CharField()


class JobClassReference(Reference):
    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()


class RegionSerializer(serializers.ModelSerializer):
    """An administrative region. Reference data: the API does not change it."""

    actions = serializers.SerializerMethodField()

    class Meta:
        model = Region
        fields = read_only_fields = ("id", "version", "code", "name", "office", "actions")

    def get_actions(self, region: Region) -> list[str]:
        return []


class JobClassSerializer(serializers.ModelSerializer):
    """A job class. Reference data: the API does not change it."""

    actions = serializers.SerializerMethodField()

    class Meta:
        model = JobClass
        fields = read_only_fields = (
            "id", "version", "code", "name", "source", "is_verified", "actions",
        )  # fmt: skip

    def get_actions(self, job_class: JobClass) -> list[str]:
        return []


class HostOrganizationSerializer(serializers.ModelSerializer):
    """A ministry or public body; `actions` are those of the reader."""

    successor = HostOrganizationReference(allow_null=True, read_only=True)
    actions = serializers.SerializerMethodField()

    class Meta:
        model = HostOrganization
        fields = read_only_fields = (
            "id", "version", "acronym", "name", "kind", "public_service_staff", "valid_from",
            "valid_to", "successor", "source", "is_verified", "actions",
        )  # fmt: skip

    def get_actions(self, organization: HostOrganization) -> list[str]:
        found = {"edit": organization.can_edit, "open-site": organization.can_open_site}  # type: ignore[attr-defined]
        return [name for name, may in found.items() if may]


class HostSiteSerializer(serializers.ModelSerializer):
    """A unit of a host organisation in a region, with what is known of its accessibility."""

    organization = HostOrganizationReference(read_only=True)
    region = RegionReference(read_only=True)
    actions = serializers.SerializerMethodField()

    class Meta:
        model = HostSite
        fields = read_only_fields = (
            "id", "version", "organization", "region", "name", "municipality", "address",
            "postal_code", "seats", "contact_name", "contact_email", *HostSite.ACCESS_FIELDS,
            "access_checked_on", "actions",
        )  # fmt: skip

    def get_actions(self, site: HostSite) -> list[str]:
        return ["edit"] if site.can_edit else []  # type: ignore[attr-defined]


class GrantSerializer(serializers.Serializer):
    """Access given to a person on one object."""

    id = serializers.UUIDField(source="pk")
    on = serializers.CharField(source="table", help_text="program, region, hostorganization…")
    object_id = serializers.UUIDField()
    object_name = serializers.CharField(source="name")
    role = serializers.CharField(source="code")
    person = serializers.CharField()
    email = serializers.EmailField()
    last_sign_in = serializers.DateTimeField(source="seen_at", allow_null=True)
    reason = serializers.CharField(source="why")
    granted_by = serializers.CharField(source="giver", allow_null=True)
    granted_at = serializers.DateTimeField(source="given_at")
    expires_on = serializers.DateField(source="last_day", allow_null=True)


class GrantDetailSerializer(GrantSerializer):
    """One grant with its version and what can be done with it."""

    version = serializers.IntegerField()
    actions = serializers.ListField(child=serializers.CharField())


# ------------------------------------------------------------------ what a request may say
class HostOrganizationBody(Body):
    """Corrections of what is known of a ministry or body."""

    acronym = serializers.CharField(max_length=12)
    name = serializers.CharField(max_length=200)
    kind = serializers.ChoiceField(HostOrganization.Kind.choices)
    public_service_staff = serializers.ChoiceField(HostOrganization.YesNoUnknown.choices)
    valid_from = Day(allow_null=True)
    valid_to = Day(allow_null=True)
    successor = RelatedId(
        HostOrganization.objects.visible_to, _("Unknown host organisation."), allow_null=True
    )
    source = serializers.CharField(max_length=200, allow_blank=True)  # type: ignore[assignment]
    is_verified = serializers.BooleanField()


class HostSiteBody(Body):
    """What a site says of itself."""

    name = serializers.CharField(max_length=120)
    municipality = serializers.CharField(max_length=80, allow_blank=True, required=False)
    address = serializers.CharField(max_length=200, allow_blank=True, required=False)
    postal_code = serializers.CharField(max_length=7, allow_blank=True, required=False)
    seats = serializers.IntegerField(min_value=1, max_value=10_000, required=False)
    contact_name = serializers.CharField(max_length=160, allow_blank=True, required=False)
    contact_email = serializers.EmailField(max_length=254, allow_blank=True, required=False)
    access_checked_on = Day(allow_null=True, required=False)

    def get_fields(self) -> dict[str, serializers.Field]:
        access = {
            name: serializers.ChoiceField(HostSite.Access.choices, required=False)
            for name in HostSite.ACCESS_FIELDS
        }
        return super().get_fields() | access


class HostSiteNewBody(HostSiteBody):
    """A new unit of a host organisation."""

    organization = RelatedId(HostOrganization.objects.visible_to, _("Unknown host organisation."))
    region = RelatedId(lambda user: Region.objects.all(), _("Unknown region."))


class GrantNewBody(Body):
    """Access to give: to whom, in what role, on what, until when and why."""

    email = serializers.EmailField(max_length=254)
    role = serializers.CharField(max_length=100)
    on = serializers.ChoiceField(sorted(GRANT_KINDS))
    object_id = serializers.UUIDField()
    reason = serializers.CharField(max_length=300)
    expires_on = Day(allow_null=True, required=False)


class GrantExtendBody(Body):
    """Another last day."""

    expires_on = Day(allow_null=True)
    reason = serializers.CharField(max_length=300)


class GrantTransferBody(Body):
    """Who leaves, who takes over, and why."""

    person = serializers.EmailField(help_text="The account of who leaves; it may be closed.")
    to = serializers.EmailField()
    reason = serializers.CharField(max_length=300)


class GrantEndBody(Body):
    """Why access ends."""

    reason = serializers.CharField(max_length=300)
