"""The chain rule on one neuron: three factors, and what becomes of them when one is forgotten."""

from __future__ import annotations

import math

from autograd import Value, gradient, sigmoid
from checks import Compared, Mistake
from forms import Function, Number, Numbers

W, A, B, Y = Value(0.8, "w"), Value(0.6, "a"), Value(-0.2, "b"), Value(1.0, "y")  # the document's neuron
Z = W * A + B
OUT = sigmoid(Z)
C = (OUT - Y) ** 2

OTHER = {"w": -1.5, "a": 0.9, "b": 0.4, "y": 0.0}  # the neuron of exercise 4.4


def slope_of_sigma(z):
    """σ′(z), as the engine has it."""
    z = Value(z)
    return gradient(sigmoid(z), z)


def slopes(sigma=True, two=True, sign=1.0, change=tuple):
    """The derivatives of the other neuron's cost by w, b and a, with usual mistakes where asked for."""
    w, a, b, y = OTHER.values()
    z = w * a + b
    by_z = sign * (slope_of_sigma(z) if sigma else 1.0) * (2 if two else 1) * (sigmoid(z).data - y)
    return change((a * by_z, by_z, w * by_z))


def exact():
    """The same by the engine."""
    w, a, b = (Value(OTHER[name]) for name in "wab")
    return gradient((sigmoid(w * a + b) - OTHER["y"]) ** 2, [w, b, a])


def deeper(w1, b1, w2, b2, x, y):
    """The derivative of the cost of two neurons in a row by the first weight."""
    w1 = Value(w1)
    return gradient((sigmoid(w2 * sigmoid(w1 * x + b1) + b2) - y) ** 2, w1)


def product(change):
    """The same as a product of five factors, of which some are changed."""

    def multiplied(w1, b1, w2, b2, x, y):
        z1 = w1 * x + b1
        a1 = sigmoid(z1).data
        z2 = w2 * a1 + b2
        a2 = sigmoid(z2).data
        factors = {"x": x, "s1": slope_of_sigma(z1), "w2": w2, "s2": slope_of_sigma(z2), "c": 2 * (a2 - y)}
        factors |= change(w1=w1, a1=a1, a2=a2, z1=z1, z2=z2, **factors)
        return math.prod(factors.values())

    return multiplied


def without(name):
    """All factors but one."""
    return product(lambda **_: {name: 1.0})


