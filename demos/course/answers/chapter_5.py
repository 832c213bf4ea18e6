"""Many neurons: sums over paths, and the parts of an engine, held to this project's own."""

from __future__ import annotations

from dataclasses import dataclass

from autograd import Value, gradient, sigmoid
from checks import Compared, Judged, Mistake, Requirement
from forms import Function, Number, Numbers, UnansweredError, UnusableError

# The last layer of exercise 5.1: two neurons, two activations before.
BEFORE, WEIGHTS, BIASES, WANTED = (0.6, 0.3), ((0.8, -0.5), (-0.4, 0.9)), (-0.2, 0.4), (1.0, 0.0)


def ways(exchanged=False):
    """What reaches the cost from activation 1, through neuron 0 and through neuron 1."""
    found = []
    for j, bias in enumerate(BIASES):
        z = sum(w * a for w, a in zip(WEIGHTS[j], BEFORE, strict=True)) + bias
        a = sigmoid(z).data
        weight = WEIGHTS[1][j] if exchanged else WEIGHTS[j][1]
        found.append(weight * a * (1 - a) * 2 * (a - WANTED[j]))
    return found


def slope_by_before():
    """∂C/∂a₁ of the layer before, by the engine."""
    before = [Value(number) for number in BEFORE]
    cost = 0.0
    for row, bias, y in zip(WEIGHTS, BIASES, WANTED, strict=True):
        cost += (sigmoid(row[0] * before[0] + row[1] * before[1] + bias) - y) ** 2
    return gradient(cost, before[1])


# Graphs of the kind that the notebook builds


@dataclass(eq=False)
class Node:
    """What `Scalar` is in the notebook."""

    number: float
    operands: tuple[Node, ...] = ()
    partials: tuple[float, ...] = ()
    grad: float = 0.0


def plus(x, y):
    """The sum of two nodes."""
    return Node(x.number + y.number, (x, y), (1.0, 1.0))


def times(x, y):
    """The product of two nodes."""
    return Node(x.number * y.number, (x, y), (y.number, x.number))


def crossing(x, y, add, multiply):
    """A few values; some are used twice, one of them near and far from the output."""
    p = multiply(x, y)
    s = add(p, x)
    q = multiply(s, s)
    return [x, y, p, s, q, add(q, p)]


def nodes_of(x, y):
    """The same as nodes, operands before what uses them."""
    return crossing(Node(x), Node(y), plus, times)


def chain(length):
    """Values in a row: more than Python's calls can be nested."""
    made = [Node(1.0)]
    for _ in range(length):
        made.append(Node(1.0, (made[-1],), (1.0,)))
    return made


def fields(made):
    """The number and the partials of what an operation of the reader returned."""
    if made is None or made is ...:
        return made
    if not all(hasattr(made, name) for name in ("number", "operands", "partials")):
        raise UnusableError(f"A Scalar was expected, made as in plus; this is of type {type(made).__name__}.")
    partials = made.partials
    if not isinstance(partials, list | tuple):
        raise UnusableError("The partials were expected as a tuple, one for each operand, such as (1.0,).")
    if any(part is ... for part in (made.number, *partials)):
        raise UnansweredError
    return [made.number, *partials]


def slopes_of(backward, probe):
    """What the reader's pass leaves in the nodes."""
    made = nodes_of(*probe)
    returned = backward(made)
    return returned if returned is ... else [node.grad for node in made]


def engine(probe):
    """The same by the engine: the derivatives of the last value by every one."""
    values = crossing(*map(Value, probe), lambda x, y: x + y, lambda x, y: x * y)
    return gradient(values[-1], values)


def ours(order):
    """The reverse pass, by the engine."""
    for node, grad in zip(order, engine((order[0].number, order[1].number)), strict=True):
        node.grad = grad


def walked(reverse=True, seed=1.0, adds=True, factor=lambda grad, partial: grad * partial):
    """A backward pass over a list of nodes, with its usual mistakes where asked for."""

    def backward(order):
        order[-1].grad = seed
        for node in reversed(order) if reverse else order:
            for operand, partial in zip(node.operands, node.partials, strict=True):
                operand.grad = operand.grad * adds + factor(node.grad, partial)

    return backward


