"""Functions of functions: grad, value_and_grad, jvp, vjp, hvp, and jacobian and hessian of functions."""

import doctest
import math
import pickle
import sys
from collections import OrderedDict, namedtuple

import mpmath
import numpy as np
import pytest

import autograd
from autograd import (
    Value,
    chain_rule,
    check_gradient,
    compile,
    draw,
    exp,
    grad,
    gradient,
    hessian,
    hvp,
    jacobian,
    jvp,
    log,
    no_grad,
    sigmoid,
    sin,
    sqrt,
    tanh,
    value_and_grad,
    vjp,
    where,
)
from autograd.errors import ArgumentError, DomainError, GraphError, OperandError, ShapeError

Line = namedtuple("Line", "slope shift")
X, V = np.array([0.3, -1.2, 2.0, 0.5]), np.array([1.0, 2.0, -1.0, 0.5])


def rosenbrock(x):
    return sum(100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2 for i in range(len(x) - 1))


def rosenbrock_hessian(x):
    """By hand: 1200 x² - 400 x' + 2 and 200 on the diagonal, -400 x beside it."""
    h = np.zeros((len(x), len(x)))
    for i in range(len(x) - 1):
        h[i, i] += 1200 * x[i] ** 2 - 400 * x[i + 1] + 2
        h[i + 1, i + 1] += 200
        h[i, i + 1] = h[i + 1, i] = -400 * x[i]
    return h


def logistic(w, x, y):
    """The cost of a logistic regression, as people write it on arrays."""
    return -np.sum(np.log(np.array([sigmoid(z) if t else 1 - sigmoid(z) for z, t in zip(x @ w, y, strict=True)])))


# Numbers, to any order


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize(
    "f, exact",
    [
        (lambda x: tanh(x) * x, lambda x: mpmath.tanh(x) * x),
        (lambda x: sin(x**2) / x, lambda x: mpmath.sin(x**2) / x),
        (lambda x: exp(-x) * log(x), lambda x: mpmath.exp(-x) * mpmath.log(x)),
        (lambda x: (1.0 - exp(-2.0 * x)) / (1.0 + exp(-2.0 * x)), mpmath.tanh),
    ],
    ids=["x tanh", "sinc of a square", "exp log", "tanh of its definition"],
)
def test_derivatives_nest(f, exact, order):
    derivative = f
    for _ in range(order):
        derivative = grad(derivative)
    found = derivative(0.7)
    with mpmath.workdps(40):
        assert type(found) is float and found == pytest.approx(float(mpmath.diff(exact, mpmath.mpf("0.7"), order)))


def test_a_function_may_use_other_derivatives_inside():
    assert grad(lambda x: x * grad(lambda y: x * y**2)(1.0))(3.0) == 12.0  # of 2 x²
    assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(3.0) == 1.0  # the classical one: of x, not of 2 x
    assert grad(lambda x: grad(lambda y: grad(lambda z: x * y * z**2)(x * y))(x))(2.0) == 48.0  # of 4 x² y at y = x
    third = grad(lambda x: x**2 * grad(grad(lambda y: y**3 * x))(2.0 * x))(1.5)
    assert third == pytest.approx(12 * 4 * 1.5**3)  # of x² · 6 (2 x) x = 12 x⁴


def test_what_is_given_may_be_closed_over_too():
    x = Value(3.0, "x")
    inner = grad(lambda y: x * y)(x)
    assert inner is x  # by y alone, though both are x
    assert gradient(grad(lambda y: x * y**2)(x), x) == pytest.approx(4 * 3.0)


def test_the_result_may_not_depend_on_the_arguments():
    assert grad(lambda x: 3.0)(1.0) == 0.0 and value_and_grad(lambda x: np.float64(3))(1.0) == (3.0, 0.0)
    assert grad(lambda x: Value(2.0))(1.0) == 0.0 and grad(grad(lambda x: 2 * x))(1.0) == 0.0
    assert grad(lambda x, y: y, argnums=0)([1.0, 2.0], 3.0) == [0.0, 0.0]
    assert jvp(lambda x: [x, 3.0], (2.0,), (1.0,)) == ([2.0, 3.0], [1.0, 0.0])
    assert vjp(lambda x: 3.0, 2.0)[1](1.0) == (0.0,) and hvp(lambda x: 3.0 * x, (2.0,), (1.0,)) == 0.0


