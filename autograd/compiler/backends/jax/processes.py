"""Processes: what a program that runs on several hosts at once has in common, asked before it computes.

A process joins the others with ``jax.distributed.initialize`` before it uses
JAX. Alone, a program is one process of one.
"""

from __future__ import annotations

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
    if count() == 1:
        return np.array([number])
    with settings(np.dtype(float)):
        return np.asarray(multihost_utils.process_allgather(np.array(number, np.int64))).reshape(-1)


def agree(facts: Mapping[str, tuple[int, str]]) -> None:
    """Raise in every process where they differ in a fact.

    Parameters
    ----------
    facts : mapping of str to (int, str)
        What every process must have alike, as a number and in words for the error.

    Raises
    ------
    ArgumentError
        In all processes, so that none waits for another.
    """
    for name, (number, told) in facts.items():
        numbers = gathered(number)
        other = np.flatnonzero(numbers != numbers[0])
        if len(other):
            raise ArgumentError(
                f"{name}: expected the same in every process, got another in process {other[0]} than in process 0 "
                f"({told} here, in process {own()}); start all with the same arguments"
            )


def devices_of_all(local: list[Any]) -> list[list[Any]]:
    """The devices of every process, as many each as are given for this one; a row for each process."""
    rows: list[list[Any]] = [[] for _ in range(count())]
    for device in jax.devices():
        rows[device.process_index].append(device)
    rows[own()] = local
    return [row[: len(local)] for row in rows]
