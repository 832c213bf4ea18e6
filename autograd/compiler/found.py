"""Found: what a compiled function tells of what was recorded last."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ArgumentError, OperandError, RecordingError
from ..parameters import Parameters
from .backends import available
from .branches import Branches
from .pipeline import Stages
from .plan.plan import Plan
from .programs import Programs


class Found:
    """What a `Compiled` function is for those who look into it."""

    _programs: Programs

    @property
    def parameters(self) -> Parameters:
        """The leaf Values that the function closed over, in a stable order: new recordings add to its end."""
        self._recorded("parameters")
        return self._programs.parameters

    @property
    def plan(self) -> Plan:
        """The matrix program, forward and reverse; ``print(f.plan)`` tells it as equations."""
        return self._recorded("plan").first.plan

    def passes(self) -> Stages:
        """How the scalars became matrices: the plan after each pass of the compiler; ``print`` tells them."""
        return self._recorded("passes()").first.stages()

    @property
    def source(self) -> str:
        """What runs: the NumPy source, where that is the back end."""
        return self._recorded("source").first.program.source

    @property
    def backends(self) -> dict[str, str]:
        """Every back end by name, with ``"ready"``, or what is missing here and how to install it."""
        return available()

    def javascript(self, *, name: str | None = None, parameters: bool = False) -> str:
        """The function of one sample, and its gradient, as JavaScript that needs no library.

        Parameters
        ----------
        name : str, optional
            What the program is called in the text, ``const NAME = {inputs, outputs, gradient}``. If not given, these
            are defined alone.
        parameters : bool
            Whether the numbers of the parameters, as they are now, are in the text. They are what is computed with
            then where none are given, and ``parameters`` is defined too.

        Returns
        -------
        str
            It defines ``outputs(x, parameters)``, a Float64Array of what the function returns for a sample, and where
            that is a cost ``gradient(x, parameters)``, which is ``{cost, gradient}``. ``x`` holds the numbers of
            all arguments, one after another, of which ``inputs`` tells the names and sizes; ``parameters`` are those of
            `Compiled.parameters`. Both are arrays, of floats of any kind.

        Raises
        ------
        RecordingError
            If nothing is recorded yet.
        ArgumentError
            If `name` is no name in JavaScript, or an operation's rule is of floats alone.
        OperandError
            If an argument is of another kind.

        Notes
        -----
        The text has every path that was recorded for arguments of the shapes that were used last, and takes the one
        that a sample belongs to. For a sample of another path it throws an ``Error`` with the comparison that turned
        out otherwise. Outside a domain, where Python raises, there is NaN.

        Examples
        --------
        >>> from autograd import Value, compile
        >>> w = Value(2.0, "w")
        >>> f = compile(lambda x, y: (w * x - y) ** 2).record([1.0], [0.0])
        >>> f.javascript().startswith("const { inputs, outputs, gradient } =")
        True
        """
        from .backends.javascript import can_be_named, program  # for those who ask for it alone

        branches = self._recorded("javascript()")
        if not isinstance(parameters, bool):
            raise OperandError(f"javascript(parameters): expected True or False, got {parameters!r:.60}")
        if name is not None and not can_be_named(name):
            raise ArgumentError(
                f'javascript(name): expected a name in JavaScript, such as "network", or None, got {name!r:.60}'
            )
        own = self.parameters
        numbers: Any = np.array([leaf.data for leaf in own]) if parameters else None
        form, plans = self._programs.form, [version.plan for version in branches]
        arguments = branches.first.arguments if form is not None and form.has_batch else []
        return program(plans, arguments, len(own), name, numbers)

    def _recorded(self, name: str) -> Branches:
        if self._programs.used is None:
            raise RecordingError(f"{name}: nothing is recorded yet; call the function with arrays first")
        return self._programs.used
