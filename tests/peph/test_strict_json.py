"""Bodies: what two programs could read differently is refused, with a status of its own."""

import pytest
from rest_framework.exceptions import ParseError
from rest_framework.test import APIClient

from peph import strict_json


def _as(user):
    client = APIClient(headers={"accept-language": "en"})
    client.force_login(user)
    return client


# ------------------------------------------------------------------ bodies
REFUSED = {
    "no object": b"[1]",
    "nothing": b"",
    "not JSON": b"{a: 1}",
    "not UTF-8": b'{"a": "\xff"}',
    "a byte order mark": b'\xef\xbb\xbf{"a": 1}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "a key twice": b'{"a": 1, "a": 2}',
    "a key twice inside": b'{"b": [{"a": 1, "a": 2}]}',
    "33 levels": b'{"a":' * 33 + b"1" + b"}" * 33,
    "100,000 levels": b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "NUL": b'{"a": "\\u0000"}',
    "NUL in a key": b'{"\\u0000": 1}',
    "half a character": b'{"a": "\\ud800"}',
    "half a character in a key": b'{"\\udfff": 1}',
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": -Infinity}',
    "a float beyond floats": b'{"a": 1e999}',
    "2**53 + 1": b'{"a": 9007199254740993}',
    "5,000 digits": b'{"a": ' + b"9" * 5000 + b"}",
    "10,001 values": b'{"a": [' + b"1," * 10_000 + b"1]}",
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_body_two_programs_could_read_differently_is_refused(what):
    with pytest.raises(ParseError):
        strict_json.read(REFUSED[what])


ACCEPTED = [
    (b'{"a": 9007199254740992}', {"a": 2**53}),
    (b'{"a": -9007199254740992}', {"a": -(2**53)}),
    (b'{"a":' * 32 + b"1" + b"}" * 32, None),
    ('{"é": "\U0001f600"}'.encode(), {"é": "\U0001f600"}),
    (b'{"a": "\\ud83d\\ude00"}', {"a": "\U0001f600"}),
    (b'{"a": 1.5, "b": null, "c": [true]}', {"a": 1.5, "b": None, "c": [True]}),
]


@pytest.mark.parametrize(("raw", "expected"), ACCEPTED, ids=range(len(ACCEPTED)))
def test_an_ordinary_body_is_read(raw, expected):
    value = strict_json.read(raw)
    assert expected is None or value == expected


@pytest.mark.django_db
@pytest.mark.parametrize("what", REFUSED)
def test_a_refused_body_answers_400_in_the_shape_of_a_problem(what, cast):
    answer = _as(cast["coordinator"]).generic(
        "POST", "/api/v1/notes/", REFUSED[what], content_type="application/json"
    )
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "invalid"


class Unread:
    """A body that nobody may begin to read."""

    def read(self, size=-1):
        raise AssertionError("A byte of it was read.")

    readline = read


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("announced", "status"),
    # Sent in pieces, it announces nothing: Django gives such a body to nobody.
    [({"CONTENT_LENGTH": str(2**20 + 1)}, 413), ({"CONTENT_LENGTH": "9" * 40}, 413)]
    + [({"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}, 400)],
)
def test_a_body_too_large_is_refused_before_it_is_read(announced, status, cast):
    client = _as(cast["coordinator"])
    given = {"wsgi.input": Unread(), "CONTENT_TYPE": "application/json"} | announced
    answer = client.post("/api/v1/notes/", **given)
    assert (answer.status_code, answer.json()["status"]) == (status, status)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        pytest.param(
            "application/json", b'{"text": "' + b"x" * 1_100_000 + b'"}', 413, id="1.1 MB"
        ),
        ("application/json; charset=latin-1", b"{}", 415),
        ('application/json; charset="UTF-8"', b"{}", 400),
        ("application/x-www-form-urlencoded", b"text=x", 415),
        ("multipart/form-data; boundary=x", b"--x--", 415),
        ("text/plain", b"{}", 415),
    ],
)
def test_a_body_too_large_or_of_another_kind_has_its_own_status(content_type, body, status, cast):
    answer = _as(cast["coordinator"]).generic(
        "POST", "/api/v1/notes/", body, content_type=content_type
    )
    assert (answer.status_code, answer.json()["status"]) == (status, status)
