"""The page that steps through a tree: its numbers, read back from it, are `gradient`'s."""

import pytest

import nn
from autograd import Value, draw, gradient, sigmoid
from autograd.reals import number


def neuron():
    w, a, b, y = Value(0.8, "w"), Value(0.6, "a"), Value(-0.2, "b"), Value(1.0, "y")
    z = w * a + b
    z.label = "z"
    s = sigmoid(z)
    s.label = "s"
    c = (s - y) ** 2
    c.label = "C"
    return c


def network():
    (a,) = nn.MLP([2, 2, 1], seed=0)([0.9, 0.3])
    c = (a - Value(1.0, "y")) ** 2
    c.label = "C_0"
    return c


def pressed_to_the_end(page):
    page.keyboard.press("c")
    for _ in range(page.evaluate("model.steps.length - model.turn")):
        page.keyboard.press("ArrowRight")
    assert page.get_attribute(".track", "aria-valuenow") == page.get_attribute(".track", "aria-valuemax")


def gradients_in(page):
    """What the pills say, by the place of the value."""
    return page.evaluate(
        "Object.fromEntries(stage.nodes.filter(({node, pill}) => node.value !== null && !node.fixed)"
        ".map(({node, pill}) => [node.value, pill.querySelector('.number').textContent]))"
    )


@pytest.mark.parametrize("made", [neuron, network])
def test_keys_step_to_the_gradients_of_python(open_page, tmp_path, made):
    output = made()
    drawing = draw(output)
    drawing.save(tmp_path / "tree.html")
    page = open_page(tmp_path / "tree.html")
    pressed_to_the_end(page)
    from autograd.graph import topological_order

    order = topological_order((output,))
    told = gradients_in(page)
    assert told
    assert told == {place: number(gradient(output, order[int(place)])) for place in told}
