"""Matrices and digits: the errors of a layer, the slopes of a batch, and a network that reads."""

from __future__ import annotations

from functools import cache

import numpy as np

import nn
from autograd import Value, compile, gradient, sigmoid
from checks import Compared, Judged, Mistake, Requirement
from forms import Function, Numbers, UnansweredError, UnusableError, kind
from samples import read_csv, split

LOT = np.random.default_rng(0)
ENOUGH = 0.965

# W2, delta2, z1: as many neurons in both layers once, so that a matrix turned round still fits.
LAYERS = tuple(
    (LOT.normal(size=(after, before)), LOT.normal(size=after), LOT.normal(size=before))
    for before, after in ((3, 3), (4, 2))
)
BATCHES = tuple(
    (LOT.normal(size=(n, after)), LOT.normal(size=(n, before))) for n, after, before in ((4, 3, 3), (5, 2, 4))
)
READINGS = (
    (LOT.uniform(size=(6, 10)), np.array([3, 1, 4, 1, 5, 9])),
    (np.eye(10)[[2, 7, 1, 8]] * 0.6 + 0.2, np.array([2, 7, 1, 0])),
)


def slope(z):
    """σ′(z) of each number, by the engine."""
    return np.array([gradient(sigmoid(v), v) for v in map(Value, z.tolist())])


def errors_before(W2, delta2, z1):
    """delta1, by differentiating z2 · delta2 through the layer."""
    z = [Value(float(number)) for number in z1]
    a = [sigmoid(one) for one in z]
    return gradient(
        sum(w * one * d for row, d in zip(W2, delta2, strict=True) for w, one in zip(row, a, strict=True)), z
    )


def mean_slopes(deltas, inputs):
    """dC/dW of a batch, by the compiled engine: the mean over samples of delta a'."""
    rows, columns = deltas.shape[1], inputs.shape[1]
    W = [[Value(0.0) for _ in range(columns)] for _ in range(rows)]

    @compile
    def cost(delta, a):
        return sum(delta[j] * sum(W[j][k] * a[k] for k in range(columns)) for j in range(rows))

    return np.reshape(cost.gradient(deltas, inputs)[1], (rows, columns))


def accuracy(outputs, digits):
    """The share of rows whose most active output is the digit."""
    return float(np.mean(outputs.argmax(axis=1) == digits))


def turned(matrix):
    """W2 with rows for columns, as far as the shapes allow."""
    return matrix if matrix.shape[0] == matrix.shape[1] else matrix.T


@cache
def unseen():
    """The images that no network has seen."""
    return split(read_csv())[1]


class Network:
    """A network for 8 × 8 images, and how it reads those it has never seen."""

    def read(self, answer):
        """The network's outputs for the unseen images."""
        if answer is ...:
            raise UnansweredError
        if not isinstance(answer, nn.Module):
            raise UnusableError(f"A network was expected, such as nn.MLP([64, 16, 10]); this is {kind(answer)}.")
        try:
            return np.asarray(answer.predict(unseen().pixels))
        except Exception as error:
            told = (str(error).splitlines() or [""])[0][:150].rstrip(".")
            raise UnusableError(f"It cannot read an image of 64 pixels: {told}.") from None


def share(outputs):
    """Of the unseen images, how many are read rightly."""
    return accuracy(outputs, unseen().digits)


