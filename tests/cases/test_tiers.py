"""Which information each field is, and that a field outside the reader’s tiers comes out nowhere."""

import decimal
from contextlib import suppress
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, models
from django.urls import reverse

from cases.api_urls import router
from cases.models import Case, DisabilityRecord, Match
from cases.policy import CASE_POLICY
from cases.policy.tiers import _COMPUTED, _TABLE, POLICIES, Tier, gated, tiers_of
from cases.serializers.tiers import Tiered
from peph.audit.changes import SYSTEM, change
from peph.audit.history import declarations
from peph.filters import TieredFilterSet
from tests.engines import once
from tests.routes_table import API, PAGES
from tests.test_routes import address, things

__all__ = ["things"]

OURS = [
    model
    for model in apps.get_app_config("cases").get_models()
    if not model.__name__.startswith("Historical")
]
HIDDEN = {Tier.PERSONAL, Tier.NEEDS, Tier.COSTS, Tier.NOTES, Tier.HEALTH, Tier.WATCH}


# ------------------------------------------------------------------ the table
@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_field_has_a_tier_and_no_other_name_has(model):
    fields = {field.name for field in model._meta.local_concrete_fields}
    named = {name for names in _TABLE[model.__name__].values() for name in names.split()}

    assert fields <= set(tiers_of(model.__name__))
    assert named <= fields
    assert sum(len(names.split()) for names in _TABLE[model.__name__].values()) == len(named)


def test_the_table_knows_no_model_that_is_not():
    assert set(_TABLE) == {model.__name__ for model in OURS}
    assert set(_COMPUTED) | set(POLICIES) <= set(_TABLE)


def test_the_history_tells_of_health_and_secrets_only_that_they_changed():
    told = [
        f"{each.label}.{live.name}"
        for each in declarations()
        if each.model in OURS
        for live, _copy in each.columns
        if tiers_of(each.model.__name__)[live.name] in (Tier.HEALTH, Tier.NEVER)
        and live.attname not in each.hidden
    ]
    assert told == []


def serializers() -> list[tuple[Any, Any]]:
    found = []
    for _prefix, resource, _name in router.registry:
        for each in {resource.serializer_class, resource.detail_serializer_class} - {None}:
            meta = getattr(each, "Meta", None)
            if getattr(meta, "model", None) in OURS:
                found.append((resource, each))
    return found


def test_a_serializer_leaves_out_what_the_table_says():
    """A record shown less some fields takes them from the table; no other shows a secret."""
    for _resource, each in serializers():
        name = each.Meta.model.__name__
        if issubclass(each, Tiered):
            assert each.tiers is gated(name), each
        never = {field for field, tier in tiers_of(name).items() if tier == Tier.NEVER}
        assert not never & set(each.Meta.fields), each


def test_a_filter_by_a_field_that_may_be_hidden_goes_by_the_table():
    for resource, _each in serializers():
        name, filters = resource.queryset.model.__name__, resource.filterset_class
        if name in POLICIES:
            assert issubclass(filters, TieredFilterSet), filters
            assert filters.tiers is gated(name)
            assert filters.policy is POLICIES[name]


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["representative", "reader", "editor", "auditor", "privacy"])
def test_whoever_sees_a_record_whole_holds_the_tiers_of_its_fields(who, cast, case, things):
    held = {action for action in CASE_POLICY.rules if CASE_POLICY.allows(cast[who], action, case)}
    too_much = [
        f"{each.Meta.model.__name__}.{field}"
        for resource, each in serializers()
        if each.Meta.model.__name__ not in POLICIES
        and each.Meta.model._default_manager.filter(resource.policy.q(cast[who], "view")).exists()
        for field in each.Meta.fields
        if tiers_of(each.Meta.model.__name__).get(field, Tier.SEEN) not in ("view", *held)
    ]
    assert too_much == []


# ------------------------------------------------------------------ canaries
# The field by which a record belongs to a case, or to its person.
OF_CASE = ("case", "participant", "content_object")


