"""Cost and descent: how bad a network is in one number, and steps that make it less."""

from __future__ import annotations

import nn
from autograd import Value, mean, sigmoid
from checks import Compared, Mistake
from forms import Choice, Function, Number, Numbers

OUTPUTS, WANTED = (0.7, 0.2), (1.0, 0.0)
W, B, X, Y, RATE = 0.8, -0.2, 0.6, 1.0, 0.5  # the neuron of exercises 3.3 and 3.4

SAMPLES = [(0.1, 0.0), (0.4, 0.0), (0.6, 1.0), (0.9, 1.0)]
DESCENTS = ((1.0, 0.0, SAMPLES, 0.5, 3), (-2.0, 1.5, SAMPLES[1:], 2.0, 4), (0.3, 0.2, SAMPLES[2:], 1.0, 5))


def one(w, b, x, y):
    """The cost of one sample, of a neuron with one input."""
    return (sigmoid(w * x + b) - y) ** 2


def cost(w, b, samples):
    """The mean of the samples' costs."""
    return mean([one(w, b, x, y) for x, y in samples])


def gradient(w, b, x=X, y=Y):
    """The derivatives of the cost of one sample by weight and bias."""
    w, b = Value(w), Value(b)
    one(w, b, x, y).backward()
    return w.grad, b.grad


def descent(sign=-1.0, zeroed=True, summed=False, in_turn=False, biased=True, off=0):
    """Gradient descent, with its usual mistakes where asked for."""

    def descend(w, b, samples, rate, steps):
        w, b = Value(w), Value(b)
        for _ in range(steps + off):
            if zeroed:
                w.grad = b.grad = 0.0
            whole = cost(w, b, samples) * (len(samples) if summed else 1)
            whole.backward()
            w.data += sign * rate * w.grad
            if in_turn:
                b.grad = 0.0
                cost(w, b, samples).backward()
            if biased:
                b.data += sign * rate * b.grad
        return [w.data, b.data]

    return descend


DW, DB = gradient(W, B)

EXERCISES = {
    "3.1": Compared(
        Number(),
        nn.squared_error(list(OUTPUTS), list(WANTED)).data,
        "0.3² + 0.2² = {right}.",
        "C₀ = (a₀ − y₀)² + (a₁ − y₁)².",
        (
            Mistake(
                "forgot the squares",
                sum(a - y for a, y in zip(OUTPUTS, WANTED, strict=True)),
                "{given} adds the differences as they are, so that one too low and one too high cancel; square them.",
            ),
            Mistake(
                "took absolute values",
                nn.absolute_error(list(OUTPUTS), list(WANTED)).data,
                "{given} adds how far off they are; the cost adds the squares.",
            ),
            Mistake(
                "averaged over the outputs",
                nn.squared_error(list(OUTPUTS), list(WANTED)).data / 2,
                "{given} is the mean over the outputs; the cost of one sample is their sum.",
            ),
            Mistake(
                "took the root",
                nn.squared_error(list(OUTPUTS), list(WANTED)).data ** 0.5,
                "{given} is the distance, the root of the cost; leave the root out.",
            ),
            Mistake(
                "squared the sum",
                sum(a - y for a, y in zip(OUTPUTS, WANTED, strict=True)) ** 2,
                "{given} squares the sum of the differences; square each, then add.",
            ),
        ),
    ),
    "3.2": Compared(
        Function(((1.0, 0.0, SAMPLES), (-2.0, 1.5, SAMPLES), (0.5, -0.3, SAMPLES[1:]))),
        cost,
        "The mean of the samples' costs: one number for one setting of all the knobs.",
        "C = (1/n) Σ (a − y)² with a = σ(w x + b), over the n samples.",
        (
            Mistake(
                "summed instead of averaged",
                lambda w, b, samples: cost(w, b, samples) * len(samples),
                "Yours is the sum of the samples' costs; divide by how many there are.",
            ),
            Mistake(
                "used z instead of a",
                lambda w, b, samples: mean([Value((w * x + b - y) ** 2) for x, y in samples]),
                "Yours compares z with y; the neuron's answer is a = σ(z).",
            ),
            Mistake(
                "forgot the square",
                lambda w, b, samples: mean([sigmoid(w * x + b) - y for x, y in samples]),
                "Yours averages a − y, where too high and too low cancel; square each.",
            ),
            Mistake(
                "took absolute values",
                lambda w, b, samples: mean([abs(sigmoid(w * x + b) - y) for x, y in samples]),
                "Yours averages |a − y|; the cost squares it.",
            ),
            Mistake(
                "squared the mean",
                lambda w, b, samples: mean([sigmoid(w * x + b) - y for x, y in samples]) ** 2,
                "Yours squares the mean difference, where too high and too low cancel; square first, then average.",
            ),
            Mistake(
                "the last sample alone",
                lambda w, b, samples: one(w, b, *samples[-1]),
                "Yours is the cost of the last sample alone; add up over the loop.",
            ),
            Mistake(
                "forgot the bias",
                lambda w, b, samples: cost(w, 0.0, samples),
                "Yours forgets the bias: z = w x + b.",
            ),
        ),
    ),
    "3.3": Compared(
        Choice("grow", "shrink"),
        "grow",
        "The slope by w is below zero: as w grows, C falls.",
        "",
        (
            Mistake(
                "sign of the gradient",
                "shrink",
                "The slope is below zero, so C falls as w grows: descent goes against the sign of the gradient.",
            ),
        ),
    ),
    "3.4": Compared(
        Number(tolerance=1e-4),
        W - RATE * DW,
        "0.8 − 0.5 · (−0.1266) = {right}: the weight grows, as it should.",
        "w − η · ∂C/∂w, with w = 0.8, η = 0.5 and the slope from above.",
        (
            Mistake("sign of the gradient", W + RATE * DW, "{given} is a step uphill: the step is −η times the slope."),
            Mistake("forgot the learning rate", W - DW, "{given} goes the whole slope; multiply by η = 0.5."),
            Mistake("gave the step alone", -RATE * DW, "{given} is the step; add it to w = 0.8."),
            Mistake("took the slope by b", W - RATE * DB, "{given} uses ∂C/∂b; w moves by its own slope, ∂C/∂w."),
        ),
    ),
    "3.5": Compared(
        Function(DESCENTS, Numbers(2)),
        descent(),
        "That loop, with more knobs, is how every network of this course learns.",
        "Each step: gradients to zero, C computed anew, backward(), then both numbers move by −rate · grad.",
        (
            Mistake(
                "forgot to zero the gradients",
                descent(zeroed=False),
                "backward() adds to grad, and yours still holds the slopes of all steps before: set both to 0 first.",
            ),
            Mistake("sign of the gradient", descent(sign=1.0), "Yours climbs: subtract rate · grad, do not add it."),
            Mistake(
                "summed instead of averaged",
                descent(summed=True),
                "Yours descends on the sum of the costs, so its steps are n times too long; average them.",
            ),
            Mistake(
                "moved b after w had moved",
                descent(in_turn=True),
                "Yours takes the slope by b where w has moved already; take both slopes at one place, then move both.",
            ),
            Mistake("forgot the bias", descent(biased=False), "Yours leaves b where it was; b moves too."),
            Mistake("one step too many", descent(off=1), "Yours takes one step too many; range(steps) is enough."),
            Mistake("one step too few", descent(off=-1), "Yours takes one step too few; range(steps) is right."),
            Mistake("never moved", descent(sign=0.0), "Yours ends where it began; w.data and b.data have to change."),
        ),
    ),
}
