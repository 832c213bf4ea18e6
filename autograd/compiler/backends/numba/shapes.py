"""Shapes: what numbers a kernel takes, and what LLVM calls registers of them."""

from __future__ import annotations

from dataclasses import dataclass

_MEMORY = {"float": (4, "f32", "i32", 0x7F800000), "double": (8, "f64", "i64", 0x7FF0000000000000)}


@dataclass(frozen=True)
class Shape:
    """What numbers a kernel takes.

    Attributes
    ----------
    arity : int
    memory, real : {"float", "double"}
        What numbers lie in memory, and what is computed with.
    width : int
        How many make a register.
    scales : bool
        See `lanes.Block`.
    """

    arity: int
    memory: str
    real: str
    width: int
    scales: bool = False

    @property
    def numbers(self) -> str:
        """The type of a register of numbers in memory."""
        return f"<{self.width} x {self.memory}>"

    @property
    def wholes(self) -> str:
        """The type of their bits."""
        return f"<{self.width} x {_MEMORY[self.memory][2]}>"

    @property
    def integers(self) -> str:
        """The type of as many places."""
        return f"<{self.width} x i64>"

    @property
    def truths(self) -> str:
        """The type of a mask."""
        return f"<{self.width} x i1>"

    @property
    def itemsize(self) -> int:
        """Of a number in memory, in bytes."""
        return _MEMORY[self.memory][0]

    @property
    def suffix(self) -> str:
        """What LLVM's names for functions of such registers end in."""
        return f"v{self.width}{_MEMORY[self.memory][1]}"

    @property
    def infinity(self) -> str:
        """The bits of infinity, with their type."""
        _, _, whole, bits = _MEMORY[self.memory]
        return f"{whole} {bits}"

    @property
    def operands(self) -> range:
        """The result, 0, and the operands."""
        return range(self.arity + 1)

    def all(self, one: str) -> str:
        """The same in every lane."""
        return f"<{', '.join([one] * self.width)}>"
