"""Addresses of the API of the auditor’s workspace."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from auditing.api import proof
from auditing.api.change_sets import ChangeSetResource

router = SimpleRouter()
router.register("change-sets", ChangeSetResource, basename="api-change-set")

urlpatterns = [
    *router.urls,
    path("proof/", proof.ProofView.as_view(), name="api-proof"),
    path("proof/verify/", proof.ProofVerifyView.as_view(), name="api-proof-verify"),
    path("proof/receipt/", proof.ProofReceiptView.as_view(), name="api-proof-receipt"),
]