# Arguments


def test_arguments_by_position():
    def f(x, y, z=1.0, *, power=2):
        return x**power * y + z

    assert grad(f)(3.0, 5.0) == 30.0 and grad(f, 1)(3.0, 5.0) == 9.0
    assert grad(f, argnums=-1)(3.0, 5.0, 2.0) == 1.0 and grad(f, argnums=(1, 0))(3.0, 5.0) == (9.0, 30.0)
    assert grad(f)(3.0, 5.0, power=3) == 135.0 and grad(f, (0,))(3.0, y=5.0, z=-1.0) == (30.0,)
    assert value_and_grad(f)(3.0, 5.0) == (46.0, 30.0) and grad(f)(3, 5) == 30.0


def test_the_others_are_passed_on_as_they_are():
    seen = []

    def f(x, *others, **named):
        seen.extend([*others, named["flag"]])
        return x * x

    things = ["text", None, [1.0], {"a": 1}, True]
    assert grad(f)(2.0, *things, flag=seen) == 4.0
    assert all(a is b for a, b in zip(seen, [*things, seen], strict=True))


@pytest.mark.parametrize(
    "argument, expected",
    [
        ([1.0, 2.0], [2.0, 4.0]),
        ((1.0, [2.0]), (2.0, [4.0])),
        ({"w": 1.0, "b": [2.0, {"c": 3}]}, {"w": 2.0, "b": [4.0, {"c": 6.0}]}),
        (Line(1.0, (2.0,)), Line(2.0, (4.0,))),
        (OrderedDict(b=1.0, a=2.0), OrderedDict(b=2.0, a=4.0)),
        ([], []),
    ],
    ids=["list", "tuple", "dict", "named tuple", "ordered dict", "nothing"],
)
def test_gradients_come_in_the_containers_of_the_argument(argument, expected):
    def squares(thing):
        if isinstance(thing, Value):
            return thing**2
        members = thing.values() if isinstance(thing, dict) else thing
        return sum((squares(member) for member in members), 0.0)

    found = grad(squares)(argument)
    assert found == expected and type(found) is type(expected)


def test_arrays():
    w, x, y = np.array([0.5, -1.0, 2.0]), np.arange(12.0).reshape(4, 3) / 10 - 0.5, np.array([1, 0, 0, 1])
    found = grad(logistic)(w, x, y)
    assert found.dtype == np.float64 and found.shape == (3,)
    np.testing.assert_allclose(found, x.T @ (1 / (1 + np.exp(-x @ w)) - y), rtol=1e-12)
    by_all = grad(lambda a, b: ((a @ b) ** 2).sum() + np.exp(a[0, 1:]).sum() + a[-1].mean(), (0, 1))(x, np.ones((3, 2)))
    expected = 2 * (x @ np.ones((3, 2))) @ np.ones((2, 3))
    expected[0, 1:] += np.exp(x[0, 1:])
    expected[-1] += 1 / 3
    np.testing.assert_allclose(by_all[0], expected, rtol=1e-12)
    np.testing.assert_allclose(by_all[1], 2 * x.T @ (x @ np.ones((3, 2))), rtol=1e-12, atol=1e-15)


def test_arrays_of_any_shape_and_kind():
    whole = grad(lambda x: (x**2).sum())(np.array([[1, 2], [3, 4]]))
    assert whole.dtype == float and whole.tolist() == [[2.0, 4.0], [6.0, 8.0]]
    alone = grad(lambda x: x**2 + exp(x))(np.array(0.0))
    assert isinstance(alone, np.ndarray) and alone.shape == () and alone == 1.0
    assert grad(lambda x: x * 2)(np.float32(1.0)) == 2.0
    np.testing.assert_allclose(grad(np.var)(np.arange(3.0)), [-2 / 3, 0.0, 2 / 3], atol=1e-15)
    np.testing.assert_allclose(grad(np.std)(np.arange(2.0)), [-0.5, 0.5])
    assert grad(lambda x: sum(x.ravel(), 0.0))(np.zeros((0, 3))).shape == (0, 3)
    values = np.array([Value(2.0, "a"), Value(3.0, "b")])
    slopes = grad(lambda x: x[0] ** 2 * x[1])(values)
    assert slopes.dtype == object and [v.data for v in slopes] == [12.0, 4.0]
    assert gradient(slopes[0], values[1]) == 4.0


