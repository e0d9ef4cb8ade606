"""Weaknesses of the code: a view that forgot to ask, a grant that is remembered, an id taken as it comes."""

import uuid
from base64 import urlsafe_b64decode
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import Q
from django.http import HttpResponse
from knox.crypto import hash_token

from auditing.services import as_of
from auditing.views import as_of as as_of_pages
from auditing.views import change_sets as change_set_pages
from cases.models import DisabilityRecord, Document
from cases.policy.rules import Action
from cases.serializers import tiers
from cases.services import calendars, documents, links
from cases.views import case_page
from cases.views import documents as document_pages
from cases.views import participants as participant_pages
from organizations.services import grants
from peph import access, pages, resources, scopes
from peph.access import EVERYTHING, Policy
from peph.accounts import authentication
from peph.accounts.models import ApiToken
from peph.api import RelatedId, uuid_of
from peph.audit.history import declaration
from peph.errors import Forbidden, Invalid, Stale
from peph.scopes import Scope
from tests.access.planting import Patch, set_for_now, weakness
from tests.access.weak_rules import Everybody


# ------------------------------------------------------------------ one view that forgot to ask
def _unscoped(request: Any, queryset: Any, pk: Any, *, needs: str = "", case: Any = None) -> Any:
    return queryset.with_abilities(request.user).get(pk=pk)


@weakness("the page of a case shows any case", "cases:case_detail")
def _case_page(patch: Patch) -> None:
    patch.setattr(case_page, "open_visible", _unscoped)


@weakness("a page asks for no right beyond seeing", "auditing:case_as_of", who="representative")
def _no_right(patch: Patch) -> None:
    def seen(request: Any, queryset: Any, pk: Any, *, needs: str = "", case: Any = None) -> Any:
        return pages.get_visible(request, queryset, pk, case=case)

    patch.setattr(as_of_pages, "get_visible", seen)


@weakness("the bytes of a document are given without asking", "cases:document_content")
def _bytes(patch: Patch) -> None:
    patch.setattr(document_pages, "get_visible", _unscoped)
    patch.setattr(documents.DOCUMENT_POLICY, "check", lambda *_asked: None, raising=False)


@weakness("one record of the API is found without the scope", "api-placement-detail")
def _find(patch: Patch) -> None:
    patch.setattr(
        resources.Resource, "find",
        lambda self, pk: self.detailed(self.get_queryset()).filter(pk=pk).first(),
    )  # fmt: skip


@weakness("lists of the API are not scoped", family="whole lists")
def _lists(patch: Patch) -> None:
    patch.setattr(
        resources.Resource, "page_of",
        lambda self, rows, **asked: resources.bounded_page(
            rows, order=self.order, branches=[EVERYTHING], **asked
        ),
    )  # fmt: skip


@weakness("a search looks beyond the scope", family="searches")
def _search(patch: Patch) -> None:
    before = resources.Resource.page_of

    def page_of(self: Any, rows: Any, **asked: Any) -> Any:
        if "q" not in self.request.query_params:
            return before(self, rows, **asked)
        return resources.bounded_page(rows, order=self.order, branches=[EVERYTHING], **asked)

    patch.setattr(resources.Resource, "page_of", page_of)


@weakness("the count of a list is of everybody's rows", family="searches")
def _count(patch: Patch) -> None:
    before = pages.listed

    def listed_all(request: Any, filterset: Any, paged: Any, counted: Any) -> Any:
        return before(request, filterset, paged, lambda most: filterset.qs[:most].count())

    patch.setattr(pages, "listed", listed_all)


@weakness("the page of a change shows any change", "auditing:change_set_detail")
def _change_set(patch: Patch) -> None:
    patch.setattr(change_set_pages, "CHANGE_SET_POLICY", Policy({"view": Everybody()}))


@weakness("as it was is not scoped", "auditing:record_as_of")
def _as_of(patch: Patch) -> None:
    patch.setattr(as_of, "readable", lambda _user, keys: set(keys))


# ------------------------------------------------------------------ what holds, and until when
def _forget_statement(patch: Patch) -> None:
    scopes._held_statement.cache_clear()
    patch.setattr(scopes, "_held_statement", scopes._held_statement.__wrapped__)


@weakness(
    "a grant holds beyond its last day",
    "cases:case_detail",
    "api-case-detail",
    who="coordinator, until yesterday",
)
def _expired(patch: Patch) -> None:
    patch.setattr(scopes, "live_grants", lambda _today=None: Q(pk__isnull=False))
    _forget_statement(patch)


@weakness(
    "a closed account still opens pages", "cases:case_list", "home", who="lead, closed account"
)
def _closed_page(patch: Patch) -> None:
    patch.setattr(AuthenticationBackend, "user_can_authenticate", lambda _self, _user: True)


@weakness(
    "the token of a closed account still opens the API",
    "api-case-list",
    "api-case-detail",
    who="lead, closed account",
)
def _closed_token(patch: Patch) -> None:
    def authenticate(self: Any, token: bytes) -> Any:
        found = ApiToken.objects.select_related("user").get(digest=hash_token(token.decode()))
        return found.user, found

    patch.setattr(authentication.TokenAuthentication, "authenticate_credentials", authenticate)


@weakness("what somebody holds is remembered beyond the request", family="revocations")
def _remembered(patch: Patch) -> None:
    kept: dict[Any, Scope] = {}
    before = scopes.scope_of

    def scope_of(user: Any, *, fresh: bool = False) -> Scope:
        key = getattr(user, "pk", None)
        if key not in kept:
            kept[key] = before(user, fresh=fresh)
        return kept[key]

    patch.setattr(access, "scope_of", scope_of)


