"""Tests that say nothing of the database: long ones run once, on SQLite."""

import os

import pytest

once = pytest.mark.skipif(
    os.environ.get("DATABASE_URL", "").startswith("postgres"),
    reason="the same on each engine: run once, on SQLite",
)
