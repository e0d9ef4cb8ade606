"""Who verifies does not write: by no rule, and at no address whatever the method."""

import pytest

import cases.policy
import organizations.policy
from peph.access import Policy
from peph.audit.models import ChangeSet
from tests.engines import once
from tests.routes_table import API, PAGES
from tests.test_routes import EMPTY, address, things

__all__ = ["things"]

AUDITORS = ("auditor", "auditor_region", "auditor_host")
READING = {
    "view",
    "audit",
    "read_personal",
    "read_needs",
    "read_notes",
    "read_costs",
    "read_scores",
}
# The reader's own: an address for the own agenda, which holds nothing for an auditor.
OWN = {"api-calendar-feed", "cases:calendar", "cases:calendar_revoke"}
# Asks for a proof: what is kept is that somebody read the history, and no change set is written.
PROVING = {"auditing:proof_verify", "api-proof-verify"}
# Samples and findings are the auditor's own work: about the files, not in them. Here the copy is stale.
WORK = ("api-sample-", "api-finding-")


def policies():
    found = {
        name: policy
        for module in (cases.policy, organizations.policy)
        for name, policy in vars(module).items()
        if isinstance(policy, Policy)
    }
    assert len(found) >= 25
    return found


@pytest.mark.parametrize("who", AUDITORS)
def test_no_rule_gives_an_auditor_more_than_reading(who, cast):
    given = {
        (name, str(action))
        for name, policy in policies().items()
        for action in policy.rules
        if action not in READING and policy.anywhere(cast[who], action)
    }
    assert given == set()


def addresses():
    return sorted(
        {
            (name, tuple(sorted(arguments.items())))
            for _method, name, arguments, _statuses in [*PAGES, *API]
            if name not in OWN | PROVING
        }
    )


@once
@pytest.mark.parametrize("who", AUDITORS)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_no_address_writes_for_an_auditor(who, method, client, cast, things):
    client.force_login(cast[who])
    before = ChangeSet.objects.count()
    done = {}
    for name, arguments in addresses():
        answer = getattr(client, method)(address(name, dict(arguments), things), **EMPTY)
        # 400: the body is read before the right is asked; the rules above say what the right would be.
        stale = 412 if name.startswith(WORK) else 400
        if answer.status_code not in {400, 403, 404, 405, stale}:
            done[name, arguments] = answer.status_code
    assert done == {}
    assert ChangeSet.objects.count() == before
