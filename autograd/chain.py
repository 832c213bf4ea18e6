"""`chain_rule`: a derivative told as the chain rule's sum over paths, in symbols and in numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .errors import OperandError
from .expressions import Symbol
from .graph import topological_order
from .markup import number
from .naming import Names, counted
from .reverse import gradient
from .tree import Steps, partial_of, passed_through, paths_from, use_counts
from .value import Value

_THROUGH = 2
_SHOWN_TERMS = 3
_SHOWN_FACTORS = 12
_WIDEST = 74
_ENDS = 3
_LEFT_OUT = "left out"
_COLUMNS = 80
_MARGIN = 3


@dataclass(frozen=True, eq=False)
class Factor:
    """One derivative of a product.

    Attributes
    ----------
    value, operand : Value
        Of what, and by what.
    names : Names
        What they are called.
    steps : tuple of (Value, int)
        The local partials that it is made of; several where a value without a name is passed through.
    """

    value: Value
    operand: Value
    names: Names
    steps: Steps

    @property
    def symbol(self) -> Symbol:
        """The derivative as a textbook writes it, such as σ′(z)."""
        return self.names.product(self.steps)

    @property
    def number(self) -> float:
        """The derivative at the operands' numbers; NaN where it does not exist."""
        partials = [partial_of(value, index) for value, index in self.steps]
        return math.prod(math.nan if partial is None else partial for partial in partials)

    def ratio(self, latex: bool = False) -> str:
        """The derivative by name, such as ∂a/∂z."""
        return _ratio(self.names, self.value, self.operand, latex)


@dataclass(frozen=True, eq=False)
class Term:
    """The product of the local partials along one path, from what is differentiated by to the output."""

    factors: tuple[Factor, ...]

    @property
    def value(self) -> float:
        """The product."""
        return math.prod(factor.number for factor in self.factors)

    def __str__(self) -> str:
        return _equation(self.sides())

    def sides(self, latex: bool = False) -> list[str]:
        """The product in symbols, in numbers, and what it comes to."""
        count = len(self.factors)
        symbols = self._each(lambda factor: _enclosed(factor.symbol, latex, count))
        numbers = self._each(lambda factor: _signed(factor.number, latex, count))
        return [_multiplied(symbols, latex), _multiplied(numbers, latex), _number(self.value, latex)]

    def ratios(self, latex: bool = False) -> str:
        """The product by name, as ∂z/∂w · ∂a/∂z."""
        return _multiplied(self._each(lambda factor: factor.ratio(latex)), latex)

    def _each(self, told: Callable[[Factor], str]) -> list[str]:
        """What is told of every factor, of very many only of the first and last."""
        if len(self.factors) <= _SHOWN_FACTORS:
            return list(map(told, self.factors))
        return [*map(told, self.factors[:_ENDS]), _LEFT_OUT, *map(told, self.factors[-_ENDS:])]


