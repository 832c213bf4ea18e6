"""Operations of one's own: a public door to the table."""

from __future__ import annotations

import functools
import inspect
import keyword
import math
import sys
from collections.abc import Callable, Iterable
from typing import Any, overload

from .errors import ArgumentError, OperandError
from .namespaces import Namespace
from .primitives import TABLE
from .primitives.own import SUBSCRIPTS, Own
from .reals import as_float
from .text import shown
from .value import Value, apply, as_value
from .words import keywords_told

_Interval = tuple[float, float]
_Functions = tuple[Callable[..., Any], ...]
_EVERYWHERE: _Interval = (-math.inf, math.inf)
_TAKEN = {*TABLE, "leaf", "constant", "input", "share"}
_LONGEST_SYMBOL = 20
_FOR_MORE = "a partial that computes with Values too, by operators and functions of autograd, or rules read in ns"


class Operation:
    """What `operation` makes: a function of Values and numbers; see there.

    Attributes
    ----------
    name : str
    primitive : Primitive
        What made the Values that it computes.
    rule, partials : callable, tuple of callable
        As they were given.
    """

    __name__: str

    def __init__(self, primitive: Own, rule: Callable[..., Any], partials: _Functions, operands: list[str]) -> None:
        self.name, self.primitive, self.rule, self.partials = primitive.name, primitive, rule, partials
        self.__name__, self.__doc__ = primitive.name, getattr(rule, "__doc__", None)
        self.__module__ = getattr(rule, "__module__", None) or __name__
        self._places = [f"{primitive.name}({name})" for name in operands]
        kind = inspect.Parameter.POSITIONAL_ONLY
        self.__signature__ = inspect.Signature([inspect.Parameter(name, kind) for name in operands])

    def __call__(self, *operands: Any) -> Value:
        """The result, with its operands recorded."""
        count = len(self._places)
        if len(operands) != count:
            raise OperandError(f"{self.name}: expected {count} operand{'s' * (count > 1)}, got {len(operands)}")
        return apply(self.primitive, tuple(map(as_value, operands, self._places)))

    def __repr__(self) -> str:
        return f"<operation {self.name}>"

    def __copy__(self, memo: Any = None) -> Operation:
        return self

    __deepcopy__ = __copy__

    def __reduce__(self) -> str:
        module = sys.modules.get(self.__module__)
        name = next((name for name, thing in [*vars(module).items()] if thing is self), None) if module else None
        if name is None:
            raise OperandError(
                f"pickle of {self!r}: expected an operation with a name at the top of {self.__module__}, the module of "
                "its rule, got one without; pickles hold that name alone"
            )
        return name


@overload
def operation(
    name: str,
    rule: None = None,
    partials: Iterable[Callable[..., Any]] | Callable[..., Any] = (),
    *,
    symbol: str | None = None,
    domain: Any = None,
    needs: str = "",
    kink: Callable[..., float] | None = None,
    floats: bool | None = None,
) -> Callable[[Callable[..., Any]], Operation]: ...
@overload
def operation(
    name: str,
    rule: Callable[..., Any],
    partials: Iterable[Callable[..., Any]] | Callable[..., Any],
    *,
    symbol: str | None = None,
    domain: Any = None,
    needs: str = "",
    kink: Callable[..., float] | None = None,
    floats: bool | None = None,
) -> Operation: ...


