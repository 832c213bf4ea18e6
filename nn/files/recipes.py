"""How the steps of a `Sequential` are made again without code, where this package has all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from autograd.errors import FileFormatError, OperandError

from ..networks.activations import OF_LAYERS
from ..networks.dropout import Dropout
from ..networks.layers import Layer, Neuron
from ..networks.norms import LayerNorm
from .archives import Archive
from .named import member_of
from .state import places_of

_LONGEST_TEXT = 9_999


def recipe_of(steps: Iterable[Any]) -> str | None:
    """What steps are made by, such as ``"Layer tanh; Dropout 0.5; Layer linear; softmax"``; None if it takes code."""
    told = [_told(step) for step in steps]
    recipe = "; ".join(one for one in told if one is not None)
    return None if None in told or len(recipe) > _LONGEST_TEXT else recipe


def _told(step: Any) -> str | None:
    if isinstance(step, str):
        return step if step in OF_LAYERS else None
    if type(step) is Layer:
        activation = step.activation
        regular = all(type(neuron) is Neuron for neuron in step.neurons) and len(list(step.named_arrays())) == 2
        return f"Layer {activation}" if regular and isinstance(activation, str) and activation in OF_LAYERS else None
    if type(step) is LayerNorm:
        return f"LayerNorm {step.epsilon!r}"
    return f"Dropout {step.p!r}" if type(step) is Dropout else None


def _layer(archive: Archive, place: str, activation: str, number: int) -> Layer:
    weights = archive.array(member_of(f"{place}.weight"), (None, None))
    return Layer(weights, archive.array(member_of(f"{place}.bias"), weights.shape[:1]), activation, number)


def _norm(archive: Archive, place: str, epsilon: str, number: int) -> LayerNorm:
    return LayerNorm(len(archive.array(member_of(f"{place}.weight"), (None,))), float(epsilon))


def _dropout(archive: Archive, place: str, probability: str, number: int) -> Dropout:
    return Dropout(float(probability))


_MAKERS: dict[str, Callable[[Archive, str, str, int], Any]] = {
    "Layer": _layer,
    "LayerNorm": _norm,
    "Dropout": _dropout,
}


def steps_in(archive: Archive) -> list[Any]:
    """The steps in a file, those of `Layer` with their numbers.

    Raises
    ------
    FileFormatError
        If there can be no such steps.
    """
    told = [one.partition(" ")[::2] for one in archive.text("recipe", _LONGEST_TEXT).split("; ")]
    steps: list[Any] = []
    for place, (kind, setting) in zip(places_of(_activations(told)), told, strict=True):
        if kind not in _MAKERS and (kind not in OF_LAYERS or setting):
            raise archive.refusal("recipe: expected steps of this package", f"{kind!r:.60}")
        number = 1 + sum(isinstance(step, Layer) for step in steps)
        try:
            steps.append(_MAKERS[kind](archive, place, setting, number) if kind in _MAKERS else kind)
        except FileFormatError:
            raise
        except (OperandError, ValueError) as error:
            raise archive.refusal(f"recipe: expected step {place} to be possible", f"{error!s:.120}") from None
    _chained(archive, steps)
    return steps


def _activations(told: Iterable[tuple[str, str]]) -> Iterator[str | None]:
    yield from (setting if kind == "Layer" else None for kind, setting in told)


def _chained(archive: Archive, steps: Iterable[Any]) -> None:
    """Refuse steps of which one does not take what the one before returns."""
    width = None
    for step in steps:
        takes = returns = width
        if isinstance(step, Layer):
            takes, returns = len(step.neurons[0].weights), len(step.neurons)
        elif isinstance(step, LayerNorm):
            takes = returns = len(step.weight)
        if takes != width is not None:
            raise archive.refusal(f"recipe: expected a step of {width} inputs", f"one of {takes}")
        width = returns
