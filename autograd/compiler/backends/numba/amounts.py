"""Amounts: integers that depend on the batch's size n, so that a plan is encoded once for all sizes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Amount:
    """The integer ``fixed + each * n``."""

    fixed: int = 0
    each: int = 0

    def __str__(self) -> str:
        told = f"{self.each}n" if self.each != 1 else "n"
        return str(self.fixed) if not self.each else told if not self.fixed else f"{told}+{self.fixed}"

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.fixed + other.fixed, self.each + other.each)

    def times(self, factor: int) -> Amount:
        """So many of it."""
        return Amount(self.fixed * factor, self.each * factor)

    def at_least(self, other: Amount) -> Amount:
        """An amount that is no less than either, however large the batch."""
        return Amount(max(self.fixed, other.fixed), max(self.each, other.each))

    def of(self, n: int) -> int:
        """The integer itself."""
        return self.fixed + self.each * n

    @property
    def magnitude(self) -> tuple[int, int]:
        """By which amounts are ordered: n counts as more than any number."""
        return abs(self.each), abs(self.fixed)


NONE, ONE, ROWS = Amount(), Amount(1), Amount(0, 1)
"""Nothing, one, and the batch's size."""


def product(one: Amount, other: Amount) -> Amount | None:
    """The product of two amounts, or None where that is no amount."""
    if one.each and other.each:
        return None
    return one.times(other.fixed) if not other.each else other.times(one.fixed)