class ChainRule:
    """The derivative of `output` by `wrt` as a sum over the paths between them; see `chain_rule`.

    Attributes
    ----------
    output, wrt : Value
    paths : int
        How many paths there are, counted and not walked.
    value : float
        The derivative, as `gradient` has it.
    """

    def __init__(self, output: Value, wrt: Value) -> None:
        self.output, self.wrt = output, wrt
        self._order = topological_order((output,))
        self._uses = use_counts(self._order)
        self._on_path, self.paths = paths_from(wrt, self._order, self._uses, "chain_rule(wrt)")
        self._names = Names(self._order)
        self.value = gradient(output, wrt)

    @property
    def terms(self) -> Iterator[Term]:
        """The paths' products, one after another: there may be too many to hold."""
        if self.wrt is self.output:
            yield Term(())
            return
        path: list[Factor] = []
        branches = [self._factors(self.output)]
        while branches:
            factor = next(branches[-1], None)
            if factor is None:
                branches.pop()
                if path:
                    path.pop()
                continue
            path.append(factor)
            if factor.operand is self.wrt:
                yield Term(tuple(reversed(path)))
                path.pop()
            else:
                branches.append(self._factors(factor.operand))

    def _factors(self, value: Value) -> Iterator[Factor]:
        """The factors into a value along the paths; values without a name in between are passed through."""
        waiting: list[Steps] = [((value, index),) for index in reversed(range(len(value.operands)))]
        while waiting:
            steps = waiting.pop()
            at, index = steps[-1]
            operand = at.operands[index]
            if operand not in self._on_path:
                continue
            through = operand is not self.wrt and passed_through(operand, self._uses)
            if through and value._label is not None and len(steps) <= _THROUGH:
                waiting += [(*steps, (operand, i)) for i in reversed(range(len(operand.operands)))]
            else:
                yield Factor(value, operand, self._names, steps)

    def _next(self, value: Value) -> list[Factor]:
        """The factors out of a value along the paths, towards the output."""
        return [
            factor
            for user in self._order
            if user in self._on_path and user is not self.wrt and not self._inside(user)
            for factor in self._factors(user)
            if factor.operand is value
        ]

    def _inside(self, value: Value) -> bool:
        return value is not self.output and passed_through(value, self._uses)

    # As text

    def __str__(self) -> str:
        ratio = _ratio(self._names, self.output, self.wrt)
        if self.wrt is self.output:
            return f"{ratio} = 1"
        if self.paths == 1:
            (term,) = self.terms
            first = f"{ratio} = {term.ratios()}\n" if len(term.factors) > 1 else ""
            return first + _equation([ratio, *term.sides()])
        return self._summed(ratio)

    def _summed(self, ratio: str) -> str:
        lines = [f"{ratio} = the sum over {counted(self.paths)} paths"]
        for at, term in enumerate(self.terms):
            if at == _SHOWN_TERMS and self.paths > _SHOWN_TERMS + 1:
                lines.append(f"  + ... {counted(self.paths - at)} more")
                break
            lines.append(f"  {'+' if at else ' '} {_equation(term.sides(), _MARGIN)}")
        return "\n".join([*lines, f"  = {number(self.value)}"])

    @property
    def recursive(self) -> str:
        """The document's form for many paths: a sum over what uses `wrt` next, in the derivatives by those.

        With one neuron a layer that is one product; where a whole layer uses an
        activation, a sum over the layer's neurons.
        """
        if self.paths == 1:
            return str(self)
        before: list[Factor] = []
        at = self.wrt
        while len(factors := self._next(at)) == 1:
            before += factors
            at = factors[0].value
        lines = [self._by_next(before, at)] if before else []
        lines.append(f"{_ratio(self._names, self.output, at)} = the sum over {len(factors):,} that use it")
        for place, factor in enumerate(factors):
            if place == _SHOWN_TERMS and len(factors) > _SHOWN_TERMS + 1:
                lines.append(f"  + ... {len(factors) - place:,} more")
                break
            lines.append(f"  {'+' if place else ' '} {self._by_next([factor], factor.value, _MARGIN)}")
        return "\n".join([*lines, f"  = {number(gradient(self.output, at))}"])

    def _by_next(self, factors: list[Factor], value: Value, margin: int = -1) -> str:
        """A product of factors and of the derivative by `value`, with which they end."""
        slope = gradient(self.output, value)
        ratio = [] if value is self.output else [_ratio(self._names, self.output, value)]
        count = len(factors) + len(ratio)
        sides = [
            _multiplied([factor.ratio() for factor in factors] + ratio),
            _multiplied([_enclosed(factor.symbol, parts=count) for factor in factors] + ratio),
            _multiplied([_signed(slope, parts=count) for slope in [*(f.number for f in factors), slope][:count]]),
            number(math.prod(factor.number for factor in factors) * slope),
        ]
        start = _ratio(self._names, self.output, factors[0].operand)
        return _equation([start, *sides] if margin < 0 else sides, margin)

    @property
    def latex(self) -> str:
        """The equation in LaTeX, without dollar signs."""
        ratio = _ratio(self._names, self.output, self.wrt, latex=True)
        if self.wrt is self.output:
            return f"{ratio} = 1"
        if self.paths == 1:
            (term,) = self.terms
            names = [term.ratios(latex=True)] if len(term.factors) > 1 else []
            return " = ".join(dict.fromkeys([ratio, *names, *term.sides(latex=True)]))
        shown: list[str] = []
        for at, term in enumerate(self.terms):
            if at == _SHOWN_TERMS and self.paths > _SHOWN_TERMS + 1:
                shown.append(r"\cdots")
                break
            product, _, _ = term.sides(latex=True)
            shown.append(rf"\left({product}\right)" if at and product.startswith("-") else product)
        return f"{ratio} = {' + '.join(shown)} = {_number(self.value, True)}"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex}$"

    def __repr__(self) -> str:
        ratio = _ratio(self._names, self.output, self.wrt)
        return f"<chain rule: {ratio} = {number(self.value)}, paths: {counted(self.paths)}>"


