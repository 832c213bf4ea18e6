"""A network of scalar Values learns to read handwritten digits.

Run ``python demos/digits.py``; ``--help`` tells the options. Pictures of what
was learned go into ``out/``.
"""

from __future__ import annotations

import argparse
import sys
import textwrap
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

import nn
import pad
from autograd import Label, Value
from autograd.errors import ArgumentError, RenderError
from command import Parser, exit_code, make_folder, need_matplotlib, whole_number
from copies import with_copies
from loading import Images, Loaded, read, read_csv, split

# the cost, and the outputs that it takes
COSTS = {
    "cross_entropy": (nn.cross_entropy, "linear"),
    "squared_error": (nn.squared_error, "sigmoid"),
}
WIDEST_TABLE = 14
COPIES = 7
STEPS = 192
"""How often each training image is seen, as it is or changed."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo; returns the exit code: 2 where something given cannot be used."""
    options = _parser().parse_args(arguments)
    return exit_code("digits.py", lambda: _run(options))


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="digits.py",
        description="A network of scalar Values learns to read handwritten digits.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--hidden", type=_count, nargs="+", default=[30], metavar="N", help="neurons of each hidden layer")
    add(
        "--copies",
        type=whole_number(0),
        metavar="N",
        help=f"of each training image, moved and turned a little; {COPIES} of the shipped ones if not given, else 0",
    )
    add(
        "--epochs",
        type=_count,
        metavar="N",
        help=f"passes over the training images and their copies; {STEPS} by the copies and the image if not given",
    )
    add("--batch-size", type=_count, default=32, metavar="N", help="images behind each step")
    add("--learning-rate", type=_positive, default=0.005, metavar="R", help="of the optimiser, Adam")
    add("--cost", choices=COSTS, default="cross_entropy", help="squared_error is the document's")
    add("--seed", type=_seed, default=0, metavar="N", help="decides split, first weights and shuffling")
    add(
        "--data",
        type=Path,
        metavar="PATH",
        help="a folder of IDX files such as MNIST's, QMNIST's or EMNIST's, or a file: Kaggle's train.csv, Keras's "
        "mnist.npz, Nielsen's mnist.pkl.gz; else the shipped digits",
    )
    add("--dataset", metavar="NAME", help="which of several sets in the folder, such as emnist-letters")
    add("--out", type=Path, default=Path("out"), metavar="DIR", help="where the pictures and the network go")
    add("--checkpoint", type=Path, metavar="FILE", help="keep the training there after every epoch")
    add("--resume", action="store_true", help="go on from the checkpoint, where there is one")
    add("--no-plots", action="store_true", help="no pictures, which need matplotlib: the network and the page alone")
    add("--backend", choices=("numpy", "numba", "jax"), default="numpy", help="what runs it; all come to the same")
    add("--eager", action="store_true", help="one Value at a time instead of compiled: same results, slower")
    return parser


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= len(text) <= 9 or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, got {text!r}; give one such as 30")
    return int(text)


