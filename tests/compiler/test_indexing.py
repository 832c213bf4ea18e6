"""Integer arrays as indices: ``table[i]`` in a compiled function is the row of each sample, by one program."""

import functools
import math
import operator
import sys
import threading
from collections import namedtuple
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

from autograd import Value, compile, exp, log, no_grad, sigmoid, weighted_sum, where
from autograd.compiler.backends import BACKENDS
from autograd.compiler.plan.choose import AddRows, Choose
from autograd.compiler.versions import Version
from autograd.errors import AutogradError, GuardError, PositionError, RecordingError

AT, OTHER = np.array([2, 0, 2, -1, 1, -3]), np.array([1, 1, 0, -2, 0, 1])
X = np.linspace(-1.0, 1.0, 6)
TABLE = [[Value(0.3 * i - 0.2 * j + 0.1, f"E{i}{j}") for j in range(2)] for i in range(3)]
FLAT = [Value(0.5), Value(-1.5), Value(2.5)]
PARAMS = {"wte": TABLE, "deep": {"rows": (TABLE, FLAT)}}
NUMBERS = [[0.5, 1.5], [2.5, -1.0], [0.25, 3.0]]
ARRAY = np.array(NUMBERS)
VALUES = np.array(TABLE)
PLACES = [2, 0, 1]
IS_ODD = [False, True, False]
Pair = namedtuple("Pair", "left right")
PAIRS = [Pair(a, b) for a, b in TABLE]
NAMED = [{"a": a, "rest": [b, 0.5]} for a, b in TABLE]
BOTH = Pair(TABLE, FLAT)


class Embedding:
    """A class of a user's, as those of other libraries look."""

    shared = TABLE

    def __init__(self):
        self.table = TABLE
        self.inner = SimpleNamespace(table=TABLE)

    def __call__(self, i):
        return self.embedded(i)

    def embedded(self, i):
        return self.table[i]

    def further(self, i):
        return self.inner.table[i]

    @property
    def rows(self):
        return self.table


@dataclass(frozen=True, slots=True)
class Slotted:
    table: list


MODEL, SLOTTED = Embedding(), Slotted(TABLE)


class Maker:
    """Makes its lists anew."""

    def made(self, i):
        rows = [[f * k for f in FLAT] for k in range(3)]
        return rows[i]

    def inner(self, i):
        def row(rows, at):
            return rows[at]

        return row([[f + k for f in FLAT] for k in range(3)], i)


MAKER = Maker()


def through_another(i):
    return MODEL(i)


def with_default(i, table=TABLE):
    return table[i]


def with_keyword(i, *, table=TABLE):
    return table[i]


def closed_over(table):
    return lambda i: table[i]


def decorated(function):
    @functools.wraps(function)
    def wrapper(*arguments):
        return function(*arguments)

    return wrapper


ROW = {
    "a global": lambda i: TABLE[i],
    "a closure": closed_over(TABLE),
    "a dict's entry": lambda i: PARAMS["wte"][i],
    "a dict's entry, got": lambda i: PARAMS.get("wte")[i],
    "deep in containers": lambda i: PARAMS["deep"]["rows"][0][i],
    "an attribute": lambda i: MODEL.table[i],
    "an attribute's attribute": MODEL.further,
    "a class attribute": lambda i: Embedding.shared[i],
    "a property": lambda i: MODEL.rows[i],
    "a slot": lambda i: SLOTTED.table[i],
    "a field of a named tuple": lambda i: BOTH.left[i],
    "a method": MODEL.embedded,
    "an object that is called": MODEL,
    "a function that calls it": through_another,
    "a default": with_default,
    "a default of a keyword": with_keyword,
    "a partial function": functools.partial(with_keyword, table=TABLE),
    "a decorated function": decorated(closed_over(TABLE)),
    "a function in a list": lambda i, FUNCTIONS=(MODEL.embedded,): FUNCTIONS[0](i),
    "a list within the function": lambda i: [TABLE, FLAT][0][i],
    "a slice of it": lambda i: TABLE[0:3][i],
    "a list made inside": lambda i: [[f * 2, f] for f in FLAT][i],
    "a tuple made inside": lambda i: tuple((f * 2, f) for f in FLAT)[i],
    "an array made inside": lambda i: list(np.array([[f * 2, f] for f in FLAT])[i]),
    "a list of a method": MAKER.made,
    "a list given to a function inside": MAKER.inner,
    "arithmetic": lambda i: TABLE[1 - (2 * i - i - 3) - 4 + 2 * i],
}


