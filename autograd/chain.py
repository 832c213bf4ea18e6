"""`chain_rule`: a derivative told as the chain rule's sum over paths, in symbols and in numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from .adjoints import gradient
from .changes import changes_since, recorded
from .errors import OperandError
from .formulas.expressions import Expression, added
from .formulas.naming import Names, counted
from .formulas.notations import ASCII, LATEX, UNICODE, Unicode
from .formulas.notes import latex_note_of, note_of
from .formulas.products import Rest, definitions, equation, on_lines, passed_back, sides_of, summed, told_of
from .graph import topological_order
from .merged import Steps, end_of
from .namespaces import left_to_right
from .paths import partial_of, paths_from
from .value import Value
from .words import keywords_told

_SHOWN_TERMS = 3


class Factor:
    """One derivative of a product.

    Attributes
    ----------
    names : Names
        What values are called.
    ways : tuple of tuple of (Value, int)
        The local partials that it is made of, from `value` back: several in a way where
        values without a name are passed through, several ways where they are added.
    """

    __slots__ = ("_number", "names", "ways")

    def __init__(self, names: Names, ways: tuple[Steps, ...]) -> None:
        self.names, self.ways = names, ways
        self._number: float | None = None

    @property
    def value(self) -> Value:
        """Of what it is the derivative."""
        return self.ways[0][0][0]

    @property
    def operand(self) -> Value:
        """By what it is the derivative."""
        return end_of(self.ways[0])

    @property
    def symbol(self) -> Expression:
        """The derivative as a textbook writes it, such as σ′(z)."""
        return added(self.names.product(steps) for steps in self.ways)

    @property
    def number(self) -> float:
        """The derivative at the operands' numbers; NaN where it does not exist."""
        if self._number is None:  # kept, because the terms of a long graph share most of their factors
            self._number = left_to_right(passed_back([_number(*step) for step in steps]) for steps in self.ways)
        return self._number

    def ratio(self, notation: Unicode = UNICODE) -> str:
        """The derivative by name, such as ∂a/∂z."""
        return _ratio(self.names, self.value, self.operand, notation)

    def __str__(self) -> str:
        return equation([self.ratio(), *sides_of([self], UNICODE)])


@dataclass(frozen=True, eq=False, slots=True)
class Term:
    """The product of the local partials along one path, from what is differentiated by to the output."""

    factors: tuple[Factor, ...]

    @property
    def value(self) -> float:
        """The product."""
        return passed_back(factor.number for factor in reversed(self.factors))

    @property
    def latex(self) -> str:
        """The product in symbols, in numbers, and what it comes to, in LaTeX."""
        return equation(sides_of(self.factors, LATEX)[1:], LATEX)

    def __str__(self) -> str:
        return equation(sides_of(self.factors, UNICODE)[1:])