# Values


def test_given_values_derivatives_are_values_of_the_same_graph():
    x = Value(2.0, "x")
    slope = grad(lambda v: v**3)(x)
    assert isinstance(slope, Value) and gradient(slope, x) == 12.0
    assert str(draw(slope)).splitlines()[0].startswith("v") and "x = 2.0" in str(draw(slope))
    assert chain_rule(slope, x).value == 12.0 and "3x²" in str(chain_rule(slope, x))
    value, (by_x, by_y) = value_and_grad(lambda a, b: a * b, (0, 1))(x, 4.0)
    assert (value.data, by_x.data, by_y) == (8.0, 4.0, x) and by_y is x
    slope.backward()
    assert x.grad == 12.0


def test_derivatives_depend_on_the_values_that_the_function_closes_over():
    w = Value(3.0, "w")

    def cost():  # with a penalty on the slope, of which an eager loop must not lose the derivative
        return w**2 + 0.1 * grad(lambda x: w * x**2)(2.0) ** 2

    (slope,) = compile(cost).gradient()[1]
    assert gradient(cost(), w) == pytest.approx(slope) == pytest.approx(2 * 3.0 + 0.1 * 2 * 16 * 3.0)
    assert check_gradient(lambda w: w * grad(lambda x: w * x**2)(2.0), at=[3.0]).ok
    for found in (
        *grad(lambda x, w: w * x**2, argnums=(0, 1))(2.0, w),
        grad(lambda x, w: w * x**2)(2.0, w=w),
        *jvp(lambda x: w * x**2, (2.0,), (1.0,)),
        vjp(lambda x: w * x**2, 2.0)[1](1.0)[0],
        hvp(lambda x: w * x**2, (2.0,), (1.0,)),
        jacobian(lambda x: [w * x[0]])([2.0])[0][0],
    ):
        assert isinstance(found, Value)
    with no_grad():
        assert grad(lambda x: w * x**2)(2.0) == 12.0 and type(grad(lambda x: w * x**2)(2.0)) is float
    assert type(grad(lambda x: w.detach() * x**2)(2.0)) is float and w.grad == 0.0


def test_no_graph_is_kept_under_no_grad():
    x = Value(2.0)
    with no_grad():
        assert grad(lambda v: v**3)(2.0) == 12.0
        found = [grad(lambda v: v**3)(x), *jvp(lambda v: v**3, (x,), (1.0,)), hvp(lambda v: v**3, (x,), (1.0,))]
        value, pullback = vjp(lambda v: v**3, x)
        found += [value, *pullback(1.0)]
    assert [v.data for v in found] == [12.0, 8.0, 12.0, 12.0, 8.0, 12.0] and not any(v.operands for v in found)
    assert grad(lambda v: no_grad(lambda u: u**2)(v) * v)(3.0) == 9.0


def test_a_graph_of_a_changed_leaf_is_refused_here_too():
    w = Value(2.0, "w")
    y = w * 3.0
    w.data = 5.0
    with pytest.raises(GraphError, match=r"w = 5\.0"):
        grad(lambda x: x * y)(1.0)


def test_errors_name_the_argument():
    with pytest.raises(DomainError, match=r"log.*above 0.*p\[w\] = -1.0"):
        grad(lambda p: log(p["w"]))({"w": -1.0})
    with pytest.raises(DomainError, match=r"derivative of sqrt.*x₁ = 0\.0"):
        grad(lambda x: sqrt(x).sum() if isinstance(x, Value) else sqrt(x[1]))(np.array([1.0, 0.0]))
    assert grad(lambda x: where(x > 0, lambda: sqrt(x), 0.0))(0.0) == 0.0


