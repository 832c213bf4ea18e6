"""JAX computes what a plan means: the numbers of the interpreter and of NumPy, their guards and their errors.

With ``XLA_FLAGS=--xla_force_host_platform_device_count=4`` the batch is also spread over devices.
"""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value, compile, exp, log, sigmoid, sin, softplus, sqrt, tanh, total, where
from autograd.compiler.plan.builder import Builder
from autograd.compiler.plan.instructions import Array, Ref
from autograd.compiler.plan.interpret import computed as meant
from autograd.errors import ArgumentError, DomainError
from autograd.namespaces import ARRAYS, Namespace
from autograd.primitives import TABLE

from .test_equivalence import ROWS, STEPS, data, random_function, values
from .test_walks import CHAINS
from .zoo import ZOO, made

jax = pytest.importorskip("jax", reason='JAX is not installed: pip install "scalar-autograd[jax]"')

from autograd.compiler.backends.jax import faults, moves, pieces, program  # noqa: E402  # where there is JAX
from autograd.compiler.backends.jax.namespace import JAX_ARRAYS  # noqa: E402

four_devices = pytest.mark.skipif(
    len(jax.local_devices()) < 4, reason="needs 4 devices: XLA_FLAGS=--xla_force_host_platform_device_count=4"
)


def assert_agree(function, arrays, **options):
    """Values and gradients as the interpreter's and NumPy's, to 1e-12."""
    f = compile(function, backend="jax", **options)
    outputs, (cost, slopes) = f(*arrays), f.gradient(*arrays)
    for backend in ("reference", "numpy"):
        other = compile(function, backend=backend)
        np.testing.assert_allclose(outputs, other(*arrays), rtol=1e-12, atol=1e-14)
        expected, wanted = other.gradient(*arrays)
        np.testing.assert_allclose(cost, expected, rtol=1e-12)
        np.testing.assert_allclose(slopes, wanted, rtol=1e-12, atol=1e-13)
    return f


@pytest.mark.parametrize("name", ZOO)
def test_the_zoo(name):
    assert_agree(*made(name))


@settings(max_examples=6)  # XLA takes about a second to compile one
@given(STEPS, st.integers(0, 1000))
def test_random_programs(steps, seed):
    assert_agree(random_function(steps, values(seed, 3)), data(seed + 1, (ROWS, 3), ROWS))


@settings(max_examples=3)
@given(STEPS, st.integers(0, 1000))
def test_random_programs_of_several_outputs(steps, seed):
    function, arrays = random_function(steps, values(seed, 3), as_list=True), data(seed + 1, (ROWS, 3), ROWS)
    expected = compile(function, backend="reference")(*arrays)
    np.testing.assert_allclose(compile(function, backend="jax")(*arrays), expected, rtol=1e-12, atol=1e-14)


def test_the_steps_of_a_chain_are_taken_in_a_loop():
    f = assert_agree(CHAINS["gated_unit"](40), [np.linspace(0.4, 0.9, 5)])
    longer = compile(CHAINS["gated_unit"](80), backend="jax").record([0.5])
    assert longer.source.count("\n") <= f.source.count("\n") + 5


def test_what_is_at_fault_in_a_chain():
    w = Value(1.0, "w")

    def cost(x):
        for _ in range(70):
            x = where(x > 9.0, x, log(w * x + 1.5))
        return tanh(1 / x)

    f = compile(cost, backend="jax")
    np.testing.assert_allclose(f([0.5, 0.75]), compile(cost, backend="reference")([0.5, 0.75]), rtol=1e-12)
    for way in (f, f.gradient):
        with pytest.raises(DomainError, match="row 1: log"):
            way([0.5, -2.0])


