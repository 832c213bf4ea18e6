"""Numbers of a sum, of a few digits, that add up as they are printed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, localcontext

_DIGITS = 4
_LEAST_DIGITS = 2
_FAR, _MOST = 7, 15
_PLAIN = range(-5, 6)


def that_add_up(terms: Sequence[float], total: float) -> tuple[list[str], str]:
    """The terms of a sum and the sum as decimals, the printed terms adding up to the printed sum.

    All have four digits where that is so by itself. If not they end at one decimal place, where the largest has
    four digits at least, the sum too, and the smallest two; each term is rounded down, and those with the largest
    remainders up, until they add up (the method of Hare and Niemeyer). Beside what is many orders larger a term
    keeps its own digits and does not count.

    Parameters
    ----------
    terms : sequence of float
    total : float
        Their sum, as far as rounding allows.

    Returns
    -------
    terms : list of str
        With the signs of ASCII.
    total : str
    """
    plain = [f"{term or 0.0:.{_DIGITS}g}" for term in terms], f"{total or 0.0:.{_DIGITS}g}"
    if not all(map(math.isfinite, [*terms, total])) or not any(terms):
        return plain
    with localcontext() as context:
        context.prec = 400
        if sum(map(Decimal, plain[0])) == Decimal(plain[1]):
            return plain
        return _shared([Decimal(term) for term in terms], Decimal(total), plain[0])


def _shared(terms: list[Decimal], total: Decimal, plain: list[str]) -> tuple[list[str], str]:
    """Terms and their sum as whole numbers of one unit."""
    lead = max(term.adjusted() for term in terms if term)
    least = min(term.adjusted() for term in terms if term and lead - term.adjusted() < _FAR)
    places = max(
        _DIGITS - 1 - lead,
        _LEAST_DIGITS - 1 - least,
        min(_DIGITS - 1 - total.adjusted(), _MOST - 1 - lead) if total else 0,
    )
    scaled = [term.scaleb(places) for term in terms]
    counts = [term.to_integral_value(ROUND_FLOOR) for term in scaled]
    whole = total.scaleb(places).to_integral_value(ROUND_HALF_EVEN)
    missing = int(whole - sum(counts))
    by_remainder = sorted(range(len(terms)), key=lambda at: counts[at] - scaled[at])
    for at in by_remainder[: max(missing, 0)]:
        counts[at] += 1
    told = [_printed(count, places, lead) for count in counts]
    # What is far below the unit is not told as 0.
    far = [bool(term) and not count for term, count in zip(terms, counts, strict=True)]
    told = [own if is_far else text for text, own, is_far in zip(told, plain, far, strict=True)]
    return told, _printed(sum(counts, Decimal(0)), places, lead)


def _printed(count: Decimal, places: int, lead: int) -> str:
    """A whole number of units of 10^-places, with a power of ten where all are very large or small."""
    exponent = 0 if lead in _PLAIN else lead
    text = f"{count.scaleb(-places - exponent):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if not exponent or not count else f"{text}e{exponent:+03d}"
