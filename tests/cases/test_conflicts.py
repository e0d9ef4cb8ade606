"""A conflict of interest beats every grant, on every surface, from the very next request."""

import datetime as dt
from typing import Any

import pytest
from django.db.models import Exists
from django.urls import reverse
from django.utils import timezone, tree

import auditing.policy
import cases.policy
import privacy.policy
from auditing.services.mandates import Mandate, mandate_of
from cases.models import Case, ConflictOfInterest, FollowUp, Participant
from cases.policy import CASE_POLICY, Action
from cases.services.cases import update_case
from cases.services.conflicts import declare_conflict, end_conflict
from cases.services.due_reminders import wanted
from cases.services.follow_ups import update_follow_up
from cases.services.grants import share_case
from organizations.services.grants import give_grant
from organizations.services.transfers import grants_of, transfer_grants
from peph.access import NOTHING, Policy
from peph.audit.changes import SYSTEM, change
from peph.errors import Conflict, Forbidden, Invalid, Stale
from peph.scopes import Scope, scope_of
from tests.auditing.sampling import drawn
from tests.engines import once
from tests.routes_table import API, PAGES
from tests.test_routes import address, things

__all__ = ["things"]

pytestmark = pytest.mark.django_db

# Rules that look at no case: regions, samples as a whole, the list of questions, the index by place.
OF_NO_CASE = {
    "REGION_CASE_POLICY",
    "TOUCHED_POLICY",
    "PROGRAM_MANDATE_POLICY",
    "REGION_MANDATE_POLICY",
    "ORGANIZATION_MANDATE_POLICY",
    "SAMPLE_POLICY",
    "CHECKLIST_POLICY",
    "PROOF_POLICY",
    "REGISTER_POLICY",
    "CONTACT_POLICY",
    "INVENTORY_POLICY",
    "RETENTION_RULE_POLICY",
}
# The longest to answer, and of no case.
SKIPPED = {"api_schema", "api_docs", "auditing:proof", "api-proof-verify"}
OF_AUDITORS = ("audit", "sample", "finding", "change", "access-log", "as-of")


def declared(case: Case, cast: dict[str, Any], who: str) -> ConflictOfInterest:
    return declare_conflict(case, by=cast["coordinator"], user=cast[who], reason="Beau-frère")


def in_a_month() -> dt.date:
    return timezone.localdate() + dt.timedelta(days=30)


def holding_everything(person: Any, world: Any, case: Case, by: Any) -> Any:
    """Leads, coordinates, reads health, and holds the exceptions of the case besides."""
    region = world.regions["03"]
    for role, on in (("lead", world.program), ("coordinate", region), ("view_health", region)):
        give_grant(by=SYSTEM, user=person, role=role, on=on, reason="Épreuve")
    for role in ("change_case", "view_health"):
        share_case(case, by=by, user=person, role=role, reason="Épreuve", expires_on=in_a_month())
    return person


# ------------------------------------------------------------------ every surface
@once
@pytest.mark.parametrize("who", ["outsider", "auditor"])
def test_no_page_and_no_answer_tells_of_the_person(who, client, cast, world, case, things):
    person = cast[who]
    if who == "outsider":
        holding_everything(person, world, case, cast["lead"])
    declared(case, cast, who)
    client.force_login(person)
    canaries = ["Côté-Tremblay", "Éloïse", case.number]
    canaries += [str(things[name]) for name in ("case", "participant", "placement")]
    told = []
    for method, name, arguments, _statuses in [*PAGES, *API]:
        # Whoever holds everything is sent everywhere, an auditor to what only auditors have.
        if method != "get" or name in SKIPPED:
            continue
        if who == "auditor" and not any(part in name for part in OF_AUDITORS):
            continue
        url = address(name, arguments, things)
        answer = client.get(url)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        text = body.decode("utf-8", "replace")
        told += [(name, canary) for canary in canaries if canary in text and canary not in url]
    assert told == []


