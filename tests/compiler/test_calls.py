"""How compiled functions are called, and what they return: arrays of any nesting, keywords, no arguments."""

import functools
import math
from collections import Counter, OrderedDict, defaultdict, namedtuple
from typing import NamedTuple

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from autograd import Value, check_gradient, compile, gradient, hessian, log, sigmoid, sqrt, total, where
from autograd.errors import ArgumentError, DomainError, OperandError, RecordingError, ShapeError

BACKENDS = ["numpy", "reference"]
Pair = namedtuple("Pair", "low high")


class Point(NamedTuple):
    x: float
    y: float


def same(found, right):
    """The same containers of equal arrays."""
    if isinstance(right, dict):
        assert type(found) is type(right) and list(found) == list(right)
        for key in right:
            same(found[key], right[key])
    elif isinstance(right, list | tuple):
        assert type(found) is type(right) and len(found) == len(right)
        for one, other in zip(found, right, strict=True):
            same(one, other)
    else:
        assert np.shape(found) == np.shape(right)
        np.testing.assert_allclose(found, right, rtol=1e-12)


# Arguments


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("order", ["C", "F"])
def test_an_array_of_any_number_of_axes_arrives_as_nested_lists(backend, order):
    images = np.asarray(np.random.default_rng(0).normal(size=(5, 2, 3, 4)), order=order)
    weights = [[Value(float(10 * i + j)) for j in range(3)] for i in range(2)]

    @compile(backend=backend)
    def weighted(image):
        assert [len(image), len(image[0]), len(image[0][0])] == [2, 3, 4]
        return sum(weights[i][j] * image[i][j][k] for i in range(2) for j in range(3) for k in range(4))

    numbers = np.array([[w.data for w in row] for row in weights])
    right = np.einsum("ij,nijk->n", numbers, images)
    np.testing.assert_allclose(weighted(images), right, rtol=1e-12)
    cost, slopes = weighted.gradient(images)
    np.testing.assert_allclose(cost, right.mean())
    right_slopes = dict(zip([w for row in weights for w in row], images.sum(3).mean(0).ravel(), strict=True))
    np.testing.assert_allclose(slopes, [right_slopes[w] for w in weighted.parameters])


def test_inputs_bear_their_indices():
    found = []

    @compile
    def labelled(x, y, z):
        found.append([str(v.label.ascii) for v in (x, y[1], z["a"][0][1][2])])
        return x + y[1] + z["a"][0][1][2]

    labelled([1.0], [[1.0, 2.0]], {"a": [np.ones((1, 2, 3))]})
    assert found[0] == ["x", "y_1", "z[a][0]_1,2"]


X, Y = np.array([1.0, 2.0, 3.0]), np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
STRUCTURES = {
    "dict": {"a": X, "b": Y},
    "list": [X, Y],
    "tuple": (X, Y),
    "named": Pair(X, Y),
    "typed": Point(X, Y),
    "ordered": OrderedDict(b=Y, a=X),
    "default": defaultdict(list, a=X),
    "deep": {"a": [{"b": (X, [Y, Pair({"c": X}, [[1.0], [2.0], [3.0]])])}]},
    "lists in a dict": {1: [1.0, 2.0, 3.0], (2, "x"): Y.tolist()},
    "lists in a named tuple": Pair([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]),
    "nothing beside": {"a": X, "b": {}, "c": ({}, X)},
}


def shape_of(argument):
    """What arrives, told: containers with their keys, lists and Values."""
    if isinstance(argument, Value):
        return "v"
    if isinstance(argument, dict):
        return type(argument).__name__, {key: shape_of(member) for key, member in argument.items()}
    return type(argument).__name__, [shape_of(member) for member in argument]


def expected_shape(structure):
    if isinstance(structure, dict):
        return type(structure).__name__, {key: expected_shape(member) for key, member in structure.items()}
    if isinstance(structure, tuple) or (isinstance(structure, list) and not is_numbers(structure)):
        return type(structure).__name__, [expected_shape(member) for member in structure]
    return "v" if np.ndim(structure) == 1 else ("list", ["v"] * np.shape(structure)[1])


def is_numbers(member):
    return isinstance(member, float) or (isinstance(member, list) and all(map(is_numbers, member)))


