"""The zoo as a user of PyTorch writes it, eager: `torch.compile` is no faster at these sizes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.nn import functional


def transformer(p: Any, tokens: Any, targets: Any, heads: int, causal: bool) -> Any:
    def normed(x: Any) -> Any:
        return x * ((x * x).mean(-1, keepdim=True) + 1e-5) ** -0.5

    batch, length, _ = tokens.shape
    x = normed(tokens @ p["token"] + p["place"])
    inner = normed(x)
    q, k, v = ((inner @ p[name].T).reshape(batch, length, heads, -1).transpose(1, 2) for name in "qkv")
    mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=causal)
    x = x + mixed.transpose(1, 2).reshape(x.shape) @ p["o"].T
    x = x + torch.relu(normed(x) @ p["up"].T) @ p["down"].T
    return -(targets * torch.log_softmax(x @ p["read"].T, -1)).sum() / (batch * length)


def convolution(p: Any, images: Any, targets: Any) -> Any:
    seen = torch.relu(functional.conv2d(images[:, None], p["kernels"][:, None], p["biases"]))
    pooled = functional.max_pool2d(seen, 2).reshape(len(images), -1)
    z = functional.linear(pooled, p["dense"], p["last"])
    return -(targets * torch.log_softmax(z, -1)).sum() / len(images)


def recurrent(p: Any, sequences: Any, targets: Any) -> Any:
    seen = functional.linear(sequences, p["wx"], p["b"])
    h = sequences.new_zeros(len(sequences), len(p["b"]))
    for x in seen.unbind(1):
        h = torch.tanh(x + h @ p["wh"].T)
    return ((h @ p["out"] - targets) ** 2).mean()


def orbit(p: Any, start: Any, steps: int) -> Any:
    x, y = start, torch.zeros_like(start)
    vx, vy = torch.zeros_like(start), torch.zeros_like(start) + p["speed"]
    for _ in range(steps):
        pull = 0.01 * p["mu"] / (x * x + y * y) ** 1.5
        vx, vy = vx - pull * x, vy - pull * y
        x, y = x + 0.01 * vx, y + 0.01 * vy
    return ((x - 1) ** 2 + y**2).mean()


def options(p: Any, strikes: Any, years: Any) -> Any:
    spot, volatility, rate = p["spot"], p["volatility"], p["rate"]
    spread = volatility * torch.sqrt(years)
    d = (torch.log(spot / strikes) + (rate + volatility**2 / 2) * years) / spread
    near, far = torch.sigmoid(1.702 * d), torch.sigmoid(1.702 * (d - spread))
    return (spot * near - strikes * torch.exp(-rate * years) * far).mean()


def physics(p: Any, xs: Any) -> Any:
    x = xs.clone().requires_grad_()
    u = torch.tanh(x[:, None] * p["w"] + p["b"]) @ p["v"]
    (slope,) = torch.autograd.grad(u.sum(), x, create_graph=True)
    (bend,) = torch.autograd.grad(slope.sum(), x, create_graph=True)
    return ((bend + u) ** 2).mean()


PROGRAMS: dict[str, Callable[..., Any]] = {
    made.__name__: made for made in (transformer, convolution, recurrent, orbit, options, physics)
}


def made(kind: str, numbers: Any, arrays: Any, settings: Any) -> tuple[Callable[[], Any], Callable[[Any], Any]]:
    """A step, and what makes NumPy arrays of its cost and gradient."""
    p = {name: torch.tensor(array, requires_grad=True) for name, array in numbers.items()}
    batch = [torch.tensor(array) for array in arrays]

    def step() -> Any:
        cost = PROGRAMS[kind](p, *batch, **settings)
        return cost, torch.autograd.grad(cost, list(p.values()))

    def told(found: Any) -> Any:
        cost, slopes = found
        return cost.item(), {name: slope.numpy() for name, slope in zip(p, slopes, strict=True)}

    return step, told