def in_full(condition: Any) -> str:
    """A condition as text, subqueries and all."""
    if isinstance(condition, Exists):
        return in_full(condition.query.where)
    if isinstance(condition, tree.Node):
        return f"{condition.negated} {condition.connector} {[*map(in_full, condition.children)]}"
    return repr(condition)


def policies():
    return {
        name: policy
        for module in (cases.policy, auditing.policy, privacy.policy)
        for name, policy in vars(module).items()
        if isinstance(policy, Policy) and name not in OF_NO_CASE
    }


def test_every_policy_of_what_belongs_to_a_case_takes_conflicts_away(case):
    """A policy without `unless` gives the same rows to whoever is in conflict, and is found here."""
    permissions = (
        "lead",
        "coordinate",
        "represent",
        "audit",
        "protect",
        "change_case",
        "view_health",
    )
    kinds = [f"organizations.{name}" for name in ("Program", "Region", "HostOrganization")]
    held = {
        (permission, label): frozenset({case.pk})
        for permission in permissions
        for label in (*kinds, "cases.Case")
    }
    free = Scope(case.pk, held)
    closed = Scope(case.pk, held, {"cases.Case": frozenset({case.pk})})
    same = [
        f"{name}.{action}"
        for name, policy in policies().items()
        for action, rule in policy.rules.items()
        if rule.q(free) != NOTHING and in_full(rule.q(free)) == in_full(rule.q(closed))
    ]
    assert len(policies()) >= 25
    assert same == []


def test_whoever_has_no_conflict_pays_nothing(case):
    """The condition is nowhere in the SQL, and each branch keeps its index."""
    held = {("coordinate", "organizations.Region"): frozenset({case.region_id, case.pk})}
    rule = cases.policy.PLACEMENT_POLICY.rules["view"]

    assert str(rule.q(Scope(1, held))) == str(rule.rule.q(Scope(1, held)))
    closed = Scope(1, held, {"cases.Case": frozenset({case.pk})})
    assert [len(rule.branches(scope)) for scope in (Scope(1, held), closed)] == [2, 2]
    assert "case_id" not in str(rule.branches(Scope(1, held)))


@pytest.mark.parametrize("who", ["lead", "reader", "editor", "auditor", "privacy", "supervisor"])
def test_it_beats_every_role_and_is_read_with_them_in_one_query(
    who, cast, case, django_assert_num_queries
):
    with django_assert_num_queries(1):
        scope_of(cast[who])
    assert Case.objects.visible_to(cast[who]).filter(pk=case.pk).exists()

    conflict = declared(case, cast, who)

    with django_assert_num_queries(1):
        assert scope_of(cast[who]).denied == {"cases.Case": frozenset({case.pk})}
    assert not Case.objects.visible_to(cast[who]).filter(pk=case.pk).exists()
    assert not Participant.objects.visible_to(cast[who]).filter(pk=case.participant_id).exists()
    assert not FollowUp.objects.visible_to(cast[who]).filter(case=case).exists()

    by = cast["second_lead"] if who == "lead" else cast["lead"]
    end_conflict(conflict, by=by, reason="Divorce")
    assert Case.objects.visible_to(cast[who]).filter(pk=case.pk).exists()


def test_it_holds_from_the_very_next_request(client, cast, case):
    client.force_login(cast["auditor"])
    url = case.get_absolute_url()
    before = client.get(url).status_code

    conflict = declared(case, cast, "auditor")
    during = client.get(url)
    end_conflict(conflict, by=cast["lead"], reason="Erreur sur la personne")

    assert (before, during.status_code, client.get(url).status_code) == (200, 404, 200)


def test_it_is_about_the_person_so_every_case_of_theirs_is_hidden(cast, world, case):
    declared(case, cast, "coordinator_elsewhere")
    with change(by=SYSTEM, verb="test"):
        other = Case(
            participant=case.participant, region=world.regions["06"], status="closed",
            referred_on=dt.date(2024, 1, 8), closed_on=dt.date(2024, 6, 3), closure_reason="other",
        )  # fmt: skip
        other.save()

    # Entered on a case of another region, opened before this one.
    assert not Case.objects.visible_to(cast["coordinator_elsewhere"]).filter(pk=other.pk).exists()
    assert Case.objects.visible_to(cast["lead"]).filter(pk=other.pk).exists()


