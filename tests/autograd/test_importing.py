"""What ``import autograd`` loads: to record and differentiate needs no compiler, no pictures."""

import subprocess
import sys

import autograd

LOADED = """
import sys
import autograd
from autograd import Value, gradient
w = Value(3.0)
assert gradient(w * w, w) == 6.0
heavy = {"autograd.compiler", "autograd.drawing", "autograd.formulas", "graphviz", "matplotlib", "scipy", "jax"}
print(sorted(heavy & set(sys.modules)))
autograd.compile, autograd.draw, autograd.chain_rule, autograd.check_gradient
print(sorted(heavy & set(sys.modules)))
"""


def test_the_larger_rooms_are_entered_when_they_are_asked_for():
    told = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True).stdout
    assert told.splitlines() == [
        "[]",
        "['autograd.compiler', 'autograd.drawing', 'autograd.formulas', 'graphviz']",
    ]


def test_all_public_names_are_there_and_listed():
    everything = {}
    exec("from autograd import *", everything)
    assert set(autograd.__all__) <= set(everything)
    assert set(autograd.__all__) <= set(dir(autograd))


def test_a_name_that_was_asked_for_is_kept():
    assert autograd.compile is autograd.compile is vars(autograd)["compile"]
