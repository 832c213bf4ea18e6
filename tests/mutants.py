"""Every rule of the table is broken in every small way, and the tests must notice.

``python tests/mutants.py`` copies the checkout, and in the copy breaks one
thing at a time: a sign flipped, a factor or term dropped, operands swapped, a
constant changed, a comparison turned round; in the table's rules, in what its
namespaces compute, and in the rules that the reverse pass has written out for
speed. Then it runs the tests that fit. A mutant that they pass has survived,
and is printed as a difference. The exit code is 0 if none has.

``--only power`` breaks only lines whose text holds "power", ``--file special``
only files of that name; ``--list`` breaks nothing. Linux and macOS only.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import graphviz  # noqa: F401  # loaded once for all runs, as are those below
import hypothesis.strategies  # noqa: F401
import mpmath  # noqa: F401
import numpy  # noqa: F401
import pytest

ROOT = Path(__file__).parents[1]
COPIED = "autograd", "nn", "tests", "pyproject.toml"
# The quickest first; the others see only what it lets through.
STAGES = (
    ("tests/autograd/test_primitives.py", "tests/autograd/test_pairs.py"),
    (
        "tests/autograd/test_elementary.py",
        "tests/autograd/test_tails.py",
        "tests/autograd/test_functions.py",
        "tests/autograd/test_namespaces.py",
        "tests/autograd/test_fast_rules.py",
        "tests/autograd/test_reverse.py",
        "tests/autograd/test_derivatives.py",
    ),
    ("tests/autograd/test_check.py", "tests/autograd/test_value.py", "tests/compiler/test_equivalence.py"),
)
LONGEST = 180

# Functions outside the table that compute a rule.
FUNCTIONS = {
    "autograd/pairs.py": ("pairs_of", "partner_of", "factor_by"),
    "autograd/primitives/entry.py": ("zero", "one", "minus_one"),
    "autograd/primitives/arithmetic.py": ("_power_by_base",),
    "autograd/primitives/elementary.py": (),
    "autograd/primitives/activations.py": ("_bell", "_softsign", "_softsign_by"),
    "autograd/primitives/choices.py": (),
    "autograd/primitives/reductions.py": ("_log_softmax_by", "_chosen_by"),
    "autograd/primitives/rounding.py": (),
    "autograd/primitives/special.py": ("_bell",),
    "autograd/functions.py": ("variance", "prod", "norm", "_in_pairs"),
    "autograd/adjoints.py": ("_product", "_sum"),
    "autograd/namespaces/adding.py": ("left_to_right", "log_of_exponentials"),
    "autograd/namespaces/floats.py": ("_above", "_infinite_beyond", "_whole", "_finite"),
    "autograd/namespaces/special.py": (
        "polygamma",
        "_slopes_of_cotangent",
        "_polygamma_above_zero",
        "_power",
        "polynomial",
        "sinc",
        "sinc_prime",
        "sinc_second",
        "_alternating",
        "hypot_prime",
    ),
    "autograd/fast_rules.py": (
        "_sum",
        "_sum_of_two",
        "_product",
        "_weighted_sum",
        "_logsumexp",
        "_log_softmax",
        "_choice",
    ),
    "autograd/reverse.py": ("pass_back",),
}
CLASSES = {"autograd/namespaces/floats.py": ("_Floats",), "autograd/namespaces/arrays.py": ("_Arrays",)}
PARTNERS = {
    "sin": "cos", "cos": "sin", "log": "exp", "exp": "log", "less": "greater_equal", "greater_equal": "less",
    "greater": "less_equal", "less_equal": "greater", "sign": "step", "step": "sign", "sigmoid": "step",
    "maximum": "minimum", "minimum": "maximum", "floor": "ceil", "ceil": "floor", "erf": "erfc", "erfc": "erf",
    "sinh": "cosh", "cosh": "sinh", "mod": "floor_divide", "floor_divide": "mod",
}  # fmt: skip
TURNED: dict[type, type] = {
    ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
COMMUTING = ast.Add, ast.Mult, ast.BitOr, ast.BitAnd
# Mutants that compute the same, and why.
POWER = "return b * ns.power(ns.where(ns.equal(b, 0.0), ns.where(ns.equal(a, 0.0), 1.0, a), a), b - 1)"
SAME = {
    ("return b * ns.power(a, b - 1 if b else 1.0)", "return b * ns.power(a, b - 1 if b else 2)"): "b is 0",
    (POWER, POWER.replace("1.0, a", "2, a")): "b is 0",
    ("lambda ns, a: a * 1.0", "lambda ns, a: a"): "1 times a",
    ("lambda ns, a: a * 1.0", "lambda ns, a: a / 1.0"): "a by 1",
    (
        "apart = ns.where(is_negative, a - ns.round_(a), 0.25)",
        "apart = ns.where(is_negative, a - ns.round_(a), 1.25)",
    ): "a number that is not used",
    (
        "tail = tail - ns.log(a + _SHIFT) if order == 0 else (tail + math.factorial(order - 1)) * _power(far, order)",
        "tail = tail - ns.log(a + _SHIFT) if order == 0 else (tail + math.factorial(1)) * _power(far, order)",
    ): "no order above 2 is read",
    (
        "return ns.where(is_zero, 1.0, sine / (math.pi * ns.where(is_zero, 1.0, a)))",
        "return ns.where(is_zero, 1.0, sine / (math.pi * ns.where(is_zero, 2, a)))",
    ): "not used",
    (
        "far = (cosine - ns.sinc(a)) / ns.where(is_near, 1.0, a)",
        "far = (cosine - ns.sinc(a)) / ns.where(is_near, 2, a)",
    ): "not used",
    (
        "far = -math.pi ** 2 * ns.sinc(a) - 2.0 * slope / ns.where(is_near, 1.0, a)",
        "far = -math.pi ** 2 * ns.sinc(a) - 2.0 * slope / ns.where(is_near, 2, a)",
    ): "not used",
    (
        "size = ns.where(ns.equal(size, 0.0), 1.0, size)",
        "size = ns.where(ns.equal(size, 0.0), 2, size)",
    ): "divides 0",
    (
        "return a / size / ns.where(ns.equal(length, 0.0), 1.0, length)",
        "return a / size / ns.where(ns.equal(length, 0.0), 2, length)",
    ): "divides 0",
    (
        "cosine = _alternating(ns, a) * ns.cos(math.pi * (a - ns.round_(a)))",
        "cosine = _alternating(ns, a) * ns.cos(math.pi * (ns.round_(a) - a))",
    ): "even",
    (
        "size = ns.maximum(ns.absolute(a), ns.absolute(b))",
        "size = ns.maximum(ns.absolute(b), ns.absolute(a))",
    ): "symmetric",
    (
        "far = ns.minimum(ns.maximum(a, -1e+300), 1e+300)",
        "far = ns.minimum(ns.maximum(-1e+300, a), 1e+300)",
    ): "symmetric",
    (
        "far = ns.minimum(ns.maximum(a, -1e+300), 1e+300)",
        "far = ns.minimum(1e+300, ns.maximum(a, -1e+300))",
    ): "symmetric",
    (
        "lambda ns, a: ns.maximum(a, -1000.0) * ns.sigmoid(a)",
        "lambda ns, a: ns.maximum(-1000.0, a) * ns.sigmoid(a)",
    ): "symmetric",
    (
        "lambda ns, a: ns.maximum(a, -1000.0) * ns.sigmoid(a)",
        "lambda ns, a: ns.maximum(a, -1001.0) * ns.sigmoid(a)",
    ): "the other factor is 0 there",
    (
        "lambda ns, a: ns.maximum(a, -50.0) * (ns.erfc(a * -math.sqrt(0.5)) * 0.5)",
        "lambda ns, a: ns.maximum(-50.0, a) * (ns.erfc(a * -math.sqrt(0.5)) * 0.5)",
    ): "symmetric",
    (
        "lambda ns, a: ns.maximum(a, -50.0) * (ns.erfc(a * -math.sqrt(0.5)) * 0.5)",
        "lambda ns, a: ns.maximum(a, -51.0) * (ns.erfc(a * -math.sqrt(0.5)) * 0.5)",
    ): "the other factor is 0 there",
    (
        "lambda ns, v, a, b: ns.sign(a) * ns.copysign(1.0, b)",
        "lambda ns, v, a, b: ns.sign(a) / ns.copysign(1.0, b)",
    ): "by 1 or -1",
    ("if a >= 0:", "if a >= 1:"): "both forms of sigma are stable between 0 and 1",
    (
        "return 1.0 if a > 0 else -1.0 if a < 0 else a * 0.0",
        "return 1.0 if a > 0 else -1.0 if a < 0 else a",
    ): "a is 0 or NaN",
    (
        "return 1.0 if a > 0 else -1.0 if a < 0 else a * 0.0",
        "return 1.0 if a > 0 else -1.0 if a < 0 else a * 1",
    ): "a is 0 or NaN",
    (
        "return 1.0 if a > 0 else 0.0 if a <= 0 else a",
        "return 1.0 if a > 0 else 0.0 if a <= 1 else a",
    ): "a is not above 0",
    ("return a if a >= b or a != a else b", "return b if b >= a or b != b else a"): "but for the sign of 0",
    ("return a if a <= b or a != a else b", "return b if b <= a or b != b else a"): "but for the sign of 0",
    ("return 1.0 if a == b else 0.0", "return 1.0 if b == a else 0.0"): "symmetric",
    ("return 1.0 if a != b else 0.0", "return 1.0 if b != a else 0.0"): "symmetric",
    ("return np.asarray(np.maximum(a, 0.0, out=out))", "return np.asarray(np.maximum(0.0, a, out=out))"): "symmetric",
    ("positive = np.maximum(a, 0.0)", "positive = np.maximum(0.0, a)"): "symmetric",
    ("if isinstance(b, float) and b in (2.0, 3.0):", "if isinstance(b, float) and b in (3.0, 3.0):"): "slower",
}


@dataclass(frozen=True)
class Mutant:
    """One thing broken in one file."""

    file: str
    line: int
    kind: str
    before: str
    after: str
    source: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.kind}\n    - {self.before}\n    + {self.after}"


# Breaking


def broken(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """What a node may be replaced by."""
    if isinstance(node, ast.BinOp):
        if isinstance(node.op, ast.Mult | ast.Div | ast.Add | ast.Sub):
            yield "right dropped", node.left
            if not isinstance(node.op, ast.Div):
                yield "left dropped", node.right
            opposite = {ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Add: ast.Sub, ast.Sub: ast.Add}[type(node.op)]
            yield "operation reversed", ast.BinOp(node.left, opposite(), node.right)
        if not isinstance(node.op, COMMUTING):
            yield "operands swapped", ast.BinOp(node.right, node.op, node.left)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "sign dropped", node.operand
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield "constant changed", ast.Constant({0: 1, 1: 2, 0.5: 1.0}.get(node.value, node.value + 1))
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in TURNED:
        yield "comparison turned", ast.Compare(node.left, [TURNED[type(node.ops[0])]()], node.comparators)
    elif isinstance(node, ast.Call):
        yield from _broken_call(node)


def _broken_call(node: ast.Call) -> Iterator[tuple[str, ast.AST]]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else None
    if name in PARTNERS and isinstance(node.func, ast.Attribute):
        yield "function changed", ast.Call(ast.Attribute(node.func.value, PARTNERS[name], ast.Load()), node.args, [])
    # Beside a number the larger and the smaller are the same either way, but for the sign of 0.
    symmetric = name in ("maximum", "minimum") and not all(isinstance(a, ast.Name) for a in node.args)
    if len(node.args) >= 2 and not symmetric and name in {*PARTNERS, "power", "where", "subtract", "heaviside"}:
        *first, a, b = node.args
        yield "arguments swapped", ast.Call(node.func, [*first, b, a], node.keywords)


def broken_result(body: ast.expr, arguments: Sequence[str]) -> Iterator[tuple[str, ast.AST]]:
    """What the result of a rule may be replaced by, as a whole."""
    if not (isinstance(body, ast.Constant) and body.value in (0.0, None)):
        yield "sign flipped", ast.UnaryOp(ast.USub(), body)
    if {"a", "b"} <= set(arguments) and not (isinstance(body, ast.BinOp) and isinstance(body.op, COMMUTING)):
        exchanged = _Exchanged().visit(copy.deepcopy(body))
        if ast.dump(exchanged) != ast.dump(body):
            yield "a and b exchanged", exchanged


class _Exchanged(ast.NodeTransformer):
    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name({"a": "b", "b": "a"}.get(node.id, node.id), node.ctx)


# Where


def rules(tree: ast.Module, file: str) -> Iterator[ast.AST]:
    """The lambdas and functions of a file that compute rules or their derivatives."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Primitive":
            for argument in node.args[1:3]:
                yield from (part for part in ast.walk(argument) if isinstance(part, ast.Lambda))
        elif isinstance(node, ast.FunctionDef) and node.name in FUNCTIONS.get(file, ()):
            yield node
        elif isinstance(node, ast.ClassDef) and node.name in CLASSES.get(file, ()):
            yield from (part for part in ast.walk(node) if isinstance(part, ast.FunctionDef))


