"""What an entry of the table is, and the rules that many of them share."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..namespaces import Namespace

Interval = tuple[float, float]
ANYWHERE: Interval = (-math.inf, math.inf)
TWICE_ANYWHERE = (ANYWHERE, ANYWHERE)
POSITIVE: Interval = (0.0, math.inf)


@dataclass(frozen=True, eq=False)
class Primitive:
    """One operation of the table.

    Attributes
    ----------
    name : str
        The operation's name, also that of its function in a namespace.
    rule : callable
        ``rule(ns, *operands)``, the result.
    partials : tuple of callables, or one callable
        ``partials[i](ns, v, *operands)``, the derivative of the result `v` with
        respect to operand i. For an operation of any number of operands, one
        ``partials(ns, i, v, operands)``.
    symbol : str
        How mathematics writes it, such as ``"+"`` or ``"σ"``.
    infix : bool
        Whether the symbol stands between two operands.
    needs : str
        The domain in words for an error message; empty when it is everywhere.
    defined : callable, optional
        ``defined(ns, *operands)`` is 0 where the operation has no real result; None where it always has one.
    domain : tuple of (low, high)
        For each operand, where the operation is smooth or defined; tests sample from it.
    kink : callable, optional
        ``kink(*operands)`` is zero where the operation has no derivative.
    primed : bool
        Whether a textbook writes its derivative by name, as σ′(z).
    """

    __module__ = "autograd.primitives"  # where pickles find every entry by its name

    name: str
    rule: Callable[..., Any]
    partials: tuple[Callable[..., Any], ...] | Callable[..., Any]
    symbol: str
    infix: bool = False
    needs: str = ""
    defined: Callable[..., Any] | None = None
    domain: tuple[Interval, ...] = field(default=(ANYWHERE,))
    kink: Callable[..., float] | None = None
    primed: bool = False

    @property
    def arity(self) -> int | None:
        """The number of operands, or None where any number may come."""
        return len(self.partials) if isinstance(self.partials, tuple) else None

    def partial(self, ns: Namespace, index: int, v: Any, operands: Sequence[Any]) -> Any:
        """The local partial of result `v` with respect to operand `index`, read in `ns`."""
        if isinstance(self.partials, tuple):
            return self.partials[index](ns, v, *operands)
        return self.partials(ns, index, v, operands)

    def is_flat(self, index: int) -> bool:
        """Whether the derivative by operand `index` is 0 everywhere, so that nothing need be handed on."""
        return isinstance(self.partials, tuple) and self.partials[index] is zero

    def __reduce__(self) -> str:
        # Entries are module constants: a pickle names them, and unpickling finds the same object.
        return self.name.upper()

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"


def by_name(name: str) -> Callable[..., Any]:
    """A rule that is the namespace's function of the same name."""
    return lambda ns, *operands: getattr(ns, name)(*operands)


def zero(ns: Namespace, v: Any, *operands: Any) -> float:
    """The partial of what is piecewise constant."""
    return 0.0


def one(ns: Namespace, v: Any, *operands: Any) -> float:
    """That of a term."""
    return 1.0


def minus_one(ns: Namespace, v: Any, *operands: Any) -> float:
    """That of what is subtracted."""
    return -1.0


def is_finite(ns: Namespace, a: Any) -> Any:
    """The domain of what is periodic."""
    return ns.less(ns.absolute(a), math.inf)
