"""The validator refuses plans that are malformed."""

import numpy as np
import pytest

from autograd import Value, compile


def plan():
    w = Value(2.0)
    return compile(lambda x: (w * x) ** 2).record(np.ones(2)).plan


def test_an_array_read_before_it_is_assigned():
    malformed = plan()
    malformed.instructions.reverse()
    with pytest.raises(AssertionError, match="before it is assigned"):
        malformed.validate()


def test_an_array_assigned_twice():
    malformed = plan()
    malformed.instructions.append(malformed.instructions[0])
    with pytest.raises(AssertionError, match="assigned twice"):
        malformed.validate()


def test_a_result_that_is_never_assigned():
    malformed = plan()
    malformed.instructions.clear()
    with pytest.raises(AssertionError, match="never assigned"):
        malformed.validate()