class ChainRule:
    """The derivative of `output` by `wrt` as a sum over the paths between them; see `chain_rule`.

    Attributes
    ----------
    output, wrt : Value
        Where a leaf was changed since `output` was computed, copies that hold the numbers of then.
    paths : int
        How many paths there are, counted and not walked.
    value : float
        The derivative, as `gradient` has it.
    """

    def __init__(self, output: Value, wrt: Value) -> None:
        order = topological_order((output,))
        changes, then = recorded(order)
        self._given, self._changed = (output, wrt), (changes, Names(order))
        self.output, self.wrt = then.get(output, output), then.get(wrt, wrt)
        self._order = [then.get(value, value) for value in order]
        self._names = Names(self._order, apart=(self.wrt,))
        self._on_path, self.paths = paths_from(self.wrt, self._order, self._names.merged, "chain_rule(wrt)")
        self.value = gradient(self.output, self.wrt)

    @property
    def terms(self) -> Iterator[Term]:
        """The paths' products, one after another: there may be too many to hold."""
        if self.wrt is self.output:
            yield Term(())
            return
        path: list[Factor] = []
        branches = [self._ways_into(self.output)]
        while branches:
            steps = next(branches[-1], None)
            if steps is None:
                branches.pop()
                if path:
                    path.pop()
                continue
            path.append(Factor(self._names, (steps,)))
            if end_of(steps) is self.wrt:
                yield Term(tuple(reversed(path)))
                path.pop()
            else:
                branches.append(self._ways_into(end_of(steps)))

    def _ways_into(self, value: Value) -> Iterator[Steps]:
        """The ways into a value along the paths; what stands in its formula is passed through."""
        return self._names.merged.ways(value, self._on_path)

    @cached_property
    def _users(self) -> dict[Value, dict[Value, list[Steps]]]:
        """For each value on the paths what uses it next, the last first, and in which ways."""
        users: dict[Value, dict[Value, list[Steps]]] = {self.output: {}}
        for value in reversed(self._order):
            if value in users and value is not self.wrt:
                for steps in self._ways_into(value):
                    users.setdefault(end_of(steps), {}).setdefault(value, []).append(steps)
        return users

    def _next(self, value: Value) -> list[Factor]:
        """The derivatives by a value of what uses it next along the paths."""
        return [Factor(self._names, tuple(ways)) for ways in reversed(self._users[value].values())]

    # As text

    def _now(self) -> ChainRule:
        """The same, with a note of the leaves that were changed meanwhile."""
        return ChainRule(*self._given) if changes_since(self._order) else self

    def __str__(self) -> str:
        return self._now()._told(UNICODE)

    @property
    def ascii(self) -> str:
        """The same in ASCII, for files and terminals that hold nothing else."""
        return self._now()._told(ASCII)

    @property
    def latex(self) -> str:
        """The equation in LaTeX, without dollar signs."""
        now = self._now()
        return now._equation() + latex_note_of(*now._changed)

    def _equation(self) -> str:
        """The equation in LaTeX."""
        ratio = self._ratio(self.output, self.wrt, LATEX)
        if self.wrt is self.output:
            return f"{ratio} = 1"
        if self.paths == 1:
            (term,) = self.terms
            return equation([ratio, *sides_of(term.factors, LATEX)], LATEX)
        shown: list[str] = []
        for at, term in enumerate(self.terms):
            if at == _SHOWN_TERMS and self.paths > _SHOWN_TERMS + 1:
                shown.append(f" + {LATEX.ellipsis}")
                break
            product = sides_of(term.factors, LATEX)[1]
            shown.append(f" - {product[1:]}" if product.startswith("-") else f" + {product}")
        told = "".join(shown).removeprefix(" + ")
        return f"{ratio} = {told} = {LATEX.number(self.value)}"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex}$"

    def __repr__(self) -> str:
        return str(self)

    def _told(self, notation: Unicode) -> str:
        ratio = self._ratio(self.output, self.wrt, notation)
        if self.wrt is self.output:
            return f"{ratio} = 1"
        if self.paths == 1:
            (term,) = self.terms
            return self._explained(self._in_full(term.factors, notation), told_of(term.factors), notation)
        shown = list(islice(self.terms, self.paths if self.paths <= _SHOWN_TERMS + 1 else _SHOWN_TERMS))
        factors = [factor for term in shown for factor in told_of(term.factors)]
        rows = [(sides_of(term.factors, notation)[1:], term.value) for term in shown]
        lines = [f"{ratio} = the sum over {counted(self.paths)} paths"]
        lines += summed(rows, self.paths - len(shown), self.value, notation)
        return self._explained(lines, factors, notation)

    @property
    def recursive(self) -> str:
        """The document's form for many paths: a sum over what uses `wrt` next, in the derivatives by those.

        With one neuron a layer that is one product; where a whole layer uses an
        activation, a sum over the layer's neurons.
        """
        now = self._now()
        return now._told(UNICODE) if now.paths == 1 else now._recursive()

    def _recursive(self) -> str:
        """The same of many paths."""
        before: list[Factor] = []
        at = self.wrt
        while len(factors := self._next(at)) == 1:
            before += factors
            at = factors[0].value
        if at is self.output:
            return self._explained(self._in_full(before, UNICODE), told_of(before), UNICODE)
        start = [self._ratio(self.output, self.wrt)] if before else []
        lines = [equation([*start, *sides_of(before, UNICODE, self._rest(at))])] if before else []
        lines.append(f"{self._ratio(self.output, at)} = the sum over {len(factors):,} that use it")
        shown = factors if len(factors) <= _SHOWN_TERMS + 1 else factors[:_SHOWN_TERMS]
        rows = []
        for factor in shown:
            rest = self._rest(factor.value)
            # The output's own partial has the name of the derivative that is summed here, so it is told without.
            sides = sides_of([factor], UNICODE, rest)[0 if rest else 1 :]
            rows.append((sides, factor.number * (rest[1] if rest else 1.0)))
        lines += summed(rows, len(factors) - len(shown), gradient(self.output, at), UNICODE)
        return self._explained(lines, [*told_of(before), *shown], UNICODE)

    def _rest(self, value: Value) -> Rest | None:
        """The derivative of the output by a value, not taken apart."""
        return None if value is self.output else (self._ratio(self.output, value), gradient(self.output, value))

    def _in_full(self, factors: Sequence[Factor], notation: Unicode) -> list[str]:
        """One product: by name on a line of its own, then in symbols and numbers."""
        ratio = self._ratio(self.output, self.wrt, notation)
        names, *others = sides_of(factors, notation)
        return [*([f"{ratio} = {names}"] if len(factors) > 1 else []), equation([ratio, *others], notation)]

    def _explained(self, lines: list[str], factors: Sequence[Factor], notation: Unicode) -> str:
        """Lines, and what the values compute that have no name in them but v7."""
        text = "\n".join(lines)
        steps = [step for factor in factors for way in factor.ways for step in way]
        told = definitions(self._names, steps, text, notation)
        return "\n".join([text, *([on_lines("with ", told)] if told else []), *note_of(*self._changed, notation)])

    def _ratio(self, value: Value, operand: Value, notation: Unicode = UNICODE) -> str:
        return _ratio(self._names, value, operand, notation)


@keywords_told("chain_rule")
def chain_rule(output: Value, wrt: Value) -> ChainRule:
    """A derivative as the chain rule has it: the sum over all paths of the products of local partials.

    Values without labels are called, and sums and products told as one, as in `draw`. The terms of a sum add up to it
    as they are printed.

    Where a leaf's number was changed since, it is told as it was, with a note that names the leaf.

    Parameters
    ----------
    output : Value
        What to differentiate: a cost, say.
    wrt : Value
        By what: a value that it depends on.

    Returns
    -------
    ChainRule
        ``str()`` tells the equation, `ascii` without special letters, `latex` sets
        it; `terms` are the products, `paths` how many there are, `value` the sum;
        `recursive` tells many paths as the sum over what uses `wrt` next.

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


def _number(value: Value, index: int) -> float:
    _, then = recorded([value])
    partial = partial_of(then.get(value, value), index)
    return math.nan if partial is None else partial


def _ratio(names: Names, value: Value, operand: Value, notation: Unicode) -> str:
    return notation.ratio(names.own(value).label, names.own(operand).label)