@keywords_told("operation")
def operation(
    name: str,
    rule: Callable[..., Any] | None = None,
    partials: Iterable[Callable[..., Any]] | Callable[..., Any] = (),
    *,
    symbol: str | None = None,
    domain: Any = None,
    needs: str = "",
    kink: Callable[..., float] | None = None,
    floats: bool | None = None,
) -> Any:
    """An operation of one's own: declared once, it is walked, drawn, told, checked and compiled as those of the table.

    Parameters
    ----------
    name : str
        What errors and programs call it; a word that is no operation of the table. The name may be given again, as
        in a notebook's cell that is run anew: that is another operation, and graphs keep theirs.
    rule : callable
        ``rule(ns, *operands)``, the result. Left out, what is returned is a decorator of the rule.
    partials : list of callable
        For each operand ``partial(ns, v, *operands)``, the derivative of the result `v` by it.
    symbol : str, optional
        How mathematics writes it; the name, if not given.
    domain : (low, high), list of such, or callable, optional
        Where there is a result: for one operand, or for each of several, an interval without its ends; or
        ``domain(ns, *operands)``, which is 0 where there is none. A rule says the same by raising a ValueError, but
        a compiled function that catches the error needs to know it beforehand.
    needs : str, optional
        The domain in words, for the error: ``"an operand above 0"``.
    kink : callable, optional
        ``kink(*operands)``, 0 where there is a result but no derivative.
    floats : bool, optional
        Whether rule and partials are functions of floats alone: ``rule(*operands)``, ``partial(*operands)``. If not
        given, a rule whose first parameter is not called ``ns`` is.

    Returns
    -------
    Operation
        A function of Values and numbers that gives a Value.

    Raises
    ------
    ArgumentError, OperandError
        If the name is taken or no word, there is not one partial for each operand, or an argument is of another kind.
        Later, if the rule or a partial raises what is no ValueError, or returns no number.
    DomainError
        Later, outside the domain; names the operation, its operands and, in a compiled run, the row.

    Notes
    -----
    A rule is written once and read with four kinds of numbers: floats, where Values are computed; arrays, in compiled
    programs; Values, for higher derivatives; symbols, where it is told. So it names none of them. Operators come from
    its operands, and functions from `ns`, the namespace of the kind: ``ns.exp``, ``ns.log``, ``ns.sqrt``, ``ns.tanh``,
    ``ns.sigmoid``, ``ns.maximum`` and whatever else is an operation of the table, by its name there. For a branch
    there are ``ns.where(condition, a, b)``, of which both sides are computed, and comparisons that give 1.0 or 0.0:
    ``ns.greater(a, 0.0)``. ``if a > 0`` and ``math.exp`` are of floats alone. The rule of another operation may be
    part of one: ``f.rule(ns, a)``.

    A rule of floats may call anything. A compiled program calls it for each number of each row, which a
    `RowByRowWarning` says once; JAX refuses it. It has a second derivative where its partials compute with Values too,
    by operators and functions of autograd.

    Examples
    --------
    >>> from autograd import Value, chain_rule, operation
    >>> swish = operation(
    ...     "swish",
    ...     rule=lambda ns, a: a * ns.sigmoid(a),
    ...     partials=[lambda ns, v, a: v + ns.sigmoid(a) * (1 - v)],
    ... )
    >>> x = Value(0.5, "x")
    >>> y = swish(x)
    >>> y.backward()
    >>> round(y.data, 4), round(x.grad, 4)
    (0.3112, 0.74)

    >>> import math
    >>> bell = operation("bell", rule=lambda a: math.exp(-a * a), partials=[lambda a: -2 * a * bell(a)])
    >>> bell(1.0).data == math.exp(-1)
    True
    """
    if rule is None:
        return functools.partial(
            operation, name, partials=partials, symbol=symbol, domain=domain, needs=needs, kink=kink, floats=floats
        )
    _require_word(name)
    slopes = _functions(rule, partials, kink)
    of_floats = _is_of_floats(rule, floats)
    operands = _operands(rule, slopes, of_floats)
    sign = name if symbol is None else _symbol(symbol)
    intervals, defined, words = _domain(domain, operands)
    if not isinstance(needs, str):
        raise OperandError(f"operation(needs): expected a text, got {type(needs).__name__}")
    primitive = Own(name, rule, slopes, sign, needs=shown(needs) or words, defined=defined, domain=intervals, kink=kink,
                    of_floats=of_floats, primes=_primes(name, sign, rule, slopes, of_floats),
                    safe=tuple(map(_inside, intervals)))  # fmt: skip
    return Operation(primitive, rule, slopes, operands)


def _primes(name: str, sign: str, rule: Callable[..., Any], slopes: _Functions, of_floats: bool) -> tuple[Own, ...]:
    """The partials as operations: by those they are told, where not in symbols, and computed, where of floats."""

    def prime(slope: Callable[..., Any], place: str) -> Own:
        def read(ns: Namespace, *operands: Any) -> Any:
            return slope(ns, rule(ns, *operands), *operands)

        symbol = f"{sign}′{place.translate(SUBSCRIPTS)}"
        return Own(
            f"{name}'{place}", slope if of_floats else read, slopes, symbol, needs=_FOR_MORE, of_floats=of_floats
        )

    places = [""] if len(slopes) == 1 else [str(index + 1) for index in range(len(slopes))]
    return tuple(map(prime, slopes, places))


# What is asked for


def _require_word(name: Any) -> None:
    if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
        raise ArgumentError(f'operation(name): expected a word, such as "swish", got {name!r:.60}')
    if name in _TAKEN:
        there = "autograd has it" if name in TABLE else "it stands for something else"
        raise ArgumentError(f"operation(name): expected a name that is not taken, got {name!r}: {there}")


def _functions(rule: Any, partials: Any, kink: Any) -> _Functions:
    """The partials, if all are functions."""
    slopes = (partials,) if callable(partials) else tuple(partials) if isinstance(partials, Iterable) else partials
    if not isinstance(slopes, tuple) or not slopes:
        raise ArgumentError(
            f"operation(partials): expected a list of functions, one for each operand, got {partials!r:.60}"
        )
    places = [("rule", rule), *((f"partials)[{index}]", slope) for index, slope in enumerate(slopes))]
    for place, function in [*places, *([("kink", kink)] if kink is not None else [])]:
        if not callable(function) or isinstance(function, type | Value):
            raise OperandError(
                f"operation({place}{'' if place[-1] == ']' else ')'}: expected a function, got "
                f"{type(function).__name__} {function!r:.40}"
            )
    return slopes


