"""Lanes: as many numbers as a register holds, in the making: what computes them is written down for LLVM.

A `Block` is straight code. Operators and the functions below add instructions to it and give `Lanes`, which stand for
what the instructions compute: reals, whole numbers of as many bits, or truths. What is written twice is computed once.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

REAL, WHOLE, TRUTH = "real", "whole", "truth"


@dataclass(frozen=True)
class Format:
    """How reals are written in bits.

    Attributes
    ----------
    suffix, whole, packed : str
        What LLVM's functions of them are called after, whole numbers of as many bits, and what `struct` calls them.
    digits, bias : int
        Where the bits of the exponent begin, and those of 1 in it.
    scaling : str
        The instruction of AVX-512 that scales a register of 64 bytes by powers of two, and the type of its mask.
    """

    suffix: str
    whole: str
    packed: str
    digits: int
    bias: int
    scaling: tuple[str, str]

    @property
    def shift(self) -> float:
        """Added to a whole number, the last bits of the sum are that number's."""
        return 1.5 * 2.0**self.digits


_FORMATS = {
    "float": Format("f32", "i32", "f", 23, 127, ("ps", "i16")),
    "double": Format("f64", "i64", "d", 52, 1023, ("pd", "i8")),
}


_REGISTER = 64
"""The bytes of a register of AVX-512."""


class NeedsDouble(Exception):  # noqa: N818  # a signal between a function and the one who reads its rule
    """A function is computed with doubles, and rounded afterwards."""


class Block:
    """Instructions in the making.

    Parameters
    ----------
    width : int
        How many numbers are computed at once.
    real : {"double", "float"}
    stem : str
        What names begin with.
    label : str
        That of the basic block which they begin in.
    scales : bool
        Whether the processor has instructions that scale by powers of two (AVX-512).

    Attributes
    ----------
    lines : list of str
    declared : set of str
        The declarations that they need.
    called : set of str
        The functions of C's library that they call.
    label : str
        The label of the basic block that the last of them is in.
    faults : list of Lanes
        Truths: where an operation was outside its domain.
    """

    def __init__(self, width: int, real: str, stem: str, label: str, scales: bool) -> None:
        self.width, self.real, self.stem, self.label = width, real, stem, label
        self.lines: list[str] = []
        self.declared: set[str] = set()
        self.called: set[str] = set()
        self.faults: list[Lanes] = []
        self._known: dict[str, str] = {}
        self.format = _FORMATS[real]
        suffix, whole = self.format.suffix, self.format.whole
        self.scales = scales and width == _REGISTER // (4 if real == "float" else 8)
        self.suffix = f"v{width}{suffix}"
        self.types = {kind: f"<{width} x {one}>" for kind, one in ((REAL, real), (WHOLE, whole), (TRUTH, "i1"))}

    def emit(self, kind: str, text: str) -> Lanes:
        """The result of an instruction, computed once however often it is written."""
        name = self._known.get(text)
        if name is None:
            name = self._known[text] = f"%{self.stem}{len(self._known)}"
            self.lines.append(f"{name} = {text}")
        return Lanes(self, name, kind)

    def intrinsic(self, name: str, *operands: Any) -> Lanes:
        """One of LLVM's functions of reals."""
        given, vector = [self.lanes(operand, REAL) for operand in operands], self.types[REAL]
        full = f"@llvm.{name}.{self.suffix}"
        self.declared.add(f"declare {vector} {full}({', '.join([vector] * len(given))})")
        return self.emit(REAL, f"call {vector} {full}({', '.join(f'{vector} {one}' for one in given)})")

    def lanes(self, given: Any, kind: str = REAL) -> Lanes:
        """Lanes of a kind: those given, as 1.0 and 0.0 where they are truths, or a number for each lane."""
        if isinstance(given, Lanes):
            return select(given, 1.0, 0.0) if given.kind == TRUTH and kind == REAL else given
        if kind == REAL:
            (number,) = struct.unpack(self.format.packed, struct.pack(self.format.packed, _bounded(given, self.real)))
            one = f"{self.real} 0x{struct.unpack('<Q', struct.pack('<d', number))[0]:016X}"
        else:
            one = f"{self.format.whole} {int(given)}" if kind == WHOLE else f"i1 {'true' if given else 'false'}"
        return Lanes(self, f"<{', '.join([one] * self.width)}>", kind)

    def binary(self, name: str, a: Any, b: Any) -> Lanes:
        """An operation of whole numbers, or of reals."""
        whole = any(isinstance(one, Lanes) and one.kind == WHOLE for one in (a, b))
        kind = WHOLE if whole else REAL
        left, right = self.lanes(a, kind), self.lanes(b, kind)
        return self.emit(kind, f"{name if whole else 'f' + name} {self.types[kind]} {left}, {right}")

    def bitwise(self, name: str, a: Any, b: Any) -> Lanes:
        """An operation of whole numbers, or of truths."""
        kind = next(one.kind for one in (a, b) if isinstance(one, Lanes))
        return self.emit(kind, f"{name} {self.types[kind]} {self.lanes(a, kind)}, {self.lanes(b, kind)}")

    def compared(self, condition: str, a: Any, b: Any) -> Lanes:
        """Where a comparison of reals holds."""
        return self.emit(TRUTH, f"fcmp {condition} {self.types[REAL]} {self.lanes(a)}, {self.lanes(b)}")

    def in_c(self, name: str, *operands: Any) -> Lanes:
        """A function of C's library, of one number after another."""
        self.require_double()
        given = ", ".join(f"{self.types[REAL]} {self.lanes(operand)}" for operand in operands)
        self.called.add(f"{name}/{len(operands)}")
        return self.emit(REAL, f"call {self.types[REAL]} @each_{name}({given})")

    def unless(self, rare: Lanes, usual: Lanes, name: str, *operands: Any) -> Lanes:
        """What was computed; in lanes where a condition holds, what a function of C's library makes of the operands."""
        number, before = len(self._known), self.label
        at, end = f"{self.stem}rare{number}", f"{self.stem}done{number}"
        self.lines += [
            f"%{at}.bits = bitcast {self.types[TRUTH]} {rare} to i{self.width}",
            f"%{at}.any = icmp ne i{self.width} %{at}.bits, 0",
            f"br i1 %{at}.any, label %{at}, label %{end}",
            f"{at}:",
        ]
        known = dict(self._known)
        called = self.in_c(name, *operands)
        exact = select(rare, called, usual)
        # What is computed in one branch alone is not there behind it.
        self._known = known | {f"; {name}{number}.{k}": "" for k in range(len(self._known) - len(known))}
        self.lines += [f"br label %{end}", f"{end}:"]
        self.label = end
        return self.emit(REAL, f"phi {self.types[REAL]} [{usual}, %{before}], [{exact}, %{at}]")

    def require_double(self) -> None:
        """Stop reading a rule with single precision, for which there is no such function."""
        if self.real != "double":
            raise NeedsDouble


