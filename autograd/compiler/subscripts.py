"""Subscripts: a function's code with every ``a[b]`` asked of `found`, so that lists that it makes itself are tables.

The code is compiled from the function's own source, every line where it was. Where that is not to be had, in
what was typed at a prompt say, the function stays as it is.
"""

from __future__ import annotations

import ast
import linecache
import operator
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import CodeType
from typing import Any

import numpy as np

from .tables import KINDS, keeping
from .whole import Whole

_PLACE = f"the function of {__name__}"


def found(container: Any, key: Any) -> Any:
    """``container[key]``; for a live index in what knows none, what each sample chooses."""
    keeper = keeping.get()
    if keeper is None or not isinstance(key, Whole | tuple):
        return container[key]
    kind = KINDS.get(type(container))
    is_array = type(container) is np.ndarray
    if kind is not None and (is_array or (isinstance(container, list | tuple) and isinstance(key, Whole))):
        # A table of what it is now: the function may go on changing what is its own.
        return kind(container, keeper)[key]
    # What looks up a key here is not the user's line, whose dict finds it by its number.
    return container[operator.index(key) if isinstance(key, Whole) and isinstance(container, Mapping) else key]


def asking(code: CodeType) -> CodeType:
    """The code that asks `found`; as it is where its source is not known."""
    return _of_source("".join(linecache.getlines(code.co_filename)), code.co_filename).get(code, code)


@lru_cache(maxsize=64)
def _of_source(source: str, name: str) -> dict[CodeType, CodeType]:
    """The code of every function of a file, and that which asks."""
    try:
        plain = compile(source, name, "exec", dont_inherit=True)
        tree = ast.fix_missing_locations(_Asking().visit(ast.parse(source, name)))
        changed = compile(tree, name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError):
        return {}
    return dict(_pairs(plain, changed))


def _pairs(plain: CodeType, changed: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    yield plain, _with_function(changed)
    for one, other in zip(_inner(plain), _inner(changed), strict=True):
        yield from _pairs(one, other)


def _inner(code: CodeType) -> list[CodeType]:
    return [thing for thing in code.co_consts if isinstance(thing, CodeType)]


def _with_function(code: CodeType) -> CodeType:
    """The code with `found` among its constants: no name of the user's is taken for it."""
    constants = (
        _with_function(thing) if isinstance(thing, CodeType) else found if thing == _PLACE else thing
        for thing in code.co_consts
    )
    return code.replace(co_consts=tuple(constants))


class _Asking(ast.NodeTransformer):
    """Makes a call of every subscript that is read."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """A slice is left as it is: what it gives is read in turn."""
        self.generic_visit(node)
        if not isinstance(node.ctx, ast.Load) or any(isinstance(part, ast.Slice) for part in ast.walk(node.slice)):
            return node
        # A constant that is called is warned of, though it will be a function.
        function = ast.BoolOp(ast.Or(), [ast.Constant(_PLACE), ast.Constant(_PLACE)])
        return ast.copy_location(ast.Call(function, [node.value, node.slice], []), node)
