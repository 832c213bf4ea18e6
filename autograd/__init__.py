"""Write backpropagation one scalar at a time; the engine finds the matrices.

>>> from autograd import Value, sigmoid
>>> w, a, b, y = Value(0.8), Value(0.6), Value(-0.2), Value(1.0)
>>> cost = (sigmoid(w * a + b) - y) ** 2
>>> cost.backward()
>>> round(w.grad, 4)
-0.1266
"""

from typing import TYPE_CHECKING

from .adjoints import gradient
from .derivatives import hessian, jacobian
from .errors import AutogradError
from .functions import (
    cos,
    detach,
    exp,
    log,
    log_softmax,
    logsumexp,
    maximum,
    mean,
    minimum,
    relu,
    sigmoid,
    sin,
    softmax,
    softplus,
    sqrt,
    tanh,
    total,
    weighted_sum,
    where,
)
from .labels import Label
from .modes import no_grad
from .operations import operation
from .transforms import grad, hvp, jvp, value_and_grad, vjp
from .value import Value
from .watching import anomalies
from .words import module_told

__all__ = [
    "AutogradError",
    "Compiled",
    "Drawing",
    "Label",
    "Value",
    "anomalies",
    "chain_rule",
    "check_gradient",
    "compile",
    "cos",
    "detach",
    "draw",
    "exp",
    "grad",
    "gradient",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "log",
    "log_softmax",
    "logsumexp",
    "maximum",
    "mean",
    "minimum",
    "no_grad",
    "operation",
    "relu",
    "sigmoid",
    "sin",
    "softmax",
    "softplus",
    "sqrt",
    "tanh",
    "total",
    "value_and_grad",
    "vjp",
    "weighted_sum",
    "where",
]

__version__: str

if TYPE_CHECKING:  # what it may know is here; of words that are not, it says so itself
    from .chain import chain_rule
    from .check import check_gradient
    from .compiler import Compiled, compile
    from .drawing import Drawing, draw
else:
    # The larger rooms are entered when they are first asked for: to record and differentiate, none is needed.
    _LATER = {
        "Compiled": "compiler",
        "Drawing": "drawing",
        "chain_rule": "chain",
        "check_gradient": "check",
        "compile": "compiler",
        "draw": "drawing",
    }
    __getattr__ = module_told(__name__, __all__, later=_LATER)

    def __dir__():
        return sorted({*globals(), *_LATER})