def numbers_in(argument):
    if isinstance(argument, Value):
        return [argument]
    members = argument.values() if isinstance(argument, dict) else argument
    return [value for member in members for value in numbers_in(member)]


@pytest.mark.parametrize("name", STRUCTURES)
def test_structures_of_arrays_arrive_as_such(name):
    structure, w, came = STRUCTURES[name], Value(2.0), []

    @compile
    def f(given):
        came.append(shape_of(given))
        return [w * v for v in numbers_in(given)]

    found = f(structure)
    assert came[0] == expected_shape(structure)
    for row in range(3):
        one = compile(lambda given: [w * v for v in numbers_in(given)])
        same(one(first_rows(structure, row)), found[row : row + 1])
    assert found.shape[0] == 3
    f(structure)
    assert len(came) == 2  # recorded once, which takes two calls


def first_rows(structure, row):
    if isinstance(structure, defaultdict):
        return defaultdict(structure.default_factory, {k: first_rows(v, row) for k, v in structure.items()})
    if isinstance(structure, dict):
        return type(structure)((key, first_rows(member, row)) for key, member in structure.items())
    if isinstance(structure, tuple):
        rows = [first_rows(member, row) for member in structure]
        return type(structure)(*rows) if hasattr(structure, "_fields") else tuple(rows)
    if isinstance(structure, list) and not is_numbers(structure):
        return [first_rows(member, row) for member in structure]
    return structure[row : row + 1]


def test_the_numbers_of_a_structure_are_those_of_its_arrays():
    f = compile(lambda given: given["a"][0] * given["b"] + given["a"][1][1])
    assert f({"a": (X, Y), "b": 10 * X}).tolist() == [1 * 10 + 2, 2 * 20 + 4, 3 * 30 + 6]
    assert f({"a": (2 * X, Y), "b": 10 * X}).tolist() == [2 * 10 + 2, 4 * 20 + 4, 6 * 30 + 6]


def test_rows_of_structures_are_chosen_in_trainings():
    images = {"image": np.arange(24.0).reshape(4, 2, 3), "shift": [1.0, 2.0, 3.0, 4.0]}
    w = Value(2.0)
    f = compile(lambda given: w * sum(map(total, given["image"])) + given["shift"])
    samples = f.over(images)
    assert len(samples) == 4
    right = 2 * images["image"].sum((1, 2)) + images["shift"]
    for rows in ([0, 3], [2], [1, 0, 2]):
        assert samples.backward(np.array(rows)) == right[rows].mean()


def test_masked_arrays_are_refused():
    masked = np.ma.array([1.0, 2.0], mask=[False, True])
    with pytest.raises(ArgumentError, match="x: expected numbers, got a masked array; fill it"):
        compile(lambda x: x)(masked)
    assert compile(lambda x: x)(np.ma.array([1.0, 2.0])).tolist() == [1.0, 2.0]


def test_another_structure_is_another_recording():
    f = compile(lambda given: total(numbers_in(given)) if isinstance(given, dict) else given[0] - given[1][0])
    assert f({"a": X, "b": Y}).tolist() == [4.0, 9.0, 14.0]
    assert f([X, Y]).tolist() == [0.0, -1.0, -2.0]
    assert f({"b": Y, "a": X}).tolist() == [4.0, 9.0, 14.0]


def test_lists_of_numbers_are_arrays():
    f = compile(lambda x: total(x) if isinstance(x, list) else x)
    for given in ([[1.0, 2.0], [3.0, 4.0]], ((1.0, 2), (3, 4.0)), [Point(1.0, 2.0), Point(3.0, 4.0)]):
        assert f(given).tolist() == [3.0, 7.0]
    assert f([np.float64(1.0), True, 3]).tolist() == [1.0, 1.0, 3.0]


def test_an_array_among_lists_makes_them_a_structure():
    f = compile(lambda x: x[0] - x[1])
    assert f([np.array([1.0, 5.0, 7.0]), [1.0, 2.0, 3.0]]).tolist() == [0.0, 3.0, 4.0]


