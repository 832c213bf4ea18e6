"""Where things stand in a drawn tree: layers in order, subscripts in order, nothing on top of anything else."""

import json
import math
import re
from itertools import combinations, cycle, pairwise

import pytest
from document import neuron
from hypothesis import given
from hypothesis import strategies as st
from test_any_drawing import graphs

import nn
from autograd import Label, Value, draw, exp, sin, total, weighted_sum
from autograd.drawing import rendering
from autograd.drawing.layout import Box, laid_out
from autograd.drawing.measuring import size_of, text_width
from autograd.drawing.placing import apart_from
from autograd.drawing.walk import tree_of
from autograd.errors import ArgumentError


def network(sizes, cost=nn.squared_error, **options):
    net = nn.MLP(sizes, seed=0, **options)
    c = cost(net([0.1 * k for k in range(sizes[0])]), [1.0] + [0.0] * (sizes[-1] - 1))
    c.label = Label("C", subscript="0")
    return net, c


def places(value, **options):
    """The x and y of each labelled node by its label in ASCII, as the picture has them; y grows downwards."""
    found = {}
    for line in draw(value, **options).source.splitlines():
        node = re.match(r"\s*v\d+ \[", line)
        told, at = re.search(r'tooltip="?([^ "]+)', line), re.search(r'pos="(-?[\d.]+),(-?[\d.]+)"', line)
        if node and told and at:
            found[Label.parse(told[1]).ascii] = float(at[1]), -float(at[2])
    return found


AXES = pytest.mark.parametrize("direction, along", [("down", 1), ("right", 0)])


@AXES
def test_layers_follow_each_other(direction, along):
    _, c = network([3, 4, 3, 2])
    at = places(c, direction=direction)
    layers = [[place[along] for name, place in at.items() if f"^{layer}" in name] for layer in ("0", "1", "2", "3")]
    assert [len(layer) > 2 for layer in layers] == [True] * 4
    assert all(max(one) < min(other) for one, other in pairwise(layers))
    assert max(layers[-1]) < at["C_0"][along]


@AXES
def test_the_frames_of_layers_follow_each_other(direction, along):
    _, c = network([3, 4, 3, 2])
    clusters = [line for line in draw(c, direction=direction).source.splitlines() if "bb=" in line]
    corners = {re.search(r"layer (\d)", line)[1]: re.findall(r"-?\d+\.\d", line) for line in clusters}
    frames = [list(map(float, corners[layer][:4])) for layer in "123"]
    begins, ends = ([(f[0], -f[3])[along] for f in frames], [(f[2], -f[1])[along] for f in frames])
    assert all(end < begin for end, begin in zip(ends, begins[1:], strict=False))


@AXES
def test_a_layer_stands_in_three_rows_weights_first(direction, along):
    _, c = network([2, 3, 2])
    at = places(c, direction=direction)
    for layer in "12":
        rows = [{place[along] for name, place in at.items() if re.match(f"{letters}\\^{layer}", name)}
                for letters in ("[wb]", "z", "a")]  # fmt: skip
        assert [len(row) for row in rows] == [1, 1, 1]
        assert max(rows[0]) < max(rows[1]) < max(rows[2])


@AXES
def test_what_differs_in_subscripts_stands_in_their_order(direction, along):
    _, c = network([3, 4, 2])
    at = places(c, direction=direction)
    for letter in ("w^1", "b^1", "z^1", "a^1", "a^0", "w^2", "z^2"):
        family = {name: place[1 - along] for name, place in at.items() if name.startswith(letter)}
        assert len(family) > 1
        assert sorted(family, key=family.__getitem__) == sorted(family)


def test_subscripts_are_numbers():
    leaves = [Value(1.0, f"w_{k}") for k in (10, 2, 1, 100, 0)]
    at = places(total(leaves) ** 2)
    assert sorted(at, key=lambda name: at[name][0])[:5] != sorted(at)[:5]
    row = [name for name in sorted(at, key=lambda name: at[name][0]) if name.startswith("w")]
    assert row == ["w_0", "w_1", "w_2", "w_10", "w_100"]