PROBES = ((0.5, -1.5), (2.0, 0.3))


class Orders:
    """How a reader's function orders some graphs."""

    def read(self, answer):
        """Pairs of a graph's nodes, in order, and what the function made of its output."""
        if answer is ...:
            raise UnansweredError
        if not callable(answer) or isinstance(answer, type):
            raise UnusableError("A function was expected, from a value to a list of values.")
        return [(made, self._order(answer, made)) for made in (nodes_of(0.5, -1.5), [Node(1.0)], chain(3), chain(3000))]

    def _order(self, answer, made):
        try:
            order = answer(made[-1])
        except RecursionError:
            return "too deep"
        except Exception as error:
            told = (str(error).splitlines() or [""])[0][:100].rstrip(".")
            raise UnusableError(f"Your function ends in {type(error).__name__}: {told}; mend that first.") from None
        if order is ...:
            raise UnansweredError
        if not isinstance(order, list | tuple):
            raise UnusableError(
                f"A list of values was expected, operands first; this is of type {type(order).__name__}."
            )
        if not all(isinstance(one, Node) for one in order):
            raise UnusableError("A list of the values themselves was expected; yours holds something else.")
        return list(order)


def of_each(holds):
    """Whether something holds of each order that was found."""
    return lambda read: all(order == "too deep" or holds(made, order) for made, order in read)


def sorted_rightly(order):
    """Whether operands stand before what uses them."""
    place = {node: at for at, node in enumerate(order)}
    return all(place[operand] < place[node] for node in order for operand in node.operands)