def test_integers_are_told_from_floats_and_computed_as_floats():
    f = compile(lambda x, y: x / 2 + y["a"])

    def told(*given):
        form, batch = f._arguments.checked(given, {}, f)
        assert {array.dtype for array in batch} == {np.dtype(float)}
        return [leaf.integer for leaf in form.leaves]

    assert told(np.array([1, 2]), {"a": np.array([True, False])}) == [True, True]
    assert told(np.array([1.0, 2.0]), {"a": [1, 2]}) == [False, True]
    assert f(np.array([1, 2]), {"a": np.array([True, False])}).tolist() == [1.5, 1.0]


def test_the_row_to_blame_in_a_structure():
    f = compile(lambda x: log(x["a"][0][1]))
    rows = np.ones((4, 2, 2))
    rows[2, 0, 1] = 0.0
    with pytest.raises(DomainError, match=r"row 2: log.*x.a.₀,₁ = 0.0"):
        f({"a": rows})
    chosen = compile(lambda x: where(x[0][0] > 0, log(x[0][0] + 1), x[0][1]))
    assert chosen(rows).shape == (4,)


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"a": [X, "no"]}, ShapeError, r"x\['a'\]\[1\]: expected an array"),
        ({"a": [X, ["no"] * 3]}, OperandError, r"x\['a'\]\[1\]: expected real numbers"),
        ({"a": [X, X[:2]]}, ShapeError, r"x\['a'\]\[1\]: expected 3 rows as in x\['a'\]\[0\], got 2"),
        ({"a": [X, None]}, ShapeError, r"x\['a'\]\[1\]: expected an array"),
        ([X, 2.0], ShapeError, r"x\[1\]: expected an array with the batch first.*got a float of shape \(\); repeat it"),
        (Pair(X, [1.0, np.inf, 2.0]), ArgumentError, r"x\.high: expected finite numbers.*row 1"),
        ({"a": X, "b": [[1.0], [1.0, 2.0], [1.0]]}, ShapeError, r"x\['b'\]: .*ragged"),
        ({}, ArgumentError, "at least one array"),
    ],
)
def test_errors_name_the_leaf(given, error, message):
    with pytest.raises(error, match=message):
        compile(lambda x: Value(1.0))(given)


# Results


def test_nested_lists_are_returned_as_one_array():
    f = compile(lambda x: [[x[0], x[1]], [x[0] * x[1], 5.0]])
    same(f([[2.0, 3.0], [4.0, 5.0]]), np.array([[[2.0, 3.0], [6.0, 5.0]], [[4.0, 5.0], [20.0, 5.0]]]))
    image = np.arange(24.0).reshape(2, 3, 4)
    same(compile(lambda image: image)(image), image)
    same(compile(lambda x: (([x],), ([x],)))(X), np.stack([X, X], axis=1)[:, :, None, None])


def test_object_arrays_are_returned_as_arrays():
    w = np.array([[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]], dtype=object)
    f = compile(lambda x: w @ np.array(x))
    same(f(Y), Y @ np.array([[1.0, 3.0], [2.0, 4.0]]))
    same(compile(lambda x: np.outer(x, x))(Y), np.einsum("ni,nj->nij", Y, Y))
    same(compile(lambda x: np.array(x[0] * 2, dtype=object))(Y), 2 * Y[:, 0])
    same(compile(lambda x: [np.array(x), np.zeros(2)])(Y), np.stack([Y, 0 * Y], axis=1))


def test_dicts_and_named_tuples_of_arrays_are_returned_as_such():
    f = compile(lambda x: {"sum": x[0] + x[1], "both": x, "in": Pair([x], {"a": 1.0})})
    right = {"sum": Y.sum(1), "both": Y, "in": Pair(Y[:, None], {"a": np.ones(3)})}
    same(f(Y), right)
    for kind in (OrderedDict, Counter, lambda **named: defaultdict(list, named)):
        same(compile(lambda x, kind=kind: kind(a=x[0]))(Y), kind(a=Y[:, 0]))
    same(compile(lambda x: [{"a": v} for v in x])(Y), [{"a": Y[:, 0]}, {"a": Y[:, 1]}])


