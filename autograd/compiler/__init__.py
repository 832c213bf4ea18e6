"""From scalars to matrices: record -> scalars -> lift -> passes over the plan -> back end.

`record` runs a function once with Values. `scalars` brings the graph into a
canonical form. `lift` finds arrays and matrix products in it. `pipeline` lists
the passes that follow, such as `differentiate`, which adds the reverse pass.
`plan` is the program as data; `backends` make it run. `compiled` is what users call.
"""

from .compiled import Compiled, compile

__all__ = ["Compiled", "compile"]
