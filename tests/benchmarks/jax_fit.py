"""An epoch of `nn.fit(backend="jax")` against the same epoch written by hand: `jax.jit` of a `lax.scan` over batches.

    python tests/benchmarks/jax_fit.py                  # 784-30-10 at batch 10, 32 and 128, in float64
    python tests/benchmarks/jax_fit.py --sizes 784 1024 1024 10 --batch 4096 --samples 65536

Both sides begin with the same numbers and take the same batches; that they end with the same is asserted. They take
turns, an epoch each, in paired rounds; the ratio is the median of the rounds'.
"""

import argparse
import statistics
import time

import jax
import jax.numpy as jnp
import numpy as np

import nn
from autograd import compile
from autograd.compiler.backends.jax.devices import chosen
from nn.training.device_trainer import DeviceTrainer

RATE = 0.1


def by_hand(batch_size):
    """An epoch as one program: a scan over batches of a sigmoid network with squared error."""

    def cost(layers, x, y):
        a = x
        for w, b in layers:
            a = jax.nn.sigmoid(a @ w.T + b)
        return ((a - y) ** 2).sum(axis=1).mean()

    def step(layers, chosen, X, Y):
        value, slopes = jax.value_and_grad(cost)(layers, X[chosen], Y[chosen])
        return jax.tree.map(lambda p, s: p - RATE * s, layers, slopes), value

    @jax.jit
    def epoch(layers, X, Y, order):
        return jax.lax.scan(lambda now, chosen: step(now, chosen, X, Y), layers, order.reshape(-1, batch_size))

    return epoch


def compare(sizes, batch_size, count, rounds):
    rng = np.random.default_rng(0)
    X, Y = rng.random((count, sizes[0])), np.eye(sizes[-1])[rng.integers(0, sizes[-1], count)]
    net = nn.MLP(sizes, seed=0)
    layers = [(jnp.array(layer.weights), jnp.array(layer.biases)) for layer in net.layers]
    cost = compile(lambda x, y: nn.squared_error(net(x), y))
    trainer = DeviceTrainer(cost, net.parameters(), X, Y, nn.SGD(RATE), batch_size, None)
    epoch, on_device = by_hand(batch_size), (jnp.array(X), jnp.array(Y))
    ours, theirs = [], []
    for round_ in range(rounds + 2):
        order = rng.permutation(count)
        started = time.perf_counter()
        trainer.epoch(order)
        between = time.perf_counter()
        layers, _ = epoch(layers, *on_device, jnp.array(order))
        # As much as `fit` brings back to the host.
        weights = [np.asarray(part) for pair in layers for part in pair]
        ended = time.perf_counter()
        if round_ >= 2:  # the first compile
            ours.append(between - started)
            theirs.append(ended - between)
    found = [part for layer in net.layers for part in (layer.weights, layer.biases)]
    for a, b in zip(found, weights, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-11)
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    name = "-".join(map(str, sizes))
    print(
        f"{name:>18} {batch_size:>6} {1e3 * statistics.median(ours):>10.1f} ms "
        f"{1e3 * statistics.median(theirs):>10.1f} ms {ratio:>8.2f}x",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[784, 30, 10])
    parser.add_argument("--batch", type=int, nargs="+", default=[10, 32, 128])
    parser.add_argument("--samples", type=int, default=7680)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    jax.config.update("jax_enable_x64", True)
    print(f"JAX {jax.__version__}, {chosen(None)}, float64")
    print(f"{'network':>18} {'batch':>6} {'fit':>13} {'by hand':>13} {'ratio':>9}")
    for batch_size in options.batch:
        compare(options.sizes, batch_size, options.samples // batch_size * batch_size, options.rounds)


if __name__ == "__main__":
    main()
