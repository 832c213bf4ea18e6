"""What a rule of the table is read in.

A rule such as exp's partial ``v`` or relu's ``ns.step(a)`` names
no number type: operators come from its arguments, functions from the namespace
`ns`. Here are the readings that need nothing else: `FLOATS` for the reverse
pass, and `ARRAYS` for whole batches. Values (`autograd.functions.VALUES`) and
symbols build on the table and live beside what they build.

Outside a function's domain floats raise ``ValueError`` or ``ZeroDivisionError``
and arrays set NumPy's floating-point flags; too large a result is infinite in
both. The stable forms are in one place, here.
"""

from . import special
from .adding import left_to_right, log_of_exponentials
from .arrays import ARRAYS, positions
from .floats import FLOATS
from .protocol import Namespace

__all__ = ["ARRAYS", "FLOATS", "Namespace", "left_to_right", "log_of_exponentials", "positions", "special"]