EXERCISES = {
    "4.1": Compared(
        Number(),
        gradient(Z, W),
        "∂z/∂w is the activation that the weight multiplies, {right}: a weight on a quiet input hardly matters.",
        "z = w · a + b: if w grows by a little, by how many times that does z grow?",
        (
            Mistake("gave w instead of a", W.data, "{given} is w itself; turning w, what it multiplies matters: a."),
            Mistake("took the slope by b", gradient(Z, B), "{given} is ∂z/∂b; w is multiplied by something."),
            Mistake("gave z", Z.data, "{given} is z; asked is how z changes as w does."),
            Mistake("went all the way", gradient(C, W), "{given} is ∂C/∂w, the whole chain; this is its first link."),
        ),
    ),
    "4.2": Compared(
        Number(),
        slope_of_sigma(Z.data),
        "σ′(0.28) = a(1 − a) = 0.5695 · 0.4305 = {right}, close to a quarter, the steepest that σ ever is.",
        "σ′(z) = σ(z)(1 − σ(z)) at z = 0.28.",
        (
            Mistake(
                "used a instead of its slope",
                OUT.data,
                "Your ∂a/∂z is {given}, which is a itself: σ′(z) = a(1 − a), and at z = 0.28 that is {right}.",
            ),
            Mistake(
                "used z instead of a",
                (Z * (1 - Z)).data,
                "Your ∂a/∂z is {given}, which is z(1 − z): in a(1 − a) stands the activation, a = σ(z).",
            ),
            Mistake(
                "took σ′ at a",
                slope_of_sigma(OUT.data),
                "Your ∂a/∂z is {given}, the slope of σ at a = 0.57; it is wanted at z = 0.28.",
            ),
            Mistake("forgot the factor a", (1 - OUT).data, "Your ∂a/∂z is {given}, which is 1 − a; a(1 − a) it is."),
            Mistake("sign", -slope_of_sigma(Z.data), "Your ∂a/∂z is below zero, and σ only ever rises."),
            Mistake("went back to w", gradient(OUT, W), "{given} is ∂a/∂w, two links in one; ∂a/∂z is one."),
        ),
    ),
    "4.3": Compared(
        Number(),
        gradient(C, OUT),
        "2(a − y) = {right}: the answer is too low, so the cost falls as it rises.",
        "C₀ = (a − y)² with a = 0.5695 and y = 1.",
        (
            Mistake("forgot the 2", (OUT - Y).data, "{given} is a − y; the square's derivative brings a 2 down."),
            Mistake("sign", -gradient(C, OUT), "{given} has the wrong sign: 2(a − y), and a is below y."),
            Mistake("forgot the 2, and the sign", (Y - OUT).data, "{given} is y − a; the square gives 2(a − y)."),
            Mistake("gave the cost", C.data, "{given} is the cost itself; asked is how it changes with a."),
            Mistake("used z instead of a", (2 * (Z - Y)).data, "{given} is 2(z − y); the cost compares a with y."),
        ),
    ),
    "4.4": Compared(
        Numbers(3),
        exact(),
        "[∂C/∂w, ∂C/∂b, ∂C/∂a] = {right}: two links are shared, only the last differs: a, 1, w.",
        "All three are the same (∂a/∂z)(∂C/∂a), times ∂z/∂w = a, ∂z/∂b = 1 or ∂z/∂a = w.",
        (
            Mistake(
                "forgot the factor σ′",
                slopes(sigma=False),
                "A link is missing: between z and C stands a, so each slope has the factor σ′(z) = a(1 − a).",
            ),
            Mistake("forgot the 2", slopes(two=False), "All three are half of what they should be: 2(a − y)."),
            Mistake(
                "sign of the gradient",
                slopes(sign=-1.0),
                "All three have the wrong sign: ∂C/∂a is 2(a − y), not 2(y − a); descent turns signs round later.",
            ),
            Mistake(
                "exchanged w and a",
                slopes(change=lambda by: (by[2], by[1], by[0])),
                "The first and the last are exchanged: turning w, z changes by a; turning a, it changes by w.",
            ),
            Mistake(
                "multiplied by b",
                slopes(change=lambda by: (by[0], OTHER["b"] * by[1], by[2])),
                "Your slope by b has a factor b; b is added, so ∂z/∂b = 1.",
            ),
            Mistake(
                "forgot the last link",
                slopes(change=lambda by: (by[1], by[1], by[1])),
                "All three of yours are ∂C/∂z; one more link leads from z to w, to b and to a, and there they differ.",
            ),
            Mistake(
                "one link alone",
                (OTHER["a"], 1.0, OTHER["w"]),
                "Those are the slopes of z; multiply by (∂a/∂z)(∂C/∂a) to reach the cost.",
            ),
        ),
    ),
    "4.5": Compared(
        Function(((0.8, -0.2, 1.1, -0.1, 0.6, 1.0), (-1.5, 0.4, 0.7, 0.3, 0.9, 0.0), (0.5, 0.1, -2.0, 0.6, -0.8, 0.4))),
        deeper,
        "Five links, each simple: that product is backpropagation.",
        "x · σ′(z1) · w2 · σ′(z2) · 2(a2 − y).",
        (
            Mistake("forgot the factor w2", without("w2"), "A link is missing: z2 follows a1 with the factor w2."),
            Mistake("forgot σ′ of the first neuron", without("s1"), "A link is missing: a1 follows z1 with σ′(z1)."),
            Mistake("forgot σ′ of the second neuron", without("s2"), "A link is missing: a2 follows z2 with σ′(z2)."),
            Mistake("forgot the input", without("x"), "The first link is missing: z1 follows w1 with the factor x."),
            Mistake(
                "forgot the 2",
                product(lambda c, **_: {"c": c / 2}),
                "Yours is half of the slope: the square of a2 − y brings a 2 down.",
            ),
            Mistake(
                "sign of the gradient",
                product(lambda c, **_: {"c": -c}),
                "Yours has the wrong sign: 2(a2 − y); the slope points uphill.",
            ),
            Mistake(
                "off by one layer: the input",
                product(lambda a1, **_: {"x": a1}),
                "Yours is off by one layer: w1 multiplies x, the input; a1 is what w2 multiplies.",
            ),
            Mistake(
                "off by one layer: the weight",
                product(lambda w1, **_: {"w2": w1}),
                "Yours is off by one layer: between z2 and a1 stands w2, not w1.",
            ),
            Mistake(
                "off by one layer: σ′",
                product(lambda s2, **_: {"s1": s2}),
                "Yours takes σ′(z2) for both neurons; the first has σ′(z1).",
            ),
            Mistake(
                "took the slope by w2",
                product(lambda a1, **_: {"x": a1, "s1": 1.0, "w2": 1.0}),
                "Yours is the slope by w2, which stops one layer early; go on to a1, z1 and w1.",
            ),
            Mistake(
                "used a instead of its slope",
                product(lambda a1, a2, **_: {"s1": a1, "s2": a2}),
                "Yours multiplies by the activations; the links are their slopes, σ′(z) = a(1 − a).",
            ),
            Mistake(
                "used z instead of a",
                product(lambda z1, z2, **_: {"s1": z1 * (1 - z1), "s2": z2 * (1 - z2)}),
                "Yours has z(1 − z); the slope of σ is a(1 − a), with the activation.",
            ),
        ),
    ),
}
