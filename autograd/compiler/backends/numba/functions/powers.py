"""Powers."""

from __future__ import annotations

from collections.abc import Callable

from ..lanes import Lanes, root

POWERS: dict[float, Callable[[Lanes], Lanes]] = {
    -2.0: lambda a: 1.0 / (a * a),
    -1.0: lambda a: 1.0 / a,
    -0.5: lambda a: 1.0 / root(a + 0.0),
    0.0: lambda a: a.block.lanes(1.0),
    0.5: lambda a: root(a + 0.0),
    1.0: lambda a: a,
    1.5: lambda a: a * root(a + 0.0),
    2.0: lambda a: a * a,
    3.0: lambda a: a * a * a,
    4.0: lambda a: (a * a) * (a * a),
}
"""What a power by a number is, where that is as exact as the power in general."""


def power(a: Lanes, b: Lanes) -> Lanes:
    """``a`` to the power of ``b``."""
    return a.block.library("pow", a, b)
