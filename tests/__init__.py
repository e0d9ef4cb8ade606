"""The test suite: it mirrors the packages; `conftest.py` is the cast."""

from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
