"""What every API address shares: one shape of refusal, strict bodies, versions, pages, the description."""

import io
import json

import pytest
from django.core.management import call_command
from django.db import DataError, IntegrityError, OperationalError
from rest_framework.exceptions import ValidationError
from rest_framework.test import APIClient, APIRequestFactory

from cases.workflow import CASE_WORKFLOW, PLACEMENT_WORKFLOW
from peph.accounts.services import issue_token
from peph.api import exception_handler, expected_version, uuid_of
from peph.errors import Conflict, Forbidden, Invalid, PreconditionRequired, Stale

ENGLISH = {"accept-language": "en"}


def _as(user):
    client = APIClient(headers=ENGLISH)
    client.force_login(user)
    return client


# ------------------------------------------------------------------ refusals
def test_every_refusal_of_a_service_has_its_status_and_its_name():
    found = {
        type(error): (answer.status_code, answer.data["code"])
        for error in (Invalid(), Forbidden(), Conflict(), Stale(), PreconditionRequired())
        if (answer := exception_handler(error, {}))
    }
    assert found == {
        Invalid: (400, "invalid"),
        Forbidden: (403, "forbidden"),
        Conflict: (409, "conflict"),
        Stale: (412, "stale"),
        PreconditionRequired: (428, "precondition_required"),
    }


def test_what_the_database_refuses_is_a_refusal_and_an_unguarded_write_a_defect():
    assert exception_handler(IntegrityError("UNIQUE constraint failed"), {}).status_code == 409
    assert exception_handler(DataError("out of range"), {}).status_code == 400
    busy = exception_handler(OperationalError("database is locked"), {})
    assert (busy.status_code, busy["Retry-After"]) == (503, "2")
    assert exception_handler(IntegrityError("audit: write outside change()"), {}) is None
    assert exception_handler(RuntimeError("a defect"), {}) is None


def test_errors_of_a_nested_body_are_named_by_their_path():
    answer = exception_handler(
        ValidationError({"person": {"birth_date": ["Too far."], "non_field_errors": ["Empty."]}}),
        {},
    )
    assert answer.data["errors"] == {"person.birth_date": ["Too far."], "person": ["Empty."]}


@pytest.mark.django_db
def test_without_credentials_the_answer_is_401_and_names_the_way_in(client):
    answer = client.get("/api/v1/cases/", headers=ENGLISH)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Token"
    assert answer.json() == {
        "type": "urn:peph:problem:not_authenticated",
        "title": "Sign-in required",
        "status": 401,
        "code": "not_authenticated",
        "detail": "Send a valid token.",
        "errors": {},
    }


@pytest.mark.django_db
def test_a_token_opens_the_api_and_a_wrong_one_does_not(cast):
    user = cast["coordinator"]
    token = issue_token(user, by=user, label="Rapports")
    client = APIClient()
    assert (
        client.get("/api/v1/cases/", headers={"authorization": f"Token {token}"}).status_code == 200
    )
    assert client.get("/api/v1/cases/", headers={"authorization": "Token x"}).status_code == 401


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("put", "/api/v1/cases/"),
        ("delete", "/api/v1/cases/"),
        ("options", "/api/v1/cases/"),
        ("post", "/api/v1/participants/"),
        ("post", "/api/v1/regions/"),
        ("post", "/api/v1/change-sets/"),
        ("put", "/api/v1/cases/01a20af0-7b64-70eb-9acc-8251c998e482/"),
        ("delete", "/api/v1/cases/01a20af0-7b64-70eb-9acc-8251c998e482/"),
        ("delete", "/api/v1/notes/01a20af0-7b64-70eb-9acc-8251c998e482/"),
        ("get", "/api/v1/cases/01a20af0-7b64-70eb-9acc-8251c998e482/admit/"),
        ("patch", "/api/v1/change-sets/1/"),
    ],
)
def test_a_verb_that_makes_no_sense_is_405(method, path, cast):
    answer = getattr(_as(cast["lead"]), method)(path)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


@pytest.mark.django_db
def test_head_answers_like_get_without_a_body(cast, case):
    client = _as(cast["coordinator"])
    answer = client.head(f"/api/v1/cases/{case.pk}/")
    assert (answer.status_code, answer["ETag"]) == (200, f'"{case.version}"')
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_the_language_is_french_unless_the_program_asks_for_english(cast):
    client = APIClient()
    client.force_login(cast["coordinator"])
    french = client.get("/api/v1/cases/nothing/")
    english = client.get("/api/v1/cases/nothing/", headers=ENGLISH)
    assert french["Content-Language"] == "fr-ca"
    assert english["Content-Language"] == "en-ca"
    assert english.json()["detail"] == "Nothing is found at this address."


