"""The start-up checks, and the triggers' own comparison with what the models say."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models
from django.test.utils import isolate_apps

from peph.audit import checks
from peph.audit.history import Tracked, by_label, declaration, declarations
from peph.audit.triggers import install
from tests.ledger.models import Account, Entry, Scratchpad


def _ids(found: list[Any]) -> list[str]:
    return [message.id for message in found]


def test_the_project_passes_its_own_checks(db: None) -> None:
    assert checks.every_model_is_tracked_or_exempt(None) == []
    assert checks.simple_history_is_enabled(None) == []
    assert checks.every_declaration_can_be_hashed(None) == []
    assert checks.triggers_are_as_generated(None, databases=["default"]) == []


def test_a_model_without_history_needs_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Scratchpad, "history_exempt", "")
    (message,) = checks.every_model_is_tracked_or_exempt(None)
    assert (message.id, message.obj) == ("audit.E001", Scratchpad)


def test_a_third_party_app_needs_a_reason(settings: Any) -> None:
    settings.HISTORY_EXEMPT = {k: v for k, v in settings.HISTORY_EXEMPT.items() if k != "sessions"}
    (message,) = checks.every_model_is_tracked_or_exempt(None)
    assert (message.id, message.obj._meta.label) == ("audit.E001", "sessions.Session")


def test_an_automatic_many_to_many_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with isolate_apps("tests.ledger"):

        class Shelf(models.Model):  # noqa: DJ008
            history_exempt = "A test."
            entries = models.ManyToManyField("ledger.Scratchpad")

            class Meta:
                app_label = "ledger"

        through = Shelf.entries.through
    monkeypatch.setattr(apps, "get_models", lambda **kwargs: [through])
    assert _ids(checks.every_model_is_tracked_or_exempt(None)) == ["audit.E004"]


def test_switching_simple_history_off_is_an_error(settings: Any) -> None:
    settings.SIMPLE_HISTORY_ENABLED = False
    assert _ids(checks.simple_history_is_enabled(None)) == ["audit.E002"]


@pytest.fixture
def changed_registry() -> Iterator[None]:
    """Whatever a test registers is forgotten after it."""
    from peph.audit import history

    before = dict(history._registered)
    yield
    history._registered.clear()
    history._registered.update(before)
    declaration.cache_clear()


def test_a_type_that_cannot_be_hashed_is_an_error(changed_registry: None) -> None:
    with isolate_apps("tests.ledger"):

        class Clock(models.Model):  # noqa: DJ008
            a_span = models.DurationField()
            history = Tracked()

            class Meta:
                app_label = "ledger"

        (message,) = checks.every_declaration_can_be_hashed(None)
    assert (message.id, "DurationField" in message.msg) == ("audit.E005", True)


@pytest.mark.parametrize(
    "options", [{"personal": ("nobody",)}, {"hidden": ("nobody",)}, {"scope": {"planet": "name"}}]
)
def test_a_declaration_that_names_nothing_is_refused(
    options: dict[str, Any], changed_registry: None
) -> None:
    with isolate_apps("tests.ledger"):

        class Planet(models.Model):  # noqa: DJ008
            name = models.CharField(max_length=5)
            history = Tracked(**options)

            class Meta:
                app_label = "ledger"

        with pytest.raises(ImproperlyConfigured):
            declaration(Planet)


def test_a_declaration_is_data() -> None:
    entry = declaration(Entry)
    assert (entry.label, sorted(entry.personal), sorted(entry.hidden)) == (
        "ledger.entry",
        ["name", "remark"],
        ["secret"],
    )
    assert [(name, field.attname) for name, field in entry.scope] == [("case", "case_id")]
    assert [(name, f.attname) for name, f in declaration(Account).scope] == [("region", "id")]
    assert by_label("ledger.entry") == entry
    assert "seen_at" not in [live.attname for live, _copy in entry.columns]
    labels = [each.label for each in declarations()]
    assert labels == sorted(labels)
    with pytest.raises(LookupError):
        declaration(Scratchpad)


def test_a_history_table_has_one_index_and_no_default(db: None) -> None:
    history = declaration(Entry).history_model
    assert [index.fields for index in history._meta.indexes] == [["id", "history_id"]]
    assert [f.attname for f in history._meta.fields if f.db_index and not f.primary_key] == []
    assert [f.attname for f in history._meta.fields if f.has_default()] == []
    assert not history._meta.get_field("history_user_id").null


def test_installing_twice_does_nothing(db: None) -> None:
    assert install.check() == []
    assert install.install() == []


ALTERATIONS = {
    "sqlite": {
        "dropped": (
            ["DROP TRIGGER peph_ledger_entry_delete"],
            "trigger peph_ledger_entry_delete is missing",
        ),
        "replaced": (
            [
                "DROP TRIGGER peph_ledger_historicalentry_no_delete",
                "CREATE TRIGGER peph_ledger_historicalentry_no_delete BEFORE DELETE ON"
                " ledger_historicalentry BEGIN SELECT 1; END",
            ],
            "trigger peph_ledger_historicalentry_no_delete is not as generated",
        ),
        "left over": (
            ["CREATE TRIGGER peph_old AFTER INSERT ON ledger_entry BEGIN SELECT 1; END"],
            "trigger peph_old is left over",
        ),
    },
    "postgresql": {
        "dropped": (
            ["DROP TRIGGER peph_record ON ledger_entry"],
            "trigger peph_record of ledger_entry is missing",
        ),
        "disabled": (
            ["ALTER TABLE ledger_entry DISABLE TRIGGER peph_record"],
            "trigger peph_record of ledger_entry is not as generated",
        ),
        "no longer always": (
            [
                "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
                "ALTER TABLE ledger_entry ENABLE TRIGGER ALL",
            ],
            "trigger peph_record of ledger_entry is not as generated",
        ),
        "with a condition": (
            [
                "DROP TRIGGER peph_record ON ledger_entry",
                "CREATE TRIGGER peph_record AFTER INSERT OR UPDATE OR DELETE ON ledger_entry"
                " FOR EACH ROW WHEN (false) EXECUTE FUNCTION peph_ledger_entry()",
                "ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER peph_record",
            ],
            "trigger peph_record of ledger_entry is not as generated",
        ),
        "another body": (
            [
                "CREATE OR REPLACE FUNCTION peph_ledger_entry() RETURNS trigger LANGUAGE plpgsql"
                " AS 'BEGIN RETURN NULL; END'"
            ],
            "function peph_ledger_entry is not as generated",
        ),
        "left over": (
            [
                "CREATE FUNCTION peph_old() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
                "CREATE TRIGGER peph_old AFTER INSERT ON ledger_entry EXECUTE FUNCTION peph_old()",
            ],
            "trigger peph_old of ledger_entry is left over",
        ),
    },
}


@pytest.mark.parametrize("how", sorted({how for known in ALTERATIONS.values() for how in known}))
def test_a_trigger_that_was_touched_is_told_and_mended(how: str, db: None) -> None:
    if how not in ALTERATIONS[connection.vendor]:
        pytest.skip("not a way of this engine")
    statements, difference = ALTERATIONS[connection.vendor][how]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    assert difference in install.check()
    messages = checks.triggers_are_as_generated(None, databases=["default"])
    assert _ids(messages)[0] == "audit.E003"
    assert checks.triggers_are_as_generated(None) == []
    assert difference in install.install()
    assert install.check() == []