def test_single_precision():
    w = values(1, 3)

    def cost(x, y):
        return (sigmoid(sum(p * q for p, q in zip(w, x, strict=True))) - y) ** 2

    arrays = data(0, (5, 3), 5)
    f = compile(cost, backend="jax", dtype=np.float32)
    mean, slopes = f.gradient(*arrays)
    expected, wanted = compile(cost).gradient(*arrays)
    assert f(*arrays).dtype == slopes.dtype == np.float32 and "f64" not in f.source
    np.testing.assert_allclose(mean, expected, rtol=1e-6)
    np.testing.assert_allclose(slopes, wanted, rtol=1e-5, atol=1e-7)


# The caller's JAX


def test_the_caller_s_settings_are_neither_changed_nor_felt():
    w = Value(2.0)
    before = jax.config.jax_enable_x64, jax.numpy.zeros(1).dtype
    with jax.numpy_dtype_promotion("strict"), jax.numpy_rank_promotion("raise"), jax.debug_nans(True):
        f = compile(lambda x, y: where(x > 0, w * x, exp(y)) ** 2, backend="jax")
        assert f([3.0, -1.0], [0.0, 0.0]).tolist() == [36.0, 1.0]
        assert f.gradient([3.0], [0.0])[1].dtype == np.float64
        with pytest.raises(DomainError, match="row 1: log"):
            compile(lambda x: log(w * x), backend="jax")([1.0, -1.0])
        assert jax.config.jax_numpy_dtype_promotion == "strict" and jax.config.jax_debug_nans
    assert (jax.config.jax_enable_x64, jax.numpy.zeros(1).dtype) == before


def test_jax_is_not_imported_before_it_is_chosen():
    code = "import sys, autograd, nn; autograd.compile(lambda x: x)([1.0]); sys.exit('jax' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


# The rules of the table

SPECIAL = [0.0, 0.5, 1.0, -1.0, 2.5, 1e-300, 40.0, -40.0, 1e4, -1e4, np.inf, -np.inf, np.nan]


def operands_of(name):
    primitive = TABLE[name]
    count = primitive.arity or 4
    grid = np.meshgrid(*[np.array(SPECIAL)] * min(count, 2))
    return [*(part.ravel() for part in grid), *(grid[0].ravel()[::-1] for _ in range(count - 2))]


@pytest.mark.parametrize("name", list(Namespace.__annotations__))
def test_every_function_of_a_namespace_is_numpy_s(name):
    operands = operands_of(name if name in TABLE else "subtract")

    def computed(ns, operands):
        return ns.share(0, operands[0], operands[1:]) if name == "share" else getattr(ns, name)(*operands)

    with np.errstate(all="ignore"), jax.enable_x64(True):
        expected = computed(ARRAYS, operands)
        found = np.asarray(computed(JAX_ARRAYS, [*map(jax.numpy.asarray, operands)]))
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-300)


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0, 2.0, 3.0, -1.0, -2.0, 4.0])
def test_powers_of_a_number(exponent):
    # NumPy takes the root of minus infinity for NaN, XLA and the standard of floating point for infinity.
    bases = np.array([base for base in SPECIAL if base != -np.inf])
    with np.errstate(all="ignore"), jax.enable_x64(True):
        found = np.asarray(JAX_ARRAYS.power(jax.numpy.asarray(bases), exponent))
        np.testing.assert_allclose(found, ARRAYS.power(bases, exponent), rtol=1e-13, atol=1e-300)


@pytest.mark.parametrize("name", [name for name in TABLE if name not in faults.HIDING])
def test_nan_shows_in_the_results_of_all_operations_but_those_that_are_known_to_hide_it(name):
    count = TABLE[name].arity or 3
    for bad in range(count):
        for other in (0.0, 1.0, -2.0, 0.5):
            operands = [np.nan if place == bad else other for place in range(count)]
            assert np.isnan(TABLE[name].rule(JAX_ARRAYS, *map(np.asarray, operands)))


# What NumPy's flags tell


