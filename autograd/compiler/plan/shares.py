"""Shares: the instructions of log softmax and its derivative, which keep their digits where one share is close to 1."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from .instructions import Instruction, Operand, Ref


@dataclass(frozen=True, eq=False)
class LogSoftmax(Instruction):
    """``a - logsumexp(run)`` for each position a of runs of `length` neighbours."""

    read: Ref
    length: int

    @property
    def operands(self) -> tuple[Operand, ...]:
        """The one that is read."""
        return (self.read,)

    def with_operands(self, operands: Iterable[Operand]) -> LogSoftmax:
        """The same of another ref."""
        (read,) = operands
        return replace(self, read=read)  # type: ignore[arg-type]  # an operand of these is a ref

    @property
    def _detail(self) -> Any:
        return self.length


@dataclass(frozen=True, eq=False)
class SoftmaxAdjoint(Instruction):
    """The adjoint of what a `LogSoftmax` reads, of the adjoint `given` of its result, whose numbers `logs` are.

    It is ``given - exp(logs) * sum(given)`` for each run. Where a share p is close
    to 1 that would cancel, so what is computed is ``given * (1 - p)``, which expm1
    knows, less p times the sum of the run's other numbers.
    """

    given: Ref
    logs: Ref
    length: int

    @property
    def operands(self) -> tuple[Operand, ...]:
        """The adjoint and the logarithms."""
        return (self.given, self.logs)

    def with_operands(self, operands: Iterable[Operand]) -> SoftmaxAdjoint:
        """The same of others."""
        given, logs = operands
        return replace(self, given=given, logs=logs)  # type: ignore[arg-type]  # operands of these are refs

    @property
    def _detail(self) -> Any:
        return self.length
