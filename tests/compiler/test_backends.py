"""The door for back ends: whichever is chosen, the same numbers, guards, errors; what cannot be chosen says why."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, compile, detach, log, sigmoid, sqrt, where
from autograd.compiler import backends
from autograd.errors import ArgumentError, DomainError, GuardError, NonFiniteError

from .test_equivalence import ROWS, STEPS, data, random_function, values
from .zoo import ZOO, made


def assert_agree(function, arrays):
    fast, slow = compile(function), compile(function, backend="reference")
    np.testing.assert_allclose(fast(*arrays), slow(*arrays), rtol=1e-12, atol=1e-14)
    (cost, slopes), (expected, wanted) = fast.gradient(*arrays), slow.gradient(*arrays)
    np.testing.assert_allclose(cost, expected, rtol=1e-12)
    np.testing.assert_allclose(slopes, wanted, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", ZOO)
def test_numpy_computes_what_the_plan_means_over_the_zoo(name):
    assert_agree(*made(name))


@given(STEPS, st.integers(0, 1000))
def test_numpy_computes_what_the_plan_means_over_random_programs(steps, seed):
    assert_agree(random_function(steps, values(seed, 3)), data(seed + 1, (ROWS, 3), ROWS))


@pytest.fixture(params=["numpy", "reference", "numba", "jax"])
def backend(request):
    for module in backends.BACKENDS[request.param].needs:
        pytest.importorskip(module, reason=f"{module} is not installed")
    return request.param


def test_rows_take_their_paths_and_errors_have_row_and_line(backend):
    w = Value(1.0, "w")
    assert compile(lambda x: w * x if x > 0 else -x, backend=backend)([1.0, -1.0]).tolist() == [1.0, 1.0]
    with pytest.raises(GuardError, match=r"at most 1.*test_backends\.py:\d+.*\(1x, such as x > 0\)"):
        compile(lambda x: w * x if x > 0 else -x, backend=backend, paths=1)([1.0, -1.0])
    with pytest.raises(DomainError, match=r"row 1: log: expected an operand above 0, got -2\.0"):
        compile(lambda x: log(w * x), backend=backend)([1.0, -2.0])
    with pytest.raises(DomainError, match="row 1: the derivative of sqrt"):
        compile(lambda x: sqrt(w * x), backend=backend).gradient([1.0, 0.0])
    with pytest.raises(NonFiniteError, match="row 0: multiply"):
        compile(lambda x: w * x * 1e300 * x, backend=backend)([1e200])


def test_nothing_is_stale_when_a_parameter_changes(backend):
    w = Value(2.0)
    f = compile(lambda x: (w * x) ** 2, backend=backend)
    assert f([3.0]).tolist() == [36.0]
    w.data = 1.0
    assert f([3.0]).tolist() == [9.0]
    assert f.backward([3.0]) == 9.0 and w.grad == 18.0
    w.data = 0.5
    assert f.gradient([3.0])[1].tolist() == [9.0]


def test_where_and_detach_mean_the_same(backend):
    w = Value(2.0)
    f = compile(lambda x: where(x > 0, w * x, detach(w) * x), backend=backend)
    assert f([1.0, -1.0]).tolist() == [2.0, -2.0]
    assert f.gradient([1.0, -1.0])[1].tolist() == [0.5]


def test_a_failing_run_of_finite_numbers_is_the_rows(backend):
    w = Value(1.0)
    f = compile(lambda x: sigmoid(w * x * 1e200 * 1e200), backend=backend)
    assert f([1.0, -1.0]).tolist() == [1.0, 0.0]


def test_every_back_end_says_whether_it_can_run_here(monkeypatch):
    f = compile(lambda x: 2 * x)
    assert f.backends["numpy"] == f.backends["reference"] == "ready"
    assert set(f.backends) == set(backends.BACKENDS)
    monkeypatch.setitem(backends.BACKENDS, "moon", backends.Entry("moon", ("no_such_module",), "moon"))
    assert f.backends["moon"] == 'no_such_module missing: pip install "scalar-autograd[moon]"'
    with pytest.raises(ArgumentError, match=r'backend=\'moon\': no_such_module missing: pip install "scalar-autograd'):
        compile(lambda x: x, backend="moon")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"backend": "tensor"}, r"backend: expected one of 'numpy', 'numba', 'jax', 'reference', got 'tensor'"),
        ({"backend": None}, "backend: expected one of .*, got None"),
        ({"backend": ["numpy"]}, "backend: expected one of"),
        ({"devices": 2}, r"devices: expected None with backend='numpy', which has one, got 2"),
        ({"devices": 2, "backend": "reference"}, "devices: expected None with backend='reference'"),
    ],
)
def test_what_cannot_be_chosen_is_said_at_once(options, message):
    with pytest.raises(ArgumentError, match=message):
        compile(lambda x: x, **options)


def test_the_reference_s_source_is_its_plan():
    f = compile(lambda x: 2 * x, backend="reference").record([1.0])
    assert "multiply" in f.source
