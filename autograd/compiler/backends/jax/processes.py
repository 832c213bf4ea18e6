"""Processes: what a program that runs on several hosts at once has in common, asked before it computes.

A process joins the others with ``jax.distributed.initialize`` before it uses
JAX. Alone, a program is one process of one.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np
import numpy.typing as npt
from jax.experimental import multihost_utils

from ....errors import ArgumentError
from .devices import settings

Counts = npt.NDArray[np.int64]


def count() -> int:
    """How many there are."""
    return int(jax.process_count())


def own() -> int:
    """Which one this is, from 0."""
    return int(jax.process_index())


def gathered(number: int) -> Counts:
    """A number of every process, shape (processes,); all must ask together."""
    return gathered_rows(np.array([number]))[:, 0]


def gathered_rows(numbers: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Numbers of every process, as many each, shape (processes, n); all must ask together."""
    if count() == 1:
        return numbers[None]
    with settings(np.dtype(float)):
        return np.asarray(multihost_utils.process_allgather(numbers)).reshape(count(), -1)


def agree(facts: Mapping[str, tuple[object, str]], remedy: str) -> None:
    """Raise in every process, so that none waits for another, where they differ in a fact.

    Parameters
    ----------
    facts : mapping of str to (object, str)
        What every process must have alike, by the argument that it comes from: something whose ``repr`` is compared,
        and the words for it. All must give as many.
    remedy : str
        What to do.

    Raises
    ------
    ArgumentError
    """
    told = gathered_rows(np.array([zlib.crc32(repr(fact).encode()) for fact, _ in facts.values()]))
    for (name, (_, words)), sums in zip(facts.items(), told.T, strict=True):
        others = np.flatnonzero(sums != sums[0])
        if len(others):
            raise ArgumentError(
                f"{name}: expected the same in every process, got another in process {others[0]} than in process 0 "
                f"({words:.80} here, in process {own()}); {remedy}"
            )


def devices_of_all(local: list[Any]) -> list[list[Any]]:
    """The devices of every process, as many each as are given for this one; a row for each process."""
    rows: list[list[Any]] = [[] for _ in range(count())]
    for device in jax.devices():
        rows[device.process_index].append(device)
    rows[own()] = local
    return [row[: len(local)] for row in rows]
