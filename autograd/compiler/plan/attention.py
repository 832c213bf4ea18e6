"""Attention: what in a plan is softmax(Q K') V, and the names that papers give its arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import numpy as np

from .instructions import Instruction, LogSumExp, Map, Operand, Product, Ref, Scatter, Sum
from .patterns import Index
from .ragged import OfRuns, Ragged
from .shares import LogSoftmax


class HasInstructions(Protocol):
    """A plan, as far as attention is looked for in it."""

    @property
    def instructions(self) -> Sequence[Instruction]: ...


@dataclass(frozen=True)
class Attentions:
    """What attention is told by, first to last: with scores S1, shares A1 and mixtures Y1.

    Attributes
    ----------
    arrays : dict of int to str
        Names, by the array's number.
    parts : dict of key to (str, bool)
        Q1, K1 and V1, by the key of the ref, and whether it reads the matrix with its rows as columns.
    softmaxes : dict of int to Ref
        What the softmax is of, by the number of the shares, whether these are mixed or not.
    masks : dict of bytes to str
        Such as ``[j <= i]``, by the positions of the scores that are read.
    mixtures : dict of int to str
        By the number of what is mixed, what the matrix is called that multiplies all heads' side by side.
    weights : dict of key to str
        Names of parameters, by the key of the ref.
    masked : dict of int to (str, Ref)
        Shares among zeros, by the array's number: ``tril`` or ``triu``, and the shares.
    """

    arrays: dict[int, str] = field(default_factory=dict)
    parts: dict[Any, tuple[str, bool]] = field(default_factory=dict)
    softmaxes: dict[int, Ref] = field(default_factory=dict)
    masks: dict[bytes, str] = field(default_factory=dict)
    mixtures: dict[int, str] = field(default_factory=dict)
    weights: dict[Any, str] = field(default_factory=dict)
    masked: dict[int, tuple[str, Ref]] = field(default_factory=dict)

    def is_side_by_side(self, read: Ref) -> bool:
        """Whether a ref reads what all heads mix, in another order."""
        index = read.index
        if index is None or read.array.number not in self.mixtures:
            return False
        return len(np.unique(index)) == len(index) == read.array.size


class _Scores(NamedTuple):
    """A product of queries and keys, and the positions of it that the shares are of, in their order."""

    product: Product
    places: Index


def attentions(plan: HasInstructions) -> Attentions:
    """What of a plan is attention."""
    makers = {made.out.number: made for made in plan.instructions}
    found = Attentions(softmaxes=_softmaxes(plan, makers))
    count = 0
    for made in plan.instructions:
        if not isinstance(made, Product) or not is_of_samples(made) or "k" in made.contraction.out:
            continue
        for shares, contents in ((made.left, made.right), (made.right, made.left)):
            own = _shares(shares, found.softmaxes, makers)
            scores = None if own is None else _scores(found.softmaxes[own.array.number], makers, 4)
            if own is not None and scores is not None and own.array.number not in found.arrays:
                count += 1
                _note(found, count, made, own, shares, contents, scores, makers)
    for made in plan.instructions:
        for read in made.reads:
            if read.index is not None and found.is_side_by_side(read):
                found.masks[np.argsort(read.index).tobytes()] = "[by heads]"
                _note_weights(found, found.mixtures[read.array.number], made)
    return found


def _note_weights(found: Attentions, name: str, made: Instruction | None) -> None:
    """Name the parameters that a product multiplies."""
    if isinstance(made, Product) and made.contraction.out[:1] == "b":
        for read in made.reads:
            if read.array.kind == "parameters":
                found.weights.setdefault(read.key, name)


def is_of_samples(made: Instruction) -> bool:
    """Whether an instruction is a product of matrices that each sample has of its own, and gives such."""
    if not isinstance(made, Product):
        return False
    letters = made.contraction
    sides = (letters.left, letters.right, letters.out)
    return all(side[:1] == "b" and len(side.lstrip("bs")) == 2 for side in sides)


def _note(
    found: Attentions,
    number: int,
    mixed: Product,
    own: Ref,
    shares: Ref,
    contents: Ref,
    scores: _Scores,
    makers: dict[int, Instruction],
) -> None:
    """Name what one attention is made of."""
    product, places = scores
    letters = product.contraction
    shape = letters.shape(letters.out)
    by_axis = dict(zip(letters.out[1:], np.unravel_index(places, shape), strict=True))
    query, key = letters.out[-2], letters.out[-1]
    lengths = _lengths(own.array.number, makers)
    first = np.cumsum(lengths) - lengths
    if (np.maximum.reduceat(by_axis[query], first) != np.minimum.reduceat(by_axis[query], first)).any():
        query, key = key, query
    found.arrays[product.out.number] = f"S{number}"
    found.arrays[own.array.number] = f"A{number}"
    found.arrays[mixed.out.number] = f"Y{number}"
    of_query, of_key = (product.left, product.right) if query in letters.left else (product.right, product.left)
    # Contents lie with their places last, as the shares do.
    parts = ((f"Q{number}", of_query, False), (f"K{number}", of_key, False), (f"V{number}", contents, True))
    found.parts.update({read.key: (name, turned) for name, read, turned in parts if read.index is not None})
    if of_query.array is of_key.array is contents.array:
        found.arrays.setdefault(contents.array.number, f"QKV{number}")
        _note_weights(found, f"wqkv{number}", makers.get(contents.array.number))
    found.mixtures[mixed.out.number] = f"wo{number}"
    if query == letters.out[-2] and len(places) < product.out.size:
        ends = shape[letters.out.index(key) - 1]
        mask, name = _mask(by_axis[query], by_axis[key], ends, product.out.size // (shape[-1] * shape[-2]))
        if mask:
            found.masks[places.tobytes()] = mask
            if shares.array is not own.array and name:
                found.masked[shares.array.number] = (name, own)


def _mask(query: Index, key: Index, ends: int, heads: int) -> tuple[str, str]:
    """Which positions j a position i sees, where these are a band, and the function that keeps these alone."""
    pairs = np.unique(np.stack([query, key]), axis=1)
    before, after = int((query - key).max()), int((key - query).max())
    band = [(i, j) for i in range(int(query.max()) + 1) for j in range(max(0, i - before), min(ends, i + after + 1))]
    if len(query) != heads * len(band) or not np.array_equal(pairs.T, np.array(band)):
        return "", ""
    low = "" if before >= ends - 1 else f"i - {before}" if before > 0 else "i"
    high = "" if after >= ends - 1 else f"i + {after}" if after > 0 else "i"
    name = "tril" if (low, high) == ("", "i") else "triu" if (low, high) == ("i", "") else ""
    if not low or not high:
        return (f"[j <= {high}]" if high else f"[j >= {low}]"), name
    return f"[{low} <= j <= {high}]", name


def _softmaxes(plan: HasInstructions, makers: dict[int, Instruction]) -> dict[int, Ref]:
    """What the softmax is of, by the number of the array that it is."""
    found: dict[int, Ref] = {}
    for made in plan.instructions:
        of = _softmax_of(made, makers) if isinstance(made, Map) else None
        if of is not None:
            found[made.out.number] = of
    return found


def _softmax_of(made: Map, makers: dict[int, Instruction]) -> Ref | None:
    """Exponentials by their sums, or the exponential of a log softmax."""
    if made.name == "divide":
        above, below = made.arguments
        exponentials = _made(above, makers)
        if isinstance(exponentials, Map) and exponentials.name == "exp" and _is_run_of(below, Sum, above, makers):
            of = exponentials.arguments[0]
            return of if isinstance(of, Ref) else None
    inner = _made(made.arguments[0], makers) if made.name == "exp" else None
    if _kind(inner) is LogSoftmax:
        return inner.reads[0] if inner is not None else None
    if isinstance(inner, Map) and inner.name == "subtract":
        of, whole = inner.arguments
        if isinstance(of, Ref) and _is_run_of(whole, LogSumExp, of, makers):
            return of
    return None


def _kind(made: Instruction | None) -> type[Instruction] | None:
    """The kind of an instruction, of runs of equal or different lengths."""
    return made.kind if isinstance(made, Ragged) else None if made is None else type(made)


def _made(operand: Operand, makers: dict[int, Instruction]) -> Instruction | None:
    """What made an operand that is read whole."""
    return makers.get(operand.array.number) if isinstance(operand, Ref) and operand.index is None else None


def _is_run_of(operand: Operand, kind: type[OfRuns], of: Operand, makers: dict[int, Instruction]) -> bool:
    """Whether an operand gives each position what a kind makes of its run of others."""
    maker = makers.get(operand.array.number) if isinstance(operand, Ref) else None
    if _kind(maker) is not kind or not isinstance(of, Ref) or not isinstance(operand, Ref) or maker is None:
        return False
    if maker.reads[0].key != of.key:
        return False
    return maker.out.size == 1 or (operand.index is not None and spreads(operand))


def spreads(read: Ref) -> bool:
    """Whether a ref reads each position of an array in turn, each as often as it may."""
    index = read.index
    if index is None or not len(index) or index[0] != 0 or index[-1] != read.array.size - 1:
        return False
    steps = np.diff(index)
    return bool(len(index) > read.array.size and ((steps == 0) | (steps == 1)).all())


def _lengths(number: int, makers: dict[int, Instruction]) -> Index:
    """The lengths of the runs that shares are of."""
    made = makers[number]
    while True:
        for read in made.reads:
            maker = makers.get(read.array.number)
            if isinstance(maker, Ragged):
                return np.array(maker.lengths)
            if isinstance(maker, Sum | LogSumExp | LogSoftmax):
                return np.full(maker.reads[0].size // maker.length, maker.length)
        made = makers[made.reads[0].array.number]


def _shares(read: Ref, softmaxes: dict[int, Ref], makers: dict[int, Instruction]) -> Ref | None:
    """The shares that a factor is, as they are or among zeros."""
    if read.array.number in softmaxes:
        return Ref(read.array)
    maker = makers.get(read.array.number)
    if isinstance(maker, Scatter) and len(maker.pieces) == 1 and not maker.pieces[0].adds:
        operand = maker.pieces[0].operand
        if isinstance(operand, Ref) and operand.array.number in softmaxes:
            return Ref(operand.array)
    return None


def _scores(read: Ref, makers: dict[int, Instruction], depth: int) -> _Scores | None:
    """The product behind what is read: scaled, or with something added."""
    maker = makers.get(read.array.number)
    if maker is not None and is_of_samples(maker):
        assert isinstance(maker, Product)
        return _Scores(maker, np.arange(read.size) if read.index is None else read.index)
    if not isinstance(maker, Map) or not depth:
        return None
    for operand in maker.reads:
        if operand.size == maker.out.size:
            before = _scores(operand if read.index is None else operand.at(read.index), makers, depth - 1)
            if before is not None:
                return before
    return None