class Lanes:
    """A number for each lane: the name of what computes it."""

    __slots__ = ("block", "kind", "name")
    __array_ufunc__ = None  # so that NumPy's numbers on the left leave operators to this class

    def __init__(self, block: Block, name: str, kind: str) -> None:
        self.block, self.name, self.kind = block, name, kind

    def __str__(self) -> str:
        return self.name

    def __bool__(self) -> bool:
        raise TypeError("the truth value of numbers that are not known yet is ambiguous")

    def __neg__(self) -> Lanes:
        if self.kind == WHOLE:
            return 0 - self
        return self.block.emit(REAL, f"fneg {self.block.types[REAL]} {self.block.lanes(self)}")

    def __pos__(self) -> Lanes:
        return self

    def __abs__(self) -> Lanes:
        return self.block.intrinsic("fabs", self)

    def __invert__(self) -> Lanes:
        return self.block.bitwise("xor", self, True if self.kind == TRUTH else -1)

    def __xor__(self, other: Any) -> Lanes:
        return self.block.bitwise("xor", self, other)

    def __lshift__(self, count: int) -> Lanes:
        return self.block.bitwise("shl", self, count)

    def __rshift__(self, count: int) -> Lanes:
        """As if there were no sign."""
        return self.block.bitwise("lshr", self, count)

    __add__: Callable[..., Lanes]
    __radd__: Callable[..., Lanes]
    __sub__: Callable[..., Lanes]
    __rsub__: Callable[..., Lanes]
    __mul__: Callable[..., Lanes]
    __rmul__: Callable[..., Lanes]
    __truediv__: Callable[..., Lanes]
    __rtruediv__: Callable[..., Lanes]
    __and__: Callable[..., Lanes]
    __or__: Callable[..., Lanes]
    __lt__: Callable[..., Lanes]
    __le__: Callable[..., Lanes]
    __gt__: Callable[..., Lanes]
    __ge__: Callable[..., Lanes]


def _operators() -> None:
    for name, word in (("add", "add"), ("sub", "sub"), ("mul", "mul"), ("truediv", "div")):
        setattr(Lanes, f"__{name}__", lambda a, b, word=word: a.block.binary(word, a, b))
        setattr(Lanes, f"__r{name}__", lambda a, b, word=word: a.block.binary(word, b, a))
    for name in ("and", "or"):
        setattr(Lanes, f"__{name}__", lambda a, b, name=name: a.block.bitwise(name, a, b))
    for name in ("lt", "le", "gt", "ge"):
        setattr(Lanes, f"__{name}__", lambda a, b, name=name: a.block.compared(f"o{name}", a, b))


