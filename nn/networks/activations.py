"""Activations: the functions that make a neuron's a of its z, by name or as they are."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, cast

import autograd
from autograd import (
    Value,
    elu,
    gelu,
    hard_sigmoid,
    leaky_relu,
    relu,
    sigmoid,
    silu,
    softmax,
    softplus,
    softsign,
    tanh,
)
from autograd.errors import ArgumentError, OperandError

Function = Callable[[Value], Value]
Activation = str | Function
"""The name of an activation function, or one that has none here."""

ACTIVATIONS: dict[str, Function | None] = {
    "sigmoid": sigmoid,
    "tanh": tanh,
    "relu": relu,
    "leaky_relu": leaky_relu,
    "elu": elu,
    "gelu": gelu,
    "silu": silu,
    "softplus": softplus,
    "softsign": softsign,
    "hard_sigmoid": hard_sigmoid,
    "linear": None,
}
"""Activation functions by name; linear leaves z as it is."""

OF_ALL: dict[str, Callable[[list[Value]], list[Value]]] = {"softmax": softmax}
"""Those that make the activations of a layer of all its z together."""

OF_LAYERS: dict[str, Any] = {**ACTIVATIONS, **OF_ALL}
"""What a layer may have."""


def activation_of(name: str, given: Any, table: Mapping[str, Any] = ACTIVATIONS) -> Activation:
    """`given` as an activation: its name if the table has it, else a function.

    Raises
    ------
    ArgumentError
        If it is neither a name in the table nor a function, or a function for another table.
    """
    if hasattr(given, "named_parameters") and not isinstance(given, type):
        raise ArgumentError(
            f"{name}: expected a name or a function, got a {type(given).__name__}, whose parameters nobody would find "
            "here; let it be a module between the layers"
        )
    if callable(given) and not isinstance(given, type):
        known = [other for other, function in OF_LAYERS.items() if function is given]
        if not known:
            return cast(Function, given)
        given = known[0]
    if not isinstance(given, str) or given not in table:
        of_all = isinstance(given, str) and given in OF_ALL
        raise ArgumentError(
            f"{name}: expected one of {', '.join(table)}, or a function from a Value to a Value, got {given!r:.60}"
            + ("; that is of all neurons of a layer: give it to a Layer, or as MLP(output=)" if of_all else "")
        )
    return given


def function_of(activation: Activation) -> Function | None:
    """What computes a neuron's a of its z; None for linear."""
    return ACTIVATIONS[activation] if isinstance(activation, str) else _Checked(activation)


def told(activation: Activation) -> str:
    """The name of an activation, or of its function."""
    return (
        activation if isinstance(activation, str) else str(getattr(activation, "__name__", type(activation).__name__))
    )


class _Checked:
    """A function of somebody's own, of which it is not known what it returns."""

    def __init__(self, function: Function) -> None:
        self._function = function

    def __call__(self, z: Value) -> Value:
        a = self._function(z)
        if not isinstance(a, Value):
            raise OperandError(
                f"activation {told(self._function)}: expected it to return a Value, got {type(a).__name__}; "
                "compute with the functions of autograd"
            )
        return a


def is_of_each(function: Any) -> bool:
    """Whether a function is one of autograd's of a single Value, such as `autograd.exp`, and not of a list of them."""
    own: Any = getattr(autograd, getattr(function, "__name__", ""), None)
    if own is not function or not inspect.isfunction(own):
        return False
    first, *others = inspect.signature(own).parameters.values()
    return first.name == "a" and all(other.default is not other.empty for other in others)
