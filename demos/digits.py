"""A network of scalar Values learns to read handwritten digits.

    python demos/digits.py                      8x8 digits, 64-30-10, a few seconds
    python demos/digits.py --hidden 16 16       two hidden layers, as in the document
    python demos/digits.py --data DIR           MNIST, or any other set in IDX files

Pictures of what it learned are written to out/.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from loading import Samples, idx_folder, shipped_digits

import nn
from autograd import AutogradError, Value, draw
from autograd.errors import ArgumentError

COSTS = {"cross_entropy": (nn.cross_entropy, "linear"), "squared_error": (nn.squared_error, "sigmoid")}
"""For each cost the activation of the output layer that goes with it."""


def arguments_of(words: list[str] | None) -> argparse.Namespace:
    """The command line, checked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hidden", type=int, nargs="+", default=[30], metavar="N", help="neurons of each hidden layer")
    parser.add_argument("--epochs", type=int, default=60, help="how often each sample is met (60)")
    parser.add_argument("--batch-size", type=int, default=32, help="samples a step (32)")
    parser.add_argument("--learning-rate", type=float, default=0.01, help="of Adam (0.01)")
    parser.add_argument("--cost", choices=COSTS, default="cross_entropy", help="what is minimised (cross_entropy)")
    parser.add_argument("--seed", type=int, default=0, help="of the split, the first weights and the shuffling (0)")
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder with IDX files: train-*, t10k-*, or one pair")
    parser.add_argument("--out", type=Path, default=Path("out"), metavar="DIR", help="where pictures go (out)")
    parser.add_argument("--no-plots", action="store_true", help="train and report only")
    parser.add_argument("--eager", action="store_true", help="walk one Value at a time instead of compiling")
    given = parser.parse_args(words)
    for name in ("epochs", "batch_size", *("hidden",) * len(given.hidden)):
        for number in np.atleast_1d(getattr(given, name)):
            if number < 1:
                parser.error(f"--{name.replace('_', '-')}: expected whole numbers of at least 1, got {number}")
    if given.seed < 0:
        parser.error(f"--seed: expected a whole number of at least 0, got {given.seed}")
    return given


def ready_to_write(folder: Path, plots: bool) -> None:
    """Fail before the training and not after it."""
    if plots and importlib.util.find_spec("matplotlib") is None:
        raise ArgumentError('matplotlib: expected it for the pictures; pip install -e ".[demos]", or add --no-plots')
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise ArgumentError(
            f"--out {folder}: expected a folder to write to: {error.strerror}; choose another"
        ) from None


def train(given: argparse.Namespace, samples: Samples) -> tuple[nn.MLP, nn.History]:
    """The trained network and what was measured on the way."""
    cost, output = COSTS[given.cost]
    net = nn.MLP([samples.X.shape[1], *given.hidden, 10], output=output, seed=given.seed)
    parameters = sum(n * (m + 1) for m, n in zip(net.sizes, net.sizes[1:], strict=False))
    print(
        f"{'-'.join(map(str, net.sizes))}: {parameters:,} Values to learn, "
        f"{len(samples.X):,} digits to learn from, {len(samples.X_test):,} never seen"
    )
    history = nn.fit(
        net,
        samples.X,
        samples.digits,
        cost=cost,
        optimiser=nn.Adam(given.learning_rate),
        epochs=given.epochs,
        batch_size=given.batch_size,
        validation=(samples.X_test, samples.digits_test),
        seed=given.seed,
        compiled=not given.eager,
        progress=None if sys.stderr.isatty() else True,
    )
    return net, history


def report(net: nn.MLP, samples: Samples, compiled: bool) -> None:
    """Accuracy and confusion matrix on the digits never seen."""
    right = nn.accuracy(net, samples.X_test, samples.digits_test, compiled)
    counts = nn.confusion_matrix(net, samples.X_test, samples.digits_test, compiled)
    print(f"\n{right:.2%} of the {len(samples.X_test):,} digits never seen are read rightly\n")
    print("       read as" + "".join(f"{digit:>6}" for digit in range(10)))
    for digit, row in enumerate(counts):
        print(f"{'digit' if digit == 0 else '':>9}{digit:>5}" + "".join(f"{n:>6}" if n else "     ." for n in row))


def sureness(net: nn.MLP, X: Any) -> Any:
    """How surely each digit is read, rows that sum to 1."""
    outputs = net.predict(X)
    if net.output == "linear":
        outputs = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    return outputs / outputs.sum(axis=1, keepdims=True)


def cost_of_one(net: nn.MLP, samples: Samples, cost: str) -> tuple[Value, Value]:
    """The cost of one digit never seen, and the weight by which it changes most of those into the outputs."""
    outputs = net(samples.X_test[0].tolist())
    target = np.eye(10)[samples.digits_test[0]].tolist()
    C = COSTS[cost][0](outputs, int(samples.digits_test[0]) if cost == "cross_entropy" else target)
    C.label = "C"
    net.zero_grad()
    C.backward()
    weights = [w for neuron in net.layers[-1].neurons for w in neuron.weights]
    return C, max(weights, key=lambda w: abs(w.grad))


def write(net: nn.MLP, history: nn.History, samples: Samples, given: argparse.Namespace) -> None:
    """The network and, unless --no-plots, the pictures."""
    net.save(given.out / "network.npz")
    written = ["network.npz"]
    if not given.no_plots and history.cost:
        import plots

        plots.learning_curve(history, given.out / "learning_curve.png")
        plots.features(net.layers[0].weights, samples.shape, given.out / "features.png")
        sure = sureness(net, samples.X_test)
        plots.misread(samples.X_test, samples.digits_test, sure, samples.shape, given.out / "misread.png")
        C, weight = cost_of_one(net, samples, given.cost)
        tree = draw(C, path_to=weight)
        for name in ("tree.svg", "tree.png"):
            tree.save(given.out / name)
        written += ["learning_curve.png", "features.png", "misread.png", "tree.svg", "tree.png"]
    print(f"\nwritten to {given.out}/: {', '.join(written)}")


def main(words: list[str] | None = None) -> int:
    """Train, report, write; the exit code."""
    given = arguments_of(words)
    try:
        ready_to_write(given.out, not given.no_plots)
        samples = shipped_digits(given.seed) if given.data is None else idx_folder(given.data, given.seed)
        started = time.perf_counter()
        net, history = train(given, samples)
        early = " (interrupted: what was learned is kept)" if history.interrupted else ""
        print(f"trained {len(history.cost)} epochs in {time.perf_counter() - started:.1f} s{early}")
        report(net, samples, not given.eager)
        write(net, history, samples, given)
    except AutogradError as error:
        print(f"digits.py: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("digits.py: interrupted", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
