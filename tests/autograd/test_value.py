"""A Value: which numbers it takes, how operators and NumPy meet it, what it refuses to do silently."""

import copy
import math
import operator
import pickle
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from autograd import Value, compile, gradient
from autograd.errors import ArgumentError, DomainError, GraphError, OperandError, RecordingError
from autograd.labels import Label
from autograd.primitives import CONSTANT, LEAF, TABLE
from autograd.value import apply, constant

REAL = [2, 2.0, True, Fraction(5, 2), np.float64(2.5), np.float32(2.5), np.int64(3), np.uint8(3), np.bool_(True)]
UNREAL = [1j, np.complex128(1), "2", b"2", Decimal(2), None, [2.0], np.array(2.0), np.array([1.0, 2.0]), object()]
OPERATORS = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "power": operator.pow,
}
COMPARISONS = [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]


@pytest.mark.parametrize("number", REAL, ids=repr)
def test_real_numbers_become_floats(number):
    value = Value(number)
    assert type(value.data) is float
    assert value.data == float(number)
    value.data = number
    assert type(value.data) is float


@pytest.mark.parametrize("thing", [*UNREAL, Value(1.0)], ids=lambda thing: type(thing).__name__)
def test_other_things_are_refused_with_the_way_out(thing):
    with pytest.raises(TypeError, match=r"Value\(\): expected a real number, got .*") as caught:
        Value(thing)
    assert isinstance(caught.value, OperandError)
    value = Value(1.0)
    with pytest.raises(OperandError, match="expected a real number"):
        value.data = thing
    assert value.data == 1.0


@pytest.mark.parametrize(
    "thing, advice",
    [("2", r"float\(\)"), (1j, r"\.real"), ([2.0], "one Value for each"), (np.ones(3), r"shape \(3,\).*one Value")],
)
def test_the_refusal_says_what_to_do(thing, advice):
    with pytest.raises(OperandError, match=advice):
        Value(thing)


@pytest.mark.parametrize("huge", [10**400, Fraction(10**400)], ids=["int", "Fraction"])
def test_numbers_beyond_floats_are_refused(huge):
    with pytest.raises(ArgumentError, match=r"1\.8e308.*scale it"):
        Value(huge)
    with pytest.raises(ArgumentError, match="an operand"):
        Value(1.0) + huge


def test_a_label_is_a_name_or_nothing():
    assert Value(1.0).label is None
    assert Value(1.0, label="w").label == Label("w")
    assert repr(Value(1.0, label="w")) == "Value(1.0, label='w')"
    value = Value(1.0)
    value.label = Label("w", "L")
    assert value.label.superscript == "L"
    with pytest.raises(OperandError, match="label"):
        value.label = 3


@pytest.mark.parametrize("name", OPERATORS)
@pytest.mark.parametrize("number", REAL, ids=repr)
def test_each_operator_takes_real_numbers_on_either_side(name, number):
    value, function, other = Value(1.5), OPERATORS[name], float(number)
    right, left = function(value, number), function(number, value)
    assert isinstance(right, Value) and isinstance(left, Value)
    assert right.data == function(1.5, other)
    assert left.data == function(other, 1.5)
    assert right.operands[0] is value and right.operands[1].primitive is CONSTANT
    assert left.operands[1] is value and left.operands[0].primitive is CONSTANT
    assert right.primitive is left.primitive is TABLE[name]


@pytest.mark.parametrize("name", OPERATORS)
@pytest.mark.parametrize("thing", [1j, "2", Decimal(2), None, object()], ids=lambda thing: type(thing).__name__)
def test_operators_leave_other_things_to_python_which_refuses(name, thing):
    with pytest.raises(TypeError):
        OPERATORS[name](Value(1.5), thing)
    with pytest.raises(TypeError):
        OPERATORS[name](thing, Value(1.5))


@pytest.mark.parametrize("name", OPERATORS)
def test_arrays_meet_a_value_element_by_element(name):
    value, array, function = Value(1.5), np.array([1.0, 2.0]), OPERATORS[name]
    for result, expected in [
        (function(value, array), function(1.5, array)),
        (function(array, value), function(array, 1.5)),
    ]:
        assert result.dtype == object and result.shape == (2,)
        assert [element.data for element in result] == list(expected)


@pytest.mark.parametrize("name", OPERATORS)
@pytest.mark.parametrize("b", [Value(0.7), 0.7])
def test_operators_equal_the_tables_rule(name, b):
    """The operators' fast paths and the general path make the same node."""
    a = Value(1.3)
    fast = OPERATORS[name](a, b)
    slow = apply(TABLE[name], (a, b if isinstance(b, Value) else constant(b)))
    assert (fast.data, fast.label, fast.grad, fast.primitive) == (slow.data, None, 0.0, slow.primitive)
    assert fast.operands[0] is a and fast.operands[1].data == 0.7


