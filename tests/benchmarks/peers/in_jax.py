"""The zoo as a user of JAX writes it: tensors over the batch, `lax.scan` for steps, `jit` of `value_and_grad`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp


def transformer(p: Any, tokens: Any, targets: Any, heads: int, causal: bool) -> Any:
    def normed(x: Any) -> Any:
        return x * ((x * x).mean(-1, keepdims=True) + 1e-5) ** -0.5

    batch, length, _ = tokens.shape
    x = normed(tokens @ p["token"] + p["place"])
    inner = normed(x)
    q, k, v = ((inner @ p[name].T).reshape(batch, length, heads, -1) for name in "qkv")
    scores = jnp.einsum("bthd,buhd->bhtu", q, k) / q.shape[-1] ** 0.5
    if causal:
        scores = jnp.where(jnp.tril(jnp.ones((length, length), bool)), scores, -jnp.inf)
    mixed = jnp.einsum("bhtu,buhd->bthd", jax.nn.softmax(scores), v).reshape(x.shape)
    x = x + mixed @ p["o"].T
    x = x + jax.nn.relu(normed(x) @ p["up"].T) @ p["down"].T
    return -(targets * jax.nn.log_softmax(x @ p["read"].T)).sum() / (batch * length)


def convolution(p: Any, images: Any, targets: Any) -> Any:
    window = (1, 1, 2, 2)
    seen = jax.lax.conv(images[:, None], p["kernels"][:, None], (1, 1), "VALID") + p["biases"][:, None, None]
    pooled = jax.lax.reduce_window(jax.nn.relu(seen), -jnp.inf, jax.lax.max, window, window, "VALID")
    z = pooled.reshape(len(images), -1) @ p["dense"].T + p["last"]
    return -(targets * jax.nn.log_softmax(z)).sum() / len(images)


def recurrent(p: Any, sequences: Any, targets: Any) -> Any:
    def step(h: Any, x: Any) -> Any:
        return jnp.tanh(x + h @ p["wh"].T), None

    seen = sequences.transpose(1, 0, 2) @ p["wx"].T + p["b"]
    h, _ = jax.lax.scan(step, jnp.zeros((len(sequences), len(p["b"]))), seen)
    return ((h @ p["out"] - targets) ** 2).mean()


def orbit(p: Any, start: Any, steps: int) -> Any:
    def step(state: Any, _: Any) -> Any:
        x, y, vx, vy = state
        pull = 0.01 * p["mu"] / (x * x + y * y) ** 1.5
        vx, vy = vx - pull * x, vy - pull * y
        return (x + 0.01 * vx, y + 0.01 * vy, vx, vy), None

    rest = jnp.zeros_like(start)
    (x, y, _, _), _ = jax.lax.scan(step, (start, rest, rest, rest + p["speed"]), None, length=steps)
    return ((x - 1) ** 2 + y**2).mean()


def options(p: Any, strikes: Any, years: Any) -> Any:
    spot, volatility, rate = p["spot"], p["volatility"], p["rate"]
    spread = volatility * jnp.sqrt(years)
    d = (jnp.log(spot / strikes) + (rate + volatility**2 / 2) * years) / spread
    near, far = jax.nn.sigmoid(1.702 * d), jax.nn.sigmoid(1.702 * (d - spread))
    return (spot * near - strikes * jnp.exp(-rate * years) * far).mean()


def physics(p: Any, xs: Any) -> Any:
    def u(x: Any) -> Any:
        return p["v"] @ jnp.tanh(p["w"] * x + p["b"])

    return ((jax.vmap(jax.grad(jax.grad(u)))(xs) + jax.vmap(u)(xs)) ** 2).mean()


PROGRAMS: dict[str, Callable[..., Any]] = {
    made.__name__: made for made in (transformer, convolution, recurrent, orbit, options, physics)
}


def made(kind: str, numbers: Any, arrays: Any, settings: Any) -> tuple[Callable[[], Any], Callable[[Any], Any]]:
    """A step that waits for cost and gradient, and what makes NumPy arrays of them."""
    jitted = jax.jit(jax.value_and_grad(partial(PROGRAMS[kind], **settings)))
    p, batch = jax.tree.map(jnp.asarray, (dict(numbers), tuple(arrays)))
    return lambda: jax.block_until_ready(jitted(p, *batch)), lambda found: jax.device_get(found)
