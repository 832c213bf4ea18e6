"""A clock that goes on whenever a leaf's number is changed, and what the last numbers were.

Every Value knows the time at which its number was written. So a graph is still the function where it was
recorded if no operand is younger than what was computed from it: `changes` looks at that.
"""

from __future__ import annotations

from collections.abc import Sequence

now = 0
unwatched = False
"""Whether somebody holds an array of leaves' numbers, and may change them without a word."""

KEPT = 1 << 8
# Of the last changes what the number was before and since when, each in the place of its time.
_numbers = [0.0] * KEPT
_times = [0] * KEPT


def change(number: float, since: int) -> int:
    """The new time, at which a leaf changes that held `number` since an earlier one."""
    global now
    now = time = now + 1
    place = time % KEPT
    _numbers[place], _times[place] = number, since
    return time


def change_together(numbers: Sequence[float], since: Sequence[int]) -> Sequence[int]:
    """The new times of leaves that change together; of more than are kept it is not known what they held before."""
    global now
    count = len(numbers)
    if count > KEPT:
        now += KEPT + 1
        return [now - KEPT] * count
    first = now + 1
    place = first % KEPT
    if place + count > KEPT:  # they have their places side by side
        first, place = first + KEPT - place, 0
    now = first + count - 1
    _numbers[place : place + count], _times[place : place + count] = numbers, since
    return range(first, first + count)


def tick() -> None:
    """Let the clock go on, because numbers may have been changed."""
    global now
    now += 1


def number_at(time: int, number: float, since: int) -> float | None:
    """The number at a time of a leaf that holds `number` since another; None where that is not known any more."""
    while since > time:
        if since <= now - KEPT:
            return None
        number, since = _numbers[since % KEPT], _times[since % KEPT]
    return number
