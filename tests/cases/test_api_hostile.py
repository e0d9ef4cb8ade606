"""Whatever a field of the API is given, the answer is one the caller can act on."""

import itertools

import pytest
from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/"


@pytest.fixture
def api(cast):
    """A client of somebody of the cast, answering in English."""

    def signed_in(who):
        client = APIClient(headers={"accept-language": "en"})
        client.force_login(cast[who])
        return client

    return signed_in


# ------------------------------------------------------------------ hostile values
VALUES = [None, True, -1, 2**31, 2**53, 1.5, "", " ", "x" * 9000, "\u202e", "0001-01-01", "9999-12-31",
          "٣", [], [[]], {}, {"a": 1}, ["2026-01-01"]]  # fmt: skip
FIELDS = {
    "cases/": ["region", "participant", "person", "coordinator", "job_class", "referred_on"],
    "consents/": ["participant", "purpose", "text_version", "given_on", "means", "expires_on"],
    "placements/": ["case", "site", "job_class", "hours_per_week", "supervisor_email", "planned_start"],
    "follow-ups/": ["case", "placement", "subject", "due_on", "responsible", "is_shared"],
    "notes/": ["case", "text"],
    "host-sites/": ["organization", "region", "name", "seats", "entrance", "access_checked_on"],
    "grants/": ["email", "role", "on", "object_id", "reason", "expires_on"],
}  # fmt: skip


@pytest.mark.parametrize("path", FIELDS)
def test_no_value_of_any_field_is_an_error_of_ours(path, api, case, world):
    good = {
        "region": str(world.regions["03"].pk), "participant": str(case.participant_id),
        "case": str(case.pk), "site": str(world.site_03.pk), "organization": str(world.mtmd.pk),
        "text": "x", "subject": "x", "name": "x", "due_on": "2026-12-01", "purpose": "health",
        "text_version": "1", "given_on": "2026-02-01", "planned_start": "2026-12-01",
        "email": "outsider@exemple.qc.ca", "role": "coordinate", "on": "region",
        "object_id": str(world.regions["03"].pk), "reason": "x",
    }  # fmt: skip
    client = api("lead")
    base = {name: good[name] for name in FIELDS[path] if name in good}
    for field, value in itertools.product(FIELDS[path], VALUES):
        answer = client.post(f"{ROOT}{path}", base | {field: value}, format="json")
        assert answer.status_code in (201, 400, 403, 409), (field, value, answer.content)
