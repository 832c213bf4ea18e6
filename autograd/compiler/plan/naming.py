"""Naming: what the arrays of a plan are called, from the labels of their scalars.

A name is one word of bounded length, and no two things of a plan bear the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

import numpy as np

from ...labels import Label
from ...primitives import TABLE
from ...text import shown
from .attention import Attentions, attentions, spreads
from .choose import AddRows, Choose
from .instructions import Array, Contraction, Instruction, Map, Operand, Product, Ref, Scatter, ref
from .layers import LayerNames, layer_names
from .loop import Loop
from .loop_names import LoopNames, loop_names
from .patterns import affine

_LONGEST = 20
_LISTED = 4
_PLANS = ("sigma", "sqrt", "sum", "join", "concat", "tril", "triu")
_FUNCTIONS = {*TABLE, *(primitive.symbol for primitive in TABLE.values()), *_PLANS}
_ROWS = "n"
_TEMPORARY = re.compile(r"t\d+")

Labels = Sequence[Label | None]
Shape = tuple[int, ...]


class Told(Protocol):
    """What is told of a plan; `Plan` has it."""

    @property
    def instructions(self) -> Sequence[Instruction]: ...
    @property
    def arrays(self) -> Sequence[Array]: ...
    @property
    def parameters(self) -> Array: ...
    @property
    def output(self) -> Ref: ...
    @property
    def cost(self) -> Ref | None: ...
    @property
    def gradient(self) -> Ref | None: ...


@dataclass(frozen=True)
class Names:
    """What is called how.

    Attributes
    ----------
    arrays : dict of int to str
        By number, those that have a name of their own; the others are called t and their number.
    parameters : dict of key to str
        Those that are read together, by the key of the ref.
    shapes : dict of str to tuple of int
        The shapes of these by name, in the order in which they are read.
    cost : str
        What a plan with a gradient differentiates.
    attentions : Attentions
        What of the plan is attention.
    loops : dict of int to LoopNames
        By the numbers of tapes.
    """

    arrays: dict[int, str]
    parameters: dict[Any, str]
    shapes: dict[str, Shape]
    cost: str
    attentions: Attentions
    loops: dict[int, LoopNames] = field(default_factory=dict)

    def of(self, array: Array) -> str:
        """An array's name."""
        return self.arrays.get(array.number) or f"t{array.number}"

    def read(self, read: Ref) -> str:
        """What a ref reads, such as ``W1`` or ``x[0:3]``."""
        if read.array.kind == "parameters":
            return self.parameters[_once(read).key]
        if read.array.number in self.loops:
            found = self.loops[read.array.number].read(read, positions)
            if found is not None:
                return found
        if read.index is None or read.array.size == 1:
            return self.of(read.array)
        if spreads(read):
            return self.of(read.array)
        if self.attentions.is_side_by_side(read):
            return f"concat({self.of(read.array)})"
        return self.of(read.array) + self.places(read)

    def places(self, read: Ref) -> str:
        """Which positions a ref reads, in brackets."""
        mask = None if read.index is None else self.attentions.masks.get(read.index.tobytes())
        return mask or positions(read)


