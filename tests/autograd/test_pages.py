"""Pages in one file: what is put into them stays text, and nothing is fetched."""

import json
import math
import re

import numpy as np

from autograd.pages.assemble import as_json, assembled, packed

HOSTILE = "</script><script>alert(1)</script>]]>\"'&<!--\u2028\u2029\u202e\ud800"


def held(page, name):
    """The JSON of a page that a browser would read there: up to the first end of a script."""
    return json.loads(re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', page, re.DOTALL)[1])


def test_data_come_back_whatever_they_hold():
    page = assembled("t", "", [], [], {"graph": {"label": HOSTILE, "numbers": [1.5, math.nan, math.inf, -math.inf]}})
    assert held(page, "graph") == {"label": HOSTILE, "numbers": [1.5, "nan", "inf", "-inf"]}
    page.encode("utf-8")


def test_json_is_ascii_without_markup():
    text = as_json({HOSTILE: [HOSTILE]})
    assert text.isascii() and not set("<>&") & set(text)


def test_a_title_is_text():
    page = assembled(HOSTILE + "x" * 1000, "", [], [], {})
    title = re.search("<title>(.*?)</title>", page, re.DOTALL)[1]
    assert "<" not in title and len(title) < 300
    assert not re.search("[\u2028\u202e\ud800]", title)


def test_a_script_cannot_end_itself():
    page = assembled("t", "", [], ['const text = "</SCRIPT><!--<script>";'], {})
    assert page.lower().count("</script") == 1
    assert r"\x3C/SCRIPT>\x3C!--\x3Cscript>" in page


def test_a_policy_forbids_the_network():
    policy = re.search('http-equiv="Content-Security-Policy" content="([^"]*)"', assembled("t", "", [], [], {}))[1]
    assert "default-src 'none'" in policy
    assert not re.search(r"https?:|\*", policy)


def test_packed_numbers_are_of_one_order_of_bytes():
    for numbers in (np.array([1.5, -0.0, math.nan]), np.arange(6, dtype=">i4")[::2], np.array([-1], np.int16)):
        import base64

        read = np.frombuffer(base64.b64decode(packed(numbers)), numbers.dtype.newbyteorder("<"))
        np.testing.assert_array_equal(read, numbers)
