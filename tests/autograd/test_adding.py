"""Sums of printed numbers: the terms add up to the sum, as they are printed."""

import math
import re
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, chain_rule, draw, gradient, sigmoid, tanh
from autograd.formulas.adding import that_add_up

NUMBERS = st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-3)


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        ([-0.25, -1.05, 0.2], ["-0.25", "-1.05", "0.2", "-1.1"]),
        # 0.1111 and 0.3333 would make 0.4444; the sum is 0.44448.
        ([0.11114, 0.33334], ["0.1111", "0.3334", "0.4445"]),
        # What nearly cancels is told so far that the difference has its digits.
        ([1.23456, -1.23333], ["1.23456", "-1.23333", "0.00123"]),
        # Beside large terms small ones keep two digits.
        ([0.73916, 0.0012385], ["0.7392", "0.0012", "0.7404"]),
        ([1.1114e-9, 3.3334e-9], ["1.111e-09", "3.334e-09", "4.445e-09"]),
        # Beside what is many orders larger one counts for nothing, and is not 0.
        ([1.0004, 1.0004, 1e-20], ["1.001", "1", "1e-20", "2.001"]),
        ([0.0, 0.0], ["0", "0", "0"]),
        ([math.inf, 1.0], ["inf", "1", "inf"]),
    ],
)
def test_what_is_printed(terms, told):
    printed, total = that_add_up(terms, math.fsum(terms))
    assert [*printed, total] == told


def is_far(term, terms):
    """Whether a term is seven orders below the largest."""
    return term != 0 and Decimal(max(map(abs, terms))).adjusted() - Decimal(term).adjusted() >= 7


@given(st.lists(NUMBERS, min_size=1, max_size=8))
def test_any_terms_add_up_as_printed_and_are_true_to_their_last_digit(terms):
    total = math.fsum(terms)
    told, whole = that_add_up(terms, total)
    with localcontext() as context:
        context.prec = 60
        near = [text for text, term in zip(told, terms, strict=True) if not is_far(term, terms)]
        assert Decimal(whole) in (sum(map(Decimal, told)), sum(map(Decimal, near)))
    last = max(-Decimal(text).as_tuple().exponent for text in (*told, whole))
    largest = max(map(abs, terms))
    unit = max(Decimal(10) ** -last, Decimal(f"{largest:.3e}") * Decimal("1e-3"))
    for text, term in zip((*told, whole), (*terms, total), strict=True):
        assert abs(Decimal(text) - Decimal(term)) < unit
        assert (Decimal(text) == 0) == (term == 0) or text is whole


def numbers_of(lines):
    """What the terms and the sum of a told sum come to."""
    return [Decimal(line.split(" ")[-1].replace("−", "-").strip("()")) for line in lines]


@given(st.lists(st.floats(0.1, 2), min_size=6, max_size=6))
def test_the_chain_rule_s_terms_add_up(numbers):
    x, *weights = map(Value, numbers)
    output = sum((w * tanh(x * w) for w in weights[:3]), weights[3]) + sigmoid(x)
    for told in (str(chain_rule(output, x)), chain_rule(output, x).recursive):
        lines = told.splitlines()
        first = next(at for at, line in enumerate(lines) if "the sum over" in line) + 1
        last = next(at for at, line in enumerate(lines) if line.startswith("  = "))
        # A term that is too long for a line has its number on the next one.
        ends = [at for at in range(first, last) if at + 1 == last or lines[at + 1].startswith(("  + ", "    "))]
        terms = [lines[at] for at in ends if not (at + 1 < last and lines[at + 1].startswith("    = "))]
        assert sum(numbers_of(terms)) == numbers_of([lines[last]])[0]


def test_what_is_left_out_is_told_as_a_number():
    x = Value(0.3)
    output = sum(sigmoid(x * k) for k in range(1, 9))
    lines = str(chain_rule(output, x)).splitlines()
    assert lines[4].startswith("  + ... 5 more, which add up to ")
    assert sum(numbers_of(lines[1:5])) == numbers_of(lines[5:6])[0]
    assert float(numbers_of(lines[5:6])[0]) == pytest.approx(gradient(output, x), rel=1e-3)


def test_the_picture_s_terms_add_up():
    x = Value(0.3, "x")
    source = draw(sigmoid(x) + tanh(x) + 0.33334 * x, path_to=x).source
    told = re.search(r">([^<>]*&#160;[+]&#160;[^<>]*)<.*?<B>([^<>]*)</B>", source)
    terms = [Decimal(term.strip("()")) for term in told[1].split("&#160;+&#160;")]
    assert len(terms) == 3 and sum(terms) == Decimal(told[2])
