"""Tests that say nothing of the database: long ones run once, on SQLite."""

import os

import pytest

ON_POSTGRESQL = os.environ.get("DATABASE_URL", "").startswith("postgres")
once = pytest.mark.skipif(ON_POSTGRESQL, reason="the same on each engine: run once, on SQLite")
