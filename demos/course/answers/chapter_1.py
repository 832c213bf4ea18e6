"""A neuron: its weighted sum, its activation, its bias."""

from __future__ import annotations

import math

from autograd import Value, sigmoid, tanh, weighted_sum
from checks import Compared, Judged, Mistake, Requirement
from forms import Function, Number, Numbers

W, A, B = Value(0.8, "w"), Value(0.6, "a"), Value(-0.2, "b")
Z = W * A + B
W1, A1, B1 = Value(-1.5), Value(0.4), Value(0.9)  # the neuron of exercise 1.1
FIRST = W1 * A1 + B1

GATE = ((0, 0), (0, 1), (1, 0), (1, 1))


def neuron(weights, activations, bias):
    """The activation of a neuron of many inputs."""
    return sigmoid(weighted_sum(weights, activations, bias)).data


def gate(read):
    """What the neuron with weights and bias [w0, w1, b] answers to the four pairs of 0 and 1."""
    return [neuron(read[:2], pair, read[2]) for pair in GATE]


def answers(*expected):
    """Whether the gate's answers lie on the right side of a half."""
    return lambda read: [a > 0.5 for a in gate(read)] == [bool(one) for one in expected]


def told_gate(read):
    """The four answers in words."""
    return ", ".join(f"{pair} gives {a:.2f}" for pair, a in zip(GATE, gate(read), strict=True))


EXERCISES = {
    "1.1": Compared(
        Number(),
        FIRST.data,
        "z = (−1.5) · 0.4 + 0.9 = {right}.",
        "z = w · a + b, with w = −1.5, a = 0.4, b = 0.9.",
        (
            Mistake("forgot the bias", (W1 * A1).data, "{given} is w · a; the bias, b = 0.9, has yet to be added."),
            Mistake("added the weight", (W1 + A1 + B1).data, "{given} is w + a + b; the weight multiplies: w · a + b."),
            Mistake("subtracted the bias", (W1 * A1 - B1).data, "{given} is w · a − b; the bias is added."),
            Mistake("lost a sign", (B1 - W1 * A1).data, "{given} takes the weight for 1.5; it is below zero."),
            Mistake("gave a instead of z", sigmoid(FIRST).data, "{given} is a = σ(z); z is what goes into σ."),
        ),
    ),
    "1.2": Compared(
        Number(),
        sigmoid(Z).data,
        "a = σ(0.28) = {right}: a little above a half, because z is a little above 0.",
        "a = σ(z) = 1 / (1 + e^(−z)) at z = 0.28.",
        (
            Mistake("gave z instead of a", Z.data, "{given} is z; a is what σ makes of it."),
            Mistake(
                "sign of the exponent",
                sigmoid(-Z).data,
                "{given} is σ(−z): in 1 / (1 + e^(−z)) the exponent bears a minus.",
            ),
            Mistake("forgot the 1", math.exp(Z.data), "{given} is e^z: the denominator is 1 + e^(−z), with the 1."),
            Mistake("took tanh", tanh(Z).data, "{given} is tanh(z), which squishes into −1 to 1; σ goes from 0 to 1."),
        ),
    ),
    "1.3": Compared(
        Number(),
        -20 * 0.7,
        "w · a + b = 20 · 0.7 − 14 = 0 there, and σ(0) is a half.",
        "a is a half where z = 0: solve 20 · 0.7 + b = 0.",
        (
            Mistake(
                "gave the threshold itself",
                -0.7,
                "{given} would be right with w = 1; the bias is weighed against w · a = 20 · 0.7.",
            ),
            Mistake("sign of the bias", 20 * 0.7, "{given} has the wrong sign: it makes the neuron active earlier."),
            Mistake("sign of the bias, weight forgotten", 0.7, "Weigh b against 20 · 0.7, and mind its sign."),
            Mistake("divided by the weight", -0.7 / 20, "{given} is −0.7 / 20; 20 · 0.7 + b = 0 needs the product."),
        ),
    ),
    "1.4": Compared(
        Function((([0.8], [0.6], -0.2), ([0.5, -1.0, 2.0], [1.0, 0.3, -0.4], 0.7), ([-2.0, 1.5], [0.9, 0.1], -1.0))),
        neuron,
        "However many inputs there are, a neuron is one weighted sum, one bias, one σ.",
        "a = σ(w₀a₀ + w₁a₁ + … + b).",
        (
            Mistake(
                "forgot the bias",
                lambda w, a, b: neuron(w, a, 0.0),
                "Your neuron forgets its bias: add b to the sum before σ.",
            ),
            Mistake(
                "gave z instead of a",
                lambda w, a, b: weighted_sum(w, a, b).data,
                "Your neuron returns z, the weighted sum; a = σ(z).",
            ),
            Mistake(
                "one bias for each input",
                lambda w, a, b: neuron(w, a, b * len(w)),
                "Your neuron adds its bias once for each input; it has one bias: add it after the loop.",
            ),
            Mistake(
                "bias outside of σ",
                lambda w, a, b: neuron(w, a, 0.0) + b,
                "Your neuron adds its bias after σ; b belongs into z, before it is squished.",
            ),
            Mistake(
                "a σ for each input",
                lambda w, a, b: sum(neuron([wk], [ak], 0.0) for wk, ak in zip(w, a, strict=True)) + b,
                "Your neuron squishes each product by itself; σ comes once, after the sum.",
            ),
            Mistake(
                "added the weights",
                lambda w, a, b: sigmoid(Value(sum(w) + sum(a) + b)).data,
                "Your neuron adds weights and activations; each weight multiplies its activation.",
            ),
            Mistake(
                "the last input alone",
                lambda w, a, b: neuron(w[-1:], a[-1:], b),
                "Only the last input counts in your neuron: z += w · a in the loop, where you may have z = w · a.",
            ),
        ),
    ),
    "1.5": Judged(
        Numbers(3),
        (
            Requirement(
                "reads OR",
                lambda read: not answers(0, 1, 1, 1)(read),
                "That is OR: one input suffices. Lower the bias until one weight alone does not reach 0, and both do.",
            ),
            Requirement(
                "reads NAND",
                lambda read: not answers(1, 1, 1, 0)(read),
                "That is NAND, AND upside down: turn the signs of all three numbers round.",
            ),
            Requirement(
                "is never active",
                lambda read: not answers(0, 0, 0, 0)(read),
                "That neuron is never active: even both weights together do not outweigh the bias.",
            ),
            Requirement(
                "is always active",
                lambda read: not answers(1, 1, 1, 1)(read),
                "That neuron is always active: with both inputs at 0 only the bias is left, and it has to be negative.",
            ),
            Requirement(
                "listens to one input",
                lambda read: not (answers(0, 0, 1, 1)(read) or answers(0, 1, 0, 1)(read)),
                "That neuron follows one of its inputs alone: neither weight may reach over the bias by itself.",
            ),
            Requirement(
                "reads something else",
                answers(0, 0, 0, 1),
                lambda read: f"The answers are {told_gate(read)}; only the last should be above a half.",
            ),
            Requirement(
                "cannot decide",
                lambda read: max(gate(read)[:3]) < 0.1 and gate(read)[3] > 0.9,
                lambda read: (
                    f"On the right side of a half, but undecided: {told_gate(read)}. "
                    "Larger weights, and a bias to match, make the step steeper."
                ),
            ),
        ),
        lambda read: f"Your neuron reads AND: {told_gate(read)}.",
    ),
}
