"""Addresses of the auditor’s workspace, a list for each screen."""

from django.urls import path

from auditing.views import change_sets, proof

app_name = "auditing"

CHANGE_SETS = [
    path("history/", change_sets.change_set_list, name="change_set_list"),
    path("history/<int:number>/", change_sets.change_set_detail, name="change_set_detail"),
]

PROOF = [
    path("proof/", proof.proof_page, name="proof"),
    path("proof/verify/", proof.proof_verify, name="proof_verify"),
    path("proof/checkpoints/<int:pk>/", proof.checkpoint_note, name="checkpoint_note"),
]

urlpatterns = [
    *CHANGE_SETS,
    *PROOF,
]
