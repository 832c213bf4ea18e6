"""Every picture of the document, drawn from live Values.

Run ``python demos/figures.py``; the pictures and an index page go into
``out/figures/``. ``--list`` tells their names, ``--only`` draws some.
"""

from __future__ import annotations

import argparse
import html
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import nn
from autograd import Drawing, Label, Value, chain_rule, draw, sigmoid, total, weighted_sum
from autograd.files import write_whole
from command import Parser, exit_code, make_folder, need_matplotlib


@dataclass(frozen=True)
class Picture:
    """A picture of the document.

    Attributes
    ----------
    title, equation : str
        What it shows, and the equation behind it.
    told : str
        A sentence for those who look, and for those who do not see it.
    make : callable
        Writes the files of a name without its suffix; returns them, and what is printed below.
    """

    title: str
    equation: str
    told: str
    make: Callable[[Path], tuple[list[Path], str]]


# Networks with the document's names


def neuron(weights: Sequence[Value], activations: Sequence[Value], bias: Value, level: str, index: str = "") -> Value:
    """z and a of one neuron, labelled."""
    z = weighted_sum(weights, activations, bias)
    z.label = Label("z", level, index)
    a = sigmoid(z)
    a.label = Label("a", level, index)
    return a


def cost_of(activations: Sequence[Value], targets: Sequence[Value]) -> Value:
    """C_0, the squared error of one sample."""
    cost = nn.squared_error(activations, targets)
    cost.label = Label("C", subscript="0")
    return cost


def levels(count: int) -> list[str]:
    """The document's superscripts of the last layers: L−2, L−1, L."""
    return [f"L−{back}" if back else "L" for back in reversed(range(count))]


def one_neuron_a_layer(count: int) -> tuple[Value, list[Value]]:
    """The cost of a chain of neurons, and their weights, the first layer's first."""
    names = levels(count + 1)
    activation = Value(0.6, Label("a", names[0]))
    weights = []
    for at, name in enumerate(names[1:]):
        weights.append(Value(0.8 + 0.3 * at, Label("w", name)))
        activation = neuron(weights[-1:], [activation], Value(-0.2 + 0.1 * at, Label("b", name)), name)
    return cost_of([activation], [Value(1.0, "y")]), weights


def two_neurons_a_layer() -> tuple[Value, list[list[Value]], list[Value]]:
    """The cost of a last layer of two neurons, w_jk, and the two activations before."""
    before = [Value(number, Label("a", "L−1", str(k))) for k, number in enumerate((0.6, 0.3))]
    weights = [
        [Value(number, Label("w", "L", f"{j}{k}")) for k, number in enumerate(row)]
        for j, row in enumerate(((0.8, -0.5), (-0.4, 0.9)))
    ]
    biases = [Value(number, Label("b", "L", str(j))) for j, number in enumerate((-0.2, 0.4))]
    outputs = [
        neuron(row, before, bias, "L", str(j)) for j, (row, bias) in enumerate(zip(weights, biases, strict=True))
    ]
    return cost_of(outputs, [Value(float(1 - j), Label("y", "", str(j))) for j in range(2)]), weights, before


def written(drawing: Drawing, stem: Path) -> list[Path]:
    """A tree as SVG and PNG."""
    paths = [stem.with_name(stem.name + suffix) for suffix in (".svg", ".png")]
    for path in paths:
        drawing.save(path)
    return paths


# The pictures that are trees


def layers_of_one(stem: Path) -> tuple[list[Path], str]:
    """Four layers of one neuron each."""
    import curves

    cost, _ = one_neuron_a_layer(3)
    names = levels(4)
    columns = [[f"a^{{({name.replace('−', '-')})}}"] for name in names]
    lines = {(at, 0, 0): f"w^{{({name.replace('−', '-')})}}" for at, name in enumerate(names[1:])}
    row = curves.network(columns, lines, stem.with_name(f"{stem.name}_network.png"))
    return [row, *written(draw(cost, partials="none", legend=True), stem)], ""


