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
from .chain import chain_rule
from .check import check_gradient
from .compiler import Compiled, compile
from .derivatives import hessian, jacobian
from .drawing import Drawing, draw
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

if not TYPE_CHECKING:  # to a type checker every name would be there
    __getattr__ = module_told(__name__, __all__)
