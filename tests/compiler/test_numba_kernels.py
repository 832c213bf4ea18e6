"""The elementwise kernels of the back end `numba`: every operation of the table, and users' own."""

import ctypes
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from autograd import operation
from autograd.errors import OperandError
from autograd.namespaces import ARRAYS
from autograd.primitives import TABLE

pytest.importorskip("llvmlite")

from autograd.compiler.backends.numba import objects
from autograd.compiler.backends.numba.elementwise import text_of
from autograd.compiler.backends.numba.functions import POWERS
from autograd.compiler.backends.numba.objects import address_of

from .kernel_runs import own_folder, run  # noqa: F401

DTYPES = [np.float64, np.float32]


def points(primitive, count, rng):
    """Operands inside the domain and near 0."""
    arity = primitive.arity or 5
    domain = primitive.domain * arity if len(primitive.domain) == 1 else primitive.domain
    if primitive.name == "choose":
        domain = [(-4.0, 4.0), *[(-3.0, 3.0)] * 4]
    return [rng.uniform(max(low, -3.0) + 0.05, min(high, 3.0) - 0.05, count) for low, high in domain[:arity]]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("primitive", TABLE.values(), ids=TABLE)
def test_it_computes_what_arrays_do(primitive, dtype):
    operands = [x.astype(dtype) for x in points(primitive, 29, np.random.default_rng(0))]
    out = np.empty(29, dtype)
    assert run(primitive, out, *operands) == 0
    expected = primitive.rule(ARRAYS, *(x.astype(float) for x in operands))
    digits = {"lgamma": 1e-12, "erfc": 4e-14}.get(primitive.name, 2e-15)
    np.testing.assert_allclose(out, expected, *((digits, 1e-15) if dtype == np.float64 else (5e-7, 2e-6)))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("count", [0, 1, 7, 8, 15, 16, 33])
def test_numbers_lie_side_by_side_or_apart_or_stand_still(count, dtype):
    rng = np.random.default_rng(1)
    for left, right in ((1, 1), (1, 0), (0, 1), (0, 0), (2, 1), (1, -3), (3, 2)):
        for to in (1, 2, -1):
            a, b, out = (rng.normal(size=4 * count + 4).astype(dtype) for _ in range(3))
            a = a[:1].repeat(count) * 1 if left == 0 else a[::left][:count]
            b = np.broadcast_to(b[:1], count) if right == 0 else b[::right][:count]
            whole, expected = out.copy(), out.copy()
            expected[::to][:count] = a - b
            assert run(TABLE["subtract"], whole[::to][:count], a, b) == 0
            np.testing.assert_array_equal(whole, expected)


@pytest.mark.parametrize("dtype", DTYPES)
def test_three_loops(dtype):
    rng = np.random.default_rng(2)
    a, b, c = rng.normal(size=(3, 5, 19)), rng.normal(size=(5, 1)), rng.normal(size=(3, 1, 1))
    out = np.zeros((3, 19, 5), dtype).transpose(0, 2, 1)
    assert run(TABLE["clip"], out, a.astype(dtype), b.astype(dtype), c.astype(dtype)) == 0
    np.testing.assert_array_equal(out, np.minimum(np.maximum(a, b), c).astype(dtype))
    out = np.zeros((3, 5, 19), dtype)
    assert run(TABLE["multiply"], out, a.astype(dtype), b.astype(dtype)) == 0
    np.testing.assert_array_equal(out, a.astype(dtype) * b.astype(dtype))


def test_a_result_may_take_an_operands_place():
    a = np.arange(21.0)
    assert run(TABLE["square"], a, a) == 0
    np.testing.assert_array_equal(a, np.arange(21.0) ** 2)


FAULTS = [
    ("divide", (1.0, 0.0)), ("log", (0.0,)), ("log", (-1.0,)), ("sqrt", (-1.0,)), ("power", (0.0, -1.0)),
    ("power", (-8.0, 1 / 3)), ("sin", (np.inf,)), ("mod", (1.0, 0.0)), ("lgamma", (-2.0,)), ("choose", (3.0, 1.0, 2.0)),
    ("exp", (1e3,)), ("less", (np.nan, 1.0)), ("where", (np.nan, 1.0, 2.0)), ("copysign", (1.0, np.nan)),
    ("power", (np.nan, 0.0)), ("maximum", (np.nan, 1.0)), ("maximum", (1.0, np.nan)), ("atanh", (1.0,)),
    ("acosh", (0.5,)), ("reciprocal", (0.0,)), ("log1p", (-1.0,)), ("asin", (1.5,)), ("relu", (np.nan,)),
    ("step", (np.nan,)), ("sign", (np.nan,)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "operands"), FAULTS)
@pytest.mark.parametrize(("count", "at"), [(1, 0), (40, 3), (41, 40)])
def test_one_number_outside_a_domain_is_told(name, operands, count, at):
    inside = {"acosh": 1.5, "choose": 0.5, "asin": 0.5, "atanh": 0.5}.get(name, 1.0)
    arrays = [np.full(count, inside) for _ in operands]
    out = np.empty(count)
    assert run(TABLE[name], out, *arrays) == 0
    for array, number in zip(arrays, operands, strict=True):
        array[at] = number
    assert run(TABLE[name], out, *arrays) == 1


