"""The engine of the stepping page, and its numbers, in a browser: they are Python's."""

import math
from pathlib import Path

import numpy as np

import autograd
from autograd.pages.assemble import assembled, packed, read
from autograd.reals import number

STEPPING = Path(autograd.__file__).parent / "stepping"


def test_numbers_are_printed_as_python_prints_them(open_page):
    rng = np.random.default_rng(0)
    some = rng.standard_normal(4000) * 10.0 ** rng.integers(-12, 12, 4000)
    halves = (rng.integers(1000, 10000, 2000) + 0.5) * 2.0 ** rng.integers(0, 8, 2000)
    short = np.round(rng.standard_normal(2000), 3)
    odd = [0.0, -0.0, math.nan, math.inf, -math.inf, 5e-324, 1.7976931348623157e308, 0.5, 1234.5, 1235.5, 99995, 9999.5]
    odd += [1e-4, 9.9995e-5, 99999.5, 12345, 12355, 1e22, 1e23, 0.00012345, 100.0, 2.5e-5]
    numbers = np.concatenate([some, halves, -halves, short, rng.integers(-(10**6), 10**6, 2000), odd])
    bits = rng.integers(0, 2**63, 2000, dtype=np.uint64).view(np.float64)  # every exponent
    numbers = np.concatenate([numbers, bits])
    html = assembled("t", "", [], read(STEPPING, "math.js"), {"given": packed(numbers)})
    told = open_page(html=html).evaluate("Array.from(unpacked(dataOf('given'), Float64Array), (x) => number(x))")
    assert told == [number(x) for x in numbers.tolist()]
