"""The API of the host side: regions, host organisations and sites, job classes."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from organizations import serializers as shapes
from organizations.filters import HostOrganizationFilter, HostSiteFilter
from organizations.models import HostOrganization, HostSite, JobClass, Region
from organizations.policy import ORGANIZATION_POLICY, REGION_POLICY, SITE_POLICY
from organizations.services import hosts
from peph.api import expected_version
from peph.api_schema import IF_MATCH
from peph.paging import Order
from peph.resources import Resource

BY_NAME = Order("name", descending=False)


class RegionResource(Resource):
    """The administrative regions, for whoever holds any access."""

    queryset = Region.objects.all()
    serializer_class = shapes.RegionSerializer
    policy = REGION_POLICY
    order = Order("code", descending=False)


class JobClassResource(Resource):
    """The job classes, for whoever holds any access."""

    queryset = JobClass.objects.all()
    serializer_class = shapes.JobClassSerializer
    # Reference data, like the regions; its rules look at no column of theirs.
    policy = REGION_POLICY
    order = BY_NAME


class HostOrganizationResource(Resource):
    """Ministries and public bodies."""

    queryset = HostOrganization.objects.select_related("successor")
    serializer_class = shapes.HostOrganizationSerializer
    filterset_class = HostOrganizationFilter
    policy = ORGANIZATION_POLICY
    order = Order("acronym", descending=False)

    @extend_schema(parameters=[IF_MATCH], request=shapes.HostOrganizationBody)
    def partial_update(self, request: Request, pk: str) -> Response:
        organization = self.get_object()
        version = expected_version(request)
        fields = self.parse(shapes.HostOrganizationBody, partial=True)
        changed = hosts.update_organization(
            organization, by=request.user, version=version, **fields
        )
        return self.written(changed)


class HostSiteResource(Resource):
    """Units of a host organisation in a region."""

    queryset = HostSite.objects.select_related("organization", "region")
    serializer_class = shapes.HostSiteSerializer
    filterset_class = HostSiteFilter
    policy = SITE_POLICY
    order = BY_NAME

    @extend_schema(request=shapes.HostSiteNewBody, responses={201: shapes.HostSiteSerializer})
    def create(self, request: Request) -> Response:
        fields = self.parse(shapes.HostSiteNewBody)
        site = hosts.open_site(fields.pop("organization"), by=request.user, **fields)
        return self.written(site, status=201)

    @extend_schema(parameters=[IF_MATCH], request=shapes.HostSiteBody)
    def partial_update(self, request: Request, pk: str) -> Response:
        site = self.get_object()
        version = expected_version(request)
        fields = self.parse(shapes.HostSiteBody, partial=True)
        return self.written(hosts.update_site(site, by=request.user, version=version, **fields))