@pytest.mark.parametrize(
    "function",
    [
        lambda w, x: tanh(1 / (w * x)),
        lambda w, x: where(x > -9.0, 1.0, log(w * x)),
        lambda w, x: where(sqrt(w * x - 1) > 0.5, x, -x),
        lambda w, x: sigmoid((w * x) ** -1.0),
        lambda w, x: exp(log(w * x)),
        lambda w, x: 1.0 / ((w * x) ** -0.5),
        lambda w, x: tanh(1.0 / ((w * x) ** (0 * w - 1))),
        lambda w, x: where(sin(w / (x * 1e-308 + 1e-308 * (x == 0))) > 2.0, x, -x),
    ],
    ids=range(8),
)
def test_the_same_errors_as_numpy_s_also_where_no_result_shows_them(function):
    def outcome(f, way, x):
        try:
            return "fine", np.round(f(x) if way == "outputs" else f.gradient(x)[1], 12).tolist()
        except ArithmeticError as error:
            return type(error), str(error)

    w = Value(1.0, "w")
    mine, plain = (compile(lambda x: function(w, x), backend=backend) for backend in ("jax", "reference"))
    for way in ("outputs", "gradient"):
        outcomes = [(outcome(mine, way, x), outcome(plain, way, x)) for x in ([1.0, 0.0], [1.0, -1.0], [1.0, 2.0])]
        assert all(found == expected for found, expected in outcomes)


def test_what_is_infinite_by_its_size_is_right_where_it_vanishes():
    w = Value(1.0)
    f = compile(lambda x: 1 / (1 + exp(-w * x)) + softplus(-x), backend="jax")
    assert f([-1000.0, 1000.0]).tolist() == [1000.0, 1.0]


# Moves

INDICES = {
    "all": [0, 1, 2, 3, 4, 5],
    "one": [4],
    "a stride": [1, 4, 7, 10],
    "backwards": [5, 4, 3],
    "one again and again": [3, 3, 3, 3],
    "each twice": [1, 1, 2, 2, 3, 3],
    "twice": [1, 2, 3, 1, 2, 3],
    "transposed": [0, 4, 8, 1, 5, 9, 2, 6, 10],
    "the end, transposed": [3, 7, 11, 2, 6, 10],
    "rows backwards": [8, 9, 4, 5, 0, 1],
    "windows": [0, 1, 2, 1, 2, 3, 2, 3, 4],
    "a corner": [5, 6, 9, 10],
    "any": [7, 0, 11, 7, 3],
}


@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES)
def test_reads_of_positions(index):
    whole, index = np.arange(24.0).reshape(2, 12), np.array(index)
    assert np.asarray(moves.read(whole, index)).tolist() == whole[..., index].tolist()
    assert np.asarray(moves.read(whole[0], index)).tolist() == whole[0][index].tolist()


SCATTERS = {
    "side by side": [([0, 1, 2], 3), ([3, 4, 5, 6, 7], 5)],
    "in strides": [([0, 2, 4, 6], 4), ([1, 3, 5, 7], 4)],
    "not all": [([6, 1], 2)],
    "one number at many": [([0, 1, 2], 1), ([5], 1)],
    "added": [([0, 1, 2, 3], 4), ([1, 2, 3, 4], 4)],
    "added where nothing is": [([2, 2, 4], 3)],
    "one number added again and again": [([2, 2, 4], 1), ([2, 4], 2)],
    "many at one": [([7] * 30, 30)],
    "many at one, and one at many": [([7] * 30, 1), ([0, 1, 7], 3)],
    "nothing": [],
}