@weakness(
    "a superuser sees everything",
    "cases:case_detail",
    "api-case-detail",
    "api-case-list",
    who="superuser",
)
def _superuser(patch: Patch) -> None:
    before = Policy.q

    def q(self: Any, user: Any, action: str, *, fresh: bool = False) -> Any:
        if getattr(user, "is_superuser", False):
            return EVERYTHING
        return before(self, user, action, fresh=fresh)

    patch.setattr(Policy, "q", q)


@weakness("whoever leads nothing may give access", "organizations:grant_new", "api-grant-list")
def _grants(patch: Patch) -> None:
    patch.setattr(
        grants, "PROGRAM_POLICY", Policy({Action.VIEW: Everybody(), "grant": Everybody()})
    )


# ------------------------------------------------------------------ ids in bodies
def _unscoped_id(self: Any, data: Any) -> Any:
    model = self.among(self.context["request"].user).model
    row = model._base_manager.filter(pk=uuid_of(data)).first()
    if row is None:
        raise Invalid(fields={self.field_name: [self.unknown]})
    return row


@weakness("an id in a body is looked up among everybody's", family="ids in bodies")
def _foreign_key(patch: Patch) -> None:
    patch.setattr(RelatedId, "to_internal_value", _unscoped_id)


@weakness("the error about an id tells whether it exists", family="ids in bodies")
def _told(patch: Patch) -> None:
    before = RelatedId.to_internal_value

    def told(self: Any, data: Any) -> Any:
        model = self.among(self.context["request"].user).model
        if not model._base_manager.filter(pk=uuid_of(data)).exists():
            raise Invalid(fields={self.field_name: ["Nothing has this id."]})
        return before(self, data)

    patch.setattr(RelatedId, "to_internal_value", told)


@weakness("a write checks no right where its page did", family="whole edits")
def _no_check(patch: Patch) -> None:
    patch.setattr(Policy, "check", lambda *_asked: None)


# ------------------------------------------------------------------ 404, 403, tags, headers
@weakness("what is hidden is refused instead of missing", "cases:case_detail", "cases:case_edit")
def _forbidden_page(patch: Patch) -> None:
    def visible(request: Any, queryset: Any, pk: Any, **asked: Any) -> Any:
        if not queryset.visible_to(request.user).filter(pk=pk).exists():
            raise Forbidden
        return _unscoped(request, queryset, pk)

    patch.setattr(case_page, "open_visible", visible)


@weakness("the API refuses what it should not find", "api-case-detail", "api-note-detail")
def _forbidden_api(patch: Patch) -> None:
    before = resources.Resource.get_object

    def get_object(self: Any) -> Any:
        if self.find(self.kwargs["pk"]) is None:
            raise Forbidden
        return before(self)

    patch.setattr(resources.Resource, "get_object", get_object)


@weakness("the tag is compared before the scope", family="disguises")
def _tag(patch: Patch) -> None:
    before = resources.Resource.get_object

    def get_object(self: Any) -> Any:
        tagged = self.request.headers.get("If-None-Match") or self.request.headers.get("If-Match")
        row = self.get_queryset().filter(pk=uuid_of(self.kwargs["pk"])).first()
        if tagged and row is not None and tagged == f'"{row.version}"':
            raise Stale
        return before(self)

    patch.setattr(resources.Resource, "get_object", get_object)


@weakness(
    "a header tells what the body keeps",
    "api-participant-detail",
    "api-case-detail",
    who="representative",
)
def _header(patch: Patch) -> None:
    before = resources.Resource.retrieve

    def retrieve(self: Any, request: Any, pk: str) -> HttpResponse:
        answer = before(self, request, pk)
        row = self.get_object()
        person = getattr(row, "participant", row)
        answer["X-Address"] = getattr(person, "address", "")
        return answer

    patch.setattr(resources.Resource, "retrieve", retrieve)


@weakness("a list takes any order and any filter", family="orders")
def _orders(patch: Patch) -> None:
    patch.setattr(resources, "check_parameters", lambda _request, _known: None)


# ------------------------------------------------------------------ tiers
@weakness(
    "the API drops the tiers",
    "api-participant-detail",
    "api-case-detail",
    "api-case-list",
    who="representative",
)
def _tiers(patch: Patch) -> None:
    patch.setattr(tiers, "withheld", lambda _row, _tiers: frozenset())


@weakness(
    "a page shows a person whole",
    "cases:case_detail",
    "cases:participant_detail",
    who="representative",
)
def _person(patch: Patch) -> None:
    class All:
        can_read_personal = can_read_needs = True

    before = case_page.person_facts
    for module in (case_page, participant_pages):
        patch.setattr(module, "person_facts", lambda person, _tiers: before(person, All))


@weakness("the history tells health values", "cases:case_timeline", "api-case-timeline",
          "api-participant-history", who="auditor")  # fmt: skip
def _health_told(patch: Patch) -> None:
    for model in (DisabilityRecord, Document):
        set_for_now(declaration(model), "hidden", frozenset())


@weakness("a calendar names the participants", family="calendars")
def _calendar(patch: Patch) -> None:
    patch.setattr(calendars, "public_title", lambda each: str(each.case.participant))


@weakness("a link opens whatever its signature", family="links")
def _link(patch: Patch) -> None:
    def read(token: str) -> Any:
        key, _dash, serial = token.partition(".")[0].rpartition("-")
        return uuid.UUID(bytes=urlsafe_b64decode(f"{key}==")), int(serial)

    patch.setattr(links, "_read", read)
