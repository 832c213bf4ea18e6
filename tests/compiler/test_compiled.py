"""What users of `compile` meet: parameters never stale, guards, refusals, the row to blame."""

import functools
import gc
import linecache
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from autograd import Value, compile, detach, exp, log, modes, sqrt, tanh, weighted_sum, where
from autograd.compiler import strict
from autograd.compiler.backends.numpy.program import NumPyProgram
from autograd.compiler.versions import Version
from autograd.errors import (
    ArgumentError,
    AutogradError,
    DomainError,
    NonFiniteError,
    OperandError,
    RecordingError,
    ShapeError,
)

X = np.array([1.0, 2.0, 3.0, 4.0])


def test_a_parameter_that_is_set_is_what_the_next_call_uses():
    w = Value(2.0)
    f = compile(lambda x: w * x)
    assert f(X).tolist() == [2.0, 4.0, 6.0, 8.0]
    w.data = 3.0
    assert f(X).tolist() == [3.0, 6.0, 9.0, 12.0]


def test_parameters_that_a_function_does_not_use_are_its_parameters_if_it_is_told_so():
    u, v, w = Value(1.0), Value(2.0), Value(5.0)
    f = compile(lambda x: w * x, parameters=[u, w, v])
    assert f(X).tolist() == [5.0, 10.0, 15.0, 20.0]
    assert set(f.parameters) == {u, v, w} and f.parameters[0] is w and f.parameters.view is not None
    assert f.gradient(X)[1].tolist() == [2.5, 0.0, 0.0]
    f.backward(X)
    assert (u.grad, v.grad, w.grad) == (0.0, 0.0, 2.5)
    with pytest.raises(ArgumentError, match="closes over, got none"):
        compile(lambda x: x * x, parameters=[u]).gradient(X)
    for given, came in (([1.0], "float"), (5, "int"), ([u * v], "computed by multiply")):
        with pytest.raises(OperandError, match=rf"compile\(parameters\): expected a list of leaf Values, .*{came}"):
            compile(lambda x: w * x, parameters=given)


def test_functions_share_parameters_in_any_order():
    v, w = Value(2.0), Value(5.0)
    f, g = compile(lambda x: v * x + w), compile(lambda x: w * x - v)
    f(X), g(X)
    v.data, w.data = 1.0, 10.0
    assert f(X).tolist() == [11.0, 12.0, 13.0, 14.0]
    assert g(X).tolist() == [9.0, 19.0, 29.0, 39.0]


def test_backward_adds_to_grad_and_gradient_does_not():
    w = Value(2.0)
    f = compile(lambda x: w * x)
    assert f.gradient(X)[1].tolist() == [2.5] and w.grad == 0.0
    assert f.backward(X) == 5.0 and w.grad == 2.5
    f.backward(X)
    assert w.grad == 5.0
    w.data -= 0.1 * w.grad
    assert w.data == 1.5 and f(X).tolist() == [1.5, 3.0, 4.5, 6.0]


def test_results_are_the_callers():
    w = Value(2.0)
    f = compile(lambda x: w * x)
    first, slopes = f(X), f.gradient(X)[1]
    f(X + 1), f.gradient(X + 1)
    assert first.tolist() == [2.0, 4.0, 6.0, 8.0] and slopes.tolist() == [2.5]


def test_decorator_forms_dtype_and_shapes_recorded_anew():
    w = Value(2.0)

    @compile
    def f(x):
        return w * x

    @compile(dtype=np.float32)
    def g(x):
        return w * sum(x)

    assert f(X).dtype == np.float64 and g(np.ones((2, 3))).dtype == np.float32
    assert g(np.ones((2, 3))).tolist() == [6.0, 6.0] and g(np.ones((2, 5))).tolist() == [10.0, 10.0]


def test_a_row_may_take_another_branch():
    w = Value(2.0)

    @compile
    def f(x):
        return w * x if x > 0 else -x

    assert f([1.0, 2.0, -1.0]).tolist() == [2.0, 4.0, 1.0]
    assert compile(lambda x: where(x > 0, w * x, -x))([1.0, -3.0]).tolist() == [2.0, 3.0]


@pytest.mark.parametrize("zero", [np.float64(0), np.float32(0), np.int64(0)], ids=repr)
def test_a_comparison_with_a_numpy_number_is_live(zero):
    w = Value(2.0)
    for condition in (lambda x: zero < x, lambda x: x > zero):
        f = compile(lambda x, condition=condition: where(condition(x), w * x, -x))
        assert f([1.0, -3.0]).tolist() == [2.0, 3.0]


def test_reading_data_inside_is_refused_and_leaves_no_mode_behind():
    w = Value(2.0)
    with pytest.raises(RecordingError, match=r"test_compiled.py.*detach.*maximum.*where"):
        compile(lambda x: w * x.data)(X)
    assert modes.active == 0
    with pytest.raises(KeyError):
        compile(lambda x: {}["missing"])(X)
    assert modes.active == 0


