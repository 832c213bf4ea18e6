"""What all tests share: a hypothesis profile that is repeatable and does not time single examples."""

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import settings

import autograd
import nn

settings.register_profile("suite", deadline=None, derandomize=True, database=None, max_examples=25)
# What takes longer: python -m pytest --hypothesis-profile=thorough
settings.register_profile("thorough", deadline=None, max_examples=400)
settings.load_profile("suite")


@pytest.fixture
def held_bytes():
    """How much the lines of these packages hold of what they were given: pytest's other threads take memory, too."""
    ours = [tracemalloc.Filter(True, f"{Path(package.__file__).parent}/*") for package in (autograd, nn)]

    def held():
        return sum(trace.size for trace in tracemalloc.take_snapshot().filter_traces(ours).traces)

    tracemalloc.start()
    yield held
    tracemalloc.stop()
