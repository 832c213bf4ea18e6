"""`Module`: anything that holds parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from autograd import Value


class Module:
    """Something with parameters: a neuron, a layer, a network, or your own.

    A subclass says in `named_parameters` what they are and what they are called.
    """

    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """Each parameter with its name, such as ``("w^1_00", Value(...))``, in a stable order."""
        yield from ()

    def parameters(self) -> list[Value]:
        """The parameters, in the order of `named_parameters`, each once."""
        return list(dict.fromkeys(value for _, value in self.named_parameters()))

    def zero_grad(self) -> None:
        """Set every parameter's ``grad`` to 0, before the next backward pass adds to it."""
        for value in self.parameters():
            value.grad = 0.0


def once(named: Iterable[tuple[str, Value]]) -> Iterator[tuple[str, Value]]:
    """Those parameters, each where it comes first, by identity: one that is shared is one parameter."""
    met: set[Value] = set()
    for name, value in named:
        if value not in met:
            met.add(value)
            yield name, value