@pytest.mark.parametrize("batched", [True, False])
@pytest.mark.parametrize("pieces", SCATTERS.values(), ids=SCATTERS)
def test_scatters(pieces, batched):
    rng, builder = np.random.default_rng(0), Builder()
    arrays = [Array(k, size, batched, kind="input", source=k) for k, (_, size) in enumerate(pieces)]
    numbers = [rng.random((2, a.size) if batched else a.size) for a in arrays]
    pairs = [(Ref(a), np.array(index)) for a, (index, _) in zip(arrays, pieces, strict=True)]
    builder.scatter([*pairs, (2.5, np.array([6]))] if pairs else [], 8, batched)
    (scatter,) = builder.instructions
    shape = (2, 8) if batched else (8,)
    expected = meant(scatter, lambda o: numbers[o.array.number] if isinstance(o, Ref) else o, shape)
    with jax.enable_x64(True):
        found = moves.scattered(scatter.pieces, [*numbers, 2.5][: len(scatter.pieces)], shape, np.float64)
    np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-15)


# Long plans


def test_a_long_plan_in_pieces(monkeypatch):
    cut = []
    monkeypatch.setattr(pieces, "LONG", 20)
    monkeypatch.setattr(pieces, "PIECE", 10)
    monkeypatch.setattr("autograd.compiler.backends.jax.trace.pieces", lambda p: cut.extend(pieces.pieces(p)) or cut)
    cost, arrays = made("orbit")
    f = compile(cost, backend="jax")
    found, expected = f.gradient(*arrays), compile(cost).gradient(*arrays)
    assert sum(piece.apart for piece in cut) > 10 and sum(len(p.instructions) for p in cut) == len(f.plan.instructions)
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-12)
    np.testing.assert_allclose(found[1], expected[1], rtol=1e-12)


def test_pieces_keep_guards_and_faults(monkeypatch):
    monkeypatch.setattr(pieces, "LONG", 3)
    monkeypatch.setattr(pieces, "PIECE", 2)
    w = Value(1.0)
    f = compile(lambda x: tanh(1 / sin(w * x)) if sin(x) < 0.9 else tanh(x), backend="jax")
    assert f([1.0, -1.0, 0.5]).shape == (3,)
    assert f([1.0, -1.0, 1.5])[2] == pytest.approx(np.tanh(1.5))
    with pytest.raises(DomainError, match="row 1: divide"):
        f([1.0, 0.0, 0.5])


# Batches of many sizes


def squares(w):
    return lambda x, y: (total([p * q for p, q in zip(w, x, strict=True)]) - y) ** 2 + 0.1 * w[0] ** 2


def test_batches_of_many_sizes_share_programs_and_are_exact():
    w = values(1, 3)
    f, g = compile(squares(w), backend="jax", devices=1), compile(squares(w))
    for rows in (1, 2, 3, 4, 17, 18, 37, 40, 38):
        arrays = data(rows, (rows, 3), rows)
        np.testing.assert_allclose(f(*arrays), g(*arrays), rtol=1e-12)
        (cost, slopes), (expected, wanted) = f.gradient(*arrays), g.gradient(*arrays)
        np.testing.assert_allclose(cost, expected, rtol=1e-12)
        np.testing.assert_allclose(slopes, wanted, rtol=1e-12, atol=1e-14)
    assert f._programs.latest.program._gradient._cache_size() == 4 + 2  # 17 and 18 in 18 rows, 37 to 40 in 40


def test_rows_that_fill_up_raise_no_alarm_and_hide_none(monkeypatch):
    monkeypatch.setattr(program, "_EXACT_SIZES", 0)
    w = Value(1.0)
    f = compile(lambda x: log(w * x) if x < 3 else w * x, backend="jax", devices=1)
    x = np.linspace(1.0, 2.0, 17)
    assert np.allclose(f(x), np.log(x)) and f._programs.latest._program(False)._size(17) == 18
    assert f([*x[:16], 4.0])[16] == 4.0
    with pytest.raises(DomainError, match="row 16"):
        f([*x[:16], -1.0])


def test_outputs_that_depend_on_no_input():
    w = Value(3.0)
    f = compile(lambda x: w**2, backend="jax")
    assert f([1.0, 2.0]).tolist() == [9.0, 9.0]
    assert f.gradient([1.0, 2.0]) == (9.0, [6.0])


