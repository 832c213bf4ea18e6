"""The layout of a weighted sum: taken apart as it was put together, partners found both ways."""

import ast
from pathlib import Path

import pytest

import autograd
from autograd.pairs import factor_by, operands_of, pairs_of, partner_of

ROOT = Path(autograd.__file__).parent


@pytest.mark.parametrize("pairs", [1, 2, 5])
@pytest.mark.parametrize("bias", [None, "b"])
def test_what_was_put_together_comes_apart(pairs, bias):
    weights, activations = (tuple(f"{letter}{k}" for k in range(pairs)) for letter in "wa")
    operands = operands_of(weights, activations, bias)
    assert pairs_of(operands) == (weights, activations, bias)
    partners = [partner_of(index, len(operands)) for index in range(len(operands))]
    assert [None if at is None else operands[at] for at in partners] == [
        *activations, *weights, *([] if bias is None else [None])
    ]  # fmt: skip
    factors = [factor_by(None, index, None, operands) for index in range(len(operands))]
    assert factors == [*activations, *weights, *([] if bias is None else [1.0])]


def test_no_other_room_halves_the_operands():
    """A weighted sum's layout is known here alone."""
    halved = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.FloorDiv) and "operands" in ast.unparse(node.left)
    }
    assert halved <= {"pairs.py"}