def names_of(plan: Told) -> Names:
    """The names in a plan: of the labels, base and superscript, and the subscript where two would be called alike.

    Where there are no labels, a layer's arrays have the document's names: W1, b1, z1, a1 and so on.
    The output of a plan with a gradient is C, the cost its mean, as far as they have no labels. Adjoints of z are
    called delta, as in the document, other adjoints dC/d and what they are of.
    """
    read, layers, seen = _parameters_read(plan), layer_names(plan), attentions(plan)
    computed = [made.out for made in plan.instructions if made.out.size and not isinstance(made, Loop)]
    owned = [*(array for array in plan.arrays if array.kind == "input"), *computed]
    labels = {key: _labels_of(found) for key, (found, _) in read.items()}
    known = layers.parameters.keys() | seen.weights.keys()
    slices = not all(common_name(found) or key in known for key, found in labels.items())
    free = _Free([*labels.values(), *(array.labels for array in owned)], _reserved(plan, slices))
    arrays: dict[int, str] = {}
    output, mean = plan.output.array, plan.cost.array if plan.cost is not None else None
    whole = plan.gradient is not None and output in computed and output.size == 1
    cost = free.name((free.wanted(output.labels) if whole else "") or "C") if plan.gradient is not None else ""
    if whole:
        arrays[output.number] = cost
    if mean in computed and mean is not output:
        arrays[mean.number] = free.name("mean")
    parameters, shapes = {}, {}
    for key, (found, shape) in read.items():
        name = free.wanted(labels[key]) or layers.parameters.get(key) or seen.weights.get(key, "")
        name = name[:1].upper() + name[1:] if len(shape) > 1 else name
        parameters[key] = free.name(name or f"p{positions(found)}")
        shapes[parameters[key]] = shape
    for array in owned:
        meant = layers.arrays.get(array.number) or seen.arrays.get(array.number)
        name = free.wanted(array.labels) or meant or _adjoint_name(array, arrays, cost, layers)
        if name and array.number not in arrays:
            arrays[array.number] = free.name(name)
    loops = loop_names(plan.instructions, cost, lambda array, like: free.name(free.wanted(array.labels) or like))
    return Names(arrays, parameters, shapes, cost, seen, loops)


def _adjoint_name(array: Array, arrays: dict[int, str], cost: str, layers: LayerNames) -> str:
    """delta1 of z1, dC/da1 of a1; nothing of what has no name or is no adjoint."""
    meaning = array.meaning
    if meaning is None or meaning.kind != "adjoint":
        return ""
    of = arrays.get(meaning.of.array.number, "")
    z = meaning.of.array
    if layers.is_z(z) or (z.labels and all(label is not None and label.base == "z" for label in z.labels)):
        return f"delta{of.removeprefix('z')}"
    return f"d{cost}/d{of}" if of else ""


def _reserved(plan: Told, slices: bool) -> set[str]:
    """The words that mean something else in a plan; p where some parameters are told as slices of all."""
    whole = plan.output.array.kind == "computed" and plan.output.index is None
    own = {made.name for made in plan.instructions if isinstance(made, Map)}
    return {*_FUNCTIONS, *own, _ROWS, *(["p"] if slices else []), *([] if whole else ["output"])}


class _Free:
    """Gives out names, none of them twice.

    Parameters
    ----------
    labels : list of labels
        Of everything that is to be named.
    reserved : set of str
        What nothing may be called.
    """

    def __init__(self, labels: list[Labels], reserved: set[str]) -> None:
        self._sharing = Counter(map(common_name, labels))
        self._taken = reserved
        self._counts: Counter[str] = Counter()

    def wanted(self, labels: Labels) -> str:
        """The name that labels ask for: what they have in common, or the whole of one that others are like."""
        name = common_name(labels)
        alone = labels[0] if len(labels) == 1 else None
        return _word("_".join(filter(None, [name, alone.subscript]))) if alone and self._sharing[name] > 1 else name

    def name(self, wanted: str) -> str:
        """A name as it is, or with letters behind it where it is in use: x, x_b, x_c."""
        told = wanted
        while told in self._taken or _TEMPORARY.fullmatch(told):
            self._counts[wanted] += 1
            told = f"{wanted}_{_letters(self._counts[wanted])}"
        self._taken.add(told)
        return told


def _parameters_read(plan: Told) -> dict[Any, tuple[Ref, Shape]]:
    """What is read of the parameters together, and in which shape: that of a matrix where some product reads one."""
    found: dict[Any, tuple[Ref, Shape]] = {}
    made_by = {made.out.number: made for made in plan.instructions}

    def note(read: Ref, shape: Shape | None) -> None:
        read = _once(read)
        if read.array.kind == "parameters":
            known = found.get(read.key, (read, (read.size,)))
            found[read.key] = (read, shape if shape and len(known[1]) == 1 else known[1])

    for made in plan.instructions:
        if isinstance(made, Product):
            note(made.left, _matrix(made.contraction.left, made.contraction))
            note(made.right, _matrix(made.contraction.right, made.contraction))
        elif isinstance(made, Loop):
            for own, letters, contraction in _factors(made):
                note(own, _matrix(letters, contraction))
        elif isinstance(made, Choose):
            note(made.table, (made.rows * made.tables, made.width) if made.width > 1 else None)
        for read in made.reads:
            note(read, None)
    if plan.gradient is not None:
        written = made_by.get(plan.gradient.array.number)
        for piece in written.pieces if isinstance(written, Scatter) else ():
            note(ref(plan.parameters, piece.index), matrix_made(what_made(piece.operand, made_by)))
    note(plan.output, None)
    return found