def test_detach_is_a_live_stop_gradient():
    w = Value(2.0)
    f = compile(lambda x: detach(w * x) * w)
    assert f(X).tolist() == [4.0, 8.0, 12.0, 16.0]
    assert f.gradient(X)[1].tolist() == [5.0]


def test_values_made_inside_are_constants():
    w = Value(2.0)
    f = compile(lambda x: w * x + Value(1.0))
    assert f(X).tolist() == [3.0, 5.0, 7.0, 9.0] and list(f.parameters) == [w]


@pytest.mark.parametrize(
    ("arrays", "error"),
    [
        (([1.0, np.nan], [1.0, 2.0]), ArgumentError),
        (([1.0, np.inf], [1.0, 2.0]), ArgumentError),
        (([1.0], [1.0, 2.0]), ShapeError),
        (([], []), ShapeError),
        ((np.ones((2, 0, 2)), [1.0, 2.0]), ShapeError),
        ((1.0, [1.0, 2.0]), ShapeError),
        ((np.array([None, 1]), [1.0, 2.0]), OperandError),
        ((["a", "b"], [1.0, 2.0]), OperandError),
        (([[1.0], [1.0, 2.0]], [1.0, 2.0]), AutogradError),
        (([1.0],), ArgumentError),
    ],
)
def test_unusable_arrays(arrays, error):
    w = Value(2.0)
    with pytest.raises(error, match="expected"):
        compile(lambda x, y: w * x + y)(*arrays)


@pytest.mark.parametrize("made", [None, 1.0, "a", [], [None]])
def test_functions_that_return_no_values(made):
    with pytest.raises(AutogradError, match="expected"):
        compile(lambda x: made)(X)


def test_gradients_that_do_not_exist():
    w = Value(2.0)
    with pytest.raises(ArgumentError, match="expected one output"):
        compile(lambda x: [w * x, x]).gradient(X)
    with pytest.raises(ArgumentError, match="expected leaf Values"):
        compile(lambda x: x * 2).gradient(X)


def test_the_row_to_blame():
    w = Value(1.0, label="w")
    with pytest.raises(DomainError, match="row 3: log"):
        compile(lambda x: log(w * x))([1.0, 2.0, 3.0, 0.0])
    with pytest.raises(DomainError, match="row 1: the derivative of sqrt"):
        compile(lambda x: sqrt(w * x)).gradient([1.0, 0.0])
    with pytest.raises(NonFiniteError, match="row 1: exp"):
        compile(lambda x: exp(w * x))([1.0, 1000.0])


def test_a_branch_not_chosen_is_never_silently_wrong():
    w = Value(1.0)
    f = compile(lambda x: where(x > 0, sqrt(w * x), w * x))
    assert f([4.0, 0.0]).tolist() == [2.0, 0.0]
    cost, slopes = f.gradient([4.0, 0.0])
    assert (cost, slopes.tolist()) == (1.0, [0.5])
    f.backward([4.0, 0.0])
    assert w.grad == 0.5


def test_guards_and_blame_count_rows_over_chunks(monkeypatch):
    w = Value(2.0)
    monkeypatch.setattr(NumPyProgram, "rows_at_once", 12)
    rows = np.ones(50)
    rows[33] = -1.0
    assert compile(lambda x: w * x if x > 0 else -x)(rows).tolist() == [2.0] * 33 + [1.0] + [2.0] * 16
    with pytest.raises(DomainError, match="row 33: log"):
        compile(lambda x: w * x if x > 0 else log(x))(rows)
    with pytest.raises(DomainError, match="row 33: log"):
        compile(lambda x: log(w * x)).gradient(rows)
    rows[33] = 0.0
    chosen = compile(lambda x: where(x > 0, sqrt(w * x), w * x), dtype=np.float32)
    assert chosen(rows)[[32, 33]].tolist() == [np.float32(2**0.5), 0.0]
    np.testing.assert_allclose(chosen.gradient(rows)[1], 49 / 50 * 0.5 * 2**-0.5, rtol=1e-6)


def test_values_of_another_recording_are_refused():
    kept = []

    def keeping(x):
        kept.append(x)
        return x * 1.0

    compile(keeping)(X)
    with pytest.raises(RecordingError, match="another recording"):
        compile(lambda x: x + kept[0])(X)


def test_threads_may_share_a_compiled_function():
    w = Value(0.5)
    f = compile(lambda x: tanh(w * x) ** 2)
    batches = [np.linspace(-k, k, 500 + k) for k in range(1, 9)]
    expected = [f.gradient(batch) for batch in batches]
    with ThreadPoolExecutor(8) as pool:
        for found in [pool.map(f.gradient, batches) for _ in range(20)]:
            for (cost, slopes), (right, right_slopes) in zip(found, expected, strict=True):
                assert (cost, slopes.tolist()) == (right, right_slopes.tolist())


