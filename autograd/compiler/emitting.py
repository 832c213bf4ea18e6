"""Emitting: the table's rules read so that they emit instructions, factors kept out of arrays while that can be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any, cast

from ..namespaces import FLOATS, Namespace
from ..primitives import TABLE, Primitive
from .plan.builder import Builder
from .plan.instructions import ONE, Operand, Ref, Scale, modest


class Scaled:
    """``scale * ref``, or the scale alone: what a rule computes with when a plan is differentiated."""

    __slots__ = ("builder", "read", "scale")

    def __init__(self, builder: Builder, read: Ref | None, scale: Scale = ONE) -> None:
        self.builder, self.read, self.scale = builder, read, scale

    def operand(self) -> Operand:
        """As an instruction's operand; a scale is multiplied in first."""
        if self.read is None:
            return self.scale if self.scale.power else self.scale.factor
        if self.scale == ONE:
            return self.read
        return self.builder.map("multiply", self.scale if self.scale.power else self.scale.factor, self.read)

    def _of(self, other: Scaled | float) -> Scaled:
        return other if isinstance(other, Scaled) else Scaled(self.builder, None, Scale(float(other)))

    def _map(self, name: str | Primitive, *operands: Scaled) -> Scaled:
        return Scaled(self.builder, self.builder.map(name, *(operand.operand() for operand in operands)))

    def _plain(self) -> Scaled:
        """The same without a scale before what is read."""
        operand = self.operand()
        return Scaled(self.builder, operand) if isinstance(operand, Ref) else self

    def __mul__(self, other: Any) -> Scaled:
        left, right = self, self._of(other)
        scale = left.scale * right.scale
        one_read = left.read is None or right.read is None
        factors = (left.scale.factor, right.scale.factor)
        if not modest(*factors, scale.factor) and not (one_read and 1.0 in map(abs, factors)):
            left, right = left._plain(), right._plain()
            scale = left.scale * right.scale
        if left.read is None or right.read is None:
            return Scaled(self.builder, right.read if left.read is None else left.read, scale)
        return Scaled(self.builder, self.builder.map("multiply", left.read, right.read), scale)

    __rmul__ = __mul__

    def __add__(self, other: Any) -> Scaled:
        other = self._of(other)
        if self.scale == other.scale and self.read is not None and other.read is not None:
            return Scaled(self.builder, self.builder.map("add", self.read, other.read), self.scale)
        if self.scale == other.scale * Scale(-1.0) != ONE and self.read is not None and other.read is not None:
            return Scaled(self.builder, self.builder.map("subtract", self.read, other.read), self.scale)
        if self.read is None and other.read is None and self.scale.power == other.scale.power:
            return Scaled(self.builder, None, Scale(self.scale.factor + other.scale.factor, self.scale.power))
        return self._map("add", self, other)

    __radd__ = __add__

    def __neg__(self) -> Scaled:
        return Scaled(self.builder, self.read, self.scale * Scale(-1.0))

    def __sub__(self, other: Any) -> Scaled:
        return self._map("subtract", self, self._of(other))

    def __rsub__(self, other: Any) -> Scaled:
        return self._map("subtract", self._of(other), self)

    def __truediv__(self, other: Any) -> Scaled:
        other = self._of(other)
        factor = self.scale.factor / other.scale.factor
        if not modest(self.scale.factor, other.scale.factor, factor):
            return self._map("divide", self, other)
        scale = Scale(factor, self.scale.power - other.scale.power)
        if other.read is None:
            return Scaled(self.builder, self.read, scale)
        plain = Scaled(self.builder, self.read), Scaled(self.builder, other.read)
        return Scaled(self.builder, self._map("divide", *plain).read, scale)

    def __pow__(self, other: Any) -> Any:
        return EMITTING.power(self, other)

    def __rpow__(self, other: Any) -> Any:
        return EMITTING.power(other, self)

    def __abs__(self) -> Any:
        return EMITTING.absolute(self)

    def __lt__(self, other: Any) -> Any:
        return EMITTING.less(self, other)

    def __gt__(self, other: Any) -> Any:
        return EMITTING.greater(self, other)

    def __le__(self, other: Any) -> Any:
        return EMITTING.less_equal(self, other)

    def __ge__(self, other: Any) -> Any:
        return EMITTING.greater_equal(self, other)

    def __rtruediv__(self, other: Any) -> Scaled:
        quotient: Scaled = self._of(other) / self
        return quotient


def _emitting(primitive: Primitive) -> Any:
    def function(*operands: Any) -> Any:
        scaled = next((operand for operand in operands if isinstance(operand, Scaled)), None)
        if scaled is None:
            return primitive.rule(FLOATS, *operands)
        if primitive.name == "power" and operands[1] == 1.0:
            return scaled
        return scaled._map(primitive, *(scaled._of(operand) for operand in operands))

    return function


def _share(index: int, logsumexp: Scaled, operands: Sequence[Scaled]) -> Any:
    return EMITTING.exp(operands[index] - logsumexp)


EMITTING = cast(
    Namespace,
    SimpleNamespace(
        **{name: _emitting(primitive) for name, primitive in TABLE.items()},
        share=_share,
        named=lambda primitive, *operands: _emitting(primitive)(*operands),
    ),
)
"""Rules read with these emit the instructions that compute a partial."""


def sum_of(parts: Iterable[Scaled]) -> Scaled:
    """Parts added; what scales the same numbers is one part."""
    found: list[Scaled] = []
    for part in parts:
        for at, known in enumerate(found):
            factor = known.scale.factor + part.scale.factor
            if _alike(known, part) and modest(factor):
                found[at] = Scaled(part.builder, part.read, Scale(factor, part.scale.power))
                break
        else:
            found.append(part)
    whole = found[0]
    for part in found[1:]:
        whole = whole + part
    return whole


def _alike(one: Scaled, other: Scaled) -> bool:
    """Whether two scale the same numbers, by the batch's size alike."""
    if one.read is None or other.read is None:
        return one.read is other.read and one.scale.power == other.scale.power
    return one.read.key == other.read.key and one.scale.power == other.scale.power