def _is_of_floats(rule: Callable[..., Any], floats: Any) -> bool:
    if floats is not None:
        if not isinstance(floats, bool):
            raise OperandError(f"operation(floats): expected True, False or None, got {floats!r:.60}")
        return floats
    return _parameters(rule)[:1] != ["ns"]


def _parameters(function: Callable[..., Any]) -> list[str]:
    """The names of what a function takes by position; none where Python does not know."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [one.name for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]


def _operands(rule: Callable[..., Any], slopes: _Functions, of_floats: bool) -> list[str]:
    """What the operands are called; raises where rule and partials do not take so many."""
    count = len(slopes)
    names = _parameters(rule)[0 if of_floats else 1 :][:count]
    operands = names if len(names) == count else [f"x{index}" for index in range(count)]
    for place, function, first in [
        ("rule)", rule, () if of_floats else ("ns",)),
        *((f"partials)[{index}]", slope, () if of_floats else ("ns", "v")) for index, slope in enumerate(slopes)),
    ]:
        if not _takes(function, len(first) + count):
            kind = "of floats" if of_floats else "read in a namespace"
            raise ArgumentError(
                f"operation({place}: expected a function of ({', '.join([*first, *operands])}), for {count} "
                f"{'partial' if count == 1 else 'partials'} {kind}, got one of ({', '.join(_parameters(function))}); "
                "there is one partial for each operand, and ns is the first parameter of what is read in a namespace"
            )
    return operands


def _takes(function: Callable[..., Any], count: int) -> bool:
    """Whether a function takes so many by position, as far as can be told."""
    try:
        inspect.signature(function).bind(*range(count))
    except TypeError:
        return False
    except ValueError:  # some built-in functions have no signature
        return True
    return True


def _symbol(symbol: Any) -> str:
    if not isinstance(symbol, str) or not symbol.strip() or shown(symbol, _LONGEST_SYMBOL) != symbol:
        raise ArgumentError(
            f"operation(symbol): expected a text of at most {_LONGEST_SYMBOL} printable characters, got {symbol!r:.60}"
        )
    return symbol


def _domain(domain: Any, operands: list[str]) -> tuple[tuple[_Interval, ...], Callable[..., Any] | None, str]:
    """For each operand an interval, what is 0 outside of the domain, and the domain in words."""
    everywhere = (_EVERYWHERE,) * len(operands)
    if callable(domain) and not _takes(domain, 1 + len(operands)):
        raise ArgumentError(
            f"operation(domain): expected a function of (ns, {', '.join(operands)}), got {domain!r:.60}"
        )
    if domain is None or callable(domain):
        return everywhere, domain, ""
    # For one operand both are taken: an interval, and a list of one.
    is_list = isinstance(domain, list | tuple) and all(isinstance(each, list | tuple) for each in domain)
    given = domain if is_list or len(operands) > 1 else [domain]
    if not isinstance(given, list | tuple) or len(given) != len(operands):
        raise ArgumentError(
            f"operation(domain): expected (low, high) for each of {len(operands)} operands, or a function "
            f"(ns, {', '.join(operands)}), got {domain!r:.60}"
        )
    places = [f"operation(domain) for {name}" for name in operands]
    intervals = tuple(map(_interval, given, places))

    def defined(ns: Namespace, *numbers: Any) -> Any:
        inside: Any = 1.0
        for number, (low, high) in zip(numbers, intervals, strict=True):
            inside = inside * ns.greater(number, low) if low > -math.inf else inside
            inside = inside * ns.less(number, high) if high < math.inf else inside
        return inside

    limited = [(name, each) for name, each in zip(operands, intervals, strict=True) if each != _EVERYWHERE]
    return intervals, defined if limited else None, ", ".join(_in_words(name, each) for name, each in limited)


def _interval(given: Any, place: str) -> _Interval:
    if given is None:
        return _EVERYWHERE
    if not isinstance(given, list | tuple) or len(given) != 2:
        raise ArgumentError(f"{place}: expected (low, high), got {given!r:.60}")
    low, high = (as_float(end, place) for end in given)
    if not low < high:
        raise ArgumentError(f"{place}: expected low < high, got {low!r} and {high!r}")
    return low, high


def _in_words(name: str, interval: _Interval) -> str:
    low, high = interval
    if high == math.inf:
        return f"{name} above {low:g}"
    return f"{name} below {high:g}" if low == -math.inf else f"{name} between {low:g} and {high:g}"


def _inside(interval: _Interval) -> float:
    """A number in an interval: 1 if it can be."""
    low, high = interval
    if low < 1.0 < high:
        return 1.0
    return (low + high) / 2 if math.isfinite(low) and math.isfinite(high) else low + 1.0 if low >= 1.0 else high - 1.0
