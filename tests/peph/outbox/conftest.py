"""A database of real commits, for what happens between transactions and between processes."""

from tests.scratch import scratch, scratch_template

__all__ = ["scratch", "scratch_template"]
