"""Columns brought near to zero mean and unit variance, by the mean and variance of the rows that were met."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from autograd.errors import ArgumentError

Matrix = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float64]

# A column whose deviation is less than this share of its numbers holds one number, and rounding.
_CONSTANT = 1e-12


@dataclass(frozen=True)
class Scaling:
    """What became of columns: ``(x - mean) / scale``.

    Attributes
    ----------
    count : float
        How many rows it goes by, or their weights together.
    mean, variance : ndarray, shape (columns,)
        Theirs; 0 and 1 where nothing is to be scaled.
    """

    count: float
    mean: Vector
    variance: Vector

    @classmethod
    def none(cls, columns: int) -> Scaling:
        """That which leaves all as it is."""
        return cls(0, np.zeros(columns), np.ones(columns))

    @property
    def scale(self) -> Vector:
        """The standard deviation of each column; 1 where all its numbers are the same."""
        deviation = np.sqrt(self.variance)
        return np.where(deviation > _CONSTANT * np.abs(self.mean), deviation, 1.0)

    def met(self, rows: Matrix, weights: Vector | None = None) -> Scaling:
        """The scaling by these rows and those before (Chan, Golub and LeVeque 1979), which may have weights.

        Raises
        ------
        ArgumentError
            If numbers are so large that their squares overflow.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            count: float = len(rows) if weights is None else float(weights.sum())
            mean = np.average(rows, axis=0, weights=weights)
            variance = np.average((rows - mean) ** 2, axis=0, weights=weights)
            total = self.count + count
            share = count / total
            shift = mean - self.mean
            variance = (1 - share) * self.variance + share * variance + share * (1 - share) * shift**2
            made = Scaling(total, self.mean + share * shift, variance)
        if not np.isfinite(made.variance).all():
            raise ArgumentError(
                f"expected numbers whose squares are finite, got up to {np.abs(rows).max():.4g}; scale them down first"
            )
        return made

    def scaled(self, rows: Matrix) -> Matrix:
        """Rows of shape (samples, columns) as a network sees them."""
        return (rows - self.mean) / self.scale

    def unscaled(self, rows: Matrix) -> Matrix:
        """What `scaled` was given."""
        return rows * self.scale + self.mean
