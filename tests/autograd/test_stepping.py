"""The page of a tree, from Python's side: what it holds, what it refuses, whose lines it shows."""

import html
import linecache
import math
import re
import textwrap
from pathlib import Path

import pytest

import nn
from autograd import Label, Value, draw, sigmoid, sin, stepping, total
from autograd.errors import ArgumentError
from autograd.graph import topological_order
from autograd.primitives import TABLE
from autograd.stepping.formulas import as_shown
from autograd.stepping.listing import listing_of
from autograd.stepping.page import Page, page_of


def neuron():
    w, a, b = Value(0.8, "w"), Value(0.6, "a"), Value(-0.2, "b")
    return sigmoid(w * a + b)


def test_a_page_is_one_document_and_a_file(tmp_path):
    page = draw(neuron()).page()
    assert isinstance(page, Page)
    assert str(page).startswith("<!DOCTYPE html>") and repr(page).startswith("<page ")
    assert not re.search(r"(src|href)=[\"'](?!#)", str(page))
    page.save(tmp_path / "page.html")
    draw(neuron()).save(tmp_path / "drawing.HTML")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == str(page)
    assert "<!DOCTYPE html>" in (tmp_path / "drawing.HTML").read_text(encoding="utf-8")


def test_two_hundred_nodes_take_less_than_500_kb():
    v = x = Value(0.3, "x")
    while len(topological_order((v,))) < 190:
        v = sin(v) * x + v
    assert len(str(draw(v).page())) < 500_000


def test_a_notebook_is_given_a_frame_that_can_reach_nothing():
    shown = draw(neuron()).page()._repr_html_()
    assert shown.startswith('<iframe sandbox="allow-scripts" ')
    inside = re.search('srcdoc="([^"]*)"', shown)[1]
    assert html.unescape(inside).startswith("<!DOCTYPE html>")


def long_sum():
    c = Value(1.0)
    for k in range(300):
        c = sin(c)
        c.label = f"c_{k}"
    return draw(c, max_nodes=500)


REFUSED = {
    "many nodes": (lambda: long_sum().page(), "at most 200 nodes.*301.*path_to="),
    "a large graph": (lambda: page_of(total([Value(1.0)] * 200_000), NotImplemented), "at most 1 MB.*200,000 edges"),
    "no folder": (lambda: draw(neuron()).save("no/such/folder/tree.html"), "cannot be written"),
    "another suffix": (lambda: draw(neuron()).page().save("tree.svg"), r"suffix \.html.*'\.svg'"),
    "another picture": (lambda: nn.gradient_vector(learned()).draw().page(), "drawing made by autograd.draw"),
}


def learned():
    net = nn.MLP([2, 1], seed=0)
    net([1.0, 2.0])[0].backward()
    return net


@pytest.mark.parametrize("call", REFUSED)
def test_what_a_page_cannot_hold_is_refused_in_a_sentence(call):
    made, message = REFUSED[call]
    with pytest.raises(ArgumentError, match=f"(?s){message}"):
        made()


def test_numbers_that_are_none_are_kept():
    page = str(draw(Value(math.nan, "n") * Value(math.inf, "m")).page())
    assert "NaN" not in re.search('id="model">(.*?)</script>', page)[1]


# The user's lines


def lines_for(tmp_path, source, of="C", globals_=None):
    """The listing of a program of a file, and the lines of some of its names."""
    path = tmp_path / "program.py"
    path.write_text(textwrap.dedent(source), encoding="utf-8")
    names = {"Value": Value, "sigmoid": sigmoid, "nn": nn, "listing_of": listing_of, "order_of": topological_order}
    linecache.checkcache(str(path))
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), names | (globals_ or {}), names)
    return names["found"], names


def test_assignments_that_made_values_are_the_lines(tmp_path):
    found, names = lines_for(
        tmp_path,
        """
        import math  # which makes nothing
        w, a = Value(0.8), Value(0.6)
        unused = Value(3.0)
        z = 0
        for _ in range(2):
            z = z + w * a
        C = (sigmoid(z) - 1) ** 2
        C.backward()
        found = listing_of(order_of((C,)))
        """,
    )
    assert found.name == "program.py"
    assert found.texts == [
        "w, a = Value(0.8), Value(0.6)",
        "z = z + w * a",
        "C = (sigmoid(z) - 1) ** 2",
        "C.backward()",
    ]
    assert [found.makers[id(names[name])] for name in "wazC"] == [0, 0, 1, 2]


def test_a_networks_parameters_are_of_its_line(tmp_path):
    found, names = lines_for(
        tmp_path,
        """
        def run():
            net = nn.MLP([2, 2, 1], seed=0)
            (out,) = net([0.9, 0.3])
            return net, out, listing_of(order_of((out,)))
        net, out, found = run()
        """,
    )
    assert found.texts == ["net = nn.MLP([2, 2, 1], seed=0)", "(out,) = net([0.9, 0.3])"]
    assert {found.makers[id(p)] for p in names["net"].parameters()} == {0}


def test_lines_are_left_out_where_none_is_found():
    names = {"Value": Value, "listing_of": listing_of, "order_of": topological_order}
    exec("w = Value(1.0)\nfound = listing_of(order_of((w * w,)))", names)
    assert names["found"] is None


def test_all_cells_of_a_notebook_are_the_program():
    names = {"Value": Value, "listing_of": listing_of, "order_of": topological_order, "get_ipython": None}
    names["In"] = ["", "%matplotlib inline", "w = Value(2.0)", "C = w * w", "found = listing_of(order_of((C,)))"]
    for cell in names["In"][2:]:
        exec(cell, names)
    assert names["found"].name == "notebook"
    assert names["found"].texts == ["w = Value(2.0)", "C = w * w"]


def test_every_operation_of_the_table_has_words():
    told = set(re.findall(r"^  (\w+): '", (Path(stepping.__file__).parent / "meanings.js").read_text("utf-8"), re.M))
    assert told >= {*TABLE}


def test_letters_bear_two_marks_at_most():
    assert as_shown(Label("e" + 10 * "\u0301", subscript="n\u0303"))["base"] == "e\u0301\u0301"