def test_subclasses_take_part_in_operators():
    class Parameter(Value):
        __slots__ = ()

    w, a = Parameter(2.0), Value(3.0)
    for c in (w * a, a * w, w + a, a + w):
        assert {id(operand) for operand in c.operands} == {id(w), id(a)}
    assert gradient(w * a + w, [w, a]) == [4.0, 2.0]


def test_unary_operators():
    v = Value(-2.5)
    assert ((-v).data, (+v).data, abs(v).data) == (2.5, -2.5, 2.5)
    assert [gradient(f(v), v) for f in (operator.neg, operator.pos, abs)] == [-1.0, 1.0, -1.0]


@pytest.mark.parametrize("name", ["exp", "log", "sqrt", "sin", "cos", "tanh"])
def test_numpys_functions_take_values_and_object_arrays(name):
    v, function = Value(0.7), getattr(np, name)
    assert isinstance(function(v), Value)
    assert function(v).data == pytest.approx(function(0.7), rel=1e-15)
    (first, second) = function(np.array([v, Value(0.9)]))
    assert first.operands[0] is v and second.data == pytest.approx(function(0.9), rel=1e-15)


def test_object_arrays_have_sums_and_matrix_products():
    a = np.array([Value(1.0), Value(2.0)])
    assert (a @ a).data == 5.0
    assert a.sum().data == 3.0


def test_arrays_meet_values_one_by_one():
    v, numbers = Value(2.0), np.array([1.0, 2.0, 3.0])
    assert [z.data for z in numbers * v] == [z.data for z in v * numbers] == [2.0, 4.0, 6.0]
    assert (numbers < v).tolist() == [True, False, False] and (v <= numbers).tolist() == [False, True, True]
    assert np.add.reduce(np.array([v, v])).data == 4.0 and np.multiply(2, v).data == 4.0
    assert (np.datetime64("2000-01-01") == v) is not True
    with pytest.raises(TypeError):
        np.datetime64("2000-01-01") < v  # noqa: B015  # the operator is meant


@pytest.mark.parametrize("compare", COMPARISONS)
@pytest.mark.parametrize("other", [2.0, 2, Value(2.0), 3.0, np.float64(2), np.int64(1)], ids=repr)
def test_comparisons_give_bools(compare, other):
    number = other.data if isinstance(other, Value) else other
    assert compare(Value(2.0), other) is bool(compare(2.0, number))
    assert compare(other, Value(2.0)) is bool(compare(number, 2.0))


def test_comparisons_with_other_things():
    v = Value(2.0)
    assert (v == "2") is False and (v != "2") is True and (v == None) is False  # noqa: E711  # the operator is meant
    with pytest.raises(TypeError):
        v < "2"  # noqa: B015  # for its error
    assert Value(math.nan) != Value(math.nan)


def test_the_hash_is_the_objects():
    a, b = Value(1.0), Value(1.0)
    assert a == b and len({a, b}) == 2


def test_a_value_becomes_a_number_where_python_asks_for_one():
    v = Value(2.654)
    assert (float(v), int(v), complex(v), v.item()) == (2.654, 2, 2.654 + 0j, 2.654)
    assert (round(v), round(v, 1), math.floor(v), math.isclose(v, 2.654)) == (3, 2.7, 2, True)
    assert (f"{v:.2f}", f"{v}", f"{v:>6.1f}") == ("2.65", "Value(2.654)", "   2.7")
    assert np.array([v, v * 2], dtype=float).tolist() == [2.654, 5.308] and np.array([v]).dtype == object


def test_repr_shows_the_gradient_once_there_is_one():
    w, a = Value(0.8, "w"), Value(0.6)
    assert (repr(w), repr(a)) == ("Value(0.8, label='w')", "Value(0.6)")
    ((w * a - 0.6) ** 2).backward()
    assert (repr(w), repr(a)) == ("Value(0.8, label='w', grad=-0.144)", "Value(0.6, grad=-0.192)")
    w.zero_grad()
    a.grad = None
    assert (w.grad, repr(w), repr(a)) == (0.0, "Value(0.8, label='w')", "Value(0.6)")


@pytest.mark.parametrize("bound", [False, True])
def test_a_grad_of_none_counts_as_0(bound):
    w = Value(2.0)
    f = compile(lambda x: w * x)
    if bound:
        f.backward([3.0])
        w.zero_grad()
    w.grad = None
    (w * 5).backward()
    assert w.grad == 5.0
    w.grad = None
    w.backward()
    assert w.grad == 1.0
    w.grad = None
    f.backward([3.0])
    assert w.grad == 3.0


def test_numbers_near_a_value():
    v, w = Value(0.1 + 0.2), Value(0.3)
    assert math.isclose(v, w) and math.isclose(v, 0.3) and not math.isclose(v, 0.31)
    with pytest.raises(RecordingError, match=r"reading \.data"):
        compile(lambda x: x if math.isclose(x, 1.0) else -x)([1.0])


