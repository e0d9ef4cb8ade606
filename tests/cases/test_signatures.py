"""The agreement of a placement: each party signs once, and the fourth signature makes it signed."""

import datetime as dt

import pytest

from cases.models import Placement, Signature
from cases.services.cases import move_case
from cases.services.participants import give_consent
from cases.services.placements import open_placement
from cases.services.signatures import sign_agreement
from peph.audit.models import ChangeSet
from peph.errors import Conflict, Forbidden, Invalid

DAY = dt.date(2026, 6, 1)
ROLES = ["participant", "supervisor", "host_coordinator", "program"]
# Who may record which signature of an agreement of the MTMD in region 06.
MAY_RECORD = {
    "lead": ROLES,
    "coordinator_elsewhere": ROLES,
    "representative": ["supervisor", "host_coordinator"],
    "coordinator": [],
    "representative_elsewhere": [],
    "supervisor": [],
    "auditor": [],
    "outsider": [],
}


@pytest.fixture
def to_sign(cast, world, case_elsewhere):
    """A placement whose agreement nobody has signed."""
    by, person = cast["lead"], case_elsewhere.participant
    give_consent(person, by=by, purpose="case_management", text_version="1", given_on=DAY)
    for name, inputs in (
        ("start-intake", {"first_contact_on": DAY}),
        ("start-review", {"applied_on": DAY}),
        ("admit", {"decided_on": DAY}),
    ):
        move_case(case_elsewhere, name, by=by, **inputs)
    return open_placement(
        case_elsewhere, by=by, site=world.site_06, planned_start=dt.date(2026, 7, 6)
    )


def sign(placement, by, role, day=DAY):
    return sign_agreement(placement, by=by, role=role, name="Sacha Exemple", signed_on=day)


@pytest.mark.parametrize(("who", "role"), [(who, role) for who in MAY_RECORD for role in ROLES])
def test_the_programme_records_every_signature_and_the_host_its_own(who, role, cast, to_sign):
    if role in MAY_RECORD[who]:
        assert sign(to_sign, cast[who], role).status == "to_sign"
        (kept,) = to_sign.signatures.all()
        assert (kept.role, kept.name, kept.recorded_by) == (role, "Sacha Exemple", cast[who])
    else:
        with pytest.raises(Forbidden):
            sign(to_sign, cast[who], role)
        assert not Signature.objects.exists()


def test_the_fourth_signature_makes_the_agreement_signed_on_the_last_day(cast, to_sign):
    days = (dt.date(2026, 6, 2), dt.date(2026, 6, 9), dt.date(2026, 6, 4), dt.date(2026, 6, 3))
    for role, day in zip(ROLES, days, strict=True):
        placement = sign(to_sign, cast["lead"], role, day)
    assert (placement.status, placement.signed_on) == ("signed", dt.date(2026, 6, 9))
    assert ChangeSet.objects.order_by("-number").first().verb == "cases.placement.sign-as"
    with pytest.raises(Conflict):
        sign(to_sign, cast["lead"], "participant")


def test_nobody_signs_twice_nor_tomorrow(cast, to_sign):
    sign(to_sign, cast["lead"], "participant")
    with pytest.raises(Invalid):
        sign(to_sign, cast["lead"], "participant")
    with pytest.raises(Invalid) as refused:
        sign(to_sign, cast["lead"], "program", dt.date(2099, 1, 1))
    assert list(refused.value.fields) == ["signed_on"]
    assert Signature.objects.count() == 1


def test_the_page_tells_who_signed_and_who_has_not(client, cast, to_sign):
    client.force_login(cast["representative"])
    address = to_sign.get_absolute_url()
    before = client.get(address).content.decode()
    assert f"{address}sign/supervisor/" in before
    assert f"{address}sign/participant/" not in before

    answer = client.post(
        f"{address}sign/supervisor/",
        {
            "version": to_sign.version, "name": "Dominique Superviseur",
            "signed_on": "2026-06-05", "means": "paper",
        },
    )  # fmt: skip
    assert answer.status_code == 302
    after = client.get(address).content.decode()
    assert "Dominique Superviseur" in after
    assert f"{address}sign/supervisor/" not in after


def test_a_refused_form_keeps_what_was_typed(client, cast, to_sign):
    client.force_login(cast["lead"])
    answer = client.post(
        f"{to_sign.get_absolute_url()}sign/program/",
        {
            "version": to_sign.version, "name": "Andrée Exemple",
            "signed_on": "2099-01-01", "means": "electronic",
        },
    )  # fmt: skip
    assert answer.status_code == 400
    assert 'value="Andrée Exemple"' in answer.content.decode()
    assert not Placement.objects.get(pk=to_sign.pk).signatures.exists()
