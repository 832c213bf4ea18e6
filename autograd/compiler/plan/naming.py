"""Naming: what the arrays of a plan are called, from the labels of their scalars."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...labels import Label
from .instructions import Array

if TYPE_CHECKING:
    from .plan import Plan


def common_label(labels: Sequence[Label | None]) -> str:
    """Base and superscript that all labels share, such as z1; or nothing."""
    if not labels or any(label is None for label in labels):
        return ""
    names = {(label.base, label.superscript) for label in labels if label is not None}
    return "".join(names.pop()) if len(names) == 1 else ""


def names_of(plan: Plan) -> dict[int, str]:
    """What each array is called that has a name of its own, by its number; no two are called alike.

    Adjoints of z are called delta, as in the document, other adjoints dC/d and what
    they are of; the output of a plan with a gradient is C, the cost its mean.
    """
    used = [array for array in plan.arrays if array.kind == "input"]
    used += [made.out for made in plan.instructions if made.out.size]
    names = {array.number: _name(array) for array in used}
    output = plan.output.array
    if plan.gradient is not None and output.kind == "computed" and output.size == 1:
        names[output.number] = names.get(output.number) or "C"
    if plan.cost is not None and plan.cost.array.kind == "computed" and plan.cost.array is not output:
        names[plan.cost.array.number] = "mean"
    return _distinct({number: name for number, name in names.items() if name})


def _name(array: Array) -> str:
    own = common_label(array.labels)
    meaning = array.meaning
    if own or meaning is None or meaning.kind != "adjoint":
        return own
    of = common_label(meaning.of.array.labels)
    base = next((label.base for label in meaning.of.array.labels if label is not None), "")
    return f"delta{of.removeprefix('z')}" if base == "z" else f"dC/d{of}" if of else ""


def _distinct(names: dict[int, str]) -> dict[int, str]:
    """The second of a name is called so with a letter behind it: x, x_b, x_c."""
    counts: Counter[str] = Counter()
    distinct = {}
    for number, name in names.items():
        counts[name] += 1
        distinct[number] = name if counts[name] == 1 else f"{name}_{_letters(counts[name] - 1)}"
    return distinct


def _letters(number: int) -> str:
    told = ""
    while number >= 0:
        number, letter = divmod(number, 26)
        told, number = chr(ord("a") + letter) + told, number - 1
    return told