def _once(read: Ref) -> Ref:
    """What is read again and again, as it is for every step of a loop, read once."""
    index = read.index
    if index is None or read.array.kind != "parameters" or len(index) < 2:
        return read
    (again,) = np.nonzero(index == index[0])
    period = int(again[1]) if len(again) > 1 else 0
    if not period or len(index) % period or (index.reshape(-1, period) != index[:period]).any():
        return read
    return ref(read.array, index[:period])


def _factors(loop: Loop) -> Iterator[tuple[Ref, str, Contraction]]:
    """What products of every step read that is the same in all steps."""
    same = {array.number: read for array, read in zip(loop.body.same, loop.same, strict=True)}
    for made in loop.body.instructions:
        if isinstance(made, Product):
            for side, letters in ((made.left, made.contraction.left), (made.right, made.contraction.right)):
                if side.index is None and side.array.number in same:
                    yield same[side.array.number], letters, made.contraction


def what_made(operand: Operand, made_by: dict[int, Instruction]) -> Instruction | None:
    """The instruction whose whole result an operand is."""
    return made_by.get(operand.array.number) if isinstance(operand, Ref) and operand.index is None else None


def matrix_made(made: Instruction | None) -> Shape | None:
    """The shape of a result that is a matrix, of a product or of rows."""
    if isinstance(made, Choose | AddRows):
        count = made.index.size if isinstance(made, Choose) else made.rows * made.tables
        return (count, made.width) if count > 1 and made.width > 1 else None
    return _matrix(made.contraction.out, made.contraction) if isinstance(made, Product) else None


def _matrix(letters: str, product: Contraction) -> Shape | None:
    shape = product.shape(letters)
    return shape if len(shape) > 1 else None


def positions(read: Ref) -> str:
    """Which positions a ref reads, as an index in brackets."""
    if read.size == 1:
        return f"[{0 if read.index is None else read.index[0]}]"
    if read.index is None:
        return f"[0:{read.size}]"
    pattern = affine(read.index)
    if pattern is not None and len(pattern.counts) == 1 and pattern.strides[0] > 0:
        step = f":{pattern.strides[0]}" if pattern.strides[0] > 1 else ""
        return f"[{pattern.base}:{int(np.max(read.index)) + 1}{step}]"
    if read.size <= _LISTED:
        return f"[{', '.join(map(str, read.index.tolist()))}]"
    return f"[{read.size:,} of them]"


# Words


def common_name(labels: Labels) -> str:
    """Base and superscript that all labels share, such as z1, as one word; or nothing."""
    names = {None if label is None else (label.base, label.superscript) for label in labels}
    only = names.pop() if len(names) == 1 else None
    return "" if only is None else _word("".join(only))


def _labels_of(read: Ref) -> Labels:
    labels = read.array.labels
    return labels if read.index is None else [labels[place] for place in read.index]


@lru_cache  # very many scalars share few names
def _word(text: str) -> str:
    """Text as one word of bounded length that is no number; empty where nothing of it can be printed."""
    kept = re.sub(r"\W+", "_", shown(text)).strip("_")[:_LONGEST]
    return kept if not kept or kept[0].isidentifier() else f"_{kept}"


def _letters(number: int) -> str:
    """a, b, ..., z, aa, ab, ... for 0, 1, ..."""
    told = ""
    while number >= 0:
        number, letter = divmod(number, 26)
        told, number = chr(ord("a") + letter) + told, number - 1
    return told