def test_a_weight_stands_beside_what_it_is_multiplied_by():
    z = weighted_sum([Value(0.5, f"w_{k}") for k in range(3)], [Value(0.5, f"x_{k}") for k in range(3)])
    at = places(z)
    assert sorted((name for name in at if "_" in name), key=at.__getitem__) == [
        "w_0",
        "x_0",
        "w_1",
        "x_1",
        "w_2",
        "x_2",
    ]


def test_the_path_of_a_neuron_leads_straight_down():
    w, *_, c = neuron()
    at = places(c, path_to=w)
    assert at["z^L"][0] == pytest.approx(at["a^L"][0], abs=3) == pytest.approx(at["C_0"][0], abs=6)


def test_a_direction_that_there_is_not_is_refused():
    with pytest.raises(ArgumentError, match=r"draw\(direction\): expected one of 'down', 'right', got 'up'"):
        draw(neuron()[-1], direction="up")


# Nothing covers anything else


def trees():
    w, *_, c = neuron()
    net, squared = network([2, 2, 1])
    _, entropy = network([3, 4, 2], nn.cross_entropy, output="linear")
    x = Value(1.5, "x")
    left, right = sin(x), exp(x)
    left.label, right.label = "left", "right"
    a, b, d = Value(2.0, "a"), Value(-3.0, "b"), Value(4.0, "d")
    wide = weighted_sum([Value(0.1, f"w_{k}") for k in range(99)], [Value(0.5, f"x_{k}") for k in range(99)])
    return {
        "neuron": (c, {"path_to": w}),
        "everything told": (squared, {"partials": "all"}),
        "a path": (squared, {"path_to": net.layers[0].neurons[0].weights[0]}),
        "cross entropy": (entropy, {}),
        "diamond": (left * right, {"path_to": x}),
        "formula": ((a * b + sin(a)) / d, {"path_to": a}),
        "square": (x * x, {"path_to": x}),
        "wide": (wide, {}),
        "blocks": (squared, {"collapse": True}),
    }


@pytest.mark.parametrize("direction", ["down", "right"])
@pytest.mark.parametrize("name", trees())
def test_labels_and_nodes_cover_nothing_as_graphviz_sets_them(name, direction):
    value, options = trees()[name]
    drawn = json.loads(rendering.render(draw(value, direction=direction, **options).source, "json"))
    nodes, labels = {}, {}
    for thing in drawn["objects"]:
        if "pos" in thing and thing["name"].startswith("v"):
            x, y = map(float, thing["pos"].split(","))
            nodes[thing["_gvid"]] = Box.around(x, y, (72 * float(thing["width"]), 72 * float(thing["height"])))
    for edge in drawn["edges"]:
        texts = [step for step in edge.get("_ldraw_", ()) if step["op"] == "T"]
        for text in texts:
            left = text["pt"][0] - {"l": 0, "c": 0.5, "r": 1}[text["align"]] * text["width"]
            box = Box(left, text["pt"][1], left + text["width"], text["pt"][1] + 4)
            labels[edge["_gvid"]] = labels.get(edge["_gvid"], box) | box
    assert nodes and labels
    boxes = [*nodes.values(), *labels.values()]
    assert not [pair for pair in combinations(boxes, 2) if pair[0].meets(pair[1])]


def curve(points, steps=24):
    """Points on a Bezier curve of several parts."""
    for at in range(0, len(points) - 1, 3):
        a, b, c, d = points[at : at + 4]
        for step in range(steps + 1):
            t = step / steps
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            yield tuple(sum(w * p[axis] for w, p in zip(weights, (a, b, c, d), strict=True)) for axis in (0, 1))


SHAPES = ("ellipse", (60.0, 50.0)), ("box", (90.0, 30.0)), ("ellipse", (80.0, 80.0)), ("octagon", (50.0, 50.0))


def layout_of(value, down=True, **options):
    tree = tree_of(value, options.pop("path_to", None), None, 200, options.pop("collapse", False))
    shapes = dict(zip(tree.nodes, cycle(SHAPES), strict=False))
    return tree, laid_out(tree, shapes, dict.fromkeys(tree.edges, (40.0, 20.0)), down)