def chain_rule(output: Value, wrt: Value) -> ChainRule:
    """A derivative as the chain rule has it: the sum over all paths of the products of local partials.

    Parameters
    ----------
    output : Value
        What to differentiate: a cost, say.
    wrt : Value
        By what: a value that it depends on.

    Returns
    -------
    ChainRule
        ``str()`` tells the equation, `latex` sets it; `terms` are the products,
        `paths` how many there are, `value` the sum; `recursive` tells many paths
        as the sum over what uses `wrt` next.

    Raises
    ------
    OperandError
        If `output` or `wrt` is not a Value.
    GraphError
        If `output` does not depend on `wrt`.
    DomainError
        Where an operation on the way has no finite derivative.

    Examples
    --------
    >>> from autograd import Value, chain_rule, sigmoid
    >>> z = Value(0.28, label="z")
    >>> a = sigmoid(z)
    >>> a.label = "a"
    >>> cost = (a - 1) ** 2
    >>> cost.label = "C"
    >>> print(chain_rule(cost, z))
    ∂C/∂z = ∂a/∂z · ∂C/∂a
    ∂C/∂z = σ′(z) · 2(a − 1) = 0.2452 · (−0.8609) = −0.2111
    """
    for name, thing in (("output", output), ("wrt", wrt)):
        if not isinstance(thing, Value):
            raise OperandError(f"chain_rule({name}): expected a Value, got {type(thing).__name__}")
    return ChainRule(output, wrt)


def _ratio(names: Names, value: Value, operand: Value, latex: bool = False) -> str:
    above, below = names.own(value), names.own(operand)
    return rf"\frac{{\partial {above.latex}}}{{\partial {below.latex}}}" if latex else f"∂{above}/∂{below}"


def _enclosed(symbol: Symbol, latex: bool = False, parts: int = 2) -> str:
    """A factor of a product of `parts`: in parentheses where it is a sum or negative."""
    told = symbol.latex if latex else str(symbol)
    return _parenthesised(told, latex) if parts > 1 and (symbol.is_sum or told[0] in "−-") else told


def _signed(value: float, latex: bool = False, parts: int = 2) -> str:
    """A number as a factor of a product of `parts`."""
    told = _number(value, latex)
    return _parenthesised(told, latex) if parts > 1 and told[0] in "−-" else told


def _number(value: float, latex: bool = False) -> str:
    told = number(value)
    return told.replace("−", "-") if latex else told


def _parenthesised(told: str, latex: bool) -> str:
    return rf"\left({told}\right)" if latex else f"({told})"


def _multiplied(factors: list[str], latex: bool = False) -> str:
    """Factors with dots between them, the middle left out where they are too wide for a line."""
    dot, dots = (r" \cdot ", r"\cdots") if latex else (" · ", "…")
    told = dot.join(dots if factor is _LEFT_OUT else factor for factor in factors)
    for ends in () if latex else (3, 2, 1):
        if len(told) > _WIDEST and 2 * ends < len(factors):
            told = dot.join([*factors[:ends], dots, *factors[-ends:]])
    return told


def _equation(sides: list[str], margin: int = -1) -> str:
    """Sides of an equation on one line, or below one another where that is too long."""
    first, *others = dict.fromkeys(sides)
    lines, indent = [first], margin if margin >= 0 else min(len(first), _COLUMNS // 3)
    for side in others:
        if max(margin, 0) + len(lines[-1]) + len(side) + 3 <= _COLUMNS:
            lines[-1] += f" = {side}"
        else:
            lines.append(f"{' ' * indent} = {side}")
    return "\n".join(lines)