def test_the_source_is_what_jax_traced():
    w = Value(3.0)
    f = compile(lambda x: sin(w * x), backend="jax").record([1.0])
    assert " sin " in f.source and "f64[1,1]" in f.source


def nested_calls(devices):
    """Functions of nested arguments and of none agree with NumPy's."""
    w = Value(2.0)
    rows = {"image": np.arange(30.0).reshape(5, 2, 3), "shift": np.linspace(-1, 1, 5)}

    def cost(sample, scale=1.0):
        return w * sum(map(sum, sample["image"])) * scale + sample["shift"]

    for function, arguments in ((cost, [rows]), (lambda: w * w + tanh(w), [])):
        f, g = compile(function, backend="jax", devices=devices), compile(function)
        np.testing.assert_allclose(f(*arguments), g(*arguments), rtol=1e-12)
        (one, slopes), (other, right) = f.gradient(*arguments), g.gradient(*arguments)
        np.testing.assert_allclose([one, *slopes], [other, *right], rtol=1e-12)
        assert f.backward(*arguments) == one


def test_calls_of_any_nesting():
    nested_calls(None)


# Many devices


@four_devices
def test_calls_of_any_nesting_on_four_devices():
    nested_calls(4)


@pytest.mark.parametrize("devices", [0, -1, True, 1.5, "two", 10**6])
def test_devices_that_cannot_be_are_one_clear_error(devices):
    with pytest.raises(ArgumentError, match=r"devices: expected (a whole number of at least 1|at most the \d+)"):
        compile(lambda x: x, backend="jax", devices=devices)


@four_devices
@pytest.mark.parametrize("name", ZOO)
def test_four_devices_agree_over_the_zoo(name):
    cost, arrays = made(name)
    assert_agree(cost, [np.concatenate([a, a[:3]]) for a in arrays], devices=4)


@four_devices
def test_a_batch_of_37_on_4_devices_is_that_of_one():
    w = values(1, 5, 8)

    def cost(x, y):
        a = [sigmoid(sum(p * q for p, q in zip(row, x, strict=True))) for row in w]
        return sum((p - y) ** 2 for p in a) + 0.01 * w[0][0] ** 2

    arrays = data(0, (37, 8), 37)
    many, one = (compile(cost, backend="jax", devices=devices) for devices in (4, 1))
    np.testing.assert_allclose(many(*arrays), one(*arrays), rtol=1e-12)
    (cost_of_many, slopes), (cost_of_one, expected) = many.gradient(*arrays), one.gradient(*arrays)
    np.testing.assert_allclose(cost_of_many, cost_of_one, rtol=1e-12)
    np.testing.assert_allclose(slopes, expected, rtol=1e-12, atol=1e-15)


@four_devices
def test_devices_talk_once_about_sums_and_once_about_alarms():
    cost, arrays = made("decayed")
    f = compile(cost, backend="jax", devices=4)
    f.gradient(*arrays)
    assert f.source.count("psum") == f.source.count("pmin[") == 1


@four_devices
def test_alarms_of_any_device_name_the_row():
    w = Value(1.0)
    f = compile(lambda x: log(w * x) if x < 3 else w * x, backend="jax", devices=4)
    x = np.linspace(1.0, 2.0, 10)
    for row in (1, 4, 9):
        assert f([*x[:row], 4.0, *x[row:]]).tolist() == pytest.approx([*np.log(x[:row]), 4.0, *np.log(x[row:])])
        with pytest.raises(DomainError, match=f"row {row}: log"):
            f([*x[:row], 0.0, *x[row:]])


@four_devices
def test_a_batch_smaller_than_the_devices_that_were_asked_for_is_one_clear_error():
    w = Value(2.0)
    with pytest.raises(ArgumentError, match="expected a batch of at least 4 rows, one for each device, got 3"):
        compile(lambda x: w * x, backend="jax", devices=4)([1.0, 2.0, 3.0])
    assert compile(lambda x: w * x, backend="jax")([1.0]).tolist() == [2.0]
