"""Methods: a compiled function that stands in a class has programs for each instance, which are freed with it."""

from __future__ import annotations

import functools
import inspect
import sys
import threading
import weakref
from collections.abc import Callable
from types import MethodType
from typing import Any

import numpy as np

from ..errors import RecordingError
from ..reals import REAL
from ..structure import is_named
from ..value import Value

_UNREFERENCED = 8
"""How many instances are kept alive of those that nothing can refer to weakly."""

Binding = Callable[[Any, Any], Any]
"""What a function of a class is bound to where it is looked up on an instance and its class; None for nothing."""


def function_and_binding(given: Any) -> tuple[Any, Binding]:
    """The function behind ``@staticmethod`` and ``@classmethod``, and what it is bound to."""
    if isinstance(given, staticmethod):
        return given.__func__, lambda instance, owner: None
    if isinstance(given, classmethod):
        return given.__func__, lambda instance, owner: type(instance) if owner is None else owner
    return given, lambda instance, owner: instance


def stands_in_class(function: Any) -> bool:
    """Whether a function was written in the body of a class."""
    within = getattr(function, "__qualname__", "").rpartition(".")[0]
    return bool(within) and not within.endswith("<locals>")


def may_be_instance(thing: Any) -> bool:
    """Whether a first argument may be the instance of a method: it is no array, and cannot be made one."""
    kind = type(thing)
    if issubclass(kind, type):  # as a class method is called from Python 3.13 on
        return True
    is_array = isinstance(thing, (Value, np.ndarray, *REAL)) or is_named(kind) or hasattr(kind, "__array__")
    return not is_array and kind.__module__.partition(".")[0] not in sys.stdlib_module_names


class WeakMethod:
    """A function bound to an instance that it does not keep alive.

    Parameters
    ----------
    function : callable
    instance : object

    Raises
    ------
    RecordingError
        When it is called after the instance is gone.
    """

    __name__: str

    def __init__(self, function: Callable[..., Any], instance: Any) -> None:
        functools.update_wrapper(self, function, updated=())
        self.__func__ = function
        self.__signature__ = inspect.signature(MethodType(function, instance))
        self._reference = reference(instance)

    @property
    def __self__(self) -> Any:
        instance = self._reference()
        if instance is None:
            raise RecordingError(f"{self.__name__}: expected the instance of this method, which is gone; keep it")
        return instance

    def __call__(self, /, *given: Any, **named: Any) -> Any:
        """The method of the instance."""
        return self.__func__(self.__self__, *given, **named)


class Instances:
    """One thing for each instance, by identity: what is equal, or cannot be hashed, is told apart.

    It is forgotten with the instance. Instances that cannot be referred to weakly, as those with ``__slots__``
    without ``"__weakref__"``, are kept alive, the last few of them.
    """

    def __init__(self) -> None:
        self._kept: dict[int, tuple[Callable[[], Any], Any]] = {}
        self._unreferenced: list[int] = []
        self._lock = threading.RLock()

    def of(self, instance: Any, make: Callable[[Any], Any]) -> Any:
        """What is kept for an instance; made where there is nothing yet."""
        key = id(instance)
        kept = self._kept.get(key)
        if kept is not None and kept[0]() is instance:
            return kept[1]
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or kept[0]() is not instance:
                kept = self._kept[key] = reference(instance, self._forget(key)), make(instance)
                if not isinstance(kept[0], weakref.ref):
                    self._unreferenced.append(key)
                if len(self._unreferenced) > _UNREFERENCED:
                    del self._kept[self._unreferenced.pop(0)]
        return kept[1]

    def _forget(self, key: int) -> Callable[[Any], None]:
        def forget(reference: Any) -> None:
            if key in self._kept and self._kept[key][0] is reference:
                del self._kept[key]

        return forget


def reference(instance: Any, callback: Callable[[Any], None] | None = None) -> Callable[[], Any]:
    """A weak reference, or one that keeps the instance where that cannot be."""
    try:
        return weakref.ref(instance, callback)
    except TypeError:
        return lambda: instance
