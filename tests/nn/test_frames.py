"""Numbers from elsewhere: frames, tensors, object arrays, and the refusals that name what is none."""

from fractions import Fraction

import numpy as np
import pytest

import nn
from autograd.errors import ArgumentError, OperandError, ShapeError
from nn.frames import array_of

NUMBERS = [[0.0, 1.0], [1.0, 0.0], [0.5, 2.0]]


class Tensor:
    """What reads as an array, or says why not."""

    def __init__(self, error=None):
        self.error = error

    def __array__(self, dtype=None, copy=None):
        if self.error is not None:
            raise self.error
        return np.array(NUMBERS, np.float32)


def same_training(X, Y):
    """Whether a network learns the same from these as from lists."""
    nets = [nn.MLP([2, 2], seed=0) for _ in range(2)]
    for net, rows, targets in zip(nets, (X, NUMBERS), (Y, [0, 1, 1]), strict=True):
        nn.fit(net, rows, targets, epochs=2, seed=0, progress=False)
    same = [v.data for v in nets[0].parameters()] == [v.data for v in nets[1].parameters()]
    return same and np.array_equal(nets[0].predict(X), nets[1].predict(NUMBERS))


def test_whatever_reads_as_an_array_is_taken():
    assert array_of("X", Tensor()).tolist() == NUMBERS
    assert same_training(Tensor(), np.array([0, 1, 1], np.int8))
    assert array_of("X", np.array([[1, 2.5], [Fraction(1, 4), True]], object)).tolist() == [[1.0, 2.5], [0.25, 1.0]]


def test_frames_of_pandas_are_taken():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(NUMBERS, columns=["width", "height"])
    assert same_training(frame, pandas.Series([0, 1, 1]))
    assert same_training(frame, pandas.DataFrame({"right": [0, 1, 1]}))
    mixed = pandas.DataFrame({"a": [True, False, True], "b": [0.5, 1.0, 2.0], "c": pandas.array([1, 2, 3], "Int64")})
    assert array_of("X", mixed).tolist() == [[1.0, 0.5, 1.0], [0.0, 1.0, 2.0], [1.0, 2.0, 3.0]]


@pytest.mark.parametrize(
    "column, words",
    [
        (["Rome", "Oslo", "Bern"], "got str 'Rome' in the column 'city'; leave it out"),
        ([1, None, "x"], "got NoneType None in the column 'city'"),
    ],
)
def test_a_column_without_numbers_is_named(column, words):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"width": [1.0, 2.0, 3.0], "city": pandas.Series(column, dtype=object)})
    with pytest.raises(OperandError, match="X: expected real numbers in every column, " + words):
        nn.fit(nn.MLP([2, 1]), frame, [0, 1, 0])


def test_dates_and_missing_numbers_of_a_frame_are_named():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"width": [1.0, 2.0], "when": pandas.to_datetime(["2026-01-01", "2026-01-02"])})
    with pytest.raises(
        OperandError, match=r"X: expected real numbers in every column.*datetime.* in the column 'when'"
    ):
        array_of("X", frame)
    with pytest.raises(ArgumentError, match="X: expected finite numbers, got nan"):
        nn.fit(nn.MLP([2, 1]), pandas.DataFrame({"a": [1.0, 2.0], "b": [1.0, None]}), [0, 1])


def test_frames_of_polars_are_taken():
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame(NUMBERS, schema=["width", "height"], orient="row")
    assert same_training(frame, polars.Series([0, 1, 1]))
    with pytest.raises(OperandError, match="X: expected real numbers in every column, got str 'Rome' in the column 'c"):
        array_of("X", polars.DataFrame({"width": [1.0, 2.0], "city": ["Rome", "Oslo"]}))


def test_tensors_of_pytorch_are_taken():
    torch = pytest.importorskip("torch")
    assert same_training(torch.tensor(NUMBERS), torch.tensor([0, 1, 1]))
    with pytest.raises(OperandError, match=r"X: .*got Tensor that NumPy cannot read.*detach"):
        array_of("X", torch.tensor(NUMBERS, requires_grad=True))


@pytest.mark.parametrize(
    "given, error, words",
    [
        (Tensor(RuntimeError("call detach() first")), OperandError, "got Tensor that NumPy cannot read: call detach"),
        (Tensor(TypeError("it is on cuda:0")), OperandError, "got Tensor that NumPy cannot read: it is on cuda:0"),
        ([[1.0], [1.0, 2.0]], ShapeError, "expected rows of equal length"),
        (["cat", "dog"], OperandError, "got an array of <U3; number text by names, numbers = np.unique"),
        (np.array(["cat", 1], object), OperandError, "got an array of object; number text by names"),
        (np.array([None, 1.0]), OperandError, "got an array of object$"),
        (np.array([], object), OperandError, "got an array of object$"),
        (1.0, OperandError, "got float 1.0"),
    ],
)
def test_what_holds_no_numbers_is_named(given, error, words):
    with pytest.raises(error, match="X: .*" + words):
        array_of("X", given)


def test_a_sparse_matrix_is_told_what_to_do():
    sparse = pytest.importorskip("scipy.sparse")
    with pytest.raises(OperandError, match=r"X: .*csr.*give its toarray\(\)"):
        array_of("X", sparse.csr_array(np.eye(2)))