def test_a_value_has_no_truth_and_is_no_index():
    with pytest.raises(TypeError, match=r"v != 0"):
        bool(Value(1.0))
    with pytest.raises(TypeError, match="index"):
        [1, 2][Value(1.0)]


@pytest.mark.parametrize("a, b", [(2.0, 3), (2.0, -1), (-2.0, 3), (0.0, 2), (0.0, 0), (-2.0, 0), (0.0, 1)])
def test_power_by_a_constant(a, b):
    v = Value(a)
    for exponent in (b, float(b), np.int64(b)):
        assert (v**exponent).data == a**b
        assert gradient(v**exponent, v) == (0.0 if b == 0 else b * a ** (b - 1))


def test_power_with_the_variable_above():
    v = Value(3.0)
    assert gradient(2**v, v) == pytest.approx(8 * math.log(2))
    assert gradient(v**v, v) == pytest.approx(27 * (math.log(3) + 1))
    assert gradient(0**v, v) == 0.0


@pytest.mark.parametrize(
    "compute, words",
    [
        (lambda v: (v * 0).log(), "log: expected an operand above 0, got 0.0"),
        (lambda v: (-v).sqrt(), "sqrt: expected an operand of at least 0"),
        (lambda v: (-v) ** 0.5, "power: expected a base that is positive"),
        (lambda v: v / 0, r"divide: expected a divisor other than 0, got w = 2\.0, 0\.0"),
        (lambda v: 1 / (v * 0), "divide"),
        (lambda v: 0 ** (-v), "power"),
        (lambda v: (v * math.inf).sin(), "sin: expected a finite operand, got inf"),
    ],
)
def test_outside_a_domain_the_error_names_operation_operand_and_value(compute, words):
    with pytest.raises(ArithmeticError, match=words) as caught:
        compute(Value(2.0, label="w"))
    assert isinstance(caught.value, DomainError)


@pytest.mark.parametrize(
    "compute, words",
    [
        (lambda v: v.sqrt(), r"the derivative of sqrt: .* got w = 0\.0"),
        (lambda v: v**0.5, r"the derivative of power: .* got w = 0\.0, 0\.5"),
    ],
)
def test_outside_a_derivatives_domain_the_reverse_pass_says_so(compute, words):
    v = Value(0.0, label="w")
    c = compute(v)
    for differentiate in (c.backward, lambda: gradient(c, v), lambda: gradient(c, v, create_graph=True)):
        with pytest.raises(DomainError, match=words):
            differentiate()


def test_too_large_a_result_is_infinite():
    assert Value(1000.0).exp().data == math.inf
    assert (Value(1e200) ** 2).data == math.inf
    assert (Value(-1e200) ** 3).data == -math.inf


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))])
def test_leaves_and_constants_are_copied_and_pickled(copied):
    v = Value(2.0, label=Label("w", "1", "00"))
    v.grad = 3.0
    twin = copied(v)
    assert twin is not v and (twin.data, twin.label, twin.grad, twin.primitive) == (2.0, v.label, 3.0, LEAF)
    assert copied(constant(1.0)).primitive is CONSTANT


def test_a_copy_of_a_computed_value_is_computed_from_the_same_operands():
    w = Value(2.0, "w")
    z = w * w
    z.label = "z"
    z.backward()
    twin = copy.copy(z)
    assert twin is not z and (twin.data, twin.label, twin.grad, twin.primitive) == (4.0, Label("z"), 1.0, z.primitive)
    assert twin.operands is z.operands and gradient(twin * 3, [w, z]) == [12.0, 0.0]
    w.data = 5.0  # the copy is as old as what was copied
    with pytest.raises(GraphError, match=r"w = 5\.0, which was 2\.0"):
        twin.backward()


def test_a_copy_inside_a_compiled_function_is_what_it_is_outside():
    w = Value(2.0)

    def f(x):
        return copy.copy(w * x) * x

    assert compile(f).gradient([3.0]) == (18.0, [9.0]) == ((z := f(Value(3.0))).data, [gradient(z, w)])


def test_a_computed_value_is_not_pickled():
    with pytest.raises(OperandError, match=r"expected a leaf.*multiply.*save the numbers"):
        pickle.dumps(Value(2.0) * 3)


def test_primitives_pickle_as_themselves():
    for primitive in (*TABLE.values(), LEAF, CONSTANT):
        assert pickle.loads(pickle.dumps(primitive)) is primitive


def test_pow_takes_no_modulo():
    with pytest.raises(OperandError, match="modulo"):
        pow(Value(2.0), 3, 5)


def test_a_value_has_no_dict():
    with pytest.raises(AttributeError):
        Value(1.0).gradient = 3