def places(rule: Any) -> Iterator[tuple[ast.AST, str, Any, ast.AST, str]]:
    """The parent, field and index of every node to break, with what it becomes and in what way."""
    arguments = [argument.arg for argument in rule.args.args]
    inside = [rule.body] if isinstance(rule, ast.Lambda) else rule.body
    results: list[tuple[ast.AST, str]] = [(rule, "body")] if isinstance(rule, ast.Lambda) else []
    for statement in inside:
        results += [(node, "value") for node in ast.walk(statement) if isinstance(node, ast.Return) and node.value]
    for parent, name in results:
        for kind, node in broken_result(getattr(parent, name), arguments):
            yield parent, name, None, node, kind
    parents = [rule] if isinstance(rule, ast.Lambda) else [part for s in rule.body for part in ast.walk(s)]
    seen: set[int] = set()
    for root in parents:
        for parent in ast.walk(root.body) if isinstance(rule, ast.Lambda) else [root]:
            if id(parent) in seen or isinstance(parent, ast.arguments | ast.JoinedStr):
                continue
            seen.add(id(parent))
            yield from _children(parent)
    if isinstance(rule, ast.Lambda):
        for kind, node in broken(rule.body):
            yield rule, "body", None, node, kind


def _children(parent: ast.AST) -> Iterator[tuple[ast.AST, str, Any, ast.AST, str]]:
    for name, child in ast.iter_fields(parent):
        if name in ("decorator_list", "annotation", "returns", "slice"):
            continue
        for index, node in enumerate(child) if isinstance(child, list) else [(None, child)]:
            if isinstance(node, ast.AST):
                for kind, new in broken(node):
                    yield parent, name, index, new, kind