EXERCISES = {
    "5.1": Compared(
        Number(),
        slope_by_before(),
        "Both neurons use a₁, so both ways to the cost count, and they add up: {right}.",
        "Σ_j w_j1 σ′(z_j) 2(a_j − y_j), over both neurons j of the last layer.",
        (
            Mistake("forgot the way through neuron 1", ways()[0], "{given} is one way, by neuron 0; add the other."),
            Mistake("forgot the way through neuron 0", ways()[1], "{given} is one way, by neuron 1; add the other."),
            Mistake(
                "averaged the ways, or forgot the 2",
                sum(ways()) / 2,
                "{given} is half of it: the 2 of 2(a_j − y_j) is missing, or the ways were averaged; they add up.",
            ),
            Mistake(
                "multiplied the ways",
                ways()[0] * ways()[1],
                "{given} is the product of the two ways; along one way factors multiply, different ways add up.",
            ),
            Mistake(
                "exchanged the subscripts",
                sum(ways(exchanged=True)),
                "{given} uses w₁₀ and w₁₁, the weights into neuron 1; a₁ leaves by w₀₁ and w₁₁.",
            ),
            Mistake("sign of the gradient", -sum(ways()), "{given} has the wrong sign: 2(a_j − y_j)."),
        ),
    ),
    "5.2": Compared(
        Function(((2.0, -3.0), (0.5, 4.0)), Numbers(3), lambda f, probe: fields(f(*map(Node, probe)))),
        lambda x, y: Node(
            x.number * y.number,
            (x, y),
            tuple(gradient((v := [Value(x.number), Value(y.number)])[0] * v[1], v)),
        ),
        "A product changes with each factor as much as the other factor says.",
        "The number is x · y; the partials are ∂(xy)/∂x and ∂(xy)/∂y, in the order of the operands.",
        (
            Mistake(
                "exchanged the partials",
                lambda x, y: Node(x.number * y.number, (x, y), (x.number, y.number)),
                "Your partials are exchanged: by x, the product x · y changes y times as fast.",
            ),
            Mistake(
                "partials of a sum",
                lambda x, y: Node(x.number * y.number, (x, y), (1.0, 1.0)),
                "Partials of 1 belong to a sum; a product changes with each factor by the other.",
            ),
            Mistake(
                "gave the product for partials",
                lambda x, y: Node(x.number * y.number, (x, y), (x.number * y.number,) * 2),
                "Your partials are the product itself; by x it is what x is multiplied by.",
            ),
            Mistake(
                "added the numbers",
                lambda x, y: Node(x.number + y.number, (x, y), (y.number, x.number)),
                "The partials are right, but the number is a sum; multiply.",
            ),
        ),
    ),
    "5.3": Compared(
        Function(((0.28,), (-1.2,)), Numbers(2), lambda f, probe: fields(f(*map(Node, probe)))),
        lambda x: Node(sigmoid(x.number).data, (x,), (gradient(sigmoid(v := Value(x.number)), v),)),
        "The slope comes from the result: nothing has to be computed twice.",
        "The number is a = σ(z), the only partial a(1 − a), as a tuple of one: (a * (1 - a),).",
        (
            Mistake(
                "used a instead of its slope",
                lambda x: Node(sigmoid(x.number).data, (x,), (sigmoid(x.number).data,)),
                "Your partial is a itself; σ′(z) = a(1 − a).",
            ),
            Mistake(
                "used z instead of a",
                lambda x: Node(sigmoid(x.number).data, (x,), (x.number * (1 - x.number),)),
                "Your partial is z(1 − z); the activation belongs there, a(1 − a).",
            ),
            Mistake(
                "forgot the factor a",
                lambda x: Node(sigmoid(x.number).data, (x,), (1 - sigmoid(x.number).data,)),
                "Your partial is 1 − a; it is a(1 − a).",
            ),
            Mistake(
                "gave z for the number",
                lambda x: Node(x.number, (x,), (sigmoid(x.number).data * (1 - sigmoid(x.number).data),)),
                "The partial is right, but the number is z; it should be σ(z).",
            ),
        ),
    ),
    "5.4": Judged(
        Orders(),
        (
            Requirement(
                "lists a value several times",
                of_each(lambda made, order: len(set(order)) == len(order)),
                "A value that is used twice stands in your list twice; remember which ones are done.",
            ),
            Requirement(
                "leaves values out",
                of_each(lambda made, order: set(order) == set(made)),
                "Some values are missing from your list; the output and the leaves belong into it too.",
            ),
            Requirement(
                "puts the output first",
                lambda read: not all(sorted_rightly(order[::-1]) for made, order in read[:3] if len(made) > 1),
                "Your list begins with the output; the order is operands first, so turn it round.",
            ),
            Requirement(
                "puts a value before its operands",
                of_each(lambda made, order: sorted_rightly(order)),
                "A value stands before one of its operands: append it when all of these are in the list.",
            ),
            Requirement(
                "recurses",
                lambda read: all(order != "too deep" for _, order in read),
                "The order is right, but 3,000 values in a row are too deep for nested calls: keep a stack yourself.",
            ),
        ),
        "Each value once, operands first, and no graph is too deep.",
    ),
    "5.5": Compared(
        Function(PROBES, Numbers(6), slopes_of),
        ours,
        "That is the reverse pass: one multiplication and one addition for each arrow.",
        "Start with 1 at the last value; from the last to the first, operand.grad += value.grad * partial.",
        (
            Mistake(
                "replaced instead of added",
                walked(adds=False),
                "Your pass replaces gradients where it should add to them: a value used twice loses a way; use +=.",
            ),
            Mistake(
                "walked forwards",
                walked(reverse=False),
                "Your pass runs from the leaves to the output, where nothing is there yet to hand on; reverse it.",
            ),
            Mistake(
                "forgot to start with 1",
                walked(seed=0.0),
                "All gradients are 0: the last value's own, with which everything begins, is 1.",
            ),
            Mistake(
                "forgot the factor grad",
                walked(factor=lambda grad, partial: partial),
                "Your pass adds the partials alone; each is multiplied by the gradient of the value it leads into.",
            ),
            Mistake(
                "forgot the partial",
                walked(factor=lambda grad, partial: grad),
                "Your pass hands gradients on as they are; multiply by the partial of the arrow.",
            ),
            Mistake(
                "sign of the gradient",
                walked(factor=lambda grad, partial: -grad * partial),
                "Your pass turns signs round at every arrow; the step downhill does that, once, at the end.",
            ),
            Mistake(
                "added instead of multiplied",
                walked(factor=lambda grad, partial: grad + partial),
                "Your pass adds partials along a way; along a way they multiply.",
            ),
        ),
    ),
}