def inside(box, point, margin=1.0):
    return box.left + margin < point[0] < box.right - margin and box.top + margin < point[1] < box.bottom - margin


@pytest.mark.parametrize("down", [True, False])
@pytest.mark.parametrize("name", sorted(set(trees()) - {"everything told"}))
def test_edges_pass_beside_nodes_and_labels(name, down):
    value, options = trees()[name]
    _, layout = layout_of(value, down, **options)
    for edge, points in layout.ways.items():
        others = [box for node, box in layout.nodes.items() if node is not edge.operand and node is not edge.value]
        others += list(layout.labels.values())
        assert not [point for point in curve(points[:-1]) for box in others if inside(box, point)]


@given(graphs(), st.booleans())
def test_nothing_of_any_graph_covers_anything_else(values, down):
    tree, layout = layout_of(values[-1], down)
    assert set(layout.nodes) == set(tree.nodes) and set(layout.ways) == set(layout.labels) == set(tree.edges)
    boxes = [*layout.nodes.values(), *layout.labels.values()]
    assert not [pair for pair in combinations(boxes, 2) if pair[0].meets(pair[1])]
    frames = list(layout.frames.values())
    assert not [pair for pair in combinations(frames, 2) if pair[0].meets(pair[1])]


def test_an_edge_ends_at_the_outlines_of_its_nodes():
    *_, c = neuron()
    tree = tree_of(c, None, None, 200, False)
    layout = laid_out(tree, dict.fromkeys(tree.nodes, ("ellipse", (60.0, 50.0))), {}, True)
    for edge, points in layout.ways.items():
        for node, point in ((edge.operand, points[0]), (edge.value, points[-1])):
            x, y = layout.nodes[node].middle
            assert math.hypot((point[0] - x) / 30, (point[1] - y) / 25) == pytest.approx(1.0)


def test_what_leads_past_others_bends_once():
    w, x = Value(0.5, "w"), Value(0.3, "x")
    value = x
    for k in range(6):
        value = sin(value)
        value.label = f"s_{k}"
    output = value * w + exp(w)
    output.label = "C"
    _, layout = layout_of(output * x)
    for points in layout.ways.values():
        across = [round(point[0], 1) for point in points[1:-2]]
        assert sum(one != other for one, other in pairwise(across)) <= 6


# What is measured before it is drawn


def test_text_takes_the_room_that_was_measured():
    w, *_, c = neuron()
    drawn = json.loads(rendering.render(draw(c, path_to=w).source, "json"))
    steps = [step for thing in (*drawn["objects"], *drawn["edges"]) for step in thing.get("_ldraw_", ())]
    size, seen = 14.0, 0
    for step in steps:
        size = step["size"] if step["op"] == "F" else size
        if step["op"] == "T" and step["text"].strip():
            seen += 1
            assert step["width"] <= 1.12 * text_width(step["text"], size, bold=True) + 1
    assert seen > 20


def test_a_table_is_as_wide_as_its_widest_cells_and_as_high_as_its_highest():
    cell = "<TD><FONT POINT-SIZE='10'>x</FONT></TD>"
    table = (
        f"<TABLE BORDER='0' CELLBORDER='0' CELLSPACING='0' CELLPADDING='1'><TR>{cell}{cell}</TR><TR>{cell}</TR></TABLE>"
    )
    assert size_of(table) == (2 * (text_width("x", 10) + 2), 2 * (12 + 2))
    assert size_of("") == (0.0, 0.0)


@given(
    st.lists(st.tuples(st.floats(-99, 99), st.floats(0.1, 9), st.floats(0, 9)), min_size=1, max_size=9),
)
def test_places_keep_their_order_and_their_distance(wanted):
    places_, weights, gaps = map(list, zip(*wanted, strict=True))
    found = apart_from(places_, weights, gaps[1:])
    assert all(b - a >= gap - 1e-9 for a, b, gap in zip(found, found[1:], gaps[1:], strict=False))
    # No common shift brings them nearer to what is wanted.
    pull = sum(w * (f - p) for f, p, w in zip(found, places_, weights, strict=True))
    assert pull == pytest.approx(0.0, abs=1e-6)