def test_a_number_is_not_lost_to_the_derivative():
    x = Value(2.0, "x")
    for lost in (math.sin, float, lambda v: np.array([v], dtype=float)[0], lambda v: math.exp(v) * v, complex):
        for call in (
            lambda f: grad(f)(1.0),
            lambda f: grad(f)(x),
            lambda f: vjp(f, 1.0),
            lambda f: hvp(f, (x,), (1.0,)),
        ):
            with pytest.raises(
                OperandError, match=r"expected the function to compute with Values, got float\(.* = .\.0\)"
            ):
                call(lost)
    assert grad(lambda v: v * v.data + float(Value(2.0).detach()) + int(v))(3.0) == 3.0  # said so
    assert math.sin(x) == math.sin(2.0)


# Products


def test_products_of_a_jacobian():
    def f(x, p):
        return {"a": [x[0] * p["k"], sin(x[1])], "b": np.array([x @ x, p["k"]])}

    x, k, dx, dk = np.array([0.5, 2.0]), 3.0, np.array([1.0, -1.0]), 0.5
    result, pushed = jvp(f, (x, {"k": k}), (dx, {"k": dk}))
    assert result["a"] == pytest.approx([1.5, math.sin(2.0)]) and result["b"].tolist() == [4.25, 3.0]
    assert pushed["a"] == pytest.approx([dx[0] * k + x[0] * dk, math.cos(2.0) * dx[1]])
    assert pushed["b"] == pytest.approx([2 * x @ dx, dk])
    again, pullback = vjp(f, x, {"k": k})
    assert again["a"] == result["a"]
    for _ in range(2):  # as often as one likes
        by_x, by_p = pullback({"a": [1.0, 2.0], "b": np.array([3.0, 4.0])})
        assert by_x == pytest.approx([k + 3.0 * 2 * x[0], 2.0 * math.cos(2.0) + 3.0 * 2 * x[1]])
        assert by_p["k"] == pytest.approx(x[0] + 4.0)


def test_the_hessian_of_rosenbrocks_function_times_vectors():
    expected = rosenbrock_hessian(X)
    np.testing.assert_allclose(hvp(rosenbrock, (X,), (V,)), expected @ V, rtol=1e-12)
    assert hvp(rosenbrock, ([*X],), ([*V],)) == pytest.approx(expected @ V)
    np.testing.assert_allclose(jvp(grad(rosenbrock), (X,), (V,))[1], expected @ V, rtol=1e-12)
    np.testing.assert_allclose(grad(lambda x: grad(rosenbrock)(x) @ V)(X), expected @ V, rtol=1e-12)
    np.testing.assert_allclose(vjp(grad(rosenbrock), X)[1](V)[0], expected @ V, rtol=1e-12)
    assert hvp(lambda x, y: x**2 * y, (3.0, 2.0), (1.0, 0.5)) == pytest.approx((4 * 1.0 + 6 * 0.5, 6 * 1.0))


def test_products_can_be_differentiated():
    slope = grad(lambda t: jvp(lambda x: x**3, (t,), (2.0,))[1])(1.5)
    assert slope == pytest.approx(2.0 * 6 * 1.5)
    assert grad(lambda t: vjp(lambda x: x**3, 1.5)[1](t)[0] ** 2)(2.0) == pytest.approx(2 * (3 * 1.5**2) ** 2 * 2.0)
    assert grad(lambda t: hvp(lambda x: x**4, (t,), (t,)))(1.5) == pytest.approx(36 * 1.5**2)
    x = Value(2.0)
    assert gradient(hvp(lambda v: v**4, (x,), (1.0,)), x) == pytest.approx(24 * 2.0)
    assert gradient(vjp(lambda v: v**4, x)[1](1.0)[0], x) == pytest.approx(12 * 4.0)


