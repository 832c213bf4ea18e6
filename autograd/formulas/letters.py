"""Letters for values without a label, as the document has them: z, a, w, x, b, y and C, numbered in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..labels import Label
from ..merged import Kind, Link, Merged, Term
from ..primitives import (
    ELU,
    GELU,
    HARD_SIGMOID,
    LEAF,
    LEAKY_RELU,
    LOG,
    MULTIPLY,
    RELU,
    SIGMOID,
    SILU,
    SOFTPLUS,
    SOFTSIGN,
    SUBTRACT,
    TANH,
)
from ..value import Value

_ACTIVATIONS = {SIGMOID, TANH, RELU, LEAKY_RELU, ELU, GELU, SILU, SOFTPLUS, SOFTSIGN, HARD_SIGMOID}
_ONE_DIGIT = 9


def letters_of(order: Sequence[Value], merged: Merged) -> dict[Value, Label]:
    """The labels of values that have none and play a part that the document has a letter for.

    A weighted sum is z, an activation of it a, a leaf that is multiplied in one w, or x where several share it and
    not what they multiply it by; a leaf that is added b, one that an activation is compared with y; a cost is C.

    Parameters
    ----------
    order : sequence of Value
        The graph in topological order.
    merged : Merged
        What has a node of its own in it.
    """
    return _Reader(order, merged).labels()


class _Reader:
    def __init__(self, order: Sequence[Value], merged: Merged) -> None:
        self.order, self.merged = order, merged
        self.letters: dict[Value, str] = {}  # in the order in which they are numbered
        self.sums: dict[Value, tuple[Value, int]] = {}  # of what is numbered as a z is: that, and the place in it
        self.taken = {value.label for value in order if value.label is not None}

    def labels(self) -> dict[Value, Label]:
        nodes = [value for value in self.order if value.operands and not self.merged.holds(value)]
        activated = {value.operands[0] for value in nodes if value.primitive in _ACTIVATIONS}
        for value in nodes:
            if value.primitive in _ACTIVATIONS:
                self._read_activation(value)
            elif (kind := self.merged.kind(value)) is not Kind.OTHER:
                self._read_sum(value, kind, value in activated)
        places = [place for _, place in self.sums.values()]
        sums = sum(letter == "z" for letter in self.letters.values())
        self.between = "," if max(sums, *places, 0, 0) > _ONE_DIGIT else ""
        return self._numbered()

    def _call(self, value: Value, letter: str) -> None:
        if value.label is None and not self.merged.is_number(value):
            self.letters.setdefault(value, letter)

    def _plays(self, value: Value, letter: str) -> bool:
        label = value.label
        return self.letters.get(value) == letter if label is None else label.base == letter

    def _read_activation(self, value: Value) -> None:
        inner = value.operands[0]
        if self._plays(inner, "z"):
            self._call(value, "a")
            self.sums[value] = inner, 0

    def _read_sum(self, value: Value, kind: Kind, activated: bool) -> None:
        """Find the part that a sum or product plays, and the leaves in it."""
        terms = self.merged.terms(value)
        links = [link for term in terms for link in term.ends]
        compared = [link for link in links if self._is_compared(link)]
        for _, user, index in compared:
            told, given = user.operands[1 - index], user.operands[index]
            if given.primitive is LEAF and (self._plays(told, "a") or self._plays(told, "z")):
                self._call(given, "y")
        is_cost = bool(compared) or any(_end(link).primitive is LOG for link in links)
        if activated or (kind is Kind.SUM and not is_cost and any(term.is_pair for term in terms)):
            self._call(value, "z")
            pairs = 0
            for term in terms:
                pairs += term.is_pair or _is_weight(term)
                self._read_term(term, value, pairs)
        elif value is self.order[-1] and (is_cost or self.letters):
            self._call(value, "C")

    def _is_compared(self, link: Link) -> bool:
        """Whether a way ends in a difference that is squared."""
        before, value, _ = link
        return value.primitive is SUBTRACT and before is not None and self.merged.kind(before[1]) is Kind.POWER

    def _read_term(self, term: Term, z: Value, place: int) -> None:
        leaves = [end for end in term.values if end.primitive is LEAF]
        if not leaves or len(term.ends) > 2:
            return
        is_bias = len(term.ends) == 1 and not _is_weight(term)
        own = leaves[0]
        if len(leaves) == 2 and self._is_shared(*leaves):
            own = leaves[1]
        for leaf in leaves:
            self._call(leaf, "b" if is_bias else "w" if leaf is own else "x")
        if self.merged.uses[own] == 1:
            self.sums[own] = z, 0 if is_bias else place

    def _is_shared(self, first: Value, second: Value) -> bool:
        """Whether the first of two leaves is the input: called so, beside a weight, or used where the other is not."""
        if self._plays(first, "x") or self._plays(second, "w"):
            return True
        if self._plays(first, "w") or self._plays(second, "x"):
            return False
        return self.merged.uses[first] > self.merged.uses[second] == 1

    # As labels

    def _numbered(self) -> dict[Value, Label]:
        """A subscript for each letter that there are several of; what belongs to one z alone has that of its z."""
        counts = Counter(self.letters.values())
        labels: dict[Value, Label] = {}
        last: Counter[str] = Counter()
        for value in sorted(self.letters, key=lambda value: value in self.sums):  # every z before what is its own
            letter = self.letters[value]
            label = self._beside_its_z(value, letter, labels) or Label(letter, "", "1" if counts[letter] > 1 else "")
            while label in self.taken:
                last[letter] += 1
                label = Label(letter, "", str(last[letter]))
            labels[value] = label
            self.taken.add(label)
        return labels

    def _beside_its_z(self, value: Value, letter: str, labels: dict[Value, Label]) -> Label | None:
        """The label of an activation, weight or bias as that of its z: a₃, w₃₁ and b₃ belong to z₃."""
        if value not in self.sums:
            return None
        z, place = self.sums[value]
        named = labels.get(z) or z.label
        if named is None or (place and not (z in labels and named.subscript)):
            return None
        if not place:
            return Label(letter, named.superscript, named.subscript)
        return Label(letter, "", f"{named.subscript}{self.between}{place}")


def _is_weight(term: Term) -> bool:
    """Whether a term is a leaf that was multiplied by 1, as an input may be."""
    if len(term.ends) != 1:
        return False
    return term.ends[0][1].primitive is MULTIPLY


def _end(link: Link) -> Value:
    return link[1].operands[link[2]]
