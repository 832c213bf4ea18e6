"""Program: the text of a compiled function in JavaScript, of all the paths that were recorded."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from ....javascript import functions_in
from ...plan.instructions import Array, Guard, Ref
from ...plan.plan import Plan
from . import loops, runs, walks  # noqa: F401  # where kinds of instructions are registered
from .instructions import text, written
from .scope import Scope, loop, named

Numbers = npt.NDArray[np.float64]


def program(
    plans: Sequence[Plan], arguments: Sequence[tuple[str, int]], count: int, name: str | None, numbers: Numbers | None
) -> str:
    """The text of a program for one sample.

    Parameters
    ----------
    plans : sequence of Plan
        One for each path; a gradient's where a path has one.
    arguments : sequence of (name, size)
    count : int
        How many parameters there are; a path may have the first of them alone.
    name : str, optional
        What the program is called; its functions stand alone if not given.
    numbers : ndarray, shape (count,), optional
        Those of the parameters, if they are to be in the text.
    """
    learns = any(plan.cost is not None for plan in plans)
    paths = [[f"const path{k} = (() => {{", *_path(plan, arguments, count, learns)] for k, plan in enumerate(plans)]
    given = ", p = parameters" if numbers is not None else ", p"
    size = sum(size for _, size in arguments)
    checked = [f'require_length("x", x, {size});', f'require_length("parameters", p, {count});']
    ways = ["outputs", "gradient"] if learns else ["outputs"]
    lines = [
        *_runtime(),
        *(line for one in functions_in("\n".join(path) for path in paths) for line in one.splitlines()),
        *(line for path in paths for line in path),
        f"const paths = [{', '.join(f'path{k}' for k in range(len(paths)))}];",
        f"const inputs = {text([list(argument) for argument in arguments])};",
    ]
    if numbers is not None:
        lines.append(f'const parameters = numbers_of("{_coded(numbers)}");')
    for way in ways:
        lines += [
            f"const {way} = (x{given}) => {{",
            *checked,
            f"return taken(paths, (path) => path.{way}(x, p));",
            "};",
        ]
    defined = ", ".join(["inputs", *ways, *(["parameters"] if numbers is not None else [])])
    target = f"{{ {defined} }}" if name is None else name
    return "\n".join(_indented([f"const {target} = (() => {{", *lines, f"return {{ {defined} }};", "})();", ""]))


def _indented(lines: Iterable[str]) -> Iterator[str]:
    """Lines moved to the right by the braces that they stand in."""
    depth = 0
    for line in lines:
        code = _STRING.sub("", line.lstrip())
        closing = len(code) - len(code.lstrip("})"))
        yield "  " * (depth - (closing > 0)) + line.lstrip()
        depth += code.count("{") - code.count("}")


_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


@cache
def _runtime() -> list[str]:
    """What every program begins with, without its comments."""
    whole = files(__package__).joinpath("runtime.js").read_text(encoding="utf-8")
    return [line for line in whole.splitlines() if line and not line.startswith("//")]


def _coded(numbers: Numbers) -> str:
    return base64.b64encode(np.ascontiguousarray(numbers, dtype="<f8").tobytes()).decode()


def _path(plan: Plan, arguments: Sequence[tuple[str, int]], count: int, learns: bool) -> list[str]:
    """The lines that follow the head of a path: its outputs, and where any path learns its cost and gradient."""
    scope = Scope()
    starts = np.cumsum([0, *(size for _, size in arguments)]).tolist()
    for array in plan.arrays:
        if array.kind != "computed":
            scope.put(array, named(*_source(array, starts, scope)))
    lines = [written(made, scope) for made in plan.instructions]
    needed = _needed(plan)
    others = [k for k in range(len(lines)) if k not in set(needed)]
    forth, back = (_grouped([lines[k] for k in own]) for own in (needed, others))
    steps = [
        line for k, group in enumerate([*forth, *back]) for line in (f"const step{k} = (x, p) => {{", *group, "};")
    ]
    calls = [f"step{k}(x, p);" for k in range(len(forth) + len(back))]
    results = ["outputs: (x, p) => {", *calls[: len(forth)]]
    results += [*_copied("outputs", plan.output, plan.output.size, scope), "return outputs;", "},"]
    if learns:
        results += ["gradient: (x, p) => {", *calls, *_learned(plan, count, scope), "},"]
    # What the results read may be declared too: all of it stands before them.
    return [*scope.declared, *steps, "return {", *results, "};", "})();"]


def _grouped(each: Iterable[list[str]]) -> list[list[str]]:
    """The lines of instructions, those of neighbours without loops together: a function each, of moderate length."""
    groups: list[list[str]] = []
    is_open = False
    for lines in each:
        has_loops = any(line.startswith("for ") for line in lines)
        if is_open and not has_loops and len(groups[-1]) < _LONGEST:
            groups[-1] += lines
        else:
            groups.append([*lines])
        is_open = not has_loops
    return groups


_LONGEST = 200
"""Lines of a function: engines compile long ones slowly."""


def _learned(plan: Plan, count: int, scope: Scope) -> list[str]:
    """The lines that return a cost and its gradient; that of a path without parameters is 0."""
    gradient = _copied("gradient", plan.gradient, count, scope)
    return [*gradient, f"return {{ cost: {scope.element(plan.cost or plan.output, '0')}, gradient }};"]


def _source(array: Array, starts: Sequence[int], scope: Scope) -> tuple[str, str]:
    """Where the numbers of an array that is given stand, and from which position on."""
    if array.kind == "input":
        return "x", str(starts[array.source])
    return ("p", "") if array.kind == "parameters" else (scope.numbers(array.source), "")


def _copied(name: str, read: Ref | None, size: int, scope: Scope) -> list[str]:
    """The lines that make a result, an array of its own."""
    made = f"const {name} = new Float64Array({size});"
    return [
        made,
        *([] if read is None else loop("t", read.size, lambda t: [f"{name}[{t}] = {scope.element(read, t)};"])),
    ]


def _needed(plan: Plan) -> list[int]:
    """The places of the instructions that the outputs depend on, and of those that say whether the path is right."""
    needed = {plan.output.array.number}
    found = []
    for place, made in reversed([*enumerate(plan.instructions)]):
        if isinstance(made, Guard) or made.out.number in needed:
            needed |= {read.array.number for read in made.reads}
            found.append(place)
    return found[::-1]


_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_WORDS = """
await break case catch class const continue debugger default delete do else enum eval export extends false finally for
function if implements import in instanceof interface let new null package private protected public return static super
switch this throw true try typeof undefined var void while with yield arguments
"""
_RESERVED = frozenset(_WORDS.split())


def can_be_named(name: object) -> bool:
    """Whether JavaScript takes this as a name."""
    return isinstance(name, str) and _NAME.fullmatch(name) is not None and name not in _RESERVED