def test_irregular_lists_and_tuples_stay_lists_and_tuples():
    same(compile(lambda x: (x[0], x))(Y), (Y[:, 0], Y))
    same(compile(lambda x: [[x[0]], [x[0], x[1]]])(Y), [Y[:, :1], Y])
    same(compile(lambda x: (x[0], x[1]))(Y), Y)


@pytest.mark.parametrize(
    ("result", "error", "message"),
    [
        (lambda x: {"a": [x, None]}, OperandError, r"compiled function's result\['a'\]\[1\]: .*None"),
        (lambda x: Pair(x, "text"), OperandError, r"result\.high: .*text"),
        (lambda x: {"a": (x, [])}, RecordingError, r"result\['a'\]\[1\]: .*empty list"),
        (lambda x: np.array([]), RecordingError, "empty ndarray"),
        (lambda x: {}, RecordingError, "empty dict"),
        (lambda x: {"a": 1.0}, RecordingError, "return a Value.*dict"),
        (lambda x: (v for v in [x]), RecordingError, "return a Value.*generator"),
        (lambda x: {x}, RecordingError, "return a Value.*set"),
        (lambda x: np.array([[x], [None]]), OperandError, r"result\[1, 0\]: .*None"),
    ],
)
def test_errors_name_the_place_in_the_result(result, error, message):
    with pytest.raises(error, match=message):
        compile(result)(X)


def test_results_that_hold_themselves_are_refused():
    def f(x):
        made = [x]
        made.append(made)
        return made

    with pytest.raises(RecordingError, match="holds itself"):
        compile(f)(X)


def test_a_hessian_is_a_result():
    w = [Value(0.5), Value(-1.0)]

    def cost(x):
        return sigmoid(w[0] * x[0] + w[1] * x[1] * x[0])

    second = compile(lambda x: hessian(cost(x), w, create_graph=True))
    found = second(Y)
    assert found.shape == (3, 2, 2)
    for row, given in zip(found, Y.tolist(), strict=True):
        np.testing.assert_allclose(row, hessian(cost(given), w), rtol=1e-12)


def test_a_gradient_is_of_one_value_alone():
    w = Value(1.0)
    for result in (lambda x: [w * x], lambda x: {"cost": w * x}, lambda x: [[w * x, x]]):
        with pytest.raises(ArgumentError, match="expected one output, the cost, got a"):
            compile(result).gradient(X)


# Keywords, defaults


def test_arguments_are_given_by_name_in_any_order():
    w, recorded = Value(2.0), []

    @compile
    def f(x, y):
        recorded.append(1)
        return w * x - y

    assert f(y=[1.0], x=[3.0]).tolist() == [5.0] and f([3.0], y=[1.0]).tolist() == [5.0]
    assert f([3.0], [1.0]).tolist() == [5.0] and len(recorded) == 2
    assert f.gradient(y=[1.0], x=[3.0])[0] == 5.0
    assert f.backward([3.0], y=[1.0]) == 5.0 and w.grad == 3.0
    assert f.over(x=[3.0, 4.0], y=[1.0, 1.0]).backward(np.array([1])) == 7.0
    assert f.record(y=[1.0], x=[3.0]) is f and f.refresh(y=[1.0], x=[3.0]) is f


def test_what_has_a_default_is_an_argument_or_left_out():
    f = compile(lambda x, scale=10.0, shifts=(1.0, 2.0), nothing=None: scale * x + shifts[1] if nothing is None else x)
    assert f([3.0]).tolist() == [32.0]
    assert f([3.0, 4.0], [2.0, 3.0]).tolist() == [8.0, 14.0]
    assert f([3.0], shifts=[[1.0, 5.0]]).tolist() == [35.0]
    assert f([3.0], nothing=[1.0]).tolist() == [3.0] and f([3.0], nothing=None).tolist() == [32.0]
    assert f([3.0], [10.0], [[0.0, 2.0]], None).tolist() == [32.0]


