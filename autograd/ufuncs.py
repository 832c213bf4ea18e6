"""What NumPy's functions do when they meet a Value."""

from __future__ import annotations

from typing import Any

import numpy as np

# The comparison as the left and as the right operand's method.
_COMPARISONS = {
    "less": ("__lt__", "__gt__"),
    "less_equal": ("__le__", "__ge__"),
    "greater": ("__gt__", "__lt__"),
    "greater_equal": ("__ge__", "__le__"),
    "equal": ("__eq__", "__eq__"),
    "not_equal": ("__ne__", "__ne__"),
}


class _Probe:
    def __gt__(self, other: object) -> Any:
        return self


def _answered(ufunc: Any, method: str, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """What a function of NumPy gives where one of the inputs is a `NumPyOperand`."""
    if method == "__call__" and ufunc.__name__ in _COMPARISONS and all(map(_is_one, inputs)):
        truth = _compared(ufunc.__name__, *inputs)
        if truth is not NotImplemented:
            return truth
    alone = [_alone(given) if isinstance(given, NumPyOperand) else given for given in inputs]
    return getattr(ufunc, method)(*alone, **options)


class NumPyOperand:
    """A number whose comparisons stay its own beside a number of NumPy.

    NumPy 1.26 compares ``np.float64(2) < v`` itself and asks for the truth of ``v > 2``: a function that
    is being compiled would take one branch for all samples. From 2.0 on it leaves that to the Value.
    """

    __slots__ = ()

    def conjugate(self) -> Any:
        """The number itself, for it is real: `np.var` and `np.std` ask."""
        return self

    if not isinstance(np.float64(0.0) < _Probe(), _Probe):

        def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
            """See NumPy's protocol of this name."""
            return _answered(ufunc, method, inputs, options)


def _is_one(given: Any) -> bool:
    # NumPy hands on a number of its own as an array without axes.
    return isinstance(given, NumPyOperand) or np.ndim(given) == 0


def _compared(name: str, left: Any, right: Any) -> Any:
    of_left, of_right = _COMPARISONS[name]
    if isinstance(left, NumPyOperand):
        return getattr(left, of_left)(right)
    return getattr(right, of_right)(left[()] if isinstance(left, np.ndarray) else left)


def _alone(number: NumPyOperand) -> np.ndarray[Any, Any]:
    """An array without axes that holds a number."""
    array = np.empty((), dtype=object)
    array[()] = number
    return array