def _seed(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 0, got {text!r}; give one such as 0")
    return int(text)


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a number above 0, got {text!r}; give one such as 0.01")
    return number


def _data(options: argparse.Namespace) -> tuple[Images, Images, list[str]]:
    """Training images, test images never learned from, and what is to be told about them."""
    if options.data is None and options.dataset is not None:
        raise ArgumentError(
            f"--dataset {options.dataset!r:.60}: expected a folder of several sets, got none; add --data FOLDER"
        )
    loaded = Loaded([read_csv()], []) if options.data is None else read(options.data, options.dataset)
    sets = loaded.sets
    train, test = sets if len(sets) == 2 else split(sets[0], seed=options.seed)
    return train, test, loaded.notes


def _check_out(options: argparse.Namespace) -> None:
    """Find out before the training whether its results can be written."""
    if not options.no_plots:
        need_matplotlib(", or give --no-plots")
    make_folder(options.out)


def _run(options: argparse.Namespace) -> None:
    """Train, report, draw."""
    train, test, notes = _data(options)
    _check_out(options)
    cost, output = COSTS[options.cost]
    sizes = [train.pixels.shape[1], *options.hidden, len(train.names)]
    net = nn.MLP(sizes, activation="tanh", output=output, seed=options.seed)
    parameters = sum(1 for _ in net.named_parameters())
    for note in notes:
        print(note)
    print(f"{len(train)} images to learn from, {len(test)} never seen, of {train.height}x{train.width} pixels")
    print(f"network {'-'.join(map(str, sizes))}: {parameters} weights and biases, cost {options.cost}", flush=True)
    copies = options.copies if options.copies is not None else COPIES if options.data is None else 0
    seen = with_copies(train, copies, options.seed)
    if copies:
        print(f"beside each {copies} copies, moved and turned a little", flush=True)
    started = time.perf_counter()
    history = nn.fit(
        net,
        seen.pixels,
        _targets(seen, sizes[-1]),
        cost=cost,
        optimiser=nn.Adam(options.learning_rate),
        epochs=options.epochs or max(1, STEPS // (copies + 1)),
        batch_size=options.batch_size,
        validation=(test.pixels, _targets(test, sizes[-1])),
        seed=options.seed,
        progress=True,
        compiled=not options.eager,
        backend=options.backend,
        checkpoint=options.checkpoint,
        resume=options.resume,
    )
    stopped = f"stopped by Ctrl-C after {len(history.cost)} whole epochs" if history.interrupted else "trained"
    print(f"{stopped} in {time.perf_counter() - started:.1f} s")
    _report(net, test, not options.eager)
    _write(options, net, history, train, test)


def _targets(images: Images, outputs: int) -> npt.NDArray[np.float64]:
    """A row for each image: 1 at its digit, 0 elsewhere."""
    return np.eye(outputs)[images.digits]


def _report(net: nn.MLP, test: Images, compiled: bool) -> None:
    """Print the accuracy on the unseen images, and what was taken for what."""
    matrix = nn.confusion_matrix(net, test.pixels, test.digits, compiled)
    right = int(matrix.trace())
    print(f"test accuracy {right / len(test):.2%} ({right} of {len(test)} unseen images)\n")
    print(confusion_text(matrix, test.names))


def confusion_text(matrix: npt.NDArray[np.intp], names: Sequence[str] = ()) -> str:
    """A confusion matrix in at most 80 columns.

    Parameters
    ----------
    matrix : ndarray of int, shape (classes, classes)
        Row: what it is; column: what was read. Of more than 14 classes the
        most frequent mistakes are listed instead.
    names : sequence of str
        What the classes are called; their numbers if there is none.
    """
    names = names or [str(j) for j in range(len(matrix))]
    if len(matrix) > WIDEST_TABLE:
        mistakes = matrix * (1 - np.eye(len(matrix), dtype=np.intp))
        worst = np.argsort(-mistakes, axis=None, kind="stable")[:20]
        pairs = [divmod(int(k), len(matrix)) for k in worst]
        lines = [f"{names[i]} read as {names[j]}: {mistakes[i, j]}" for i, j in pairs if mistakes[i, j]]
        return "\n".join(lines) or "no mistake"
    width = max(4, len(str(matrix.max())) + 1)
    if 12 + width * len(matrix) > 80:
        width = (80 - 12) // len(matrix)
    heading = " " * 10 + "read as\n" + " " * 10 + "".join(f"{name:>{width}}" for name in names)
    rows = [
        f"{'is' if not i else '':4}{names[i]:>4} |" + "".join(f"{n or '.':>{width}}" for n in row)
        for i, row in enumerate(matrix.tolist())
    ]
    return "\n".join([heading.replace(" " * 10 + "read", " " * 9 + "read", 1), *rows])


def _write(options: argparse.Namespace, net: nn.MLP, history: nn.History, train: Images, test: Images) -> None:
    """Put the network and the pictures into the folder."""
    out = options.out
    net.save(out / "network.npz")
    pad.write(net, train, test, options.cost, out / "digits.html")
    written = ["network.npz", "digits.html"]
    if not options.no_plots:
        import plots  # matplotlib is an extra, which --no-plots does without

        read, sureness = _readings(net, test, options)
        plots.learning_curve(history, out / "learning_curve.png")
        plots.features(net, test.height, test.width, out / "features.png")
        plots.misread(test, read, sureness, out / "misread.png")
        written += ["learning_curve.png", "features.png", "misread.png", *_draw_tree(options, net, test)]
    print(
        f"\nwritten into {out}:\n{textwrap.fill(', '.join(written), 80, initial_indent='  ', subsequent_indent='  ')}"
    )


def _readings(
    net: nn.MLP, test: Images, options: argparse.Namespace
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """What each image was read as, and how surely, 0..1."""
    outputs = net.predict(test.pixels, not options.eager)
    if net.output == "linear":
        shifted = np.exp(outputs - outputs.max(axis=1, keepdims=True))
        outputs = shifted / shifted.sum(axis=1, keepdims=True)
    return outputs.argmax(axis=1), outputs.max(axis=1)


def _draw_tree(options: argparse.Namespace, net: nn.MLP, test: Images) -> list[str]:
    """Draw how one weight of the last layer acts on the cost of one image."""
    from autograd import draw  # Graphviz loads where it is used

    cost, _ = COSTS[options.cost]
    digit = int(test.digits[0])
    outputs = net(test.pixels[0].tolist())
    target = digit if cost is nn.cross_entropy else _targets(test.chosen([0]), net.sizes[-1])[0].tolist()
    value: Value = cost(outputs, target)
    value.label = Label("C", subscript="0")
    net.zero_grad()
    value.backward()
    # Into an output of another digit, so that there is one path to the cost.
    others = [w for j, neuron in enumerate(net.layers[-1].neurons) if j != digit for w in neuron.weights]
    weight = max(others, key=lambda w: abs(w.grad))
    names = ["tree.svg", "tree.png"]
    try:
        title = f"how {weight.label} acts on the cost of an image of a {test.names[digit]}"
        drawing = draw(value, path_to=weight, title=title, legend=True)
        for name in names:
            drawing.save(options.out / name)
    except RenderError as error:
        print(f"digits.py: no tree: {error}", file=sys.stderr)
        return []
    return names


if __name__ == "__main__":
    sys.exit(main())
