"""The garbage collector is as it was when a function is compiled, however that ends."""

import gc

import pytest

from autograd import Value, compile
from autograd.compiler.collector import paused


@pytest.fixture(params=[True, False], ids=["on", "off"])
def is_on(request):
    was = gc.isenabled()
    (gc.enable if request.param else gc.disable)()
    yield request.param
    (gc.enable if was else gc.disable)()


def test_it_rests_while_a_function_is_compiled_and_is_as_it_was_then(is_on):
    seen, w = [], Value(2.0)

    def f(x):
        seen.append(gc.isenabled())
        return w * x if x > 0 else 1 / x

    c = compile(f)
    assert c.gradient([3.0, -1.0])[0] == 2.5
    assert not any(seen) and gc.isenabled() is is_on
    with pytest.raises(ArithmeticError):
        c([0.0])
    assert gc.isenabled() is is_on


def test_of_several_pauses_the_last_ends_it(is_on):
    with paused():
        with paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled() is is_on
