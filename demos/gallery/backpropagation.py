"""The third chapter: the chain rule on layers of one neuron."""

from __future__ import annotations

from autograd import Value, chain_rule, draw, gradient
from autograd.reals import number
from gallery.networks import cost_of, levels, neuron, one_neuron_a_layer
from gallery.picture import Chapter, Made, Picture


def layers_of_one() -> Made:
    """Four layers of one neuron each."""
    import diagrams

    names = [name.replace("−", "-") for name in levels(4)]
    columns = [[f"a^{{({name})}}"] for name in names]
    weights = {(at, 0, 0): f"w^{{({name})}}" for at, name in enumerate(names[1:])}
    diagram = diagrams.network(columns, weights, targets=["y"])
    cost, _ = one_neuron_a_layer(3)
    tree = draw(cost, partials="none", legend=True, direction="right")
    return Made({"network": diagram, "": tree})


def last_cost() -> Made:
    """The last activation's cost, and its slope."""
    import curves

    y = Value(1.0, "y")
    a = neuron([Value(0.8)], [Value(0.6)], Value(-0.2), "L")
    cost = cost_of([a], [y])
    slope = gradient(cost, a)
    plot = curves.parabola(a.data, y.data, cost.data, slope)
    told = f"2(a − y) = {number(slope)} at a = {number(a.data)}"
    return Made({"": plot}, told)


def first_tree() -> Made:
    """One neuron and its cost."""
    cost, (weight,) = one_neuron_a_layer(1)
    tree = draw(cost, path_to=weight)
    return Made({"": tree}, heard=str(chain_rule(cost, weight)))


def deeper_tree() -> Made:
    """The same, one layer deeper."""
    cost, weights = one_neuron_a_layer(2)
    tree = draw(cost, path_to=weights[0])
    return Made({"": tree}, heard=str(chain_rule(cost, weights[0])))


def long_chain() -> Made:
    """The path from the first weight through three layers."""
    cost, weights = one_neuron_a_layer(3)
    tree = draw(cost, path_to=weights[0])
    return Made({"": tree}, heard=str(chain_rule(cost, weights[0])))


CHAPTER = Chapter(
    "Backpropagation: how the gradient is calculated",
    {
        "layers_of_one": Picture(
            "One neuron per layer",
            "With one neuron in each layer, weight, bias and activation flow into z, z into a, and the last a, beside "
            "the desired y, into the cost C₀.",
            layers_of_one,
            r"a^{L} = \sigma(w^{L} a^{L-1} + b^{L})",
        ),
        "last_cost": Picture(
            "The cost of the last activation",
            "The cost is the square of how far the last activation is from the desired one; its slope is the first "
            "partial that goes back.",
            last_cost,
            r"C_{0} = \left(a^{L} - y\right)^{2}",
        ),
        "first_tree": Picture(
            "The first dependency tree",
            "The cost depends on the weight through z and a; the three partials on the lit path multiply.",
            first_tree,
        ),
        "deeper_tree": Picture(
            "One layer deeper",
            "The activation before depends on a weight and a bias of its own; two more partials join the product.",
            deeper_tree,
        ),
        "long_chain": Picture(
            "The long chain to the first weight",
            "Every layer between a weight and the cost adds two partials to the product.",
            long_chain,
        ),
    },
)
