"""From scalars to matrices: record -> scalars -> lift -> differentiate -> plan -> lower.

`record` runs a function once with Values. `scalars` brings the graph into a
canonical form. `lift` finds arrays and matrix products in it. `differentiate`
adds the reverse pass. `plan` is the program as data, which `equations` tells
and `lower` turns into NumPy source. `compiled` is what users call.
"""

from .compiled import Compiled, compile

__all__ = ["Compiled", "compile"]
