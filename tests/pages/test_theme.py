"""What all pages share, in a browser: light and dark, and data that are read."""

import math

import numpy as np

from autograd.pages.assemble import assembled, packed

HOSTILE = "</script><img src=x onerror=alert(1)>\u2028"
BODY = '<main><button class="icon" id="theme"></button><p id="told"></p></main>'
SCRIPT = """
const given = dataOf('given');
document.getElementById('told').textContent = given.text;
const numbers = unpacked(given.numbers, Float64Array);
"""


def background(page):
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_a_page_reads_its_data_and_changes_its_colours(open_page):
    numbers = np.array([1.5, -0.0, math.inf])
    html = assembled("t", BODY, [], [SCRIPT], {"given": {"text": HOSTILE, "numbers": packed(numbers)}})
    page = open_page(html=html)
    assert page.text_content("#told") == HOSTILE
    assert page.evaluate("[numbers[0], Object.is(numbers[1], -0), numbers[2] === Infinity]") == [1.5, True, True]
    assert background(page) == "rgb(250, 249, 246)"
    page.get_by_role("button", name="Dark colours").click()
    assert background(page) == "rgb(17, 21, 27)"
    page.get_by_role("button", name="Light colours").click()
    assert background(page) == "rgb(250, 249, 246)"
    assert background(open_page(html=html, dark=True)) == "rgb(17, 21, 27)"


EXPONENT = """() => {
  const [base, script] = [...document.querySelectorAll('msup > *')].map((part) => part.getBoundingClientRect());
  return (script.bottom - base.top) / base.height;
}"""


def test_an_exponent_stands_beside_its_parenthesis_and_not_above_it(open_page):
    body = '<p style="font-size: 60px"><math><mi>x</mi><msup><mo stretchy="false">)</mo><mn>2</mn></msup></math></p>'
    assert 0.2 < open_page(html=assembled("t", body, [], [], {})).evaluate(EXPONENT) < 0.6