# ------------------------------------------------------------------ who may declare and end
@pytest.mark.parametrize(
    ("who", "about", "outcome"),
    [
        ("lead", "auditor", None),
        ("colleague", "auditor", None),
        ("coordinator_elsewhere", "auditor", Forbidden),
        ("representative", "auditor", Forbidden),
        ("reader", "auditor", Forbidden),
        ("auditor", "reader", Forbidden),
        # Oneself: whoever sees the case.
        ("auditor", "auditor", None),
        ("supervisor", "supervisor", None),
        ("coordinator_elsewhere", "coordinator_elsewhere", Forbidden),
        # Whoever answers for the case hands it over first, also in the words of somebody else.
        ("coordinator", "coordinator", Conflict),
        ("lead", "coordinator", Conflict),
    ],
)
def test_who_may_declare(who, about, outcome, cast, case):
    if outcome is None:
        conflict = declare_conflict(case, by=cast[who], user=cast[about], reason=" Voisin ")
        assert (conflict.reason, conflict.declared_by) == ("Voisin", cast[who])
    else:
        with pytest.raises(outcome):
            declare_conflict(case, by=cast[who], user=cast[about], reason="Voisin")


@pytest.mark.parametrize(
    ("who", "outcome"),
    [
        ("second_lead", None),
        ("coordinator", Forbidden),
        ("auditor", Forbidden),
        ("lead", Forbidden),
    ],
)
def test_a_lead_ends_it_never_the_person_in_it(who, outcome, cast, case):
    conflict = declared(case, cast, "lead")
    if outcome is None:
        ended = end_conflict(conflict, by=cast[who], reason="Divorce", version=1)
        assert (ended.is_over, ended.ended_by, ended.end_reason) == (True, cast[who], "Divorce")
        with pytest.raises(Conflict):
            end_conflict(conflict, by=cast[who], reason="Divorce")
    else:
        with pytest.raises(outcome):
            end_conflict(conflict, by=cast[who], reason="Divorce")


def test_what_is_refused_around_it(cast, case, follow_up):
    conflict = declared(case, cast, "colleague")

    with pytest.raises(Invalid):
        declared(case, cast, "colleague")
    with pytest.raises(Invalid):
        declare_conflict(case, by=cast["lead"], user=cast["auditor"], reason="  ")
    with pytest.raises(Invalid):
        end_conflict(conflict, by=cast["lead"], reason=" ")
    with pytest.raises(Stale):
        end_conflict(conflict, by=cast["lead"], reason="Erreur", version=7)
    # Nobody in conflict answers for the case, nor is given an exception on it.
    with pytest.raises(Invalid) as refusal:
        update_case(case, by=cast["lead"], coordinator=cast["colleague"])
    assert "coordinator" in refusal.value.fields
    with pytest.raises(Invalid) as refusal:
        update_follow_up(follow_up, by=cast["lead"], responsible=cast["colleague"])
    assert "responsible" in refusal.value.fields
    with pytest.raises(Invalid) as refusal:
        share_case(
            case, by=cast["lead"], user=cast["colleague"], role="view_health", reason="x",
            expires_on=in_a_month(),
        )  # fmt: skip
    assert "email" in refusal.value.fields


# ------------------------------------------------------------------ what goes on around the case
def test_no_reminder_goes_to_whoever_is_in_conflict(cast, case, follow_up):
    day = follow_up.due_on + dt.timedelta(days=15)
    told = {person for person, found in wanted(day).items() if found}
    assert cast["lead"].pk in told

    declared(case, cast, "lead")

    assert cast["lead"].pk not in wanted(day)


