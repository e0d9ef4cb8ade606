"""Rows and JSON written fast say what the library would have said."""

import datetime as dt
import uuid
from types import SimpleNamespace

import pytest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from peph.answers import Quick, QuickJSONRenderer

KEY = uuid.UUID("01a20000-0000-7000-8000-000000000001")
SUMMER = dt.datetime(2026, 7, 1, 12, 0, tzinfo=dt.UTC)


class Owner(Quick, serializers.Serializer):
    name = serializers.CharField()


class Row(Quick, serializers.Serializer):
    id = serializers.UUIDField(source="pk")
    at = serializers.DateTimeField()
    day = serializers.DateField()
    owner = Owner(allow_null=True)
    owner_name = serializers.CharField(source="owner.name", default="nobody")
    full = serializers.CharField(source="full_name")
    missing = serializers.CharField(required=False)
    whole = Owner(source="*")
    said = serializers.SerializerMethodField()

    def get_said(self, row) -> str:
        return f"{row.name}!"


def a_row(**fields):
    return SimpleNamespace(
        **{
            "pk": KEY, "at": SUMMER, "day": dt.date(2026, 7, 1), "name": "Ostiguy",
            "owner": SimpleNamespace(name="Solange"), "full_name": lambda: "Emmanuel Ostiguy",
        } | fields
    )  # fmt: skip


EVERYTHING = {
    "id": "01a20000-0000-7000-8000-000000000001",
    "at": "2026-07-01T08:00:00-04:00",
    "day": "2026-07-01",
    "owner": {"name": "Solange"},
    "owner_name": "Solange",
    "full": "Emmanuel Ostiguy",
    "whole": {"name": "Ostiguy"},
    "said": "Ostiguy!",
}


@pytest.mark.parametrize(
    ("row", "differs"),
    [
        (a_row(), {}),
        (a_row(missing="here"), {"missing": "here"}),
        (a_row(owner=None), {"owner": None, "owner_name": "nobody"}),
        (a_row(day=None), {"day": None}),
    ],
)
def test_a_row_is_read_field_by_field(row, differs):
    assert Row(row).data == EVERYTHING | differs
    assert Row([row, row], many=True).data == [EVERYTHING | differs] * 2


def test_a_moment_in_utc_ends_in_z():
    with timezone.override("UTC"):
        assert Row(a_row()).data["at"] == "2026-07-01T12:00:00Z"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"a": [1, 2.5, True, None, "é « »"]}, '{"a":[1,2.5,true,null,"é « »"]}'),
        ({"key": KEY, "day": dt.date(2026, 7, 1)}, f'{{"key":"{KEY}","day":"2026-07-01"}}'),
        ({"at": SUMMER}, '{"at":"2026-07-01T12:00:00Z"}'),
        ({"said": _("History")}, '{"said":"Historique"}'),
        ({"large": 2**70}, f'{{"large":{2**70}}}'),
        ({1: "one"}, '{"1":"one"}'),
    ],
)
def test_json_is_what_the_library_writes(value, written):
    assert QuickJSONRenderer().render(value).decode() == written


def test_nothing_is_written_for_nothing():
    assert QuickJSONRenderer().render(None) == b""
