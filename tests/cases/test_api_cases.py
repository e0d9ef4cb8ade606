"""The API of cases: who sees what, what a write asks for, the moves, health, and the way back in time."""

import uuid

import pytest
from rest_framework.test import APIClient

from cases.models import Case
from peph.audit.models import AccessLog, ChangeSet

pytestmark = pytest.mark.django_db
URL = "/api/v1/cases/"


@pytest.fixture
def api(cast):
    """A client of somebody of the cast, answering in English."""

    def signed_in(who):
        client = APIClient(headers={"accept-language": "en"})
        client.force_login(cast[who])
        return client

    return signed_in


def _tag(record):
    record.refresh_from_db()
    return {"if-match": f'"{record.version}"'}


def _post(client, path, body, headers=None):
    return client.post(f"/api/v1/{path}", body, format="json", headers=headers or {})


# ------------------------------------------------------------------ what is shown to whom
HOST_SEES = {
    "id", "version", "number", "status", "participant", "region", "organization", "site", "resume_on",
    "closed_on", "created_at", "updated_at", "actions", "placements",
}  # fmt: skip
PERSONAL = {
    "job_class", "referring_agency", "referred_on", "first_contact_on", "applied_on", "decided_on",
    "decided_by", "closure_reason", "legacy_number", "coordinator", "fiscal_year", "is_imported",
}  # fmt: skip
SHOWN = {
    "coordinator": HOST_SEES | PERSONAL,
    "auditor": HOST_SEES | PERSONAL,
    "reader": HOST_SEES | PERSONAL,
    "supervisor": HOST_SEES,
    "representative": HOST_SEES,
}


@pytest.mark.parametrize("who", SHOWN)
def test_a_case_shows_each_reader_the_own_tiers(who, api, case):
    answer = api(who).get(f"{URL}{case.pk}/")
    assert answer.status_code == 200
    assert set(answer.json()) == SHOWN[who]
    assert answer["ETag"] == f'"{case.version}"'
    listed = api(who).get(URL).json()["results"]
    assert set(listed[0]) == SHOWN[who] - {"placements"}


ACTIONS = {
    "coordinator": ["suspend", "close", "edit"],
    "editor": ["suspend", "edit"],
    "reader": [],
    "auditor": [],
    "supervisor": [],
}


@pytest.mark.parametrize("who", ACTIONS)
def test_actions_are_the_moves_open_now_and_edit(who, api, case):
    assert api(who).get(f"{URL}{case.pk}/").json()["actions"] == ACTIONS[who]


@pytest.mark.parametrize("who", ["coordinator_elsewhere", "outsider", "committee", "superuser"])
@pytest.mark.parametrize(
    ("method", "tail"),
    [
        ("get", ""), ("patch", ""), ("post", "close/"), ("post", "transfer/"), ("get", "health/"),
        ("put", "health/"), ("get", "timeline/"), ("get", "history/"), ("get", "grants/"),
        ("post", "grants/"), ("get", "as-of/2026-01-01/"),
    ],
)  # fmt: skip
def test_an_invisible_case_answers_byte_for_byte_like_one_that_does_not_exist(
    who, method, tail, api, case
):
    client = api(who)
    hidden = getattr(client, method)(f"{URL}{case.pk}/{tail}")
    absent = getattr(client, method)(f"{URL}{uuid.uuid4()}/{tail}")
    nonsense = getattr(client, method)(f"{URL}nothing/{tail}")
    assert hidden.status_code == 404
    assert hidden.content == absent.content == nonsense.content
    assert dict(hidden.headers) == dict(absent.headers)


def test_opening_listing_searching_and_being_refused_are_logged(api, cast, case):
    api("coordinator").get(f"{URL}{case.pk}/")
    api("coordinator").get(URL)
    api("coordinator").get(f"{URL}?q=cote")
    api("outsider").get(f"{URL}{case.pk}/")
    rows = AccessLog.objects.order_by("id").values_list("verb", "actor_id", "object_id", "case_id")
    mine, outsider, key = cast["coordinator"].pk, cast["outsider"].pk, str(case.pk)
    assert [row for row in rows if row[0] in ("open", "list", "search", "refuse")] == [
        ("open", mine, key, case.pk),
        ("list", mine, "", None),
        ("search", mine, "", None),
        ("refuse", outsider, key, case.pk),
    ]
    assert AccessLog.objects.get(verb="search").object_ids == [key]


