"""What errors say of values and of operations on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .primitives import Primitive
from .text import number_in_latex

if TYPE_CHECKING:
    from .value import Value


def non_finite(primitive: Primitive, operands: Sequence[Value], result: float, of: str = "") -> str:
    """The sentence for NaN or infinity made from finite operands."""
    return f"{of}{primitive.name}: expected a finite result, got {result!r} from {_listed(operands)}"


def out_of_domain(primitive: Primitive, operands: Sequence[Value], of: str = "") -> str:
    """The sentence for a domain error, `of` being ``"the derivative of "`` in a reverse pass."""
    needs = primitive.needs or "operands where it has a real result"
    return f"{of}{primitive.name}: expected {needs}, got {_listed(operands)}"


GUARD = "; where(condition, lambda: ..., other) computes it only where it is chosen"
"""What to do about an operation outside its domain, added to `out_of_domain`."""


def _listed(operands: Sequence[Value]) -> str:
    return ", ".join(named(operand) for operand in operands[:4]) + (", ..." if len(operands) > 4 else "")


def named(value: Value) -> str:
    """A value for an error message: its label, if any, and its number."""
    return f"{value._data!r}" if value._label is None else f"{value._label} = {value._data!r}"


def set_its_leaves(value: Value) -> str:
    """The sentence for a computed value whose number was set."""
    return (
        f"v.data = ...: expected a leaf, got {value!r} computed by {value.primitive.name}; "
        "set the leaves that it was computed from, and compute it again"
    )


def keep_its_numbers(value: Value) -> str:
    """The sentence for a computed value that was to be pickled or copied with all that it was computed from."""
    return (
        f"pickle or deepcopy: expected a leaf, got {value!r} computed by {value.primitive.name}; "
        "save the numbers (v.data) or the function that builds the graph"
    )


def told(value: Value) -> str:
    """A value as ``repr`` tells it: its number, its label and its gradient where it has them."""
    label = "" if value._label is None else f", label={str(value._label)!r}"
    return f"Value({value._data!r}{label}{f', grad={value.grad:.4g}' if value.grad else ''})"


def no_leaves(value: Value) -> str:
    """The sentence for `backward` of a value that was computed from no leaf."""
    return (
        f"backward(): expected a value computed from leaves, got the constant {told(value)}: it was made under "
        "no_grad(), comes from detach(), or of plain numbers alone; compute it again without them"
    )


def depends_on_itself(value: Value) -> str:
    """The sentence for a graph with a cycle."""
    return f"a graph: expected no cycle, got {named(value)} computed by {value.primitive.name} that depends on itself"


def as_equation(value: Value) -> str | None:
    """A value that has a label as a notebook shows it, such as ``w = 0.8``, with its gradient if it has one."""
    if value._label is None:
        return None
    grad = rf",\quad \mathrm{{grad}} = {number_in_latex(value.grad)}" if value.grad else ""
    return rf"$\displaystyle {value._label.latex} = {number_in_latex(value._data)}{grad}$"
