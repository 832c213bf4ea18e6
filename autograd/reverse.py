"""The reverse pass: the chain rule, applied in reversed topological order."""

from __future__ import annotations

from . import modes
from .changes import refuse_changed
from .errors import DomainError, GraphError
from .fast_order import cleared_order
from .fast_rules import FAST_RULES
from .namespaces import FLOATS
from .primitives import CONSTANT, LEAF
from .sentences import no_leaves, out_of_domain
from .sources import line_of
from .value import Value


def backward(output: Value, seed: float = 1.0) -> None:
    """Add `seed` times d output / d leaf to every leaf's ``grad``; set the others' ``grad`` to this pass's.

    Constants receive nothing. A leaf's parts are added up before they are added to
    what it holds, so that a second pass exactly doubles it; a pass that fails
    leaves it as it was.
    """
    modes.refuse_while_recording("backward()", "gradient(output, wrt, create_graph=True)")
    order, held = cleared_order(output)  # that of `graph.topological_order`
    refuse_changed(order, "backward()")
    if output.primitive is not LEAF and not _has_leaf(order):
        raise GraphError(no_leaves(output))
    if modes.active and (watcher := modes.watcher()) is not None:
        watcher.rehearse(output, order, seed=seed)
    for leaf in held:  # its parts of this pass are added up before they are added to what it holds
        leaf.grad = 0.0
    try:
        output.grad = (output.grad or 0.0) + seed
        pass_back(order)
    except BaseException:
        for leaf in {operand for value in order for operand in value.operands if not operand.operands}:
            leaf.grad = held.get(leaf, 0.0)
        raise
    for leaf, grad in held.items():
        leaf.grad += grad


def _has_leaf(order: list[Value]) -> bool:
    for value in order:  # mostly the first one says so: quicker than any()
        for operand in value.operands:
            if operand.primitive is LEAF:
                return True
    return False


def pass_back(order: list[Value]) -> None:
    """The chain rule: every value hands its gradient on to its operands, the last value first."""
    written_out = FAST_RULES.get
    for value in reversed(order):
        grad = value.grad
        if grad == 0.0:
            continue  # nothing to hand on, even where a partial is infinite: a branch `where` did not choose
        if (rule := written_out(value.primitive)) is not None:
            rule(value, grad)  # what stands below, for the commonest operations
            continue
        for index, operand in enumerate(value.operands):
            if operand.primitive is not CONSTANT:
                operand.grad += grad * local_partial(value, index)


def local_partial(value: Value, index: int) -> float:
    """The derivative of `value` with respect to its operand `index`, the others held fixed.

    Raises
    ------
    DomainError
        Where the operation has a result but no finite derivative, such as sqrt at 0.
    """
    numbers = [operand._data for operand in value.operands]
    try:
        return value.primitive.partial(FLOATS, index, value._data, numbers)  # type: ignore[no-any-return]  # a float
    except UNDEFINED:
        raise no_derivative(value) from None


UNDEFINED = ValueError, ZeroDivisionError, DomainError
"""What a rule raises where there is no derivative."""


def no_derivative(value: Value) -> DomainError:
    """The error that says so."""
    sentence = out_of_domain(value.primitive, value.operands, of="the derivative of ")
    return DomainError(sentence + line_of(value))
