"""Write backpropagation one scalar at a time; the engine finds the matrices.

>>> from autograd import Value, sigmoid
>>> w, a, b, y = Value(0.8), Value(0.6), Value(-0.2), Value(1.0)
>>> cost = (sigmoid(w * a + b) - y) ** 2
>>> cost.backward()
>>> round(w.grad, 4)
-0.1266
"""

from typing import TYPE_CHECKING

from .activations import elu, gelu, hard_sigmoid, leaky_relu, silu, softsign
from .adjoints import gradient
from .derivatives import hessian, jacobian
from .elementary import (
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cbrt,
    ceil,
    clip,
    copysign,
    cosh,
    digamma,
    erf,
    erfc,
    exp2,
    expm1,
    floor,
    hypot,
    lgamma,
    log1p,
    log2,
    log10,
    logaddexp,
    mod,
    reciprocal,
    round_,
    sinc,
    sinh,
    square,
    tan,
)
from .errors import AutogradError
from .functions import (
    cos,
    detach,
    dot,
    exp,
    log,
    log_softmax,
    logsumexp,
    maximum,
    mean,
    minimum,
    norm,
    prod,
    relu,
    sigmoid,
    sin,
    softmax,
    softplus,
    sqrt,
    tanh,
    total,
    variance,
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
    "acos",
    "acosh",
    "anomalies",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "cbrt",
    "ceil",
    "chain_rule",
    "check_gradient",
    "clip",
    "compile",
    "copysign",
    "cos",
    "cosh",
    "detach",
    "digamma",
    "dot",
    "draw",
    "elu",
    "erf",
    "erfc",
    "exp",
    "exp2",
    "expm1",
    "floor",
    "gelu",
    "grad",
    "gradient",
    "hard_sigmoid",
    "hessian",
    "hvp",
    "hypot",
    "jacobian",
    "jvp",
    "leaky_relu",
    "lgamma",
    "log",
    "log1p",
    "log2",
    "log10",
    "log_softmax",
    "logaddexp",
    "logsumexp",
    "maximum",
    "mean",
    "minimum",
    "mod",
    "no_grad",
    "norm",
    "operation",
    "prod",
    "reciprocal",
    "relu",
    "round_",
    "sigmoid",
    "silu",
    "sin",
    "sinc",
    "sinh",
    "softmax",
    "softplus",
    "softsign",
    "sqrt",
    "square",
    "tan",
    "tanh",
    "total",
    "value_and_grad",
    "variance",
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
