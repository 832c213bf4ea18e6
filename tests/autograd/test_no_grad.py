"""`no_grad`: a block in which nothing is recorded, or a decorator, with brackets or without."""

import pytest

from autograd import Value, compile, gradient, no_grad

W = Value(2.0, "w")


@no_grad
def bare(v):
    """Told."""
    return v * W


@no_grad()
def called(v):
    """Told."""
    return v * W


@pytest.mark.parametrize("function", [bare, called, no_grad(lambda v: v * W)])
def test_a_decorated_function_is_not_recorded_and_what_follows_is(function):
    z = function(Value(3.0))
    assert z.data == 6.0 and z.operands == ()
    assert gradient(z * W, W) == 6.0


def test_its_name_and_text_stay():
    assert (bare.__name__, bare.__doc__, called.__name__) == ("bare", "Told.", "called")


def test_methods_and_functions_that_call_themselves():
    class Line:
        @no_grad
        def at(self, x):
            return W * x

        @staticmethod
        @no_grad()
        def shifted(x):
            return W + x

    @no_grad
    def power(v, n):
        return v * power(v, n - 1) if n else v

    assert Line().at(3.0).operands == () == Line.shifted(3.0).operands
    assert power(W, 3).data == 16.0 and power(W, 3).operands == ()
    assert (W * 2).operands  # everything is recorded again


def test_an_error_inside_ends_it_too():
    @no_grad
    def fails(v):
        raise KeyError("k")

    with pytest.raises(KeyError):
        fails(W)
    assert (W * 2).operands


@pytest.mark.parametrize("function", [bare, called])
def test_compiled_it_changes_with_the_inputs_and_has_no_gradient(function):
    f = compile(lambda x: function(x) * x + W)
    assert f([1.0, 3.0]).tolist() == [4.0, 20.0]
    assert f.gradient([1.0, 3.0])[1].tolist() == [1.0]


def test_a_block_may_stand_in_a_block():
    with no_grad():
        with no_grad():
            assert (W * 2).operands == ()
        assert (W * 2).operands == ()
    assert (W * 2).operands
