"""Ways this service could be wrong about who sees what, each planted by hand and each to be told.

A weakness says what is broken and where the campaign would meet it. It is planted for the length of a test.
"""

from tests.access import weak_code, weak_privacy
from tests.access.planting import CODE, Weakness, undo
from tests.access.weak_rules import RULES

WEAKNESSES: list[Weakness] = [*CODE, *RULES]

__all__ = ["WEAKNESSES", "undo", "weak_code", "weak_privacy"]
