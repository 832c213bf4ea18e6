"""Numbers of JavaScript: expressions in the making, which operators and functions put together."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, eq=False)
class Script:
    """What a piece of a program computes.

    Attributes
    ----------
    template : str
        Its text, with ``{}`` for each operand, and ``{:bare}`` for one that needs no parentheses there.
    operands : tuple of Script
    is_truth : bool
        Whether it is true or false, and no number.
    is_atom : bool
        Whether it needs no parentheses wherever it stands.
    """

    template: str
    operands: tuple[Script, ...] = ()
    is_truth: bool = False
    is_atom: bool = False

    def __bool__(self) -> bool:
        raise TypeError("the truth value of a number that is not known yet is ambiguous")

    def __neg__(self) -> Script:
        return _made("-{}", self)

    def __pos__(self) -> Script:
        return self

    def __abs__(self) -> Script:
        return called("Math.abs", self)

    __add__: ClassVar[Callable[..., Script]]
    __radd__: ClassVar[Callable[..., Script]]
    __sub__: ClassVar[Callable[..., Script]]
    __rsub__: ClassVar[Callable[..., Script]]
    __mul__: ClassVar[Callable[..., Script]]
    __rmul__: ClassVar[Callable[..., Script]]
    __lt__: ClassVar[Callable[..., Script]]
    __le__: ClassVar[Callable[..., Script]]
    __gt__: ClassVar[Callable[..., Script]]
    __ge__: ClassVar[Callable[..., Script]]

    def __truediv__(self, other: Any) -> Script:
        # By a number that is known not to be 0 it is JavaScript's own.
        if isinstance(other, Script) or other == 0:
            return called("quotient", self, other)
        return _made("{} / {}", self, other)

    def __rtruediv__(self, other: Any) -> Script:
        return called("quotient", other, self)

    def __pow__(self, other: Any) -> Script:
        return called("power", self, other)

    def __rpow__(self, other: Any) -> Script:
        return called("power", other, self)

    def __mod__(self, other: Any) -> Script:
        return called("mod", self, other)

    def __rmod__(self, other: Any) -> Script:
        return called("mod", other, self)

    def __floordiv__(self, other: Any) -> Script:
        return called("floor_divide", self, other)

    def __rfloordiv__(self, other: Any) -> Script:
        return called("floor_divide", other, self)


def _operators() -> None:
    for name, sign in (("add", "+"), ("sub", "-"), ("mul", "*")):
        template = f"{{}} {sign} {{}}"
        setattr(Script, f"__{name}__", lambda a, b, template=template: _made(template, a, b))
        setattr(Script, f"__r{name}__", lambda a, b, template=template: _made(template, b, a))
    for name, sign in (("lt", "<"), ("le", "<="), ("gt", ">"), ("ge", ">=")):
        setattr(Script, f"__{name}__", lambda a, b, sign=sign: compared(sign, a, b))


def _made(template: str, *operands: Any) -> Script:
    return Script(template, tuple(map(as_number, operands)))


def as_number(given: Any) -> Script:
    """An expression of a number: that given, as 1 or 0 where it is a truth, or a number written out."""
    if isinstance(given, Script):
        return Script("{} ? 1 : 0", (given,)) if given.is_truth else given
    return atom(written_number(float(given)))


def written_number(number: float) -> str:
    """A float as JavaScript writes it."""
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "(-Infinity)"
    text = repr(number).removesuffix(".0")
    return f"({text})" if text.startswith("-") else text


def atom(text: str) -> Script:
    """A name, a place in an array or a number."""
    return Script(text, is_atom=True)


def listed(operands: tuple[Script, ...]) -> str:
    """The template of operands between commas."""
    return ", ".join("{:bare}" for _ in operands)


def called(name: str, *operands: Any) -> Script:
    """What a function gives."""
    given = tuple(map(as_number, operands))
    return Script(f"{name}({listed(given)})", given, is_atom=True)


def compared(sign: str, a: Any, b: Any) -> Script:
    """Whether a comparison holds."""
    return Script(f"{{}} {sign} {{}}", (as_number(a), as_number(b)), is_truth=True)


def either(condition: Any, a: Any, b: Any) -> Script:
    """`a` where a condition holds, which for Python NaN does, too; `b` elsewhere."""
    given = condition if isinstance(condition, Script) and condition.is_truth else compared("!==", condition, 0.0)
    return Script("{} ? {} : {}", (given, as_number(a), as_number(b)))


_operators()


@dataclass(frozen=True)
class _Text:
    """What stands for an operand: bare, or as a template asks otherwise, in parentheses where it needs them."""

    bare: str
    is_atom: bool = True

    def __format__(self, asked: str) -> str:
        return self.bare if asked or self.is_atom else f"({self.bare})"


def statements(result: Any) -> list[str]:
    """Lines that compute an expression and return it."""
    lines, text = computation(result)
    return [*lines, f"return {text};"]


def computation(result: Any) -> tuple[list[str], str]:
    """Lines that are needed for an expression, and its text; what is used more than once has a name of its own."""
    numbers: dict[tuple[str, tuple[int, ...]], int] = {}
    known: dict[int, int] = {}
    uses: list[int] = []
    parts: list[tuple[Script, tuple[int, ...]]] = []

    def numbered(one: Script) -> int:
        """The place among `parts` of what is the same in text."""
        if id(one) not in known:
            operands = tuple(map(numbered, one.operands))
            key = one.template, operands
            if key not in numbers:
                numbers[key] = len(parts)
                parts.append((one, operands))
                uses.append(0)
                for operand in operands:
                    uses[operand] += 1
            known[id(one)] = numbers[key]
        return known[id(one)]

    last = numbered(as_number(result))
    lines: list[str] = []
    texts: list[_Text] = []
    for place, (one, operands) in enumerate(parts):
        text = one.template.format(*(texts[operand] for operand in operands)) if operands else one.template
        if uses[place] > 1 and operands:
            lines.append(f"const t{len(lines)} = {text};")
            texts.append(_Text(f"t{len(lines) - 1}"))
        else:
            texts.append(_Text(text, one.is_atom))
    return lines, texts[last].bare
