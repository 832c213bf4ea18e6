"""JavaScript: the table's rules read once more, as a text that a page runs.

A rule is read with expressions (`expressions`) in a namespace of its own (`namespace`); what JavaScript's Math lacks
is written in ``functions.js``, of which `functions` gives what is needed. Results are those of Python's floats but for
the last digits of functions that the two libraries round differently; outside a domain they are NaN.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from ..errors import ArgumentError, OperandError
from ..primitives import Primitive
from ..primitives.own import Own
from .expressions import as_number, atom, computation, statements
from .functions import functions_in
from .namespace import EVERY, OPERANDS, SCRIPT, Later

__all__ = ["SCRIPT", "as_number", "atom", "computation", "functions_in", "read", "rules_of"]

# Where an operand of these stands is counted, which is of the layout and no derivative.
_BY_LAYOUT = {"weighted_sum": "return factor_by(i, x);", "choose": "return chosen_by(i, x);"}


def rules_of(primitives: Iterable[Primitive]) -> str:
    """The rules of operations and their partials, as JavaScript.

    Parameters
    ----------
    primitives : iterable of Primitive
        Those of the table, or of `operation` where rules are read in a namespace; leaves are left out.

    Returns
    -------
    str
        ``const RULES = ...``: by the name of each operation ``{rule: (x) => ..., partial: (i, v, x) => ...}``, where
        ``x`` is the array of operands, ``v`` the result and ``i`` the operand to differentiate by. Neither throws:
        outside of a domain there is NaN. Nothing else is defined.

    Raises
    ------
    ArgumentError
        If an operation's rule is of floats alone or cannot be read, or two operations have one name.
    """
    entries: dict[str, tuple[Primitive, str]] = {}
    for primitive in primitives:
        known, _ = entries.setdefault(primitive.name, (primitive, ""))
        if known is not primitive:
            raise ArgumentError(
                f"JavaScript of {primitive.name}: expected operations of different names, got two of this one; "
                "declare one of them with another name"
            )
        if primitive.arity != 0:
            entries[primitive.name] = primitive, _entry(primitive)
    texts = [text for _, text in entries.values() if text]
    lines = ["const RULES = (() => {", *functions_in(texts), "return {", *texts, "};", "})();"]
    return "\n".join(lines) + "\n"


def _entry(primitive: Primitive) -> str:
    rule = _block(_rule(primitive))
    return (
        f"{json.dumps(primitive.name)}: {{\nrule: ({OPERANDS}) => {rule},\n"
        f"partial: (i, v, {OPERANDS}) => {_block(_partials(primitive))},\n}},"
    )


def _block(lines: list[str]) -> str:
    if len(lines) == 1:
        return f"{{ {lines[0]} }}"
    return "\n".join(["{", *(f"  {line}" for line in lines), "}"])


def _operands(primitive: Primitive) -> list[Any]:
    return [EVERY] if primitive.arity is None else [atom(f"{OPERANDS}[{k}]") for k in range(primitive.arity)]


def _rule(primitive: Primitive) -> list[str]:
    return statements(read(primitive, partial(primitive.rule, SCRIPT, *_operands(primitive))))


def _partials(primitive: Primitive) -> list[str]:
    if primitive.name in _BY_LAYOUT and primitive.arity is None:
        return [_BY_LAYOUT[primitive.name]]
    result = atom("v")
    if not isinstance(primitive.partials, tuple):
        # A rule tells the first operand from those behind, no more.
        first, later = (statements(primitive.partials(SCRIPT, i, result, EVERY)) for i in (0, Later()))
        is_one = first == [line.replace(f"{OPERANDS}[i]", f"{OPERANDS}[0]") for line in later]
        return later if is_one else [f"if (i === 0) {_block(first)}", *later]
    operands, slopes = _operands(primitive), range(len(primitive.partials))
    found = [read(primitive, partial(primitive.partial, SCRIPT, index, result, operands)) for index in slopes]
    return [*(f"if (i === {index}) {_block(statements(slope))}" for index, slope in enumerate(found)), "return NaN;"]


def read(primitive: Primitive, reading: Callable[[], Any]) -> Any:
    """What the reading of an operation's rule gives.

    Raises
    ------
    ArgumentError
        If that is a user's and is of floats alone, or cannot be read.
    """
    if not isinstance(primitive, Own):
        return reading()
    if primitive.of_floats:
        raise ArgumentError(
            f"JavaScript of {primitive.name}: expected a rule that is read in a namespace, rule(ns, ...), got one of "
            "floats alone; declare it with operators and functions of ns"
        )
    try:
        return reading()
    except (OperandError, ValueError, ArithmeticError) as error:
        raise ArgumentError(
            f"JavaScript of {primitive.name}: expected a rule that is read in a namespace, got one that is not: {error}"
        ) from error
