"""Sides of a comparison take turns; peers are imported where they are installed."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

Step = Callable[[], Any]
Rounds = dict[str, Any]
"""For each side its median time in seconds, round by round."""


@cache
def peer(name: str) -> Any:
    """A peer library, or None with a line that says it is skipped."""
    try:
        found = importlib.import_module(name)
    except ImportError:
        print(f"{name} is not installed: skipped (pip install '.[bench]')")
        return None
    if name == "jax":
        found.config.update("jax_enable_x64", True)
    return found


def in_turns(steps: dict[str, Step], rounds: int, seconds: float = 0.04) -> Rounds:
    """The sides' times; in each round every side runs for a short while, at least twice."""
    counts = {}
    for name, step in steps.items():
        times = [timed(step) for _ in range(3)]
        times += [timed(step) for _ in range(4 if min(times) < seconds else 0)]
        counts[name] = max(2, int(seconds / max(float(np.median(times[1:])), 1e-7)))
    found: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            step()
            found[name].append(float(np.median([timed(step) for _ in range(counts[name])])))
    return {name: np.array(times) for name, times in found.items()}


def timed(step: Step) -> float:
    """The seconds that a step takes."""
    started = time.perf_counter()
    step()
    return time.perf_counter() - started