def eager(function, *arrays):
    """A function of plain ints and floats, row by row."""
    results = [function(*(given.item() for given in row)) for row in zip(*arrays, strict=True)]
    return np.array([[v.data for v in row] if isinstance(row, list | tuple) else row.data for row in results])


def paths(compiled):
    return sum(len(branches) for branches in compiled._programs._branches.values())


@pytest.mark.parametrize("way", ROW)
def test_a_table_is_reached_by(way):
    function = ROW[way]
    compiled = compile(function)
    np.testing.assert_allclose(compiled(AT), eager(function, AT), rtol=1e-15)
    assert paths(compiled) == 1 and compiled.plan.count(Choose) in (1, 2)


COSTS = {
    "rows": lambda i, x: sum(TABLE[i]) * x,
    "one number of a row": lambda i, x: TABLE[i][1] * x,
    "a row and one number of it": lambda i, j, x: TABLE[i][j] * x,
    "a flat table": lambda i, x: FLAT[i] * x,
    "a table of numbers": lambda i, x: NUMBERS[i][0] * x * FLAT[0],
    "an array": lambda i, x: sum(ARRAY[i] * FLAT[0]) * x,
    "an array's column": lambda j, x: sum(ARRAY[:, j] * FLAT[0]) * x,
    "an array's number": lambda i, j, x: ARRAY[i, j] * x * FLAT[1],
    "an array made inside": lambda i, j, x: np.array(TABLE)[i, j] * x,
    "an array of Values": lambda i, x: sum(VALUES[i]) * x,
    "named tuples": lambda i, x: PAIRS[i].left * x - PAIRS[i].right,
    "dicts of lists": lambda i, x: NAMED[i]["a"] * x - NAMED[i]["rest"][0] + NAMED[i]["rest"][1],
    "a table of places": lambda i, x: FLAT[PLACES[i]] * x,
    "a table of truths": lambda i, x: where(IS_ODD[i], FLAT[0] * x, FLAT[1]),
    "two tables": lambda i, x: weighted_sum(TABLE[i], NUMBERS[i]) * x + FLAT[i],
    "two indices": lambda i, j, x: weighted_sum(TABLE[i], TABLE[j]) * x,
    "index and number": lambda i, x: FLAT[i] * i * x + i**2,
    "an argument's list": lambda i, x: [x, FLAT[0] * x, FLAT[1]][0] + FLAT[i],
    "by each of a row": lambda i, j, x: FLAT[i] * FLAT[j] + log(FLAT[i] ** 2) * x,
    "rows that are computed": lambda i, x: exp(FLAT[i] * x) * next(f * x for f in FLAT),
}


@pytest.mark.parametrize("backend", ["numpy", "numba"])
@pytest.mark.parametrize("case", COSTS)
def test_a_cost_of(case, backend):
    """Values are those of plain Python; slopes those of differences of it; one path for all indices."""
    for module in BACKENDS[backend].needs:
        pytest.importorskip(module, reason=f"{module} is not installed")
    cost = COSTS[case]
    names = cost.__code__.co_varnames[: cost.__code__.co_argcount - len(cost.__defaults__ or ())]
    arrays = [{"i": AT, "j": OTHER, "x": X}[name] for name in names]
    compiled = compile(cost, backend=backend)
    np.testing.assert_allclose(compiled(*arrays), eager(cost, *arrays), rtol=1e-12, atol=1e-15)
    mean, slopes = compiled.gradient(*arrays)
    assert mean == pytest.approx(eager(cost, *arrays).mean(), rel=1e-12)
    for parameter, slope in zip(compiled.parameters, slopes, strict=True):
        before, around = parameter.data, []
        for step in (1e-6, -1e-6):
            parameter.data = before + step
            around.append(eager(cost, *arrays).mean())
        parameter.data = before
        assert slope == pytest.approx((around[0] - around[1]) / 2e-6, rel=1e-6, abs=1e-8)
    assert paths(compiled) == 1