def first_tree(stem: Path) -> tuple[list[Path], str]:
    """One neuron and its cost."""
    cost, (weight,) = one_neuron_a_layer(1)
    return written(draw(cost, path_to=weight), stem), str(chain_rule(cost, weight))


def deeper_tree(stem: Path) -> tuple[list[Path], str]:
    """The same, one layer deeper."""
    cost, weights = one_neuron_a_layer(2)
    return written(draw(cost, path_to=weights[0]), stem), str(chain_rule(cost, weights[0]))


def long_chain(stem: Path) -> tuple[list[Path], str]:
    """The path from the first weight through three layers."""
    cost, weights = one_neuron_a_layer(3)
    return written(draw(cost, path_to=weights[0]), stem), str(chain_rule(cost, weights[0]))


def several_neurons(stem: Path) -> tuple[list[Path], str]:
    """One weight of a layer of two neurons."""
    import curves

    cost, weights, _ = two_neurons_a_layer()
    columns = [[f"a^{{({name})}}_{{{j}}}" for j in range(2)] for name in ("L-1", "L")]
    lines = {(0, j, k): f"w^{{(L)}}_{{{j}{k}}}" for j in range(2) for k in range(2)}
    diagram = curves.network(columns, lines, stem.with_name(f"{stem.name}_network.png"), lit=(0, 0, 1))
    return [diagram, *written(draw(cost, path_to=weights[0][1]), stem)], str(chain_rule(cost, weights[0][1]))


def next_layer(stem: Path) -> tuple[list[Path], str]:
    """The two ways of an activation into the cost."""
    cost, _, before = two_neurons_a_layer()
    rule = chain_rule(cost, before[0])
    return written(draw(cost, path_to=before[0]), stem), f"{rule}\n\n{rule.recursive}"


def nutshell(stem: Path) -> tuple[list[Path], str]:
    """A whole small network, and its gradient."""
    net = nn.MLP([2, 2, 1], seed=1)
    inputs = [Value(number, Label("a", "0", str(k))) for k, number in enumerate((0.9, 0.2))]
    cost = cost_of(net(inputs), [Value(1.0, "y")])
    cost.backward()
    vector = nn.gradient_vector(net)
    paths = written(draw(cost, partials="numbers"), stem)
    return paths + written(vector.draw(), stem.with_name(f"{stem.name}_gradient")), str(vector)


# The pictures that are plots; matplotlib loads where it is used


def sigmoids(stem: Path) -> tuple[list[Path], str]:
    """The sigmoid, and the same shifted by its bias."""
    import curves

    return [curves.sigmoids(stem.with_suffix(".png"))], ""


def untrained(stem: Path) -> tuple[list[Path], str]:
    """What an untrained network answers to one digit."""
    import curves
    from loading import read_csv

    images = read_csv()
    net = nn.MLP([images.pixels.shape[1], 16, 16, 10], seed=0)
    pixels, digit = images.pixels[3], int(images.digits[3])
    outputs = net(pixels.tolist())
    targets = [1.0 if j == digit else 0.0 for j in range(10)]
    cost = cost_of(outputs, [Value(target) for target in targets])
    answers = [output.data for output in outputs]
    path = curves.answer(pixels.reshape(images.height, images.width), answers, targets, cost.data, stem)
    return [path], f"C₀ = {cost.data:.4g} for an image of a {digit}"


def descent(stem: Path) -> tuple[list[Path], str]:
    """Gradient descent over the weight and bias of one neuron."""
    import curves

    samples = ((0.1, 0.0), (0.4, 0.0), (0.6, 1.0), (0.9, 1.0))

    def cost(w: Value, b: Value) -> Value:
        return total([(sigmoid(w * x + b) - y) ** 2 for x, y in samples]) / len(samples)

    w, b = Value(-4.0, label="w"), Value(3.5, label="b")
    walked = [(w.data, b.data)]
    for _ in range(150):
        w.grad = b.grad = 0.0
        cost(w, b).backward()
        w.data -= 4.0 * w.grad
        b.data -= 4.0 * b.grad
        walked.append((w.data, b.data))
    last = cost(w, b).data
    return [curves.surface(cost, walked, stem.with_suffix(".png"))], f"after {len(walked) - 1} steps C = {last:.4g}"


