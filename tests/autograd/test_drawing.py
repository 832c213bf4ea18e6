"""`draw`: what stands in a tree, and that it stays whole whatever it is given."""

import math
import re
import sys
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote, urlparse
from xml.etree import ElementTree

import pytest
from document import neuron
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from autograd import Label, Value, draw, gradient, maximum, relu, sigmoid, sqrt, tanh, total, weighted_sum
from autograd import drawing as drawing_module
from autograd.drawing import rendering
from autograd.errors import ArgumentError, GraphError, OperandError, RenderError


def edges(source):
    return re.findall(r"(v\d+) -> (v\d+)(?! \[style=invis)", source)


def test_every_edge_bears_its_local_partial():
    *_, c = neuron()
    source = draw(c).source
    for partial in ("0.6", "0.8", ">1<", "0.2452", "−0.8609"):
        assert partial in source


def test_the_cost_hangs_on_a_and_y_as_the_document_draws_it():
    *_, c = neuron()
    assert len(edges(draw(c).source)) == 6


def test_x_times_x_has_two_edges():
    x = Value(3.0, "x")
    assert edges(draw(x * x).source) == [("v0", "v1"), ("v0", "v1")]


def test_the_product_along_the_path_stands_below():
    w, *_, c = neuron()
    source = draw(c, path_to=w).source
    assert "0.6&#160;·&#160;0.2452&#160;·&#160;(−0.8609)" in source
    assert f"−{abs(gradient(c, w)):.4g}" in source


def test_several_paths_are_counted():
    x = Value(2.0, "x")
    value = x
    for _ in range(5):
        value = value * value
    assert "sum over 32 paths" in draw(value, path_to=x).source


def test_the_source_is_the_same_for_the_same_formula():
    assert draw(neuron()[-1]).source == draw(neuron()[-1]).source


def test_the_wide_neuron_is_elided_and_says_what_it_leaves_out():
    n = 784
    weights, activations = [Value(0.5, f"w{k}") for k in range(n)], [Value(0.25, f"a{k}") for k in range(n)]
    z = weighted_sum(weights, activations, Value(1.0, "b"))
    source = draw(z).source
    assert "… 781 more pairs" in source
    assert f"w·a sums to {781 * 0.125:.4g}" in source
    assert len(edges(source)) == 8


def test_the_lit_path_is_never_elided():
    values = [Value(float(k), f"x{k}") for k in range(100)]
    source = draw(total(values), path_to=values[50]).source
    assert ">x50<" in source


def test_a_large_network_is_drawn_along_the_path_alone():
    net, c = network()
    weight = net.layers[1].neurons[0].weights[0]
    names = set(re.findall(r"\bv\d+\b", draw(c, path_to=weight).source))
    assert len(names) <= 40


def test_too_many_nodes_are_refused_with_the_count_and_the_remedies():
    level = [Value(1.0, f"x{k}") for k in range(256)]
    while len(level) > 1:
        level = [maximum(a, b) for a, b in zip(level[::2], level[1::2], strict=True)]
    with pytest.raises(ArgumentError, match=r"at most 200 nodes.* 511 values.*depth=.*collapse="):
        draw(level[0])
    assert len(edges(draw(level[0], depth=3).source)) == 14


def test_the_middle_of_a_chain_of_thousands_is_left_out():
    x, w = Value(1.0, "x"), Value(0.5, "w")
    value = x
    for _ in range(8_000):
        value = sigmoid(w * value)
    drawing = draw(value, path_to=x)
    assert len(edges(drawing.source)) <= 12
    assert "… 15,996 more operations" in drawing.source
    assert "7,998 edges" in str(draw(value, path_to=w))
    assert len(edges(draw(value, depth=5).source)) == 7


def test_what_a_chain_leaves_out_keeps_its_derivative():
    x = Value(0.3, "x")
    value = x
    for _ in range(300):
        value = tanh(value * 1.01)
    along = re.findall(r"∂ = (\S+) \*", str(draw(value, path_to=x)))
    assert len(along) == 5  # two at each end and the middle
    assert math.prod(map(float, along)) == pytest.approx(gradient(value, x), rel=1e-3)


def network():
    net = nn.MLP([64, 30, 10], seed=0)
    c = nn.squared_error(net([0.5] * 64), [0.0] * 10)
    c.label = Label("C", subscript="0")
    return net, c


def test_collapsed_layers_are_one_node_each():
    _, c = network()
    text = str(draw(c, collapse=True))
    assert text.splitlines()[1:] == [
        "├─ layer 2: 10 neurons: 300 w, 10 b, 10 z, 10 a   10 edges",
        "│  └─ layer 1: 30 neurons: 1,920 w, 30 b, 30 z, 30 a   300 edges",
        "│     └─ a: 64 values   1,920 edges",
        "└─ y: 10 values   10 edges",
    ]


