"""The first number that is not finite is blamed where it is made, with the user's line."""

import math
import threading

import pytest

import nn
from autograd import Value, anomalies, compile, exp, gradient, log, modes, no_grad, sigmoid, sqrt, weighted_sum, where
from autograd.errors import AutogradError, DomainError, NonFiniteError


def test_the_operation_its_operands_and_the_line_are_named():
    z = Value(1000.0, label="z")
    with anomalies(), pytest.raises(NonFiniteError, match=r"exp: .* got inf from z = 1000.0, at .*py:\d+: exp\(z\)"):
        exp(z)


def test_the_operators_with_a_path_of_their_own_are_watched_too():
    big = Value(1e308, label="big")
    with anomalies():
        with pytest.raises(NonFiniteError, match=r"add: .*big = 1e"):
            big + big
        with pytest.raises(NonFiniteError, match=r"multiply: .*big = 1e"):
            big * 10
        with pytest.raises(NonFiniteError, match="weighted_sum: "):
            weighted_sum([big, big], [1.0, 1.0])


def test_what_was_not_finite_before_is_not_blamed_again():
    infinite = Value(math.inf)
    with anomalies():
        assert math.isnan((infinite - infinite).data)


def test_finite_gradients_whose_sum_overflows_name_the_operation_and_its_line():
    x = Value(0.0, label="x")
    with anomalies():
        cost = x * 1e308 + x * 1.5e308
        with pytest.raises(NonFiniteError, match=r"the derivative of multiply: .*x = 0.0.*x \* 1.5e308"):
            cost.backward()


@pytest.mark.parametrize("differentiate", [lambda y, x: y.backward(), lambda y, x: gradient(y, [x])])
def test_the_derivative_of_finite_numbers_that_is_not_finite(differentiate):
    x = Value(1e-300, label="x")
    with anomalies():
        y = 1e-10 * log(x) * 1e100
        with pytest.raises(NonFiniteError, match=r"the derivative of log: .*x = 1e-300.*log\(x\) \* 1e100"):
            differentiate(y, x)


def test_outside_a_domain_the_line_is_told_too():
    with anomalies(), pytest.raises(DomainError, match=r"log: .*test_anomalies.py:\d+: "):
        log(Value(0.0))


def test_nothing_is_watched_outside_and_nothing_stays_behind():
    with anomalies():
        w = Value(2.0) * 3.0
    assert exp(Value(1000.0)).data == math.inf and modes.active == 0
    with pytest.raises(NonFiniteError), anomalies():
        exp(w * 1000)
    assert modes.active == 0 and exp(w * 1000).data == math.inf


def test_it_is_per_thread():
    results = []
    with anomalies():
        thread = threading.Thread(target=lambda: results.append(exp(Value(1000.0)).data))
        thread.start()
        thread.join()
    assert results == [math.inf]


def test_numbers_and_gradients_are_the_same_inside():
    w, b = Value(0.8), Value(-0.2)

    def cost():
        return (sigmoid(w * 0.6 + b) - 1.0) ** 2

    plain = cost().data, gradient(cost(), [w, b])
    with anomalies():
        assert (cost().data, gradient(cost(), [w, b])) == plain
        cost().backward()
        with no_grad():
            assert cost().operands == ()
    assert [w.grad, b.grad] == plain[1]


def test_a_failing_pass_leaves_the_leaves_as_they_were():
    x, w = Value(1e-300), Value(1e200)
    (w * 3.0).backward()
    with anomalies(), pytest.raises(NonFiniteError, match="the derivative of multiply: expected a finite result"):
        (x * w * 1e200).backward()
    assert (x.grad, w.grad) == (0.0, 3.0)


def test_watching_a_wide_sum_takes_time_in_proportion_to_its_width():
    """Its numbers are read once: read anew for each operand, 40,000 would not end."""
    weights = [Value(1.0) for _ in range(20_000)]
    with anomalies():
        z = weighted_sum(weights, [2.0] * 20_000)
        z.backward()
        assert gradient(z, weights) == [w.grad for w in weights] == [2.0] * 20_000


def test_a_network_that_diverges_says_at_which_line_of_the_user():
    net = nn.MLP([2, 2, 1], activation="linear", output="linear", seed=0)
    for p in net.parameters():
        p.data = 1e200
    with (
        anomalies(),
        pytest.raises(NonFiniteError, match=r"weighted_sum: .*test_anomalies.py:\d+: net\(\[1.0, 1.0\]\)"),
    ):
        net([1.0, 1.0])


def test_a_compiled_run_always_tells_row_and_line():
    w = Value(1.0, label="w")
    with pytest.raises(NonFiniteError, match=r"row 1: exp: .*x = 1000.0.*test_anomalies.py:\d+"):
        compile(lambda x: exp(x) * w)([1.0, 1000.0])
    with pytest.raises(DomainError, match=r"row 0: the derivative of sqrt: .*test_anomalies.py:\d+"):
        compile(lambda x: sqrt(w * x)).gradient([0.0])


def test_recording_for_compile_is_not_disturbed():
    w = Value(2.0)
    with anomalies():
        f = compile(lambda x: where(x > 0, w * x, -x))
        assert f([1.0, -3.0]).tolist() == [2.0, 3.0]


def test_values_made_inside_are_ordinary_values():
    with anomalies():
        v = Value(2.0, label="v") * 3.0
    v.label = "product"
    assert (v.data, str(v.label)) == (6.0, "product") and isinstance(v, Value)
    with pytest.raises(AutogradError, match="leaf"):
        v.__reduce__()
