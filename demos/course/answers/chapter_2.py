"""Layers: how many numbers, whose they are, and what a neuron looks for."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from autograd import Value, sigmoid, weighted_sum
from checks import Compared, Judged, Mistake, Requirement
from forms import Function, Number, Numbers

SIZES = 784, 16, 16, 10
WEIGHTS = sum(before * after for before, after in pairwise(SIZES))
PARAMETERS = WEIGHTS + sum(SIZES[1:])

NAMES = ((0.1, 0.2, 0.3), (0.4, 0.5, 0.6), (0.7, 0.8, 0.9))  # the matrix of exercise 2.2

W, A, B = ((1.0, -2.0), (0.5, 1.5)), (0.8, 0.3), (0.1, -0.4)  # the layer of exercise 2.3

STROKES = {
    "blank": np.zeros((3, 3)),
    "falling": np.eye(3),
    "rising": np.eye(3)[::-1],
    "vertical": np.array([[0, 1, 0]] * 3),
    "horizontal": np.array([[0, 1, 0]] * 3).T,
    "full": np.ones((3, 3)),
}


def z_of(weights, activations, bias):
    """The weighted sum of one neuron."""
    return weighted_sum([Value(w) for w in weights], activations, bias).data


def layer(weights, activations, biases):
    """The activations of a layer."""
    return [sigmoid(z_of(row, activations, bias)).data for row, bias in zip(weights, biases, strict=True)]


def turned(weights):
    """A matrix whose rows were its columns."""
    return [list(column) for column in zip(*weights, strict=True)]


def seen(read):
    """What the neuron with nine weights and a bias answers to each stroke."""
    return {name: sigmoid(float(np.dot(read[:9], ink.ravel())) + read[9]).data for name, ink in STROKES.items()}


def others(read):
    """The strokes that the neuron should not see, with what it answers."""
    return {name: a for name, a in seen(read).items() if name in ("rising", "vertical", "horizontal")}


EXERCISES = {
    "2.1": Compared(
        Number(tolerance=0),
        PARAMETERS,
        "784 · 16 + 16 · 16 + 16 · 10 weights and 16 + 16 + 10 biases are 13002 numbers.",
        "Between two layers there is a weight for each pair of neurons; each neuron behind the inputs has a bias.",
        (
            Mistake(
                "forgot the biases", WEIGHTS, "{given} are the weights; each of 16 + 16 + 10 neurons has a bias too."
            ),
            Mistake(
                "gave the inputs biases",
                PARAMETERS + SIZES[0],
                "{given} has biases for the 784 inputs; they are given numbers, and have neither weights nor bias.",
            ),
            Mistake("counted neurons", sum(SIZES), "{given} is the number of neurons; count the lines between them."),
            Mistake(
                "forgot the last layer",
                PARAMETERS - 16 * 10 - 10,
                "{given} stops one layer early: 16 · 10 weights and 10 biases lead into the outputs.",
            ),
            Mistake("counted the biases alone", sum(SIZES[1:]), "{given} are the biases; the weights are many more."),
        ),
    ),
    "2.2": Compared(
        Number(),
        NAMES[1][2],
        "w₁₂ leads to neuron 1 from neuron 2: row 1, column 2, both counted from 0.",
        "The first subscript is the row, the second the column, both counted from 0.",
        (
            Mistake(
                "exchanged the subscripts",
                NAMES[2][1],
                "{given} is w₂₁, which leads to neuron 2 from neuron 1. The first subscript is where it leads to.",
            ),
            Mistake("counted from 1", NAMES[0][1], "{given} is found by counting from 1; here the first neuron is 0."),
            Mistake(
                "exchanged the subscripts and counted from 1",
                NAMES[1][0],
                "{given} is w₁₀: count from 0, and take the first subscript for the row.",
            ),
        ),
    ),
    "2.3": Compared(
        Number(),
        z_of(W[1], A, B[1]),
        "Row 1 of the weights, all activations, bias 1: 0.5 · 0.8 + 1.5 · 0.3 − 0.4 = {right}.",
        "z₁ = w₁₀a₀ + w₁₁a₁ + b₁.",
        (
            Mistake(
                "took a column of the weights",
                z_of(turned(W)[1], A, B[1]),
                "{given} uses column 1, the weights that lead away from a₁; those that lead to neuron 1 are row 1.",
            ),
            Mistake("forgot the bias", z_of(W[1], A, 0.0), "{given} lacks the bias b₁."),
            Mistake("took the other neuron", z_of(W[0], A, B[0]), "{given} is z₀; the neurons count from 0."),
            Mistake("took the other bias", z_of(W[1], A, B[0]), "{given} adds b₀; neuron 1 has its own bias, b₁."),
            Mistake("gave a instead of z", layer(W, A, B)[1], "{given} is a₁ = σ(z₁); z₁ was asked."),
        ),
    ),
    "2.4": Compared(
        Function(
            (
                ([[0.8, -0.5], [-0.4, 0.9]], [0.6, 0.3], [-0.2, 0.4]),
                ([[1.0, 0.2, -0.7], [0.3, -1.1, 0.5], [-0.6, 0.4, 0.9]], [0.9, 0.1, 0.5], [0.1, -0.3, 0.2]),
            ),
            Numbers(),
        ),
        layer,
        "A layer is one neuron after another, all looking at the same activations.",
        "a_j = σ(Σ_k w_jk a_k + b_j), a list with one number for each row of the weights.",
        (
            Mistake(
                "exchanged the subscripts",
                lambda w, a, b: layer(turned(w), a, b),
                "Your layer takes columns for rows: the weights of neuron j are weights[j], one for each input k.",
            ),
            Mistake(
                "forgot the biases",
                lambda w, a, b: layer(w, a, [0.0] * len(b)),
                "Your layer forgets its biases: neuron j adds biases[j].",
            ),
            Mistake(
                "gave z instead of a",
                lambda w, a, b: [z_of(row, a, bias) for row, bias in zip(w, b, strict=True)],
                "Your layer returns its z_j; the activations are σ of them.",
            ),
            Mistake(
                "one bias for all",
                lambda w, a, b: layer(w, a, [b[0]] * len(b)),
                "Your layer adds the first bias to all neurons; neuron j has biases[j].",
            ),
            Mistake(
                "fed neurons to their neighbours",
                lambda w, a, b: _in_turn(w, a, b),
                "Your layer hands what a neuron answers to its neighbour; all of a layer look at the inputs.",
            ),
        ),
    ),
    "2.5": Judged(
        Numbers(10),
        (
            Requirement(
                "is active on blank paper",
                lambda read: seen(read)["blank"] < 0.5,
                "It is active on blank paper, where only the bias counts: make that negative.",
            ),
            Requirement(
                "sees the mirror image",
                lambda read: not seen(read)["falling"] < 0.5 < seen(read)["rising"],
                "It sees the rising diagonal, the mirror image: the ink is at [0][0], [1][1] and [2][2].",
            ),
            Requirement(
                "is never active",
                lambda read: seen(read)["falling"] > 0.5,
                lambda read: (
                    f"It answers {seen(read)['falling']:.2f} to the falling diagonal: the three weights "
                    "on it have to outweigh the bias together."
                ),
            ),
            Requirement(
                "sees any ink",
                lambda read: seen(read)["full"] < 0.5,
                "It is active where all nine pixels are ink: weights beside the stroke must vote against it.",
            ),
            Requirement(
                "sees another stroke",
                lambda read: max(others(read).values()) < 0.5,
                lambda read: (
                    f"It takes a {max(others(read), key=others(read).get)} stroke for a falling one: "
                    "that shares the middle pixel, which must not suffice."
                ),
            ),
            Requirement(
                "cannot decide",
                lambda read: seen(read)["falling"] > 0.9 and sum(a > 0.1 for a in seen(read).values()) == 1,
                lambda read: (
                    f"On the right side of a half, but undecided: {told_strokes(read)}. "
                    "Multiply all ten numbers by 3 or so."
                ),
            ),
        ),
        lambda read: f"It looks for a falling stroke and nothing else: {told_strokes(read)}.",
    ),
}


def _in_turn(weights, activations, biases):
    """A layer whose neurons see what the ones before them answered."""
    seen_now, answers = list(activations), []
    for j, (row, bias) in enumerate(zip(weights, biases, strict=True)):
        answers.append(sigmoid(z_of(row, seen_now, bias)).data)
        seen_now[j] = answers[-1]
    return answers


def told_strokes(read):
    """The answers in words."""
    return ", ".join(f"{name} {a:.2f}" for name, a in seen(read).items())