# ------------------------------------------------------------------ versions
@pytest.mark.parametrize(
    ("given", "status"),
    [(None, 428), ("*", 400), ('"999"', 412), ('W/"6"', 412), ("nonsense", 400)],
)
@pytest.mark.parametrize(
    ("method", "tail", "body"),
    [
        ("patch", "", {"referring_agency": "Autre"}),
        ("post", "suspend/", {"resume_on": "2090-01-01", "reason": "Congé"}),
        ("post", "transfer/", None),
    ],
)
def test_a_write_names_the_version_it_was_made_from(
    method, tail, body, given, status, api, case, world
):
    body = body or {"region": str(world.regions["06"].pk), "reason": "Déménagement"}
    headers = {"if-match": given} if given else {}
    answer = getattr(api("lead"), method)(
        f"{URL}{case.pk}/{tail}", body, format="json", headers=headers
    )
    assert answer.status_code == status
    assert "Change-Set" not in answer
    assert Case.objects.get(pk=case.pk).version == case.version


def test_a_patch_answers_the_new_version_and_the_receipt_of_its_change(api, case):
    answer = api("coordinator").patch(
        f"{URL}{case.pk}/", {"referring_agency": "Autre"}, format="json", headers=_tag(case)
    )
    assert answer.status_code == 200
    assert answer.json()["referring_agency"] == "Autre"
    assert answer["ETag"] == f'"{case.version + 1}"'
    change_set = ChangeSet.objects.latest("number")
    assert answer["Change-Set"] == change_set.receipt
    assert (change_set.channel, change_set.case_id) == ("api", case.pk)


# ------------------------------------------------------------------ moves
CLOSING = {"closed_on": "2026-11-01", "closure_reason": "studies", "reason": "Retour aux études"}
MOVES = [
    # who, transition, body, status, fields in error
    ("coordinator", "suspend", {"resume_on": "2090-01-01", "reason": "Congé"}, 200, []),
    ("coordinator", "suspend", {"reason": "Congé"}, 400, ["resume_on"]),
    ("coordinator", "suspend", {"resume_on": "9999-12-31", "reason": "x"}, 400, ["resume_on"]),
    ("coordinator", "suspend", {"resume_on": ["2090"], "reason": {}}, 400, ["resume_on", "reason"]),
    (
        "coordinator",
        "suspend",
        {"by": "x", "version": 1, "name": "x"},
        400,
        ["by", "name", "version"],
    ),
    ("coordinator", "close", CLOSING, 409, []),
    ("coordinator", "close", CLOSING | {"closure_reason": []}, 400, ["closure_reason"]),
    ("coordinator", "admit", {}, 409, []),
    ("coordinator", "place", {}, 404, []),
    ("editor", "close", CLOSING, 403, []),
    ("auditor", "suspend", {}, 403, []),
    ("supervisor", "suspend", {"resume_on": "2090-01-01", "reason": "x"}, 403, []),
]


@pytest.mark.parametrize(("who", "name", "body", "status", "fields"), MOVES)
def test_a_move_answers_200_400_403_or_409(who, name, body, status, fields, api, case):
    answer = _post(api(who), f"cases/{case.pk}/{name}/", body, _tag(case))
    assert answer.status_code == status
    if status == 200:
        assert answer.json()["status"] == "suspended"
        assert "resume" in answer.json()["actions"]
    elif name != "place":
        assert sorted(answer.json()["errors"]) == sorted(fields)


def test_a_case_is_opened_moved_and_handed_over(api, cast, world):
    region = str(world.regions["03"].pk)
    client = api("lead")
    person = {"last_name": "Roy", "first_name": "Léa", "birth_date": "1994-05-06"}
    opened = _post(
        client, "cases/", {"region": region, "person": person, "referred_on": "2026-10-01"}
    )
    assert (opened.status_code, opened["ETag"]) == (201, '"1"')
    key = opened.json()["id"]
    moved = _post(
        client,
        f"cases/{key}/start-intake/",
        {"first_contact_on": "2026-10-02"},
        {"if-match": '"1"'},
    )
    assert (moved.status_code, moved.json()["status"]) == (200, "intake")
    handed = _post(
        client,
        f"cases/{key}/transfer/",
        {"region": str(world.regions["06"].pk), "reason": "Déménagement"},
        {"if-match": moved["ETag"]},
    )
    assert (handed.status_code, handed.json()["region"]["code"]) == (200, "06")