def test_jacobians_and_hessians_of_functions():
    np.testing.assert_allclose(hessian(rosenbrock)(X), rosenbrock_hessian(X), rtol=1e-12)
    assert jacobian(lambda x: [x[0] * x[1], x[0]])([3.0, 2.0]) == [[2.0, 3.0], [1.0, 0.0]]
    matrix = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(jacobian(lambda x: matrix @ x)(np.ones(3)), matrix)
    assert jacobian(lambda x: (matrix @ x).T)(np.ones((3, 4))).shape == (4, 2, 3, 4)
    assert jacobian(lambda x, y: x * y, 1)(np.ones(3), 2.0).tolist() == [1.0, 1.0, 1.0]
    assert hessian(lambda x, y: x**2 * y, (0, 1))(3.0, 2.0) == ((4.0, 6.0), (6.0, 0.0))
    mixed = jacobian(lambda p: [p["w"] * p["v"][0], p["v"].sum()])({"w": 3.0, "v": np.array([2.0, 5.0])})
    assert mixed[0]["w"] == 2.0 and mixed[0]["v"].tolist() == [3.0, 0.0] and mixed[1]["v"].tolist() == [1.0, 1.0]
    x = [Value(3.0), Value(2.0)]
    assert gradient(jacobian(lambda x: [x[0] ** 2 * x[1]])(x)[0][0], x[1]) == 6.0


# Compiled


def test_derivatives_are_live_inside_a_compiled_function():
    w, xs = Value(1.5, "w"), np.array([0.3, -1.2, 2.0])
    f = compile(lambda x: grad(lambda y: tanh(w * y) * x)(x) + grad(lambda y: w * y**2)(2.0))
    np.testing.assert_allclose(f(xs), xs * 1.5 / np.cosh(1.5 * xs) ** 2 + 6.0, rtol=1e-12)
    slope = (f(xs), f.gradient(xs)[1])[1]
    w.data = 1.5 + 1e-6
    above = f(xs).mean()
    w.data = 1.5 - 1e-6
    np.testing.assert_allclose(slope, [(above - f(xs).mean()) / 2e-6], rtol=1e-7)


def test_the_derivative_of_a_function_may_be_compiled():
    xs = np.array([[0.3, -1.2], [2.0, 0.5]])
    np.testing.assert_allclose(compile(grad(rosenbrock))(xs), [grad(rosenbrock)(row) for row in xs], rtol=1e-12)
    second = compile(lambda x, v: hvp(rosenbrock, (x,), (v,)))
    np.testing.assert_allclose(second(xs, xs), [rosenbrock_hessian(x) @ x for x in xs], rtol=1e-12)
    both = compile(lambda x: jvp(lambda y: [y**2, sin(y)], (x,), (2.0,))[1])
    np.testing.assert_allclose(both(xs[:, 0]), np.stack([4 * xs[:, 0], 2 * np.cos(xs[:, 0])], axis=1), rtol=1e-12)


@pytest.mark.parametrize("given", [1.0, 2.0])
def test_higher_derivatives_inside_a_compiled_function_do_not_freeze(given):
    # The inner function closes over what the outer one differentiates by.
    def f(x):
        return grad(lambda y: y * grad(lambda z: z**2 * y * x)(3.0))(given)

    xs = np.array([1.0, -2.0])
    np.testing.assert_allclose(compile(f)(xs), 12.0 * given * xs)  # of 6 y² x
    np.testing.assert_allclose([f(x) for x in xs], 12.0 * given * xs)


def test_compiled_functions_are_differentiated_as_functions_of_one_sample():
    f = compile(lambda x: x**3)
    assert grad(f)(2.0) == 12.0 and f(np.array([2.0])).tolist() == [8.0]


# Their own


def test_the_examples_in_the_docstrings():
    found = doctest.testmod(sys.modules["autograd.transforms"])
    assert found.failed == 0 and found.attempted


def test_a_derivative_tells_its_name_and_goes_where_functions_go():
    assert repr(grad(rosenbrock)) == "<grad of rosenbrock>" and grad(rosenbrock).__name__ == "rosenbrock"
    again = pickle.loads(pickle.dumps(grad(rosenbrock)))
    np.testing.assert_array_equal(again(X), grad(rosenbrock)(X))
    assert check_gradient(grad(lambda x: tanh(x) * x), at=[0.7]).ok

    class Model:
        scale = 3.0

        def cost(self, x):
            return self.scale * x**2

        slope = grad(cost, argnums=1)

    assert grad(Model().cost)(2.0) == 12.0 == Model().slope(2.0)
    assert "jacobian" not in vars(autograd.grad) and grad(max)([1.0, 3.0]) == [0.0, 1.0]