def test_an_input_of_one_number_may_be_read_by_many():
    """Its view repeats it, and is made anew for each batch as the batch is."""
    weights = [Value(0.5) for _ in range(20)]
    f = compile(lambda x: weighted_sum(weights, [x] * 20))
    assert f([1.0, 3.0]).tolist() == [10.0, 30.0]
    cost, slopes = f.gradient([1.0, 3.0])
    assert (cost, slopes.tolist()) == (20.0, [2.0] * 20)


def test_the_source_of_a_forgotten_program_is_forgotten_when_the_next_is_made():
    """Not while garbage is collected: the standard library may be walking over its cache of lines then."""
    w = Value(0.5)
    before = set(linecache.cache)

    def programs():
        return {name for name in set(linecache.cache) - before if name.startswith("<autograd program")}

    f = compile(lambda x: w * x)
    f([1.0])
    (first,) = programs()
    del f
    gc.collect()
    assert programs() == {first} and not linecache.getlines(first)
    g = compile(lambda x: w + x)
    g([1.0])
    assert len(programs()) == 1 and first not in programs()


@pytest.mark.parametrize(
    "run", [strict.runner(), functools.partial(strict._run, strict.strict)], ids=["chosen", "errstate"]
)
def test_a_strict_run_leaves_numpys_settings_as_they_are(run):
    """NumPy keeps them for each context from 2.0 on, for each thread before."""
    with np.errstate(divide="warn", invalid="print", over="raise", under="raise"):
        before = np.geterr()
        assert run(np.exp, np.array([1000.0, -1000.0])).tolist() == [np.inf, 0.0]
        with pytest.raises(FloatingPointError, match="divide by zero"):
            run(np.divide, np.ones(1), np.zeros(1))
        assert np.geterr() == before


def test_compiled_functions_neither_change_nor_feel_numpys_settings():
    w = Value(1.0)
    with np.errstate(all="raise"):
        before = np.geterr()
        f = compile(lambda x: 1 / (1 + exp(w * x)) + w * 1e-200 * x)
        assert f([1000.0, 1e-200]).tolist() == [1e-197, 0.5]
        f.gradient([1000.0, 1e-200])
        assert np.geterr() == before


def test_single_precision_overflows_into_errors_not_warnings():
    w = Value(1.0)
    f = compile(lambda x: exp(w * x), dtype=np.float32)
    with pytest.raises(NonFiniteError, match="overflows"):
        f([1.0, 200.0])
    with pytest.raises(NonFiniteError, match="overflows"):
        f.gradient([200.0])
    with pytest.raises(ArgumentError, match=r"one beyond float32 in row 1"):
        f([1.0, 1e300])
    w.data = 1e300
    with pytest.raises(NonFiniteError):
        f([1.0])
    assert compile(lambda x: w * x * 1e-300, dtype=np.float32)([3.0]).tolist() == [3.0]


def test_functions_that_share_parameters_lose_no_gradient_in_threads():
    """Of four functions, one reads both parameters in place, the others each in another order or number."""
    v, w, u = Value(1.0), Value(1.0), Value(1.0)
    functions = [
        compile(lambda x: v * x + w * x),
        compile(lambda x: v * x + w * x),
        compile(lambda x: w * x),
        compile(lambda x: u * x + v * x),
    ]
    for f in functions:
        f.record([1.0])
    # Long enough that another thread comes in between.
    batch, times = np.ones(2**12), 40
    for _ in range(3):
        for p in (u, v, w):
            p.grad = 0.0
        with ThreadPoolExecutor(4) as pool:
            for done in [pool.submit(lambda f=f: [f.backward(batch) for _ in range(times)]) for f in functions]:
                done.result()
        assert (u.grad, v.grad, w.grad) == (times, 3 * times, 3 * times)


def test_a_program_that_writes_in_place_loses_no_gradient_that_is_added_meanwhile(monkeypatch):
    """Both functions find no gradient yet and would write theirs in place."""
    w = Value(1.0)
    f, g = compile(lambda x: w * x).record([1.0]), compile(lambda x: w * x * x).record([1.0])
    inside, gradient = threading.Event(), Version.gradient

    def slow(version, *arguments):
        cost = gradient(version, *arguments)
        if version is f._programs.latest:
            inside.set()
            time.sleep(0.05)
        return cost

    monkeypatch.setattr(Version, "gradient", slow)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(f.backward, [3.0])
        inside.wait(5)
        g.backward([2.0])
        first.result()
    assert w.grad == 3.0 + 4.0


def test_a_run_that_fails_leaves_gradients_and_the_next_run_adds_to_them():
    w = Value(1.0)
    f = compile(lambda x: log(w * x))
    for _ in range(2):
        with pytest.raises(DomainError):
            f.backward([0.0])
        assert w.grad == 0.0
    f.backward([1.0]), f.backward([2.0])
    assert w.grad == 2.0
