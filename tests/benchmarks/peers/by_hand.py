"""The zoo in NumPy with the reverse pass written by hand, where one would write it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

Found = tuple[float, dict[str, Any]]
"""The cost and its gradient by name."""


def convolution(p: Any, images: Any, targets: Any) -> Found:
    n, size = len(images), images.shape[1] - 2
    half, channels = size // 2, len(p["kernels"])
    patches = sliding_window_view(images, (3, 3), (1, 2)).reshape(n, half, 2, half, 2, 9)
    # The four pixels of a pool last but one, so that one maximum and one choice do.
    patches = patches.transpose(0, 1, 3, 2, 4, 5).reshape(n, half * half, 4, 9)
    seen = patches @ p["kernels"].reshape(channels, 9).T
    seen += p["biases"]
    first = seen.argmax(2)[:, :, None]
    largest = np.take_along_axis(seen, first, 2)[:, :, 0]
    pooled = np.maximum(largest, 0.0).transpose(0, 2, 1).reshape(n, -1)
    z = pooled @ p["dense"].T
    z += p["last"]
    z -= z.max(1, keepdims=True)
    powers = np.exp(z)
    whole = powers.sum(1, keepdims=True)
    cost = float((np.log(whole[:, 0]) * targets.sum(1) - (z * targets).sum(1)).mean())
    delta = (powers / whole - targets) / n
    into = (delta @ p["dense"]).reshape(n, channels, -1).transpose(0, 2, 1) * (largest > 0)
    before = np.zeros_like(seen)
    np.put_along_axis(before, first, into[:, :, None], 2)
    kernels = before.reshape(-1, channels).T @ patches.reshape(-1, 9)
    slopes = {"kernels": kernels, "biases": into.sum((0, 1)), "dense": delta.T @ pooled, "last": delta.sum(0)}
    return cost, slopes


def recurrent(p: Any, sequences: Any, targets: Any) -> Found:
    n, steps, inputs = sequences.shape
    hidden, wh = len(p["b"]), p["wh"]
    # Steps first, so that each step's rows lie together.
    xs = np.ascontiguousarray(sequences.transpose(1, 0, 2))
    z = xs @ p["wx"].T
    z += p["b"]
    h = np.zeros((steps + 1, n, hidden))
    for t in range(steps):
        now = np.matmul(h[t], wh.T, out=h[t + 1])
        now += z[t]
        np.tanh(now, out=now)
    error = h[-1] @ p["out"] - targets
    delta = np.multiply.outer(2 * error / n, p["out"])
    steep, deltas = 1 - h[1:] ** 2, z
    for t in range(steps - 1, -1, -1):
        np.multiply(delta, steep[t], out=deltas[t])
        delta = deltas[t] @ wh
    flat = deltas.reshape(-1, hidden)
    slopes = {"wx": flat.T @ xs.reshape(-1, inputs), "wh": flat.T @ h[:-1].reshape(-1, hidden), "b": flat.sum(0)}
    return float(error @ error) / n, slopes | {"out": 2 / n * error @ h[-1]}


def orbit(p: Any, start: Any, steps: int) -> Found:
    mu, n = float(p["mu"]), len(start)
    x, y, vx, vy = start, np.zeros(n), np.zeros(n), np.full(n, float(p["speed"]))
    kept = []
    for _ in range(steps):
        square = x * x + y * y
        pull = 0.01 * mu / (square * np.sqrt(square))
        kept.append((x, y, square, pull))
        vx, vy = vx - pull * x, vy - pull * y
        x, y = x + 0.01 * vx, y + 0.01 * vy
    cost = float(((x - 1) ** 2 + y**2).mean())
    dx, dy = 2 / n * (x - 1), 2 / n * y
    dvx, dvy, dmu = np.zeros(n), np.zeros(n), np.zeros(n)
    for x, y, square, pull in reversed(kept):
        dvx, dvy = dvx + 0.01 * dx, dvy + 0.01 * dy
        dpull = -(dvx * x + dvy * y)
        dpulled = dpull * pull
        dmu += dpulled
        inward = -3 * dpulled / square
        dx, dy = dx - dvx * pull + inward * x, dy - dvy * pull + inward * y
    return cost, {"mu": float(dmu.sum()) / mu, "speed": float(dvy.sum())}


def options(p: Any, strikes: Any, years: Any) -> Found:
    spot, volatility, rate = (float(p[name]) for name in ("spot", "volatility", "rate"))
    root = np.sqrt(years)
    spread = volatility * root
    d = (np.log(spot / strikes) + (rate + volatility**2 / 2) * years) / spread
    near, far = 1 / (1 + np.exp(-1.702 * d)), 1 / (1 + np.exp(-1.702 * (d - spread)))
    paid = strikes * np.exp(-rate * years)
    own, due = 1.702 * spot * near * (1 - near), 1.702 * paid * far * (1 - far)
    by_d, n = own - due, len(years)
    slopes = {
        "spot": float((near + by_d / (spot * spread)).sum()) / n,
        "volatility": float((by_d * (root - d / volatility) + due * root).sum()) / n,
        "rate": float((by_d * root / volatility + years * paid * far).sum()) / n,
    }
    return float((spot * near - paid * far).sum()) / n, slopes


def physics(p: Any, xs: Any) -> Found:
    v, w, n = p["v"], p["w"], len(xs)
    a = np.tanh(np.multiply.outer(xs, w) + p["b"])
    steep = 1 - a * a
    # u + u'' = sum of v f(z), with f = a + w^2 a'', a'' = -2 a a'.
    square = w * w
    f = a * (1 - 2 * square * steep)
    error = f @ v
    by_z = steep * (1 - 2 * square * (steep - 2 * a * a))
    delta = np.multiply.outer(2 / n * error, v)
    into = delta * by_z
    by_w = xs @ into - 4 * w * (delta * a * steep).sum(0)
    return float(error @ error) / n, {"v": 2 / n * error @ f, "w": by_w, "b": into.sum(0)}


PROGRAMS: dict[str, Callable[..., Found]] = {
    made.__name__: made for made in (convolution, recurrent, orbit, options, physics)
}


def made(kind: str, numbers: Any, arrays: Any, settings: Any) -> tuple[Callable[[], Found], Callable[[Any], Any]]:
    """A step, and what makes NumPy arrays of its cost and gradient, which it is."""
    return partial(PROGRAMS[kind], numbers, *arrays, **settings), lambda found: found
