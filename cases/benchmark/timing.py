"""Timing two ways of doing one thing in turns, so that a busy moment of the machine falls on both."""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

WARM_UP = 2
FEWEST, MOST = 5, 40


class CannotMeasure(Exception):
    """Something stood in the way of a measure; the message says what."""


@dataclass(frozen=True)
class Measure:
    """One thing the service does and the least it could cost. Each call does the work once.

    Both are called with what `prepare` answers, which is not timed.
    """

    name: str
    ours: Callable[..., Any]
    floor: Callable[..., Any]
    prepare: Callable[[], tuple[Any, ...]] = tuple
    # Long ones are repeated less, and none is run just to warm up.
    is_long: bool = False


@dataclass(frozen=True)
class Result:
    """Medians in milliseconds."""

    name: str
    ms: float
    floor_ms: float

    @property
    def ratio(self) -> float:
        return self.ms / self.floor_ms

    def as_json(self) -> dict[str, Any]:
        """One element of the machine-readable answer."""
        return {
            "name": self.name,
            "ms": round(self.ms, 3),
            "floor_ms": round(self.floor_ms, 3),
            "ratio": round(self.ratio, 2),
        }


def measured(measure: Measure, seconds: float) -> Result:
    """Run both in turns, at least `FEWEST` times, for about that long altogether."""
    for _each in range(0 if measure.is_long else WARM_UP):
        measure.floor(*measure.prepare())
        measure.ours(*measure.prepare())
    ours: list[float] = []
    floors: list[float] = []
    until = time.perf_counter() + seconds
    gc.collect()
    gc.disable()
    try:
        while len(ours) < FEWEST or (time.perf_counter() < until and len(ours) < MOST):
            # Whoever goes second finds the caches warm: they take turns at it.
            pairs = [(measure.floor, floors), (measure.ours, ours)]
            for call, times in pairs if len(ours) % 2 else reversed(pairs):
                times.append(_milliseconds(call, measure.prepare()))
    finally:
        gc.enable()
    return Result(measure.name, median(ours), median(floors))


def _milliseconds(call: Callable[..., Any], prepared: tuple[Any, ...]) -> float:
    begun = time.perf_counter()
    call(*prepared)
    return (time.perf_counter() - begun) * 1000
