"""The second chapter: labelled samples, the cost, its landscape, and steps down the gradient."""

from __future__ import annotations

import nn
from autograd import Value, sigmoid, total
from autograd.reals import number
from gallery.intuition import digits
from gallery.networks import cost_of, walked
from gallery.picture import Chapter, Made, Picture


def samples() -> Made:
    """Training images with their labels."""
    import tiles

    train, test = digits()
    grid = tiles.samples(train.pixels[:40], train.digits[:40])
    told = f"{len(train):,} to learn from, {len(test)} never seen"
    return Made({"": grid}, told)


def minima() -> Made:
    """One hill for samples that have two: three minima."""
    import landscapes

    places = [k / 2 for k in range(-6, 7)]
    answers = [0, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0]

    def cost(b0: Value, b1: Value) -> Value:
        hill = [sigmoid(3 * x + b0) - sigmoid(3 * x + b1) for x in places]
        return nn.squared_error(hill, answers) / len(places)

    starts = (-0.5, 8.0), (-5.0, 3.0)
    walks = [walked(cost, start, nn.SGD(3.0), 400) for start in starts]
    told = [
        f"{name} ends at ({number(b0)}, {number(b1)}), where C = {number(last)}"
        for name, (*_, (b0, b1, last)) in zip("AB", walks, strict=True)
    ]
    return Made({"": landscapes.relief(cost, walks)}, "\n".join(told))


def untrained() -> Made:
    """What an untrained network answers to one digit."""
    import curves

    train, _ = digits()
    net = nn.MLP([train.pixels.shape[1], 16, 16, 10], seed=0)
    pixels, digit = train.pixels[3], int(train.digits[3])
    outputs = net(pixels.tolist())
    targets = [1.0 if j == digit else 0.0 for j in range(10)]
    cost = cost_of(outputs, [Value(target) for target in targets])
    answers = [output.data for output in outputs]
    image = pixels.reshape(train.height, train.width)
    plot = curves.answer(image, answers, targets)
    return Made({"": plot}, f"C₀ = {number(cost.data)} for an image of a {digit}")


def descent() -> Made:
    """Gradient descent over the weight and bias of one neuron."""
    import landscapes

    samples = ((0.1, 0.0), (0.4, 0.0), (0.6, 1.0), (0.9, 1.0))

    def cost(w: Value, b: Value) -> Value:
        errors = [(sigmoid(w * x + b) - y) ** 2 for x, y in samples]
        return total(errors) / len(errors)

    steps = walked(cost, (-4.0, 3.5), nn.SGD(4.0), 150)
    told = f"after {len(steps) - 1} steps C = {number(steps[-1][-1])}"
    return Made({"": landscapes.contours(cost, steps)}, told)


CHAPTER = Chapter(
    "Gradient descent",
    {
        "samples": Picture(
            "Labelled samples",
            "To train the network it is given images together with what they are: each handwritten digit of this grid "
            "has its label below.",
            samples,
        ),
        "minima": Picture(
            "A landscape with several minima",
            "The cost over the biases of two neurons, whose difference is one hill while the samples have two: it can "
            "cover the left, the right or both, and each is a minimum. Two walks down the gradient end in "
            "different ones.",
            minima,
            r"C = \frac{1}{n} \sum_{i} \left(\sigma(3 x_{i} + b_{0}) - \sigma(3 x_{i} + b_{1}) - y_{i}\right)^{2}",
        ),
        "untrained": Picture(
            "The cost of one digit",
            "An untrained network answers an image with ten activations; the cost adds the squares of what they are "
            "off.",
            untrained,
            r"C_{0} = \sum_{j=0}^{9} \left(a_{j} - y_{j}\right)^{2}",
        ),
        "descent": Picture(
            "Gradient descent",
            "The cost of one neuron over its weight and bias, and the path that steps down the gradient walk.",
            descent,
            r"\left(w, b\right) \leftarrow \left(w, b\right) - \eta \nabla C",
        ),
    },
)
