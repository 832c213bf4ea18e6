"""JavaScript: a plan as a program that a page runs, one sample at a time, without a library.

Nothing in Python runs it, so that it is no back end for `compile` to choose: see `Compiled.javascript`.
"""

from .program import can_be_named, program

__all__ = ["can_be_named", "program"]