EXERCISES = {
    "6.1": Compared(
        Function(LAYERS, Numbers()),
        errors_before,
        "The matrix that carried activations forward carries errors back, turned round.",
        "delta1 = W2ᵀ @ delta2 * σ′(z1), an array with one number for each neuron of layer 1.",
        (
            Mistake(
                "did not turn the matrix round",
                lambda W2, delta2, z1: turned(W2) @ delta2 * slope(z1),
                "Yours takes W2 as it is; backwards rows and columns change places: W2.T.",
            ),
            Mistake(
                "forgot the factor σ′",
                lambda W2, delta2, z1: W2.T @ delta2,
                "Yours is ∂C/∂a1; one more link leads to z1, the factor σ′(z1).",
            ),
            Mistake(
                "used a instead of its slope",
                lambda W2, delta2, z1: W2.T @ delta2 * np.array([sigmoid(float(z)).data for z in z1]),
                "Yours multiplies by a1 = σ(z1); the link is the slope, a1 * (1 - a1).",
            ),
            Mistake(
                "used z instead of a",
                lambda W2, delta2, z1: W2.T @ delta2 * z1 * (1 - z1),
                "Yours has z1 (1 − z1); the slope of σ is a1 (1 − a1), with a1 = σ(z1).",
            ),
            Mistake(
                "forgot the errors",
                lambda W2, delta2, z1: W2.sum(axis=0) * slope(z1),
                "Yours adds weights; each is multiplied by the error of the neuron that it leads to.",
            ),
        ),
    ),
    "6.2": Compared(
        Function(BATCHES, Numbers()),
        mean_slopes,
        "One product of two matrices, and all slopes of all weights for the whole batch are there.",
        "deltas.T @ inputs / n: row j, column k is the mean of delta_j a_k over the n samples.",
        (
            Mistake(
                "summed instead of averaged",
                lambda deltas, inputs: deltas.T @ inputs,
                "Yours is the sum over the samples; the slope of the mean cost is their mean.",
            ),
            Mistake(
                "exchanged the subscripts",
                lambda deltas, inputs: inputs.T @ deltas / len(deltas),
                "Yours has a row for each input; w_jk has a row for each neuron j: turn the product round.",
            ),
            Mistake(
                "exchanged the subscripts, and summed",
                lambda deltas, inputs: inputs.T @ deltas,
                "Turn the product round, so that neurons are rows, and divide by the number of samples.",
            ),
            Mistake(
                "the last sample alone",
                lambda deltas, inputs: np.outer(deltas[-1], inputs[-1]),
                "Yours is the slope of the last sample; average over all of them.",
            ),
            Mistake(
                "averaged before multiplying",
                lambda deltas, inputs: np.outer(deltas.mean(axis=0), inputs.mean(axis=0)),
                "Yours multiplies the mean error by the mean input; multiply for each sample, then average.",
            ),
            Mistake(
                "divided by the neurons",
                lambda deltas, inputs: deltas.T @ inputs / deltas.shape[1],
                "Yours divides by the number of neurons; the mean is over samples, len(deltas).",
            ),
        ),
    ),
    "6.3": Compared(
        Function(READINGS),
        accuracy,
        "The share that is read rightly; unlike the cost it has no slope, so it is reported and not descended on.",
        "outputs.argmax(axis=1) is what each image is read as; compare it with digits, and take the mean.",
        (
            Mistake(
                "counted instead of averaged",
                lambda outputs, digits: float((outputs.argmax(axis=1) == digits).sum()),
                "Yours counts the images that are read rightly; divide by how many there are.",
            ),
            Mistake(
                "took the least active",
                lambda outputs, digits: accuracy(-outputs, digits),
                "Yours reads the least active output; the most active one is argmax.",
            ),
            Mistake(
                "gave the share of mistakes",
                lambda outputs, digits: 1 - accuracy(outputs, digits),
                "Yours is the share that is read wrongly.",
            ),
            Mistake(
                "in per cent",
                lambda outputs, digits: 100 * accuracy(outputs, digits),
                "Yours is in per cent; a share between 0 and 1 is asked for.",
            ),
            Mistake(
                "asked for more than a half",
                lambda outputs, digits: float(np.mean(outputs[np.arange(len(digits)), digits] > 0.5)),
                "Yours asks that the right output is above a half; it need only be above the others.",
            ),
        ),
    ),
    "6.4": Judged(
        Network(),
        (
            Requirement(
                "has not ten outputs",
                lambda outputs: outputs.ndim == 2 and outputs.shape[1] == 10,
                "The network needs ten outputs, one for each digit: nn.MLP([64, ..., 10]).",
            ),
            Requirement(
                "was not trained",
                lambda outputs: share(outputs) > 0.3,
                lambda outputs: (
                    f"It reads {share(outputs):.1%} of the unseen images, which is guessing: train it with nn.fit."
                ),
            ),
            Requirement(
                "reads too few",
                lambda outputs: share(outputs) >= ENOUGH,
                lambda outputs: (
                    f"It reads {share(outputs):.1%} of the unseen images; {ENOUGH:.1%} are wanted. "
                    "More hidden neurons, more epochs or another learning rate may help."
                ),
            ),
        ),
        lambda outputs: f"It reads {share(outputs):.1%} of images that it has never seen.",
    ),
}
