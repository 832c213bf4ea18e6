"""What a user of `nn` meets: MNIST through `fit`, one sample through `predict`, the memory of a step."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from networks import RATE, numpy_step, our_step, samples, scalar_network, start
from tables import Row
from timing import Step, in_turns, timed

import nn

EPOCHS, BATCH, SEEN = 20, 10, 8000
# How often what takes seconds is measured.
_FEWER = 5


def rows(backends: Sequence[str], rounds: int, folder: Path | None) -> Iterator[Row]:
    """One sample through a network, and MNIST where it is there."""
    yield prediction(backends, rounds)
    if folder is not None:
        yield mnist(backends, folder)


def prediction(backends: Sequence[str], rounds: int) -> Row:
    """64-30-10 reads one sample."""
    sizes = [64, 30, 10]
    net, (X, _) = scalar_network(sizes), samples(sizes, 1)
    weights, biases = start(sizes)

    def by_hand() -> Any:
        a = X
        for w, b in zip(weights, biases, strict=True):
            a = 1 / (1 + np.exp(-(a @ w.T + b)))
        return a

    np.testing.assert_allclose(net.predict(X), by_hand(), rtol=1e-12)
    sides: dict[str, Step] = {name: partial(net.predict, X[0], backend=name) for name in backends}
    sides["NumPy by hand"] = by_hand
    return Row("predict one, 64-30-10", in_turns(sides, rounds))


def mnist(backends: Sequence[str], folder: Path) -> Row:
    """784-30-10, 8,000 images, 20 epochs at batch 10, against the hand-written loop."""
    X, digits = images_of(folder)
    Y = np.eye(10)[digits]
    sizes, options = [784, 30, 10], {"epochs": EPOCHS, "batch_size": BATCH, "seed": 0, "progress": False}
    nets: dict[str, Any] = {}

    def fitted(backend: str) -> None:
        nets[backend] = scalar_network(sizes)
        nn.fit(nets[backend], X[:SEEN], digits[:SEEN], optimiser=nn.SGD(RATE), backend=backend, **options)

    def by_hand() -> None:
        x, y = np.empty((BATCH, 784)), np.empty((BATCH, 10))
        step, _ = numpy_step(sizes, x, y)
        random = np.random.default_rng(0)
        for _ in range(EPOCHS):
            shuffled = random.permutation(SEEN)
            for at in range(0, SEEN, BATCH):
                chosen = shuffled[at : at + BATCH]
                X.take(chosen, axis=0, out=x, mode="clip")
                Y.take(chosen, axis=0, out=y, mode="clip")
                step()

    sides: dict[str, Step] = {name: partial(fitted, name) for name in backends}
    sides["NumPy by hand"] = by_hand
    turns = [{name: timed(side) for name, side in sides.items()} for _ in range(_FEWER)]
    for backend, net in nets.items():
        read = nn.accuracy(net, X[SEEN:], digits[SEEN:])
        print(f"after {EPOCHS} epochs by {backend} {read:.1%} of {len(X) - SEEN:,} images held out are read rightly")
    return Row("MNIST, 20 epochs of 8,000", {name: np.array([turn[name] for turn in turns]) for name in sides})


def images_of(folder: Path) -> tuple[Any, Any]:
    """The ten thousand images of MNIST's test part, shuffled."""
    with (
        gzip.open(folder / "t10k-images-idx3-ubyte.gz") as images,
        gzip.open(folder / "t10k-labels-idx1-ubyte.gz") as own,
    ):
        X = np.frombuffer(images.read(), np.uint8, offset=16).reshape(-1, 784) / 255.0
        digits = np.frombuffer(own.read(), np.uint8, offset=8).astype(int)
    order = np.random.default_rng(0).permutation(len(X))
    return X[order], digits[order]


def memory(backends: Sequence[str]) -> str:
    """What a training step holds: its buffers, kept or not, as `tracemalloc` counts them; told in a sentence."""
    sizes = [784, 100, 10]
    X, Y = samples(sizes, 128)
    own = held(numpy_step(sizes, X, Y)[0])
    peaks = {}
    for backend in backends:
        # What is imported and made once in a process is no part of it.
        our_step([2, 2, 2], *samples([2, 2, 2], 4), backend)[0]()
        peaks[backend] = held(our_step(sizes, X, Y, backend)[0])
    shares = (f"{peak / 1e6:.2f} MB by {name}, {peak / own:.2f} times" for name, peak in peaks.items())
    return (
        f"A training step of 784-100-10 at batch 128 holds at most {' and '.join(shares)} the {own / 1e6:.2f} MB of "
        "the loop written by hand: counted by tracemalloc, Python's objects and NumPy's arrays, beyond the parameters, "
        "the batch and the recording; what BLAS and LLVM take for themselves is not counted on any side."
    )


def held(step: Step) -> int:
    """The most bytes that a step holds at a time, of what was allocated since the first began."""
    tracemalloc.start()
    try:
        step()
        tracemalloc.reset_peak()
        step()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
