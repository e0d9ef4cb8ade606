"""Addresses of the API of the auditor’s workspace."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from auditing.api import proof
from auditing.api.access_log import AccessLogResource
from auditing.api.as_of import CaseAsOfResource
from auditing.api.change_sets import ChangeSetResource
from auditing.api.findings import FindingResource
from auditing.api.samples import SampleResource

router = SimpleRouter()
router.register("change-sets", ChangeSetResource, basename="api-change-set")
router.register("samples", SampleResource, basename="api-sample")
router.register("findings", FindingResource, basename="api-finding")

urlpatterns = [
    path(
        "cases/<str:pk>/as-of/<str:instant>/whole/",
        CaseAsOfResource.as_view({"get": "retrieve"}),
        name="api-case-as-of-whole",
    ),
    path("access-log/", AccessLogResource.as_view({"get": "list"}), name="api-access-log-list"),
    *router.urls,
    path("proof/", proof.ProofView.as_view(), name="api-proof"),
    path("proof/verify/", proof.ProofVerifyView.as_view(), name="api-proof-verify"),
    path("proof/receipt/", proof.ProofReceiptView.as_view(), name="api-proof-receipt"),
]
