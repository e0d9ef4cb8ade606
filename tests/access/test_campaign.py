"""Nobody is told, and nobody may do, more than an oracle written apart from the service says.

Two thousand probes in the suite; `make access-campaign` sends twenty thousand and plants every weakness.
"""

import os
import sys
import time

import pytest
from django.apps import apps

from tests.access import campaign
from tests.access.addresses import ROWS
from tests.access.canaries import is_free
from tests.access.knowledge import ABOUT_NOBODY, KINDS
from tests.access.weaknesses import WEAKNESSES, undo
from tests.engines import once
from tests.routes_table import ACCOUNTS, API, PAGES

PROBES = int(os.environ.get("ACCESS_PROBES", "0"))
SEED = int(os.environ.get("ACCESS_SEED", "5"))
SHORT = 2000
# Of the weaknesses, so many in the suite; which ones changes nothing.
EVERY = 1 if PROBES else 4
OURS = ("cases", "organizations", "auditing", "privacy")

pytestmark = [once, pytest.mark.django_db]


@pytest.fixture
def prepared(cast, settings):
    # A long form lasts longer than a proof of who one is.
    settings.STEP_UP_SECONDS = 24 * 3600
    return campaign.prepared(SEED)


def test_every_address_has_its_row_of_the_oracle():
    of_accounts = {line[1] for line in ACCOUNTS}
    assert {line[1] for line in [*PAGES, *API]} - of_accounts == set(ROWS)


def test_every_record_with_free_text_has_its_readers():
    written = {
        model._meta.label_lower
        for label in OURS
        for model in apps.get_app_config(label).get_models()
        if any(is_free(column) for column in model._meta.concrete_fields)
        and not model.__name__.startswith("Historical")
    }
    assert written - ABOUT_NOBODY - set(KINDS) == set()


@pytest.mark.usefixtures("quiet")
def test_nobody_is_told_or_may_do_more_than_the_oracle_says(prepared):
    began = time.monotonic()
    campaign.run(prepared, PROBES or SHORT, whole=bool(PROBES))
    sys.stdout.write(prepared.table(began))
    assert list(campaign.failures(prepared)) == []
    assert prepared.probes >= (PROBES or SHORT)
    assert not PROBES or prepared.allowed >= campaign.FEWEST_ALLOWED * prepared.probes


@pytest.mark.usefixtures("quiet")
def test_each_weakness_is_told(prepared):
    told = {}
    for each in WEAKNESSES[::EVERY]:
        with pytest.MonkeyPatch.context() as patch:
            each.plant(patch)
            told[each.name] = campaign.hunt(prepared, each)
        undo()
    sys.stdout.write(
        "".join(
            f"{name:<58} told by {family or 'nothing'}, after {probes} probes\n"
            for name, (family, probes) in told.items()
        )
        + f"{len(told)} weaknesses\n"
    )
    assert [name for name, (family, _probes) in told.items() if not family] == []


def test_there_are_forty_weaknesses_and_each_has_its_name():
    assert len({each.name for each in WEAKNESSES}) == len(WEAKNESSES) >= 40