def learned_features(stem: Path) -> tuple[list[Path], str]:
    """The weights of a trained hidden layer as images."""
    import plots
    from loading import read_csv, split

    train, test = split(read_csv(), seed=0)
    net = nn.MLP([train.pixels.shape[1], 16, 10], output="linear", seed=0)
    nn.fit(
        net, train.pixels, train.digits, cost=nn.cross_entropy, optimiser=nn.Adam(0.01), epochs=30, batch_size=32,
        seed=0, progress=False,
    )  # fmt: skip
    path = stem.with_suffix(".png")
    plots.features(net, train.height, train.width, path)
    return [path], f"{nn.accuracy(net, test.pixels, test.digits):.1%} of {len(test)} unseen images read rightly"


PICTURES = {
    "sigmoid": Picture(
        "The sigmoid, and a bias",
        "a = σ(w·a − 10)",
        "The sigmoid squishes every weighted sum into 0 to 1; a bias of −10 moves where it becomes active.",
        sigmoids,
    ),
    "untrained": Picture(
        "The cost of one digit",
        "C₀ = Σⱼ (aⱼ − yⱼ)²",
        "An untrained network answers an image with ten activations; the cost adds the squares of what they are off.",
        untrained,
    ),
    "descent": Picture(
        "Gradient descent",
        "(w, b) ← (w, b) − η ∇C",
        "The cost of one neuron over its weight and bias, and the path that steps down the gradient walk.",
        descent,
    ),
    "layers_of_one": Picture(
        "One neuron per layer",
        "aᴸ = σ(wᴸ aᴸ⁻¹ + bᴸ)",
        "With one neuron in each layer, weight, bias and activation flow into z, z into a, the last a into the cost.",
        layers_of_one,
    ),
    "first_tree": Picture(
        "The first dependency tree",
        "∂C₀/∂wᴸ = ∂zᴸ/∂wᴸ · ∂aᴸ/∂zᴸ · ∂C₀/∂aᴸ",
        "The cost depends on the weight through z and a; the three partials on the lit path multiply.",
        first_tree,
    ),
    "deeper_tree": Picture(
        "One layer deeper",
        "∂C₀/∂wᴸ⁻¹ = ∂zᴸ⁻¹/∂wᴸ⁻¹ · ∂aᴸ⁻¹/∂zᴸ⁻¹ · ∂zᴸ/∂aᴸ⁻¹ · ∂aᴸ/∂zᴸ · ∂C₀/∂aᴸ",
        "The activation before depends on a weight and a bias of its own; two more partials join the product.",
        deeper_tree,
    ),
    "long_chain": Picture(
        "The long chain to the first weight",
        "∂C₀/∂wᴸ⁻² = ∂zᴸ⁻²/∂wᴸ⁻² · … · ∂C₀/∂aᴸ",
        "Every layer between a weight and the cost adds two partials to the product.",
        long_chain,
    ),
    "several_neurons": Picture(
        "A layer of several neurons",
        "∂C₀/∂wᴸⱼₖ = ∂zᴸⱼ/∂wᴸⱼₖ · ∂aᴸⱼ/∂zᴸⱼ · ∂C₀/∂aᴸⱼ",
        "With several neurons only the subscripts are new: a weight reaches the cost through its own neuron alone.",
        several_neurons,
    ),
    "next_layer": Picture(
        "The sum over the next layer",
        "∂C₀/∂aᴸ⁻¹ₖ = Σⱼ ∂zᴸⱼ/∂aᴸ⁻¹ₖ · ∂aᴸⱼ/∂zᴸⱼ · ∂C₀/∂aᴸⱼ",
        "An activation influences the cost through every neuron of the next layer; the products of the paths add up.",
        next_layer,
    ),
    "nutshell": Picture(
        "In a nutshell",
        "∇C = (∂C/∂w¹, ∂C/∂b¹, …, ∂C/∂wᴸ, ∂C/∂bᴸ)",
        "A whole small network with the partial on every edge, and the gradient that backpropagation leaves.",
        nutshell,
    ),
    "features": Picture(
        "What hidden neurons look for",
        "zⱼ = Σₖ wⱼₖ aₖ + bⱼ",
        "The weights of each neuron of a trained hidden layer, arranged as the pixels that they multiply.",
        learned_features,
    ),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw; returns the exit code: 2 where something given cannot be used."""
    options = _parser().parse_args(arguments)
    if options.list:
        print("\n".join(f"{name:<16}{picture.title}" for name, picture in PICTURES.items()))
        return 0
    return exit_code("figures.py", lambda: _draw_all(list(dict.fromkeys(options.only or PICTURES)), options.out))


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="figures.py", description="Every picture of the document, drawn from live Values.")
    parser.add_argument("--out", type=Path, default=Path("out/figures"), metavar="DIR", help="where the pictures go")
    parser.add_argument("--only", nargs="+", choices=PICTURES, metavar="NAME", help="draw these alone")
    parser.add_argument("--list", action="store_true", help="tell the names of the pictures")
    return parser


def _draw_all(names: Sequence[str], out: Path) -> None:
    need_matplotlib("")
    make_folder(out)
    began = time.perf_counter()
    sections = []
    for name in names:
        started = time.perf_counter()
        paths, below = PICTURES[name].make(out / name)
        sections.append(_section(name, paths, below))
        print(f"{name:<16}{time.perf_counter() - started:5.1f} s  {', '.join(path.name for path in paths)}", flush=True)
    write_whole(out / "index.html", _page(sections).encode())
    print(f"{len(names)} pictures in {time.perf_counter() - began:.1f} s: {out / 'index.html'}")


def _section(name: str, paths: Sequence[Path], below: str) -> str:
    """A picture's part of the index page: SVG where there is one."""
    picture = PICTURES[name]
    drawn = {path.stem for path in paths if path.suffix == ".svg"}
    shown = [path for path in paths if path.suffix == ".svg" or path.stem not in drawn]
    images = "\n".join(
        f'<img src="{path.name}" alt="{html.escape(f"{picture.told} ({path.stem})")}">' for path in shown
    )
    told = f"<pre>{html.escape(below)}</pre>" if below else ""
    return (
        f'<section id="{name}">\n<h2>{html.escape(picture.title)}</h2>\n'
        f'<p class="equation">{html.escape(picture.equation)}</p>\n<p>{html.escape(picture.told)}</p>\n'
        f"<figure>{images}</figure>\n{told}</section>"
    )


_STYLE = """
body { font: 17px/1.5 Georgia, "DejaVu Serif", serif; color: #1f2933; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.9rem; } h2 { font-size: 1.3rem; margin: 3rem 0 0.3rem; }
figure { margin: 1rem 0; text-align: center; }
img { max-width: 100%; height: auto; margin: 0 1rem; vertical-align: middle; }
.equation { font-size: 1.15rem; color: #B34700; margin: 0.2rem 0; }
pre { background: #f6f6f6; border-left: 3px solid #bbb; padding: 0.7rem 1rem; overflow-x: auto; font-size: 0.85rem; }
"""


def _page(sections: Sequence[str]) -> str:
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>Backpropagation in pictures</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        "<h1>Backpropagation in pictures</h1>\n"
        "<p>Every number on this page was computed by the engine when the page was made.</p>\n"
        + "\n".join(sections)
        + "\n</body>\n</html>\n"
    )


if __name__ == "__main__":
    sys.exit(main())
