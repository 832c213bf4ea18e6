"""What a module holds, told as a table that fits 80 columns and as HTML."""

from html.parser import HTMLParser

import numpy as np
import pytest

import nn
from autograd import Value
from autograd.errors import ArgumentError


class Noise(nn.Module):
    """Something without parameters."""


class Own(nn.Module):
    def __init__(self):
        self.matrix = [[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]]
        self.scale = Value(0.5, "s")
        self.heads = {"left": nn.Layer([[0.25, -0.5]], [0.125], "tanh"), "right": nn.Layer([[1.0, 0.5]], [0.0])}
        self.noise = Noise()
        self.tied = [self.scale, Value(6.0)]
        self.again = self.heads["left"]


def lines(module):
    told = str(module.summary()).splitlines()
    columns = [len(line.replace("\u0301", "")) + line.count("層") for line in told]  # which take none, and two
    assert max(columns) <= 80
    return told


def test_a_network_is_told_layer_by_layer_in_the_document_s_names():
    told = lines(nn.MLP([784, 16, 10], output="linear", seed=0))
    assert told == [
        "MLP([784, 16, 10], activation='sigmoid', output='linear')",
        "",
        "name      label  shape     module  activation  parameters",
        "─────────────────────────────────────────────────────────",
        "0.weight  w¹     16 × 784  Layer   sigmoid         12,544",
        "0.bias    b¹     16                                    16",
        "2.weight  w²     10 × 16   Layer   linear             160",
        "2.bias    b²     10                                    10",
        "─────────────────────────────────────────────────────────",
        "                                        12,730 parameters",
    ]


def test_modules_inside_are_told_with_their_attributes_names():
    told = [line.split() for line in lines(Own())[4:-2]]
    assert told == [
        ["matrix", "2", "×", "2", "4"],
        ["scale", "s", "scalar", "1"],
        ["heads.left.weight", "1", "×", "2", "Layer", "tanh", "2"],
        ["heads.left.bias", "1", "1"],
        ["heads.right.weight", "1", "×", "2", "Layer", "sigmoid", "2"],
        ["heads.right.bias", "1", "1"],
        ["noise", "Noise", "0"],
        ["tied", "2", "1,", "others", "in", "scale"],
        ["again.weight", "1", "×", "2", "Layer", "tanh", "in", "heads.left.weight"],
        ["again.bias", "1", "in", "heads.left.bias"],
    ]


@pytest.mark.parametrize("make", [Own, lambda: nn.MLP([3, 4, 2], seed=0), lambda: nn.Layer([[1.0]], [0.0]), Noise])
def test_each_array_has_a_row_and_each_parameter_is_counted_once(make):
    module = make()
    summary = module.summary()
    assert [row.name for row in summary.rows if row.shape is not None] == list(module.state_dict())
    counted = sum(row.parameters for row in summary.rows)
    assert counted == summary.parameters == len(module.parameters())


def test_a_module_of_nothing_and_one_parameter():
    assert lines(Noise()) == ["Noise()", "0 parameters"]

    class One(nn.Module):
        def __init__(self):
            self.w = Value(1.0, "w")

    assert lines(One())[-1].strip() == "1 parameter"
    assert lines(One())[2].split() == ["name", "shape", "parameters"]


@pytest.mark.parametrize("name", ["long_" * 30, "層" * 70, "e\u0301" * 70, "a\nb", "<i>&"])
def test_names_of_any_kind_leave_the_table_whole(name):
    class Named(nn.Module):
        def __init__(self):
            self.inner = {name: [nn.Layer(np.ones((12, 1000)), np.zeros(12)), Value(0.0, name)]}

    module = Named()
    told = lines(module)
    assert len(told) == 9 and told[4].endswith("12,000") and told[6].rstrip().endswith("1")
    page = Page()
    page.feed(module._repr_html_())
    assert page.open == [] and set(page.tags) <= {"div", "b", "table", "thead", "tbody", "tfoot", "tr", "th", "td"}


def test_of_very_many_arrays_those_in_the_middle_are_counted():
    class Many(nn.Module):
        def __init__(self):
            self.rows = [[Value(0.0)] * (n % 2 + 1) for n in range(1000)]

    told = lines(Many())
    assert len(told) == 4 + 51 + 2
    assert told[44].split() == ["...", "950", "more", "950"] and told[45].startswith("rows.990")
    assert len(Many().summary().rows) == 1000


class Page(HTMLParser):
    """The tags of a page and the text in it."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.text = [], [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.mark.parametrize("make", [Own, lambda: nn.MLP([3, 4, 2], seed=0), Noise])
def test_a_notebook_shows_the_same(make):
    module, page = make(), Page()
    page.feed(module._repr_html_())
    assert page.open == []
    shown, wanted = " ".join(page.text).split(), str(module.summary()).replace("─", "").split()
    assert shown == wanted


def test_in_a_session_it_shows_itself():
    summary = nn.MLP([2, 1], seed=0).summary()
    assert repr(summary) == str(summary)


def test_a_module_that_takes_several_lines_gives_its_name_alone():
    assert "\n" in repr(Own()) and lines(Own())[0] == "Own"


def test_what_has_no_summary_is_shown_in_text():
    class Twice(nn.Module):
        def __init__(self):
            self.table = {1: Value(0.0), "1": Value(1.0)}

    with pytest.raises(ArgumentError, match=r"a name for each array, got two named 'table\.1'"):
        Twice().summary()
    assert Twice()._repr_html_() is None
    broken = nn.MLP([2, 2], seed=0)
    broken.layers.clear()
    assert "0 parameters" in broken._repr_html_()