def plant(case: Case, things: dict[str, Any]) -> dict[str, tuple[Tier, str]]:
    """Put a word of its own into each hidden text of everything about the case: word → tier and field."""
    with change(by=SYSTEM, verb="test"):
        DisabilityRecord(participant=case.participant).save()
    planted: dict[str, tuple[Tier, str]] = {}
    for model in OURS:
        names = {field.name for field in model._meta.local_concrete_fields}
        if model is Case:
            rows = Case.objects.filter(pk=case.pk)
        elif model.__name__ == "Participant":
            rows = model._base_manager.filter(pk=case.participant_id)
        elif to_case := next((name for name in OF_CASE if name in names), None):
            key = case.participant_id if to_case == "participant" else case.pk
            rows = model._base_manager.filter(**{to_case: key})
        else:
            continue
        for field in model._meta.local_concrete_fields:
            tier = tiers_of(model.__name__)[field.name]
            if tier not in HIDDEN or field.choices or not rows.exists():
                continue
            if isinstance(field, models.DecimalField):
                value, words = decimal.Decimal("6543.21"), ["543.21", "543,21"]
            elif isinstance(field, models.CharField | models.TextField):
                value = f"zq{len(planted):03}zq"
                words = [value]
            else:
                continue
            # What the database refuses beside the other fields of the row is left as it is.
            with suppress(IntegrityError, ValueError), change(by=SYSTEM, verb="test"):
                rows.update(**{field.name: value})
                planted |= dict.fromkeys(words, (tier, f"{model.__name__}.{field.name}"))
    return planted


# Person → what is not theirs to read of the case.
NOT_THEIRS = {
    "representative": HIDDEN,
    "reader": {Tier.NOTES, Tier.HEALTH, Tier.WATCH},
    "coordinator": {Tier.HEALTH},
}
# What tells the most at once. A host, from whom the most is hidden, is sent to every address.
AT_ONCE = ("timeline", "history", "as-of", "as_of", "change", "export", "detail", "list", "home")
SKIPPED = {"api_schema", "api_docs", "auditing:proof", "api-proof-verify"}
OF_NO_CASE = ("account", "mfa", "organizations:", "auditing:question", "auditing:proof", "api-host")


@once
@pytest.mark.django_db
def test_a_hidden_field_comes_out_nowhere(client, cast, case, things):
    planted = plant(case, things)
    assert len(planted) >= 25
    told, shown = [], set()
    for who, hidden in NOT_THEIRS.items():
        client.force_login(cast[who])
        for method, name, arguments, _statuses in [*PAGES, *API]:
            if method != "get" or name in SKIPPED or name.startswith(OF_NO_CASE):
                continue
            if who != "representative" and not any(part in name for part in AT_ONCE):
                continue
            answer = client.get(address(name, arguments, things))
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            text = body.decode("utf-8", "replace")
            for word, (tier, field) in planted.items():
                if word in text:
                    shown.add(word)
                    if tier in hidden:
                        told.append((who, name, field))
    assert told == []
    # The words are where somebody may read them: the test looks at what is shown.
    assert len(shown) >= 20


# ------------------------------------------------------------------ neither filtered by nor written
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "url", "status", "count"),
    [
        ("representative", "api-case-list?fiscal_year=2025", 400, None),
        ("representative", "api-case-list?mine=true", 400, None),
        ("representative", "api-match-list?case={case}", 400, None),
        ("representative", "api-case-list?q=VIEUX-17", 200, 0),
        ("coordinator", "api-case-list?q=VIEUX-17", 200, 1),
        ("coordinator", "api-case-list?mine=true", 200, 1),
        ("coordinator", "api-match-list?case={case}", 200, 0),
    ],
)
def test_a_hidden_field_is_no_filter(who, url, status, count, client, cast, case):
    with change(by=SYSTEM, verb="test"):
        Case.objects.filter(pk=case.pk).update(legacy_number="VIEUX-17")
    client.force_login(cast[who])
    name, _mark, query = url.partition("?")

    answer = client.get(f"{reverse(name)}?{query.format(case=case.pk)}")

    assert answer.status_code == status
    if count is not None:
        assert len(answer.json()["results"]) == count


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["representative", "supervisor", "reader", "auditor"])
def test_a_hidden_field_is_not_written(who, client, cast, case, things):
    client.force_login(cast[who])
    for name, key, body in (
        ("api-participant-detail", case.participant_id, {"address": "ailleurs"}),
        ("api-participant-detail", case.participant_id, {"functional_needs": "rien"}),
        ("api-case-detail", case.pk, {"referring_agency": "ailleurs"}),
        ("api-accommodation-detail", things["accommodation"], {"cost_estimated": "1.00"}),
        ("api-match-detail", things["match"], {"case": str(case.pk)}),
    ):
        answer = client.patch(
            reverse(name, args=[key]),
            body,
            content_type="application/json",
            headers={"If-Match": '"1"'},
        )
        assert answer.status_code in (400, 403, 404, 405), (name, body)
    health = client.put(
        reverse("api-case-health", args=[case.pk]),
        {"nature": "x"},
        content_type="application/json",
        headers={"If-Match": '"0"'},
    )
    assert health.status_code in (403, 404)
    assert Match.objects.get(pk=things["match"]).version == 1
