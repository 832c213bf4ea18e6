"""The fourth chapter: layers of several neurons, the sum over the next layer, and all of it in a nutshell."""

from __future__ import annotations

import nn
from autograd import Label, Value, chain_rule, draw
from gallery.networks import cost_of, neuron, two_neurons_a_layer
from gallery.picture import Chapter, Made, Picture


def columns_of(*names: tuple[str, int]) -> list[list[str]]:
    """The activations of layers, named for a diagram: a layer's superscript and how many neurons it has."""
    return [[f"a^{{({name})}}_{{{j}}}" for j in range(count)] for name, count in names]


def several_neurons() -> Made:
    """Two layers of several neurons, and the cost."""
    import diagrams

    columns = columns_of(("L-1", 3), ("L", 2))
    return Made({"": diagrams.network(columns, {}, targets=["y_{0}", "y_{1}"])})


def one_weight() -> Made:
    """One weight of a layer of two neurons."""
    import diagrams

    columns = columns_of(("L-1", 2), ("L", 2))
    names = {(0, j, k): f"w^{{(L)}}_{{{j}{k}}}" for j in range(2) for k in range(2)}
    diagram = diagrams.network(columns, names, targets=["y_{0}", "y_{1}"], lit=(0, 0, 1))
    cost, weights, _ = two_neurons_a_layer()
    w01 = weights[0][1]
    tree = draw(cost, path_to=w01)
    return Made({"network": diagram, "": tree}, heard=str(chain_rule(cost, w01)))


def next_layer() -> Made:
    """The two ways of an activation into the cost."""
    cost, _, before = two_neurons_a_layer()
    tree = draw(cost, path_to=before[0])
    rule = chain_rule(cost, before[0])
    return Made({"": tree}, rule.recursive, heard=str(rule))


def symbols(output: Value, wrt: Value) -> str:
    """The chain rule's only product in LaTeX, without its numbers."""
    (term,) = chain_rule(output, wrt).terms
    return term.latex.split(" = ")[0]


def recursion() -> str:
    """The derivative by a weight of any layer, in the derivatives of the layer after it: one equation."""
    above, below = (Value(0.5, Label("a", level, index)) for level, index in (("l−1", "k"), ("l", "j")))
    w, v = Value(0.5, Label("w", "l", "jk")), Value(0.5, Label("w", "l+1", "ij"))
    a = neuron([w], [above], Value(0.0), "l", "j")
    after = neuron([v], [below], Value(0.0), "l+1", "i")
    last = Value(0.5, Label("a", "L", "j"))
    cost = cost_of([last], [Value(1.0, Label("y", "", "j"))])
    by = [rf"\frac{{\partial C_{{0}}}}{{\partial {value.label.latex}}}" for value in (w, a, after)]
    return (
        rf"{by[0]} = {symbols(a, w)} \cdot {by[1]}, \\ {by[1]} = \begin{{cases}} "
        rf"\sum_{{i}} {symbols(after, below)} \cdot {by[2]} & \text{{if }} l < L \\ "
        rf"{symbols(cost, last)} & \text{{if }} l = L \end{{cases}}"
    )


def nutshell() -> Made:
    """A whole small network, its gradient, and the equation that leads there."""
    net = nn.MLP([2, 2, 1], seed=1)
    inputs = [Value(number, Label("a", "0", str(k))) for k, number in enumerate((0.9, 0.2))]
    cost = cost_of(net(inputs), [Value(1.0, "y")])
    cost.backward()
    tree = draw(cost, partials="numbers")
    vector = nn.gradient_vector(net)
    return Made({"": tree, "gradient": vector.draw()}, heard=str(vector), equation=recursion())


CHAPTER = Chapter(
    "More complicated networks",
    {
        "several_neurons": Picture(
            "Layers of several neurons",
            "With several neurons in a layer only the subscripts are new; each output has a desired y of its own, and "
            "all their squared differences add up to the cost.",
            several_neurons,
            r"C_{0} = \sum_{j} \left(a^{L}_{j} - y_{j}\right)^{2}",
        ),
        "one_weight": Picture(
            "The weight from k to j",
            "A weight reaches the cost through its own neuron alone: the path is that of one neuron, with subscripts.",
            one_weight,
            r"z^{L}_{j} = \sum_{k} w^{L}_{jk} a^{L-1}_{k} + b^{L}_{j}",
        ),
        "next_layer": Picture(
            "The sum over the next layer",
            "An activation influences the cost through every neuron of the next layer; the products of the paths add "
            "up.",
            next_layer,
            r"\frac{\partial C_{0}}{\partial a^{L-1}_{k}} = \sum_{j} \frac{\partial z^{L}_{j}}{\partial a^{L-1}_{k}}"
            r" \frac{\partial a^{L}_{j}}{\partial z^{L}_{j}} \frac{\partial C_{0}}{\partial a^{L}_{j}}",
        ),
        "nutshell": Picture(
            "In a nutshell",
            "A whole small network with the partial on every edge, and the gradient that backpropagation leaves: one "
            "equation, taken layer by layer from the last to the first.",
            nutshell,
        ),
    },
)