def test_what_the_path_starts_at_stays_outside_its_collapsed_layer():
    net, c = network()
    weight = net.layers[0].neurons[0].weights[0]
    source = draw(c, path_to=weight, collapse=True).source
    assert "layer 1" in source and "sum over 10 paths" in source
    assert str(weight.label) in str(draw(c, path_to=weight, collapse=True))


def test_one_layer_may_be_collapsed():
    net = nn.MLP([2, 3, 1], seed=0)
    c = nn.squared_error(net([0.5, 0.25]), [1.0])
    text = str(draw(c, collapse="2"))
    assert text == str(draw(c, collapse=2)) == str(draw(c, collapse=[2]))
    assert "layer 2: 1 neuron" in text and "z¹₂" in text and "z²₀" not in text


@pytest.mark.parametrize("collapse", ["3", ["1", "x"], True])
def test_layers_that_are_not_there_are_refused(collapse):
    c = neuron()[-1] if collapse is not True else Value(1.0, "x") * 2.0
    with pytest.raises(ArgumentError, match=r"collapse.*expected"):
        draw(c, collapse=collapse)


def test_layers_are_framed_where_there_are_several():
    net = nn.MLP([2, 2, 1], seed=0)
    source = draw(nn.squared_error(net([0.5, 0.25]), [1.0])).source
    assert source.count("subgraph cluster") == 2 and "subgraph cluster" not in draw(neuron()[-1]).source


def test_edges_bear_as_much_as_is_asked_for():
    w, *_, c = neuron()
    ratios = {mode: draw(c, path_to=w, partials=mode).source.count('SIDES="B"') for mode in ("all", "path", "numbers")}
    below = ratios["numbers"]
    assert ratios == {"all": 6 + below, "path": 3 + below, "numbers": below}
    assert ">0.6<" in draw(c, partials="numbers").source
    assert ">0.6<" not in re.sub("label=<[^\n]*shape", "", draw(c, partials="none").source)
    with pytest.raises(ArgumentError, match=r"partials.*'all'.*'some'"):
        draw(c, partials="some")


@pytest.mark.parametrize("limits", [{"depth": 0}, {"depth": 1.5}, {"max_nodes": 0}, {"max_nodes": True}])
def test_limits_are_whole_numbers_of_at_least_1(limits):
    with pytest.raises(ArgumentError, match=f"{next(iter(limits))}.*at least 1"):
        draw(neuron()[-1], **limits)


def test_a_legend_on_request():
    *_, c = neuron()
    assert "a weighted sum" in draw(c, legend=True).source and "a weighted sum" not in draw(c).source


def test_an_svg_tells_its_title_and_tree_and_shares_no_ids():
    w, *_, c = neuron()
    ids = []
    for drawing in (draw(c), draw(c, path_to=w)):
        root = ElementTree.fromstring(drawing._repr_mimebundle_()["image/svg+xml"])
        told = {child.tag.split("}")[1]: child.text for child in root}
        assert told["title"].startswith("Derivative tree of C₀ = 0.185") and "wᴸ = 0.8" in told["desc"]
        ids.append({element.get("id") for element in root.iter() if element.get("id")})
    assert not ids[0] & ids[1]


def test_a_partial_that_does_not_exist_is_said_to_be_undefined():
    assert "undefined" in draw(sqrt(Value(0.0, "x"))).source


def test_kinks_are_drawn_by_their_convention():
    assert "grad" not in draw(relu(Value(0.0, "x"))).source


def test_the_text_tells_the_same_tree():
    w, *_, c = neuron()
    text = str(draw(c, path_to=w))
    assert text.splitlines()[0].startswith("C₀ = 0.1852904533")
    assert "wᴸ = 0.8   ∂ = 0.6 *" in text


@pytest.mark.parametrize("form", ["svg", "png", "pdf", "dot"])
def test_the_suffix_says_the_format(tmp_path, form):
    w, *_, c = neuron()
    path = tmp_path / f"tree.{form}"
    draw(c, path_to=w).save(path)
    starts = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF", "dot": b"digraph"}
    assert path.read_bytes().startswith(starts[form])
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


HOSTILE = (
    '"', "<b>bold</b>", "&#92;N", "\\N", "back\\", "a\nb", "\x00\x07\x1b", "\ud800", "x" * 10_000, "😀", "עברית",
    "<a href='javascript:alert(1)'>", "]]>", "a:b", "{|}", "--", " ",
)  # fmt: skip


def test_hostile_labels_come_out_as_text():
    leaves = [Value(2.0, Label(text, text, text)) for text in HOSTILE]
    value = leaves[0]
    for leaf in leaves[1:]:
        value = value * leaf
        value.label = leaf.label
    root = ElementTree.fromstring(rendering.render(draw(value, path_to=leaves[0]).source, "svg"))
    assert root.tag.endswith("svg")
    shown = {element.text for element in root.iter() if element.tag.endswith("}text")}
    assert {"<b>bold</b>", "&#92;N", "\\N", "back\\", "<a href='javascript:alert(1)'>", "]]>"} <= shown
    links = [value for element in root.iter() for key, value in element.attrib.items() if key.endswith("href")]
    assert not [link for link in links if "javascript" in link]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=50), st.text(max_size=10), st.text(max_size=10))