def test_sequences_of_indices_are_one_program():
    tokens = np.array([[0, 2, 1, 0], [2, 2, 2, 2], [-1, 0, 1, 2]])
    positions = [[Value(0.1 * t), Value(-0.2 * t)] for t in range(4)]
    compiled = compile(
        lambda tokens: [[a + b for a, b in zip(TABLE[t], positions[at], strict=True)] for at, t in enumerate(tokens)]
    )
    rows = np.array([[v.data for v in row] for row in TABLE])
    places = np.array([[v.data for v in row] for row in positions])
    np.testing.assert_allclose(compiled(tokens), rows[tokens] + places, rtol=1e-15)
    cost = compile(lambda tokens: sum(sum(TABLE[t]) ** 2 for t in tokens))
    _, slopes = cost.gradient(tokens)
    expected = np.zeros((3, 2))
    for row in tokens:
        for t in row:
            expected[t] += 2 * rows[t].sum() / len(tokens)
    own = dict(zip(map(id, cost.parameters), slopes, strict=True))
    np.testing.assert_allclose([[own[id(v)] for v in row] for row in TABLE], expected, rtol=1e-12)
    assert paths(compiled) == paths(cost) == cost.plan.count(Choose) == cost.plan.count(AddRows) == 1


@pytest.mark.parametrize("dtype", [np.int64, np.int8, np.uint8, np.uint64, bool])
@pytest.mark.parametrize("precision", [np.float64, np.float32])
def test_integers_of_any_kind_are_indices(dtype, precision):
    given = np.array([1, 0, 1]).astype(dtype)
    found = compile(lambda i: FLAT[i], dtype=precision)(given)
    assert found.dtype == precision and found.tolist() == [-1.5, 0.5, -1.5]
    assert compile(lambda i: FLAT[i])(given.tolist()).tolist() == [-1.5, 0.5, -1.5]
    nested = compile(lambda given: FLAT[given["i"][0]] * given["x"])
    assert nested({"i": given[:, None], "x": np.ones(3)}).tolist() == [-1.5, 0.5, -1.5]


def test_the_next_token_is_chosen_by_one_program():
    """As people write it: no list of it has a name."""

    def softmax(z):
        powers = [exp(v) for v in z]
        return [power / sum(powers) for power in powers]

    def cost(tokens, targets):
        losses = []
        for token, target in zip(tokens, targets, strict=True):
            z = [sum(a * b for a, b in zip(row, TABLE[token], strict=True)) for row in TABLE]
            losses.append(-log(softmax(z)[target]))
        return sum(losses) / len(losses)

    tokens, targets = np.array([[0, 1, 2], [2, 2, 0]]), np.array([[1, 2, 0], [0, 0, 1]])
    before, compiled = cost.__code__, compile(cost)
    expected = [cost(*given).data for given in zip(tokens.tolist(), targets.tolist(), strict=True)]
    np.testing.assert_allclose(compiled(tokens, targets), expected, rtol=1e-14)
    assert paths(compiled) == 1 and cost.__code__ is before


def test_a_list_made_inside_is_read_as_it_is_then():
    def function(i):
        made = [FLAT[0], FLAT[1]]
        first = made[i]
        made[0] = FLAT[2]
        return 10 * first + made[i]

    assert compile(function)(np.array([0, 1])).tolist() == [7.5, -16.5]


def test_no_grad_does_not_stop_the_gradient_of_what_is_read_from_a_list():
    """Reading computes nothing: the parameter itself is what stands there."""

    def function(i):
        with no_grad():
            chosen = FLAT[i]
            squared = chosen * chosen
        return chosen * 3 + squared

    f = compile(function)
    cost, slopes = f.gradient(np.array([2, 0, 2, 2]))
    assert cost == np.mean([function(i).data for i in (2, 0, 2, 2)])
    np.testing.assert_allclose(
        [dict(zip(f.parameters, slopes, strict=True)).get(p, 0.0) for p in FLAT], [0.75, 0, 2.25]
    )


def test_floats_are_no_indices():
    with pytest.raises(AutogradError, match="an index"):
        compile(lambda i: FLAT[i])(np.array([1.0, 0.0]))


# Where Python asks for the integer, each has a path


UNKNOWN = eval("lambda i: [f * 2 for f in flat][i]", {"flat": FLAT})


def total_of(values):
    return sum(values, Value(0.0).detach())