PERSON = {"last_name": "Roy", "first_name": "Léa", "birth_date": "1994-05-06"}
OPENINGS = [
    ({}, 400, ["region"]),
    ({"region": "03"}, 400, ["participant", "person"]),
    ({"region": "03", "person": PERSON, "participant": "own"}, 400, ["participant", "person"]),
    ({"region": "03", "person": {}}, 400, ["person.birth_date", "person.first_name", "person.last_name"]),
    ({"region": "03", "person": PERSON | {"birth_date": "0001-01-01"}}, 400, ["person.birth_date"]),
    ({"region": "03", "person": PERSON | {"nas": "046 454 286"}}, 400, ["person.nas"]),
    ({"region": "03", "person": PERSON | {"postal_code": "X"}}, 400, ["postal_code"]),
    ({"region": "03", "person": "Roy"}, 400, ["person"]),
    ({"region": "03", "participant": "own"}, 400, []),
    ({"region": "06", "person": PERSON}, 403, []),
]  # fmt: skip


@pytest.mark.parametrize(("body", "status", "fields"), OPENINGS)
def test_an_opening_that_cannot_be_says_why(body, status, fields, api, case, world):
    named = {"region": lambda code: str(world.regions[code].pk),
             "participant": lambda _own: str(case.participant_id)}  # fmt: skip
    body = {name: named.get(name, lambda same: same)(value) for name, value in body.items()}
    answer = _post(api("coordinator"), "cases/", body)
    assert answer.status_code == status
    assert sorted(answer.json()["errors"]) == fields


@pytest.mark.parametrize(
    ("path", "field", "rest"),
    [
        ("cases/", "participant", {"region": "region"}),
        ("consents/", "participant", {"purpose": "health", "text_version": "1", "given_on": "2026-10-01"}),
        ("notes/", "case", {"text": "x"}),
        ("follow-ups/", "case", {"subject": "x", "due_on": "2026-12-01"}),
        ("placements/", "case", {"site": "site", "planned_start": "2026-12-01"}),
    ],
)  # fmt: skip
def test_the_id_of_what_one_may_not_see_is_as_unknown_as_any_other(
    path, field, rest, api, case, case_elsewhere, world
):
    known = {"region": str(world.regions["03"].pk), "site": str(world.site_03.pk)}
    rest = {name: known.get(value, value) for name, value in rest.items()}
    hidden = case_elsewhere.participant_id if field == "participant" else case_elsewhere.pk
    answers = [
        _post(api("coordinator"), path, rest | {field: value})
        for value in (str(hidden), str(uuid.uuid4()), "nothing", 7, [])
    ]
    assert {answer.status_code for answer in answers} == {400}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["errors"][field][0].startswith("Unknown ")


# ------------------------------------------------------------------ exceptions on one case
def test_who_answers_for_a_case_gives_prolongs_and_ends_an_exception(api, cast, case):
    client, below = api("coordinator"), f"cases/{case.pk}/grants/"
    body = {"email": "outsider@exemple.qc.ca", "role": "view_case", "reason": "Relève",
            "expires_on": "2090-01-01"}  # fmt: skip
    given = _post(client, below, body)
    assert (given.status_code, given["ETag"]) == (201, '"1"')
    assert api("outsider").get(f"{URL}{case.pk}/").status_code == 200
    one = f"/api/v1/{below}{given.json()['id']}/"
    later = {"expires_on": "2091-01-01", "reason": "Encore"}
    assert client.patch(one, later, format="json").status_code == 428
    prolonged = client.patch(one, later, format="json", headers={"if-match": '"1"'})
    assert (prolonged.status_code, prolonged.json()["expires_on"]) == (200, "2091-01-01")
    ended = client.delete(one, {"reason": "Fini"}, format="json", headers={"if-match": '"1"'})
    assert ended.status_code == 412
    ended = client.delete(one, {"reason": "Fini"}, format="json", headers={"if-match": '"2"'})
    assert (ended.status_code, ended.content) == (204, b"")
    assert api("outsider").get(f"{URL}{case.pk}/").status_code == 404


@pytest.mark.parametrize("who", ["supervisor", "auditor", "editor"])
def test_who_may_not_share_a_case_learns_of_no_account(who, api, case):
    answers = {
        _post(api(who), f"cases/{case.pk}/grants/", {"email": email, "role": "view_case"}).content
        for email in ("lead@exemple.qc.ca", "nobody@exemple.qc.ca")
    }
    assert len(answers) == 1
    assert b"forbidden" in answers.pop()
