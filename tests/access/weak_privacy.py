"""Weaknesses about conflicts of interest, registers, retention and erasures."""

from peph import access
from peph.access import NOTHING
from privacy import policy
from privacy.api import retention as retention_api
from privacy.services import person_data
from privacy.views import erasures
from tests.access.planting import Patch, weakness
from tests.access.weak_rules import Everybody


@weakness("a conflict of interest closes nothing", "cases:case_detail", "api-case-detail",
          "api-access-request-detail", who="lead in conflict")  # fmt: skip
def _conflict(patch: Patch) -> None:
    patch.setattr(access.Denied, "q", lambda _self, _scope: NOTHING)


@weakness("who is due is listed to whom it is closed", "api-retention-due-list",
          who="lead in conflict")  # fmt: skip
def _due(patch: Patch) -> None:
    patch.setattr(retention_api.DueResource, "policy", policy.RETENTION_RULE_POLICY)


@weakness("an erasure is approved by whoever proposed it", "privacy:erasure_move",
          who="privacy officer")  # fmt: skip
def _alone(patch: Patch) -> None:
    patch.setattr(erasures, "_offered", lambda erasure, _user: erasure.available_transitions)


@weakness("a register is read by whoever works on cases", "privacy:register", "api-incident-detail",
          who="coordinator")  # fmt: skip
def _register(patch: Patch) -> None:
    patch.setitem(policy.REGISTER_POLICY.rules, "view", Everybody())


@weakness("whoever works on a case takes all that is held away", "privacy:person_data",
          "api-participant-data", who="coordinator")  # fmt: skip
def _handed(patch: Patch) -> None:
    patch.setitem(policy.PERSON_DATA_POLICY.rules, "export", Everybody())


@weakness("what is handed over holds unsent answers", "api-participant-data", who="lead")
def _drafts(patch: Patch) -> None:
    patch.setattr(person_data, "_DRAFTS", frozenset())
