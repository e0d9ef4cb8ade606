"""The call that is open, and a project of the MTMD in region 03 that is still a draft."""

from typing import Any

import pytest

from organizations.models import Call, Project
from tests.proposing import draft, open_call


@pytest.fixture
def call(cast: dict[str, Any]) -> Call:
    """The call of 2027-2028, open."""
    return open_call(cast["lead"])


@pytest.fixture
def project(cast: dict[str, Any], world: Any, call: Call) -> Project:
    """A draft of the representative for the site of region 03."""
    return draft(world.site_03, cast["representative"], call)
