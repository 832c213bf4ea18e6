"""Values of a recording: one sample's numbers stand in them, so they live as long as the recording and no longer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import modes
from ..errors import OperandError, RecordingError
from ..methods import NAMES as METHODS
from ..sentences import named
from ..sources import told, user_place
from ..value import Value


class Recorded(Value):
    """A value that a function made while it was recorded, or was given then.

    Outside the recording it would be one sample's number for all samples: whatever is done with it is refused.
    """

    __slots__ = ()

    def usable(self) -> Value:
        """The value itself, where a function is being recorded.

        Raises
        ------
        RecordingError
            After the recording, or in another thread.
        """
        if modes.recorder() is None:
            raise RecordingError(
                f"{named(self)} at {told(user_place())}: expected a Value made here, got one from inside a compiled "
                "function, whose number is one sample's; keep none of its values, and compute in its own thread: "
                "what is to be had outside, let it return"
            )
        return self

    def __index__(self) -> int:
        self.usable()
        raise OperandError(
            f"an index: expected an integer, got {named(self)} at {told(user_place())}; what is given as an array of "
            "integers, X.astype(int), is an index, and so are its sums and products"
        )

    @property
    def data(self) -> float:
        """Refused: see `Recorder.read`."""
        self.usable()
        return Value.data.fget(self)  # type: ignore[attr-defined,no-any-return]  # a property

    @data.setter
    def data(self, number: Any) -> None:
        self.usable()
        Value.data.fset(self, number)  # type: ignore[attr-defined]  # a property


def _while_recording(name: str) -> Callable[..., Any]:
    method, recorder = getattr(Value, name), modes.recorder

    def guarded(self: Recorded, *given: Any, **named: Any) -> Any:
        if recorder() is None:
            self.usable()
        return method(self, *given, **named)

    return guarded


# fmt: off
_NAMES = (
    *(f"__{operator}__" for operator in (
        "add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "pow", "rpow", "neg", "pos", "abs",
        "lt", "le", "gt", "ge", "eq", "ne", "reduce", "copy", "deepcopy",
    )),
    *METHODS, "detach", "backward",
)
# fmt: on
for _name in _NAMES:
    setattr(Recorded, _name, _while_recording(_name))
Recorded.__hash__ = Value.__hash__  # type: ignore[method-assign]  # what __eq__ is set with takes it away