# ------------------------------------------------------------------ versions
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ('"3"', 3),
        ('"0"', 0),
        ("", PreconditionRequired),
        ("*", Invalid),
        ("3", Invalid),
        ('"1", "2"', Invalid),
        ('W/"3"', Stale),
        ('"abc"', Stale),
        ('"٣"', Stale),
        ('"99999999999999999999"', Stale),
    ],
)
def test_if_match_names_one_version(given, expected):
    request = APIRequestFactory().get("/", headers={"if-match": given} if given else {})
    if isinstance(expected, int):
        assert expected_version(request) == expected
    else:
        with pytest.raises(expected):
            expected_version(request)


@pytest.mark.parametrize(
    ("text", "is_key"),
    [
        ("01a20af0-7b64-70eb-9acc-8251c998e482", True),
        ("01A20AF0-7B64-70EB-9ACC-8251C998E482", True),
        ("01a20af07b6470eb9acc8251c998e482", False),
        ("{01a20af0-7b64-70eb-9acc-8251c998e482}", False),
        ("urn:uuid:01a20af0-7b64-70eb-9acc-8251c998e482", False),
        ("", False),
        (7, False),
        (None, False),
    ],
)
def test_a_record_has_one_address(text, is_key):
    assert (uuid_of(text) is not None) is is_key


# ------------------------------------------------------------------ lists
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("participant__last_name=x", "participant__last_name"),
        ("ordering=birth_date", "ordering"),
        ("format=json", "format"),
        ("open=maybe", "open"),
        ("open=true&open=false", "open"),
        ("status=nothing", "status"),
        ("region=01a20af0-7b64-70eb-9acc-8251c998e482", "region"),
        ("page_size=0", "page_size"),
        ("page_size=101", "page_size"),
        ("page_size=-1", "page_size"),
        ("page_size=1000000000", "page_size"),
        ("page_size=٣", "page_size"),
        ("q=a%00b", "q"),
    ],
)
def test_a_list_refuses_what_it_does_not_know(query, field, cast):
    answer = _as(cast["coordinator"]).get(f"/api/v1/cases/?{query}")
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "cursor",
    ["x", "é", "W10", "bnVsbA", "WzAsIngiLDFd", "A" * 600,
     # [0, "0001-01-01T00:00:00+23:59", key] and [0, 5, key]
     "WzAsIjAwMDEtMDEtMDFUMDA6MDA6MDArMjM6NTkiLCIwMWEyMGFmMC03YjY0LTcwZWItOWFjYy04MjUxYzk5OGU0ODIiXQ",
     "WzAsNSwiMDFhMjBhZjAtN2I2NC03MGViLTlhY2MtODI1MWM5OThlNDgyIl0"],
)  # fmt: skip
def test_a_cursor_that_is_not_ours_is_400(cursor, cast):
    answer = _as(cast["coordinator"]).get("/api/v1/cases/", {"cursor": cursor})
    assert answer.status_code == 400


@pytest.mark.django_db
def test_following_next_reads_every_row_once_and_previous_leads_back(cast):
    client = _as(cast["outsider"])
    client.force_login(cast["coordinator"])
    first = client.get("/api/v1/host-organizations/?page_size=10").json()
    seen, page = [row["acronym"] for row in first["results"]], first
    while page["next"]:
        page = client.get(page["next"]).json()
        seen += [row["acronym"] for row in page["results"]]
    assert len(seen) == len(set(seen)) > 20
    assert seen == sorted(seen)
    second = client.get(first["next"]).json()
    assert client.get(second["previous"]).json()["results"] == first["results"]
    assert first["previous"] is None
    assert first["next"].startswith("http://testserver/api/v1/host-organizations/?")


# ------------------------------------------------------------------ description
def test_the_description_is_valid_without_a_warning():
    out = io.StringIO()
    call_command(
        "spectacular", "--validate", "--fail-on-warn", "--format", "openapi-json", stdout=out
    )
    schema = json.loads(out.getvalue())
    assert schema["openapi"].startswith("3.1")
    assert schema["components"]["securitySchemes"]["token"]["in"] == "header"
    admit = schema["components"]["schemas"]["CaseAdmitBody"]
    assert list(admit["properties"]) == ["decided_on", "reason"]
    assert admit["required"] == ["decided_on"]
    closing = schema["components"]["schemas"]["CaseCloseBody"]["properties"]["closure_reason"]
    assert {"$ref": "#/components/schemas/ClosureReason"} in closing["oneOf"]
    person = schema["components"]["schemas"]["ParticipantDetail"]
    assert "birth_date" in person["properties"]
    assert "birth_date" not in person["required"]


@pytest.mark.django_db
def test_each_transition_somebody_may_ask_for_has_its_address_and_the_others_none():
    out = io.StringIO()
    call_command("spectacular", "--format", "openapi-json", stdout=out)
    paths = json.loads(out.getvalue())["paths"]
    for noun, workflow in (("cases", CASE_WORKFLOW), ("placements", PLACEMENT_WORKFLOW)):
        for step in workflow:
            described = f"/api/v1/{noun}/{{id}}/{step.name}/" in paths
            assert described is not step.consequence, step.name
