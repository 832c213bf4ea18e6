"""Back ends: rooms in which plans are made to run. Adding one is adding a file and a line here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from ...errors import ArgumentError
from .base import Backend


@dataclass(frozen=True)
class Entry:
    """Where a back end is, and what must be installed for it.

    Attributes
    ----------
    module : str
        In this package; its ``backend(devices)`` makes the `Backend`.
    needs : tuple of str
        The modules that it imports besides NumPy.
    extra : str
        The extra of this project that installs them.
    """

    module: str
    needs: tuple[str, ...] = ()
    extra: str = ""

    def missing(self) -> str:
        """What to install; empty where nothing is missing."""
        missing = [name for name in self.needs if find_spec(name) is None]
        return f'{_listed(missing)} missing: pip install "scalar-autograd[{self.extra}]"' if missing else ""


BACKENDS = {
    "numpy": Entry("numpy"),
    "numba": Entry("numba", ("numba", "llvmlite", "scipy"), "fast"),
    "jax": Entry("jax", ("jax",), "jax"),
    "reference": Entry("reference"),
}
"""The back ends by name."""


def backend(name: Any, devices: Any = None) -> Backend:
    """The back end of a name, spread over so many devices.

    Raises
    ------
    ArgumentError
        If there is none of that name, what it needs is not installed, or it cannot have so many devices.
    """
    if not isinstance(name, str) or name not in BACKENDS:
        raise ArgumentError(f"backend: expected one of {_listed(map(repr, BACKENDS))}, got {name!r:.60}")
    missing = BACKENDS[name].missing()
    if missing:
        raise ArgumentError(f"backend={name!r}: {missing}")
    made: Backend = import_module(f".{BACKENDS[name].module}", __name__).backend(devices)
    return made


def available() -> dict[str, str]:
    """Every back end with ``"ready"``, or with what is missing and how to install it."""
    return {name: entry.missing() or "ready" for name, entry in BACKENDS.items()}


def on_one_device(name: str, devices: Any) -> None:
    """Refuse devices for a back end that has none to choose from."""
    if devices is not None:
        raise ArgumentError(f"devices: expected None with backend={name!r}, which has one, got {devices!r:.60}")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