def test_a_sample_is_drawn_again_with_the_conflicts_of_whoever_drew_it(cast, case):
    conflict = declared(case, cast, "auditor")
    sample = drawn(cast["auditor"])
    end_conflict(conflict, by=cast["lead"], reason="Erreur")

    seen = [
        Case.objects.filter(CASE_POLICY.q(each.reader(cast["auditor_region"]), Action.VIEW))
        for each in (mandate_of(sample), Mandate())
    ]
    assert [case in rows for rows in seen] == [False, True]


def test_a_lead_in_conflict_neither_reads_nor_hands_over_the_exceptions_of_the_case(cast, case):
    declared(case, cast, "lead")

    assert grants_of(cast["reader"], by=cast["lead"]) == []
    with pytest.raises(Conflict):
        transfer_grants(cast["reader"], to=cast["outsider"], by=cast["lead"], reason="Départ")
    # A case the lead may not touch stays with who leaves; another lead hands it over.
    transfer_grants(cast["coordinator"], to=cast["colleague"], by=cast["lead"], reason="Départ")
    assert Case.objects.get(pk=case.pk).coordinator == cast["coordinator"]


def test_the_list_of_grants_does_not_name_the_case(client, cast, case):
    url = f"{reverse('organizations:grant_list')}?role=case.view_case"
    client.force_login(cast["lead"])
    assert case.number in client.get(url).content.decode()

    declared(case, cast, "lead")

    assert case.number not in client.get(url).content.decode()


def test_what_somebody_else_was_shown_is_told_without_the_case(client, cast, case):
    client.force_login(cast["second_lead"])
    client.get(reverse("cases:case_list"))
    client.force_login(cast["lead"])
    url = f"{reverse('api-access-log-list')}?verb=list&model=cases.case"
    before = client.get(url).content.decode()

    declared(case, cast, "lead")

    assert str(case.pk) in before
    assert str(case.pk) not in client.get(url).content.decode()


# ------------------------------------------------------------------ pages and API
def test_i_have_a_conflict_with_this_case(client, cast, case):
    client.force_login(cast["auditor"])
    url = reverse("cases:conflict_own", args=[case.pk])

    assert client.get(url).context["warning"]
    answer = client.post(url, {"reason": "Ancien collègue"})

    assert answer.url == reverse("cases:case_list")
    assert client.get(url).status_code == 404
    assert ConflictOfInterest.objects.get().user == cast["auditor"]


def test_somebody_elses_conflict_and_its_end_on_pages(client, cast, case):
    client.force_login(cast["lead"])
    page = reverse("cases:case_readers", args=[case.pk])
    given = {"email": cast["auditor"].email, "reason": "Voisin"}

    answer = client.post(reverse("cases:conflict_new", args=[case.pk]), given)
    conflict = ConflictOfInterest.objects.get()
    assert answer.url == f"{page}#conflicts"
    end = reverse("cases:conflict_end", args=[conflict.pk])
    assert end in client.get(page).content.decode()

    assert client.post(end, {"version": 1, "reason": "Déménagé"}).url == page
    assert end not in client.get(page).content.decode()


def test_conflicts_in_the_api(client, cast, case):
    client.force_login(cast["lead"])
    kept = {"content_type": "application/json"}
    body = {"case": str(case.pk), "email": cast["auditor"].email, "reason": "Voisin"}

    made = client.post(reverse("api-conflict-list"), body, **kept)
    assert (made.status_code, made.json()["actions"]) == (201, ["end"])
    url = reverse("api-conflict-end", args=[made.json()["id"]])
    ended = client.post(url, {"reason": "Erreur"}, headers={"If-Match": made["ETag"]}, **kept)
    assert (ended.status_code, ended.json()["end_reason"]) == (200, "Erreur")
    assert client.get(f"{reverse('api-conflict-list')}?in_force=true").json()["results"] == []

    # One’s own: nothing of it is shown any more.
    own = client.post(
        reverse("api-conflict-list"), {"case": str(case.pk), "reason": "Voisin"}, **kept
    )
    assert own.status_code == 204
    assert client.get(reverse("api-case-detail", args=[case.pk])).status_code == 404