def test_any_text_makes_dot_without_control_characters(base, above, below):
    x = Value(2.0, Label(base or "x", above, below))
    source = draw(x + x).source
    source.encode("utf-8")
    assert not [c for c in source if ord(c) < 32 and c not in "\n\t"]


def test_the_notebook_gets_a_picture_and_text():
    bundle = draw(neuron()[-1])._repr_mimebundle_()
    assert bundle["image/svg+xml"].lstrip().startswith("<?xml")
    assert "wᴸ" in bundle["text/plain"]


@pytest.fixture
def opened(monkeypatch):
    """The pages that a browser would have been asked to show."""
    pages = []

    def note(url):
        pages.append(Path(unquote(urlparse(url).path)))
        return True

    monkeypatch.setattr(drawing_module.webbrowser, "open", note)
    yield pages
    for page in pages:
        page.unlink()


def test_a_drawing_is_shown_in_the_browser(opened, capsys):
    assert draw(neuron()[-1], title="of <one> neuron").show() is None
    (page,) = opened
    told = page.read_text(encoding="utf-8")
    assert (
        page.suffix == ".html" and "<title>of &lt;one&gt; neuron</title>" in told and told.rstrip().endswith("</svg>")
    )
    assert capsys.readouterr().out == ""


def test_where_there_is_no_browser_or_renderer_the_text_is_shown(opened, monkeypatch, capsys):
    drawing = draw(neuron()[-1])
    note = drawing_module.webbrowser.open
    monkeypatch.setattr(drawing_module.webbrowser, "open", lambda url: not note(url))
    drawing.show()
    assert capsys.readouterr().out == f"{drawing}\n" and len(opened) == 1
    monkeypatch.setattr(rendering.shutil, "which", lambda name: None)
    monkeypatch.setattr(rendering.importlib.util, "find_spec", lambda name: None)
    drawing.show()
    assert "wᴸ = 0.8" in (told := capsys.readouterr().out) and "found neither" in told and len(opened) == 1


def test_a_notebook_displays_it(opened, monkeypatch):
    displayed = []
    shell = SimpleNamespace(kernel=object())
    display = SimpleNamespace(display=displayed.append)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    drawing = draw(neuron()[-1])
    drawing.show()
    assert displayed == [drawing] and not opened


def test_the_title_stands_above_and_is_what_the_picture_is_called():
    source, svg = (draw(neuron()[-1], title='a "<b>7</b>"') for _ in "ab")
    assert "a &quot;&lt;b&gt;7&lt;/b&gt;&quot;" in source.source
    assert "<title>a &quot;&lt;b&gt;7&lt;/b&gt;&quot;</title>" in svg._repr_mimebundle_()["image/svg+xml"]


def test_without_a_renderer_the_error_says_both_remedies_and_text_remains(monkeypatch, tmp_path):
    monkeypatch.setattr(rendering.shutil, "which", lambda name: None)
    monkeypatch.setattr(rendering.importlib.util, "find_spec", lambda name: None)
    drawing = draw(neuron()[-1])
    with pytest.raises(RenderError, match=r"install Graphviz, or pip install pygraphviz"):
        drawing.save(tmp_path / "tree.svg")
    assert not list(tmp_path.iterdir())
    assert "found neither" in drawing._repr_mimebundle_()["text/plain"]


def test_a_layout_that_takes_too_long_is_stopped(monkeypatch):
    monkeypatch.setattr(rendering, "TIMEOUT", 0.2)
    monkeypatch.setattr(rendering.shutil, "which", lambda name: None)
    monkeypatch.setattr(rendering, "_PYGRAPHVIZ", "import time; time.sleep(60)")
    monkeypatch.setattr(rendering.importlib.util, "find_spec", lambda name: sys)
    with pytest.raises(RenderError, match=r"within 0 s"):
        rendering.render("digraph {}", "svg")


def test_an_unknown_suffix_and_an_unwritable_folder_are_refused(tmp_path):
    drawing = draw(neuron()[-1])
    with pytest.raises(ArgumentError, match=r"\.svg, \.png"):
        drawing.save(tmp_path / "tree.jpeg")
    (tmp_path / "folder.svg").mkdir()
    for path in (tmp_path / "none" / "tree.dot", tmp_path / "folder.svg", "/proc/tree.dot"):
        with pytest.raises(ArgumentError, match="cannot be written"):
            drawing.save(path)


def test_what_is_no_value_or_not_depended_on_is_refused():
    *_, c = neuron()
    with pytest.raises(OperandError, match="expected a Value, got float"):
        draw(1.0)
    with pytest.raises(OperandError, match="path_to"):
        draw(c, path_to="w")
    with pytest.raises(GraphError, match="depends on"):
        draw(c, path_to=Value(1.0))
