"""People who sign in, as their accounts stand: in use, closed."""

import pytest
from django.core.cache import cache

from peph.accounts.models import User
from peph.audit.changes import SYSTEM, change

PASSWORD = "a long enough password 42"


@pytest.fixture(autouse=True)
def _no_tries_counted():
    """The limits on tries are kept in the cache, which outlives a test."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def person(db):
    return User.objects.create_user(
        "lea.roy@exemple.qc.ca", PASSWORD, first_name="Léa", last_name="Roy"
    )


@pytest.fixture
def english_person(db):
    return User.objects.create_user(
        "ann.lee@exemple.qc.ca", PASSWORD, first_name="Ann", last_name="Lee", language="en"
    )


@pytest.fixture
def closed(db):
    user = User.objects.create_user(
        "old.timer@exemple.qc.ca", PASSWORD, first_name="Old", last_name="Timer"
    )
    with change(by=SYSTEM, verb="accounts.deactivate"):
        user.is_active = False
        user.save()
    return user