@pytest.mark.parametrize(
    "call, error, says",
    [
        (lambda: grad(3.0), OperandError, r"grad\(function\).*got float"),
        (lambda: grad(Value(1.0)), OperandError, r"got Value; of a Value write gradient"),
        (lambda: grad(sin, "x"), ArgumentError, r"argnums.*got 'x'"),
        (lambda: grad(sin, True), ArgumentError, "argnums.*got True"),
        (lambda: grad(sin, ()), ArgumentError, r"argnums.*got \(\)"),
        (lambda: grad(sin, 1)(1.0), ArgumentError, "argnums=1 and 1 of them"),
        (lambda: grad(sin)(a=1.0), ArgumentError, "argnums=0 and 0 of them"),
        (lambda: grad(max, (0, -2))(1.0, 2.0), ArgumentError, r"different.*argnums=\(0, -2\) and 2"),
        (lambda: grad(sin)("1"), OperandError, r"grad\(sin\).*as a, got str '1'.*by name"),
        (lambda: grad(sin)(1j), OperandError, "got complex 1j"),
        (lambda: grad(sin)(None), OperandError, "as a, got NoneType"),
        (lambda: grad(sum)([True]), OperandError, r"as iterable\[0\], got bool True"),
        (lambda: grad(sum)(np.array([True])), OperandError, "as iterable, got ndarray"),
        (lambda: grad(sum)(np.array([1.0, None])), OperandError, r"iterable\[1\], got NoneType"),
        (lambda: grad(sum)({1.0}), OperandError, "got set"),
        (lambda: grad(lambda x: None)(1.0), OperandError, r"grad\(<lambda>\).*got None; is a return missing"),
        (lambda: grad(lambda x: [x, x])(1.0), OperandError, "list.*total.*jvp or vjp"),
        (lambda: grad(lambda x: x > 0)(1.0), OperandError, "got bool True"),
        (lambda: value_and_grad(lambda x: x)(np.ones(2)), OperandError, "got ndarray"),
        (lambda: jvp(sin, 1.0, 1.0), OperandError, r"jvp\(primals\).*such as \(x,\), got float"),
        (lambda: jvp(sin, (1.0,), (1.0, 2.0)), ShapeError, r"jvp\(tangents\): expected 1.*got 2"),
        (lambda: jvp(sum, ([1.0],), ([1.0, 2.0],)), ShapeError, r"tangents\) for iterable.*list of 1.*list of 2"),
        (lambda: hvp(rosenbrock, (X,), (V[1:],)), ShapeError, r"for x: expected an array of shape \(4,\).*\(3,\)"),
        (lambda: vjp(sin, 1.0)[1]([1.0]), ShapeError, "the cotangent: expected a number as the result, got a list"),
        (lambda: vjp(lambda x: "a", 1.0), OperandError, "as the result, got str 'a'"),
        (lambda: jacobian(3, [X]), OperandError, r"jacobian\(outputs\).*got int"),
        (lambda: hessian(lambda x: [x])(1.0), OperandError, r"grad\(<lambda>\).*got list"),
    ],
)
def test_what_cannot_be_differentiated_is_refused(call, error, says):
    with pytest.raises(error, match=says):
        call()


# backward(gradient=)


def test_backward_starts_from_the_gradient_that_is_given():
    w, x = Value(2.0), Value(3.0)
    y = w * w * x
    y.backward(gradient=0.5)
    assert (w.grad, x.grad, y.grad) == (6.0, 2.0, 0.5)
    y.backward(gradient=0.5)
    assert (w.grad, x.grad, y.grad) == (12.0, 4.0, 0.5)
    y.backward(-1)
    assert (w.grad, x.grad) == (0.0, 0.0)
    w.backward(np.float32(2.0))
    assert w.grad == 2.0
    with autograd.anomalies(), pytest.raises(autograd.AutogradError, match="gradient 1e\\+300"):
        (x * 1e10 * w).backward(1e300)
    for wrong in ("1", None, 1j, [1.0], Value(1.0)):
        with pytest.raises(OperandError, match=r"v\.backward\(gradient\).*real number"):
            y.backward(gradient=wrong)
    assert (w.grad, x.grad) == (2.0, 0.0)
