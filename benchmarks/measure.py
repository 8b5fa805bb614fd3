"""Times and memory: systems one after the other in every round, medians and quartiles of all.

Rounds interleave, so that whatever else the machine does meets all systems alike; ratios of medians
of one run are what can be trusted. Knows nothing of what is measured.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

REST = 0.25
"""Seconds between two systems: worker threads of the last one have stopped spinning by then."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What came out of one system in one case."""

    case: str
    system: str
    unit: str
    """s or bytes"""
    median: float
    low: float
    """Lower quartile."""
    high: float
    """Upper quartile."""
    p95: float
    count: int
    """How many values these are of."""
    threads: int = 1
    beam: int = 0
    at: int = 0
    """Words of a sentence, or sentences at once, where the case goes through several."""
    sentences: int = 1
    """Translated in the time."""
    tokens: int = 0
    """Subwords of their translations."""

    def to_json(self) -> dict[str, Any]:
        """Return it as an object for a JSON file."""
        return asdict(self)


def figure(values: Sequence[float], *, case: str, system: str, unit: str, **rest: int) -> Figure:
    """Return median, quartiles and 95th percentile of values."""
    ordered = sorted(values)
    places = (0.25, 0.5, 0.75, 0.95)
    low, _, high, p95 = (_quantile(ordered, place) for place in places)
    median = statistics.median(ordered)
    return Figure(case, system, unit, median, low, high, p95, len(ordered), **rest)


def _quantile(ordered: Sequence[float], place: float) -> float:
    """Return a quantile, linear between the two values beside it."""
    position = place * (len(ordered) - 1)
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def interleaved(
    actions: Mapping[str, Callable[[], list[float]]], rounds: int, *, rest: float = REST
) -> dict[str, list[float]]:
    """Run all actions in every round, another one first each time; join the values of each.

    Args:
        actions: each measures one or more values and returns them.
        rounds: how often.
        rest: seconds between two actions.
    """
    names = list(actions)
    found: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            time.sleep(rest)
            found[name] += actions[name]()
    return found


def timed(action: Callable[[], object]) -> float:
    """Return how many seconds an action takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def peak_bytes() -> int | None:
    """Return the most memory that this process has held so far; None where nobody says.

    On Linux the kernel's `ru_maxrss` counts what the parent held when it forked, so the process's
    own high-water mark is read.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