DECIDED = {
    "a range": lambda i: total_of(FLAT[k % 3] * k for k in range(i + 3)),
    "a remainder": lambda i: FLAT[i % 2],
    "a quotient": lambda i: FLAT[(i + 3) // 2],
    "a dict": lambda i: {2: FLAT[0], 0: FLAT[1], -1: FLAT[2], 1: FLAT[0], -3: FLAT[1]}[i],
    "a set": lambda i: FLAT[0] if i in {2, -3} else FLAT[1],
    "a tuple": lambda i: FLAT[0] if i in (2, -3) else FLAT[1],
    "a list of a function without source": lambda i: UNKNOWN(i),
    "functions": lambda i: [exp, sigmoid, lambda v: v * v][i](FLAT[0]),
    "rows of several lengths": lambda i, rows=(FLAT[:1], FLAT[:2], FLAT): total_of(rows[i]),
    "strings": lambda i: FLAT[len(["a", "bb", ""][i])],
    "a float of it": lambda i: FLAT[0] * float(i) + FLAT[1] * math.sqrt(i + 3),
    "an int of it": lambda i: FLAT[int(i)] * int(i),
    "a slice": lambda i: total_of(FLAT[i:]),
    "a repeated list": lambda i: total_of(FLAT[:1] * (i + 3)),
    "its truth": lambda i: FLAT[0] if i else FLAT[1],
    "bits": lambda i: FLAT[i & 1] * (i << 1) + (i | 1) + (i ^ 3) + ~i,
    "a rounded one": lambda i: FLAT[math.floor(round(i))] + divmod(i, 2)[0],
    "an array of floats": lambda i: FLAT[0] * [ARRAY][0].copy().tolist()[i][0],
}


@pytest.mark.parametrize("case", DECIDED)
def test_every_number_takes_its_path_by(case):
    function = DECIDED[case]
    compiled = compile(function)
    np.testing.assert_allclose(compiled(AT), eager(function, AT), rtol=1e-14)
    np.testing.assert_allclose(compiled(AT[::-1]), eager(function, AT[::-1]), rtol=1e-14)
    assert paths(compiled) <= 5


def test_a_memo_of_the_user_s_is_by_number():
    def cost(i, j):
        memo = {}
        memo[i], memo[j] = FLAT[0], FLAT[1]
        return sum(memo.values()) * len(memo)

    np.testing.assert_allclose(compile(cost)(AT, OTHER), eager(cost, AT, OTHER))


# What goes wrong


OUT_OF_RANGE = {
    "past the end": ([0, 3], "row 1: .*expected an index from -3 to 2, got i = 3"),
    "before the start": ([-4, 0], "row 0: .*expected an index from -3 to 2, got i = -4"),
    "far away": ([0, 2**53], "row 1: .*from -3 to 2, got i = 9007199254740992"),
}


@pytest.mark.parametrize(("case", "backend"), [*((case, "numpy") for case in OUT_OF_RANGE), ("past the end", "jax")])
def test_an_index_out_of_range_is_told_with_its_row(case, backend):
    if backend == "jax":
        pytest.importorskip("jax")
    indices, message = OUT_OF_RANGE[case]
    compiled = compile(lambda i: sum(TABLE[i]), backend=backend)
    for run in (compiled, compiled.gradient):
        with pytest.raises(PositionError, match=message) as raised:
            run(np.array(indices))
        assert isinstance(raised.value, IndexError)


def test_an_empty_table_has_no_rows():
    empty = []
    with pytest.raises(PositionError, match=r"row 0: .*a table with rows, got an empty one and the index i = 0"):
        compile(lambda i: empty[i] + FLAT[0])(np.array([0, 1]))


def test_too_many_numbers_that_python_must_know_are_too_many_paths():
    with pytest.raises(GuardError, match="paths: expected at most 4"):
        compile(lambda i: total_of(FLAT[0] for _ in range(i)), paths=4)(np.arange(9))


def test_a_domain_error_is_blamed_on_its_row():
    with pytest.raises(AutogradError, match="row 1: log"):
        compile(lambda i, x: log(x) * FLAT[i])(np.array([0, 1, 2]), np.array([1.0, -1.0, 1.0]))


def test_a_whole_number_of_a_recording_is_of_no_use_outside():
    kept = []

    def function(i):
        kept.append(i)
        return FLAT[i]

    compile(function)(AT)
    for use in (lambda i: i + 1, operator.index, lambda i: FLAT[i], lambda i: i == 2):
        with pytest.raises(RecordingError, match=r"i = 2.0.*from inside a compiled function"):
            use(kept[-1])


# Names are as they were


def places():
    return [TABLE, PARAMS, MODEL.table, Embedding.shared, BOTH, ARRAY, with_default.__defaults__, PAIRS, SLOTTED.table]


@pytest.mark.parametrize("goes_wrong", [False, True])
def test_all_names_are_as_they_were(goes_wrong):
    before = places()
    inside = []

    def function(i):
        inside.append([type(thing) for thing in (TABLE, MODEL.table, Embedding.shared, SLOTTED.table)])
        value = sum(with_default(i)) + MODEL(i)[0] + PARAMS["wte"][i][0] + BOTH.left[i][0] + ARRAY[i][0]
        if goes_wrong:
            raise KeyError("amid")
        return value + PAIRS[i].left + Embedding.shared[i][0] + SLOTTED.table[i][0]

    try:
        compile(function)(AT)
    except KeyError:
        assert goes_wrong
    assert all(kind is not list for kinds in inside for kind in kinds)
    assert len(inside) == (1 if goes_wrong else 2) and all(a is b for a, b in zip(before, places(), strict=True))
    assert type(TABLE) is type(TABLE[0]) is type(PARAMS["wte"]) is list


def test_what_is_done_to_a_container_is_done():
    log_of_calls, count, rows = [], {"calls": 0}, [[1.0], [2.0]]

    def function(i):
        log_of_calls.append("called")
        count["calls"] += 1
        rows[0].append(3.0)
        del rows[0][-1]
        return FLAT[i] * rows[0][0]

    compile(function)(AT)
    assert len(log_of_calls) == count["calls"] >= 1 and set(log_of_calls) == {"called"}
    assert rows == [[1.0], [2.0]] and type(log_of_calls) is list and type(rows[0]) is list


def test_a_list_that_changes_amid_is_read_as_it_is_then():
    rows = [Value(1.0), Value(2.0)]
    other = Value(5.0)

    def function(i):
        first = rows[i]
        rows[0] = other
        second = rows[i]
        rows[0] = FLAT[0]
        return first * 100 + second

    rows[0] = FLAT[0]
    assert compile(function)(np.array([0, 1])).tolist() == [55.0, 202.0]
    assert rows[0] is FLAT[0]


def test_another_thread_reads_on_meanwhile():
    faults, stop = [], threading.Event()

    def read():
        while not stop.is_set():
            if TABLE[1][0].data != 0.4 or len(TABLE) != 3 or [row[0] for row in TABLE][2] is not TABLE[2][0]:
                faults.append("read amiss")

    reader = threading.Thread(target=read)
    switching = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        reader.start()
        for _ in range(30):
            compile(lambda i: sum(TABLE[i]))(AT)
    finally:
        stop.set()
        reader.join(10)
        sys.setswitchinterval(switching)
    assert not faults and type(TABLE) is list


def test_two_threads_record_one_after_another():
    expected, found = eager(ROW["a global"], AT), {}

    def run(k):
        found[k] = compile(lambda i: TABLE[i])(AT)

    threads = [threading.Thread(target=run, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert type(TABLE) is list and len(found) == 4
    for out in found.values():
        np.testing.assert_array_equal(out, expected)


def test_a_table_that_is_returned_is_a_list():
    found = compile(lambda i: {"all": TABLE, "one": TABLE[i], "two": PARAMS["deep"]["rows"]})(AT[:2])
    assert type(found) is dict and found["all"].shape == (2, 3, 2) and found["one"].shape == (2, 2)
    assert type(found["two"]) is tuple


def test_more_rows_than_fit_at_once_run_in_parts(monkeypatch):
    whole = compile(lambda i, x: exp(sum(TABLE[i]) * x))
    mean, slopes = whole.gradient(AT, X)
    build = Version._program

    def in_parts(self, *arguments):
        program = build(self, *arguments)
        object.__setattr__(program, "rows_at_once", 2)
        return program

    monkeypatch.setattr(Version, "_program", in_parts)
    parts = compile(lambda i, x: exp(sum(TABLE[i]) * x))
    found = parts.gradient(AT, X)
    assert found[0] == pytest.approx(mean, rel=1e-14)
    np.testing.assert_allclose(found[1], slopes, rtol=1e-13)
    np.testing.assert_allclose(parts(AT, X), whole(AT, X), rtol=1e-14)


def test_a_hessian_of_an_embedding():
    from autograd import hessian

    f = compile(lambda i: [h for row in hessian(FLAT[i] ** 3, FLAT, create_graph=True) for h in row])
    expected = np.zeros((3, 3, 3))
    for row, i in enumerate([0, 1, 2]):
        expected[row, i, i] = 6 * FLAT[i].data
    np.testing.assert_allclose(f(np.arange(3)), expected.reshape(3, 9), rtol=1e-12)