def mutants(file: str) -> Iterator[Mutant]:
    """Every way to break a file's rules."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    for rule in rules(tree, file):
        whole = ast.unparse(rule)
        for parent, name, index, new, kind in places(rule):
            field = getattr(parent, name)
            old = field if index is None else field[index]
            _put(parent, name, index, new)
            source = ast.unparse(ast.fix_missing_locations(tree))
            before, after = _difference(whole, ast.unparse(rule))
            _put(parent, name, index, old)
            if before != after:
                yield Mutant(file, getattr(old, "lineno", rule.lineno), kind, before, after, source)


def _put(parent: ast.AST, name: str, index: int | None, node: Any) -> None:
    if index is None:
        setattr(parent, name, node)
    else:
        getattr(parent, name)[index] = node


def _difference(whole: str, source: str) -> tuple[str, str]:
    """The one line that differs, before and after."""
    pairs = zip(whole.splitlines(), source.splitlines(), strict=False)
    return next(((a.strip(), b.strip()) for a, b in pairs if a != b), ("", ""))


# Killing


def copied(folder: Path) -> Path:
    """A checkout to break, with nothing compiled in it."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.npz", "*.gz"))
        else:
            shutil.copy(source, folder / name)
    return folder


def started(checkout: Path) -> int:
    """A process that runs the tests of a checkout, and ends with 0 if all pass: every stage until one fails.

    It is forked from this one, which has loaded what the tests import besides
    the packages under test: that is most of the time that a run takes.
    """
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        signal.alarm(LONGEST)
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        os.chdir(checkout)
        sys.dont_write_bytecode = True  # a stale file would pass for the next mutant's
        sys.path.insert(0, str(checkout))
        quiet = ["-x", "-q", "-n0", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
        code = int(any(pytest.main([*quiet, *stage]) for stage in STAGES))
    finally:
        os._exit(code)


def survivors(every: Sequence[Mutant], checkouts: list[Path]) -> Iterator[Mutant]:
    """The mutants that pass all tests, as they are found; as many at once as there are checkouts."""
    running: dict[int, tuple[Mutant, Path, str]] = {}
    waiting = list(reversed(every))
    while waiting or running:
        while waiting and checkouts:
            mutant, checkout = waiting.pop(), checkouts.pop()
            whole = (checkout / mutant.file).read_text(encoding="utf-8")
            (checkout / mutant.file).write_text(mutant.source, encoding="utf-8")
            running[started(checkout)] = mutant, checkout, whole
        process, status = os.wait()
        mutant, checkout, whole = running.pop(process)
        (checkout / mutant.file).write_text(whole, encoding="utf-8")
        checkouts.append(checkout)
        if status == 0:
            yield mutant


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=2, help="test runs at once (default 2)")
    parser.add_argument("--only", default="", help="break only lines that hold this text")
    parser.add_argument("--file", default="", help="break only files whose path holds this text")
    parser.add_argument("--list", action="store_true", help="print the mutants and stop")
    options = parser.parse_args(arguments)
    files = dict.fromkeys((*FUNCTIONS, *CLASSES))
    chosen = [file for file in files if options.file in file]
    found = {m.source: m for file in chosen for m in mutants(file) if options.only in m.before}
    every = [m for m in found.values() if (m.before, m.after) not in SAME]
    if options.list:
        print(*every, f"{len(every)} mutants", sep="\n")
        return 0
    start, alive = time.monotonic(), 0
    with tempfile.TemporaryDirectory() as folder:
        checkouts = [copied(Path(folder) / str(job)) for job in range(options.jobs)]
        if os.waitpid(started(checkouts[0]), 0)[1]:
            print("the tests fail with nothing broken")
            return 2
        for mutant in survivors(every, checkouts):
            alive += 1
            print(f"SURVIVED {mutant}", flush=True)
    print(
        f"{len(every)} mutants, {len(every) - alive} killed, {alive} survived, "
        f"{len(found) - len(every)} that compute the same, {time.monotonic() - start:.0f} s"
    )
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