def test_what_has_a_default_may_be_one_thing_for_all_rows():
    w, recorded = Value(2.0), []

    @compile
    def f(x, power=2, sign="+", more=True, shift=None):
        recorded.append(power)
        made = (w * x) ** power if sign == "+" else -((w * x) ** power)
        return made + (0.5 if more is True else 0.25) + (0.0 if shift is None else shift)

    assert f([1.0, 3.0]).tolist() == [4.5, 36.5] and f([1.0], power=3).tolist() == [8.5]
    assert f([1.0], 3, "-", False).tolist() == [-7.75] and f([1.0], 3, more=1).tolist() == [8.25]
    assert f([1.0], power=np.float64(1.0), shift=[2.0]).tolist() == [4.5] and f([1.0], shift=2).tolist() == [6.5]
    count = len(recorded)
    assert f([5.0], power=3).tolist() == [1000.5] and len(recorded) == count
    zero = compile(lambda x, at=1.0: x * (1.0 if math.copysign(1.0, at) > 0 else -1.0))
    assert [zero([1.0], at=at).tolist() for at in (0.0, -0.0)] == [[1.0], [-1.0]]


def test_keyword_only_rest_and_named_rest():
    f = compile(lambda x, *rest, y, **others: x + sum(rest) * y - sum(others.values()))
    assert f([1.0], [2.0], [3.0], y=[10.0], a=[0.5], b=[0.25]).tolist() == [50.25]
    assert f([1.0], y=[10.0]).tolist() == [1.0]
    g = compile(lambda *xs: [x * x for x in xs])
    assert g([1.0, 2.0], [3.0, 4.0]).tolist() == [[1.0, 9.0], [4.0, 16.0]]
    h = compile(lambda **named: named)
    same(h(a=X, b=Y), {"a": X, "b": Y})


def test_partial_objects_callables_and_bound_methods():
    def f(x, y, z=1.0):
        return x - y * z

    class Callable:
        def __call__(self, x, y):
            return x - y

        def method(self, x, y):
            return y - x

        @staticmethod
        def static(x, y):
            return x * y

        @classmethod
        def of_class(cls, x, y):
            return x / y

    assert compile(functools.partial(f, z=2.0))([3.0], [1.0]).tolist() == [1.0]
    assert compile(functools.partial(f, 10.0))([3.0]).tolist() == [7.0]
    assert compile(functools.partial(f, y=4.0))([3.0]).tolist() == [-1.0]
    one = Callable()
    for function, right in ((one, 2.0), (one.method, -2.0), (Callable.static, 3.0), (one.of_class, 3.0)):
        assert compile(function)([3.0], [1.0]).tolist() == [right]
    assert repr(compile(functools.partial(f, z=2.0))).startswith("<compiled ")


@pytest.mark.parametrize(
    ("given", "named", "message"),
    [
        ((X,), {}, r"2 to 3 arrays \(x, y, z=...\), got 1"),
        ((X, X, X, X), {}, "2 to 3 arrays.*, got 4"),
        ((X,), {"z": X}, r"\(x, y, z=...\), got no y"),
        ((X, X), {"x": X}, r"\(x, y, z=...\), got x twice"),
        ((X, X), {"other": X}, r"\(x, y, z=...\), got other=, which it does not take"),
        ((), {}, "arrays.*, got 0"),
        ((), {"y": X}, "arrays.*, got no x"),
    ],
)
def test_arguments_missing_unknown_or_doubled_are_named(given, named, message):
    f = compile(lambda x, y, z=1.0: x + y + z)
    with pytest.raises(ArgumentError, match=message):
        f(*given, **named)


# Values of one sample


def test_a_function_of_values_is_the_plain_function():
    w = Value(3.0)
    f = compile(lambda x, y=1.0: w * x[0] - y)
    made = f([Value(2.0, "x"), 5.0], y=2.0)
    assert made.data == 4.0 and [value.data for value in gradient(made, [w], create_graph=True)] == [2.0]
    assert f(np.array([Value(2.0)], dtype=object)).data == 5.0 and f({0: Value(2.0)}).data == 5.0


def test_functions_are_made_of_compiled_functions():
    w = Value(3.0)
    scaled, penalty = compile(lambda x, by=2.0: w * x * by), compile(lambda: w * w)
    f = compile(lambda x: scaled(x) + scaled(2.0) + penalty() + scaled(x, by=10.0))
    same(f(X), 36 * X + 21)
    cost, slopes = f.gradient(X)
    assert (cost, slopes.tolist()) == (93.0, [12 * 2 + 4 + 6])
    assert check_gradient(scaled, at=[1.0]).ok