_operators()


def _bounded(given: Any, real: str) -> float:
    """A number, infinite where it is too large for a float of single precision."""
    number = float(given)
    return math.copysign(math.inf, number) if real == "float" and abs(number) >= 3.4028235677973366e38 else number


def equal(a: Any, b: Any) -> Lanes:
    """Where they are equal."""
    return block_of(a, b).compared("oeq", a, b)


def differs(a: Any, b: Any) -> Lanes:
    """Where they are not, or one is NaN."""
    return block_of(a, b).compared("une", a, b)


def is_nan(a: Lanes) -> Lanes:
    """Where there is no number."""
    return a.block.compared("uno", a, a)


def has_bits(a: Lanes) -> Lanes:
    """Where any bit is set."""
    return a.block.emit(TRUTH, f"icmp ne {a.block.types[WHOLE]} {a}, zeroinitializer")


def select(condition: Lanes, a: Any, b: Any) -> Lanes:
    """`a` where a condition holds, `b` elsewhere."""
    block = condition.block
    kind = next((one.kind for one in (a, b) if isinstance(one, Lanes) and one.kind == WHOLE), REAL)
    types, left, right = block.types, block.lanes(a, kind), block.lanes(b, kind)
    return block.emit(kind, f"select {types[TRUTH]} {condition}, {types[kind]} {left}, {types[kind]} {right}")


def muladd(a: Any, b: Any, c: Any) -> Lanes:
    """``a * b + c``, rounded once where that is as quick."""
    return block_of(a, b, c).intrinsic("fmuladd", a, b, c)


def fma(a: Any, b: Any, c: Any) -> Lanes:
    """``a * b + c``, rounded once."""
    return block_of(a, b, c).intrinsic("fma", a, b, c)


def nearest(a: Lanes) -> Lanes:
    """The nearest whole number, of two the even one."""
    return a.block.intrinsic("rint", a)


def copysign(a: Any, b: Any) -> Lanes:
    """`a` with the sign of `b`."""
    return block_of(a, b).intrinsic("copysign", a, b)


def root(a: Lanes) -> Lanes:
    """The square root."""
    return a.block.intrinsic("sqrt", a)


def bits(a: Lanes) -> Lanes:
    """The bits of reals, as whole numbers."""
    return a.block.emit(WHOLE, f"bitcast {a.block.types[REAL]} {a} to {a.block.types[WHOLE]}")


def from_bits(a: Lanes) -> Lanes:
    """Reals that have these bits."""
    return a.block.emit(REAL, f"bitcast {a.block.types[WHOLE]} {a} to {a.block.types[REAL]}")


def nearest_and_bits(a: Lanes) -> tuple[Lanes, Lanes]:
    """The nearest whole numbers, of doubles below 2 to the 51, and bits of which the last are theirs."""
    shifted = a + a.block.format.shift
    return shifted - a.block.format.shift, bits(shifted)


def power_of_two(k: Lanes) -> Lanes:
    """2 to the power of whole numbers, such that it is a normal number."""
    form = k.block.format
    return from_bits(bits(k + (form.shift + form.bias)) << form.digits)


def scaled(a: Lanes, k: Lanes) -> Lanes:
    """``a`` times 2 to the power of whole ``k``; of two powers, as one alone may be no number."""
    block, kind = a.block, a.block.types[REAL]
    if block.scales:
        of, mask = block.format.scaling
        name = f"@llvm.x86.avx512.mask.scalef.{of}.512"
        block.declared.add(f"declare {kind} {name}({kind}, {kind}, {kind}, {mask}, i32)")
        given = f"{kind} {a}, {kind} {k}, {kind} zeroinitializer, {mask} -1, i32 4"
        return block.emit(REAL, f"call {kind} {name}({given})")
    half = nearest(k * 0.5)
    return a * power_of_two(half) * power_of_two(k - half)


def block_of(*operands: Any) -> Block:
    """The block that operands are computed in."""
    return next(operand.block for operand in operands if isinstance(operand, Lanes))


_SHORT = 9
"""From so many coefficients on even and odd powers are added up side by side, for one sum waits for each product."""


def polynomial(coefficients: Any, a: Lanes) -> Lanes:
    """Their sum, each times a power of `a`, the lowest first."""
    if len(coefficients) < _SHORT:
        added = muladd(coefficients[-1], a, coefficients[-2])
        for coefficient in coefficients[-3::-1]:
            added = muladd(added, a, coefficient)
        return added
    square = a * a
    return muladd(polynomial(coefficients[1::2], square), a, polynomial(coefficients[::2], square))
