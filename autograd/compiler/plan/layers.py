"""Layers without labels: what in a plan has the shape of one, and the names that the document gives its arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from .instructions import Array, Instruction, Map, Operand, Product, Ref


class HasInstructions(Protocol):
    """A plan, as far as layers are looked for in it."""

    @property
    def instructions(self) -> Sequence[Instruction]: ...


@dataclass(frozen=True)
class LayerNames:
    """The names of layers, first to last.

    Attributes
    ----------
    arrays : dict of int to str
        z1, a1, z2, ..., by the array's number.
    parameters : dict of key to str
        w1, b1, w2, ..., by the key of the ref.
    """

    arrays: dict[int, str] = field(default_factory=dict)
    parameters: dict[Any, str] = field(default_factory=dict)

    def is_z(self, array: Array) -> bool:
        """Whether an array is the weighted inputs of a layer."""
        return self.arrays.get(array.number, "").startswith("z")


def layer_names(plan: HasInstructions) -> LayerNames:
    """Names for z = W a + b and f(z) of parameters and values that have no labels, numbered as they are computed.

    What is multiplied by a matrix is a layer where a bias is added or an activation function follows; a matrix
    that several products read is no layer's own.
    """
    readers: dict[int, list[Instruction]] = {}
    for made in plan.instructions:
        for read in made.reads:
            readers.setdefault(read.array.number, []).append(made)
    products = [(made.out, weights.key) for made in plan.instructions if (weights := _weights(made)) is not None]
    keys = [key for _, key in products]
    names, number = LayerNames(), 0
    for product, key in products:
        z, bias = _with_bias(product, readers)
        a = next((reader.out for reader in readers.get(z.number, ()) if _activates(reader, z)), None)
        if keys.count(key) > 1 or not _unnamed(z) or (bias is None and a is None):
            continue
        number += 1
        names.parameters[key], names.arrays[z.number] = f"w{number}", f"z{number}"
        if bias is not None:
            names.parameters.setdefault(bias.key, f"b{number}")
        if a is not None and _unnamed(a):
            names.arrays[a.number] = f"a{number}"
    return names


def _weights(made: Instruction) -> Ref | None:
    """The matrix of parameters without labels that each sample's activations are multiplied by."""
    if not isinstance(made, Product):
        return None
    forward = "k" not in made.contraction.out and "b" in made.contraction.out
    sides = ((made.left, made.contraction.left), (made.right, made.contraction.right))
    found = [read for read, letters in sides if len(letters) == 2 and "b" not in letters and _is_parameters(read)]
    return found[0] if forward and len(found) == 1 else None


def _with_bias(product: Array, readers: dict[int, list[Instruction]]) -> tuple[Array, Ref | None]:
    """What becomes of a product: with parameters added, one for each row, or itself."""
    for made in readers.get(product.number, ()):
        if isinstance(made, Map) and made.name == "add":
            others = [read for read in made.reads if not _is_whole(read, product)]
            if len(others) == 1 and _is_parameters(others[0]) and others[0].size == product.size:
                return made.out, others[0]
    return product, None


def _activates(made: Instruction, z: Array) -> bool:
    is_function = isinstance(made, Map) and (made.primitive.primed or made.name == "softplus")
    return is_function and _is_whole(made.operands[0], z)


def _is_whole(read: Operand, array: Array) -> bool:
    return isinstance(read, Ref) and read.array is array and read.index is None


def _is_parameters(read: Operand) -> bool:
    if not isinstance(read, Ref) or read.array.kind != "parameters":
        return False
    labels = read.array.labels
    return not any(labels if read.index is None else [labels[place] for place in read.index])


def _unnamed(array: Array) -> bool:
    return not any(array.labels)