def test_functions_made_of_compiled_functions_run_row_by_row_too():
    """Where a branch that is not chosen leaves a domain, rows run as Values."""
    w = Value(1.0)
    root, penalty = compile(lambda x: sqrt(w * x)), compile(lambda: w * w)
    f = compile(lambda x: where(x > 0, root(x), w * x) + penalty())
    assert f([4.0, 0.0]).tolist() == [3.0, 1.0]
    cost, slopes = f.gradient([4.0, 0.0])
    assert (cost, slopes.tolist()) == (2.0, [2.5])


def test_batches_and_gradients_inside_a_recording_are_refused():
    w = Value(3.0)
    f = compile(lambda x: w * x)
    f(X)
    for inside in (lambda x: x * f([1.0])[0], lambda x: x * f(X)[0], lambda x: x * f(x=X)[0]):
        with pytest.raises(RecordingError, match="expected Values of one sample, got a batch"):
            compile(inside)(X)
    for inside in (lambda x: x * f.gradient(X)[0], lambda x: x * f.backward(x)):
        with pytest.raises(RecordingError, match="gradient by <compiled"):
            compile(inside)(X)


# No arguments


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_function_of_no_argument_has_no_batch(backend):
    w, data = Value(2.0), [(1.0, 2.5), (2.0, 3.5)]
    f = compile(lambda: sum((w * x - y) ** 2 for x, y in data), backend=backend)
    assert f().shape == () and f() == 0.5
    cost, slopes = f.gradient()
    assert cost == 0.5 and slopes.tolist() == [1.0]
    assert f.backward() == 0.5 and w.grad == 1.0
    w.data = 3.0
    assert f() == 0.5**2 + 2.5**2
    same(compile(lambda: [[w, w * w]], backend=backend)(), np.array([[3.0, 9.0]]))
    same(compile(lambda: {"a": w, "b": [w, 1.0]}, backend=backend)(), {"a": np.float64(3.0), "b": np.array([3.0, 1.0])})


def test_defaults_alone_are_no_batch_either():
    w = Value(2.0)
    f = compile(lambda x=3.0: w * x)
    assert f().shape == () and f() == 6.0 and f([1.0, 2.0]).tolist() == [2.0, 4.0]


def test_a_function_of_no_argument_takes_its_paths():
    w = Value(2.0)
    f = compile(lambda: {"a": w * w, "b": [w, 1.0]} if w > 0 else {"a": 0.0, "b": [w, w]})
    same(f(), {"a": np.float64(4.0), "b": np.array([2.0, 1.0])})
    w.data = -3.0
    same(f(), {"a": np.float64(0.0), "b": np.array([-3.0, -3.0])})

    def root():
        x = Value(1.0)
        while abs(x * x - w) > 1e-12:
            x = 0.5 * (x + w / x)
        return x

    g = compile(root)
    for square in (4.0, 100.0, 9.0):
        w.data = square
        cost, slopes = g.gradient()
        np.testing.assert_allclose([cost, *slopes], [square**0.5, 0.5 * square**-0.5], rtol=1e-9)
    assert "inputs      none (1,)" in str(g.plan)


# Any structure


NUMBERS = st.floats(-10, 10).map(lambda number: np.array([number, 2 * number, -number]))
ROWS = st.integers(1, 3).map(lambda n: np.arange(6.0 * n).reshape(3, 2, n))
TREES = st.recursive(
    NUMBERS | ROWS,
    lambda trees: (
        st.dictionaries(st.sampled_from("abc"), trees, min_size=1)
        | st.builds(Pair, trees, trees)
        | st.lists(trees, min_size=1, max_size=3).map(lambda members: {"list": [np.zeros((3, 9, 9)), *members]})
        | st.lists(trees, min_size=1, max_size=3).map(lambda members: (*members, np.zeros((3, 7))))
    ),
    max_leaves=6,
)


@hypothesis.settings(max_examples=25)
@hypothesis.given(TREES.filter(lambda tree: not isinstance(tree, np.ndarray)))
def test_what_comes_in_goes_out_in_the_same_structure(tree):
    """Irregular lists and tuples alone: regular ones become arrays."""
    same(compile(lambda given: given)(tree), tree)