def test_what_vanishes_inside_a_rule_of_ones_own_is_told():
    inverse = operation("inverse", lambda ns, a: ns.tanh(1 / a), [lambda ns, v, a: -(1 - v**2) / a**2])
    hidden = operation("verdeckt_ψ", lambda ns, a: ns.where(a > 0, ns.log(a), a), [lambda ns, v, a: 1.0])
    for own in (inverse.primitive, hidden.primitive):
        out, operands = np.empty(9), np.linspace(0.5, 2.0, 9)
        assert run(own, out, operands) == 0
        np.testing.assert_allclose(out, own.rule(ARRAYS, operands), rtol=1e-15)
        operands[4] = 0.0
        assert run(own, out, operands) == 1


def test_a_number_that_a_rule_closes_over_is_read_again():
    slope = 2.0
    mine = operation("mine", lambda ns, a: slope * a, [lambda ns, v, a: slope]).primitive
    out = np.empty(3)
    for slope in (2.0, 5.0, 2.0):
        assert run(mine, out, np.arange(3.0)) == 0
        np.testing.assert_array_equal(out, slope * np.arange(3.0))


def test_a_rule_that_decides_by_a_number_says_so():
    bent = operation("bent", lambda ns, a: a if a > 0 else -a, [lambda ns, v, a: 1.0])
    with pytest.raises(OperandError, match=r"bent: expected the rule to compute with numbers of any kind.*floats=True"):
        run(bent.primitive, np.empty(3), np.arange(3.0))


@pytest.mark.parametrize("exponent", [*POWERS, 2.5])
def test_some_exponents_are_part_of_the_code(exponent):
    out, bases = np.empty(5), np.linspace(0.5, 3.0, 5)
    assert run(TABLE["power"], out, bases, np.full(5, exponent), numbers=[None, exponent]) == 0
    np.testing.assert_allclose(out, bases**exponent, rtol=4e-16)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["exp", "tanh", "softplus", "erf", "power", "sigmoid_prime", "expm1"])
def test_processors_that_scale_in_two_steps_compute_the_same(name, dtype):
    """What a processor without AVX-512 runs, run here."""
    primitive = TABLE[name]
    operands = [np.abs(x) * 9.0 for x in points(primitive, 40, np.random.default_rng(3))]
    text = text_of(primitive, [None] * len(operands), np.dtype(dtype).itemsize, False)
    assert "scalef" not in text.text
    found, expected = np.empty(40, dtype), np.empty(40, dtype)
    assert run(primitive, found, *operands, at=address_of(name, text.text, text.c_functions)) == 0
    assert run(primitive, expected, *operands) == 0
    np.testing.assert_allclose(found, expected, rtol=2.0 * np.finfo(dtype).eps)


# What is kept


def of_text(number):
    """The address of a function that returns a number, kept under a name of its own."""
    text = f"define i64 @NAME(ptr %words, ptr %bases) {{ ret i64 {number} }}"
    return address_of("number", text)


def called(at):
    return ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p, ctypes.c_void_p)(at)(None, None)


@pytest.fixture
def anew(monkeypatch):
    """As in a process that has loaded nothing; not what it has loaded, which may not be loaded twice."""
    compiled, machine = [], objects._machine()
    with monkeypatch.context() as patch:
        patch.setattr(objects, "_LOADED", {})
        patch.setattr(machine, "loaded", lambda code, name: (len(code), name))
        patch.setattr(
            machine,
            "compiled",
            lambda text, found, own, made=machine.compiled: compiled.append(own) or made(text, found, own),
        )
        yield compiled


def test_code_is_compiled_once(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert called(of_text(7)) == 7
    (file,) = (tmp_path / "scalar-autograd").iterdir()
    assert file.name.startswith("number_")


def test_threads_that_ask_for_the_same_get_the_same(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(of_text, [10, 11] * 8))
    assert len(set(found)) == 2 and [called(at) for at in found] == [10, 11] * 8


def test_code_is_found_by_the_next_process_and_made_again_where_it_is_damaged(tmp_path, monkeypatch, anew):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    first = of_text(8)
    objects._LOADED.clear()
    assert of_text(8) == first and len(anew) == 1
    (file,) = (tmp_path / "scalar-autograd").iterdir()
    for damage in (b"", file.read_bytes()[:-1], b"x" * 100):
        file.write_bytes(damage)
        objects._LOADED.clear()
        assert of_text(8) == first
    assert len(anew) == 4


def test_without_a_folder_that_can_be_written_code_is_made_each_time(tmp_path, monkeypatch, anew):
    (tmp_path / "scalar-autograd").write_text("no folder")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    for _ in range(2):
        objects._LOADED.clear()
        of_text(9)
    assert len(anew) == 2


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_the_folder_is_the_users_for_what_can_be_made_again(platform, tmp_path, monkeypatch):
    for name in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(objects.sys, "platform", platform)
    monkeypatch.setattr(objects.Path, "home", lambda: tmp_path)
    told = {"linux": ".cache", "darwin": "Library/Caches", "win32": "AppData/Local"}
    assert objects._folder() == tmp_path / told[platform] / "scalar-autograd"
    name = {"linux": "XDG_CACHE_HOME", "win32": "LOCALAPPDATA"}.get(platform, "NUMBA_CACHE_DIR")
    monkeypatch.setenv(name, str(tmp_path / "own"))
    assert objects._folder() == tmp_path / "own" / "scalar-autograd"
