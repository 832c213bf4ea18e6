"""What nodes compute and edges bear, told by what the tree shows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from ..drawing.tree import Edge, Tree
from ..formulas.expressions import Expression, Name, Number, added
from ..formulas.mathml import with_holes
from ..formulas.symbols import partial_symbol, result_symbol
from ..labels import Label
from ..merged import Steps
from ..pairs import partner_of
from ..primitives import CONSTANT, LOG_SOFTMAX, LOGSUMEXP, WEIGHTED_SUM
from ..text import shown
from ..value import Value, number_of

Pieces = list[str | int]

_OVER_AN_INDEX = {LOGSUMEXP, LOG_SOFTMAX}
"""What is told over an index, of however many operands."""

_READABLE = 14
"""How many names a formula may have."""

_DEEPEST = 100
"""How many operations inside one another a formula may be made of: sums have one for each term."""

_LONGEST_BASE, _LONGEST_SCRIPT = 16, 8
_PLACE = re.compile(r"v(\d+)")


class Formulas:
    """The formulas of a tree; each is pieces of MathML, with a value's place where its name or number stands.

    Attributes
    ----------
    place : dict
        Where a value stands in the whole graph.
    """

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._names = tree.names
        self._shown = {node for node in tree.nodes if isinstance(node, Value)}
        self._elided = {edge.value for edge in tree.edges if edge.count == 0}
        self._used: dict[str, dict[str, str]] = {}
        self.place = {value: at for at, value in enumerate(tree.order)}
        self._keys = {id(value): at for value, at in self.place.items()}

    def label(self, value: Value) -> Label:
        """What a value is called, as in the tree; nothing for a bare number."""
        if self._names.is_number(value):
            return Label("")
        label = self._names.label(value)
        # A control of the page needs a name that can be read.
        return label if shown(label.base).strip() else Label("v", subscript=str(self.place[value]))

    def plain(self, value: Value) -> str:
        """A value as one line of text."""
        return shown(self._names.plain(value), 160)

    def definition(self, value: Value) -> Pieces | None:
        """What a value computes, of the nodes that it is drawn to depend on; None for a leaf, and where it is long."""
        if not value.operands:
            return None
        if value in self._elided:
            return self._of_many(value) or self._written(self._names.definition(value))
        return self._written(self._opened(value, _READABLE, self._shown))

    def partial(self, edge: Edge) -> Pieces | None:
        """An edge's partial in symbols; None where it has none, or is long."""
        terms = [self._product(way) for way in ways_of(edge)]
        if not terms or None in terms:
            return None
        return self._written(added(term for term in terms if term is not None))

    def whole(self) -> Pieces | None:
        """The output as a formula of leaves alone, where that is short: what the page is about."""
        output = self._tree.output
        return self._written(self._opened(output, _READABLE // 2, set())) if output.operands else None

    def ways(self, edge: Edge) -> list[list[tuple[int, int]]]:
        """The local partials whose products, added, are an edge's: the places of values, the positions of operands."""
        return [[(self.place[value], index) for value, index in way] for way in ways_of(edge)]

    def names(self) -> dict[str, dict[str, str]]:
        """The labels of what formulas name, by place."""
        return self._used

    # Expressions

    def _name(self, value: Value) -> Expression:
        return Name(self.label(value), number_of(value), id(value))

    def _symbol(self, value: Value, room: int, closed: set[Value], depth: int = 0) -> Expression | None:
        """A value inside a formula: by its name, or by what it computes where it has no name."""
        if value in closed or (not value.operands and (value.label is not None or value.primitive is not CONSTANT)):
            return self._name(value) if room > 0 else None
        if not value.operands:
            return Number(number_of(value))
        return self._opened(value, room, closed, depth)

    def _opened(self, value: Value, room: int, closed: set[Value], depth: int = 0) -> Expression | None:
        """What a value computes, in at most `room` names, or None."""
        if value.primitive in _OVER_AN_INDEX and closed:
            return result_symbol(value.primitive, self._named(value)) if room > 0 else None
        if len(value.operands) > 2 * _READABLE or depth > _DEEPEST:
            return None
        inside: list[Expression] = []
        for operand in value.operands:
            part = self._symbol(operand, room, closed, depth + 1)
            if part is None:
                return None
            room -= sum(isinstance(piece, int) for piece in with_holes(part, self._keys))
            inside.append(part)
        return None if room < 0 else result_symbol(value.primitive, inside)

    def _named(self, value: Value) -> list[Expression]:
        """A value's operands by their names, also those that are not shown."""
        told = [(operand, self._symbol(operand, 1, self._shown)) for operand in value.operands]
        return [self._name(operand) if symbol is None else symbol for operand, symbol in told]

    def _product(self, way: Steps) -> Expression | None:
        product: Expression = Number(1.0)
        for value, index in way:
            factor = self._factor(value, index)
            if factor is None:
                return None
            product = product * factor
        return product

    def _factor(self, value: Value, index: int) -> Expression | None:
        """A local partial; that of a wide sum without a look at the other operands."""
        if value.primitive is WEIGHTED_SUM:
            partner = partner_of(index, len(value.operands))
            return Number(1.0) if partner is None else self._symbol(value.operands[partner], _READABLE, self._shown)
        if (number := self._names.merged.factor(value, index)) is not None:
            return Number(number)
        if value.primitive in _OVER_AN_INDEX:
            return partial_symbol(value.primitive, index, self._name(value), self._named(value))
        operands = [self._symbol(operand, _READABLE, self._shown) for operand in value.operands[: 2 * _READABLE]]
        if len(value.operands) > 2 * _READABLE or None in operands:
            return None
        own = self._symbol(value, _READABLE, self._shown)
        inside = [operand for operand in operands if operand is not None]
        return partial_symbol(value.primitive, index, self._name(value) if own is None else own, inside)

    def _of_many(self, value: Value) -> Pieces | None:
        """A wide sum: the terms that are drawn, and dots for the others."""
        if value.primitive is not WEIGHTED_SUM:
            return None
        count = len(value.operands)
        drawn = sorted({way[0][1] for edge in self._tree.edges if edge.value is value for way in ways_of(edge)})
        products = []
        for i in drawn:
            partner = partner_of(i, count)
            if partner is not None and i < partner:
                products.append(self._name(value.operands[i]) * self._name(value.operands[partner]))
        terms = [self._written(product) or [] for product in products]
        terms[-1:-1] = [["<mo>…</mo>"]]
        if count % 2:
            terms.append(self._written(self._name(value.operands[-1])) or [])
        return [piece for i, term in enumerate(terms) for piece in (["<mo>+</mo>", *term] if i else term)]

    def _written(self, expression: Expression | None) -> Pieces | None:
        if expression is None:
            return None
        told = with_holes(expression, self._keys)
        named = [piece if piece >= 0 else -1 - piece for piece in told if isinstance(piece, int)]
        if len(named) > _READABLE:
            return None
        self._used |= {str(place): as_shown(self.label(self._tree.order[place])) for place in named}
        return told


def ways_of(edge: Edge) -> Sequence[Steps]:
    """The ways along which an edge leads, each as local partials from its value back."""
    return [edge.steps] if edge.steps and edge.count is None else []


def as_shown(label: Label) -> dict[str, str]:
    """A label's parts, each of a length that a picture can hold."""
    if found := _PLACE.fullmatch(label.base):  # what has no name is called by its place
        label = Label("v", label.superscript, found[1])
    return {
        "base": _low(shown(label.base, _LONGEST_BASE)),
        "sup": _low(shown(label.superscript, _LONGEST_SCRIPT)),
        "sub": _low(shown(label.subscript, _LONGEST_SCRIPT)),
    }


def _low(text: str) -> str:
    """Text in which no letter bears more than two marks, which would be piled over what stands above."""
    return "".join(
        letter
        for at, letter in enumerate(text)
        if at < 2 or not all(unicodedata.combining(other) for other in text[at - 2 : at + 1])
    )
