"""What a training measured: kept by epoch, given as a table, drawn, told in a line."""

import builtins

import numpy as np
import pytest

import nn
from autograd.errors import ArgumentError, RenderError
from nn.training.history import short

X, CLASSES = np.random.default_rng(0).normal(size=(12, 2)), np.arange(12) % 3


def history_of(targets=CLASSES, validation=True, **options):
    net = nn.MLP([2, 3], output="linear", seed=0)
    held_out = (X, targets) if validation else None
    return nn.fit(net, X, targets, **({"epochs": 4, "validation": held_out, "seed": 0, "progress": False} | options))


def test_a_history_is_columns_of_equal_length():
    history = history_of()
    columns = history.to_dict()
    assert list(columns) == ["epoch", "cost", "validation_cost", "validation_accuracy", "learning_rate", "seconds"]
    assert columns["epoch"] == [1, 2, 3, 4] and {len(column) for column in columns.values()} == {4}
    assert columns["cost"] == history.cost and columns["cost"] is not history.cost
    assert list(history_of(validation=False).to_dict()) == ["epoch", "cost", "learning_rate", "seconds"]
    assert nn.History().to_dict() == {"epoch": []}


def test_it_is_a_frame_of_pandas():
    pandas = pytest.importorskip("pandas")
    history = history_of()
    frame = pandas.DataFrame(history.to_dict())
    assert frame.shape == (4, 6) and frame["validation_cost"].tolist() == history.validation_cost


def test_the_learning_rate_of_each_epoch_is_kept(tmp_path):
    def rate(epoch):
        return 0.5 / (1 + epoch)

    options = {"checkpoint": tmp_path / "run.npz", "resume": True}
    first = history_of(optimiser=nn.SGD(rate), epochs=2, **options)
    assert first.learning_rate == [0.5, 0.25]
    assert history_of(optimiser=nn.SGD(rate), **options).learning_rate == [0.5, 0.25, 0.5 / 3, 0.125]
    assert history_of(optimiser=nn.Adam(0.02), epochs=2).learning_rate == [0.02, 0.02]


@pytest.mark.parametrize(
    "costs, best",
    [([], None), ([3.0], 1), ([3.0, 1.0, 2.0, 1.0], 2), ([float("nan"), 2.0, float("inf")], 2), ([float("nan")], 1)],
)
def test_the_best_epoch_has_the_lowest_validation_cost(costs, best):
    assert nn.History(validation_cost=costs).best_epoch == best


def test_costs_and_accuracy_are_drawn():
    pytest.importorskip("matplotlib")
    from matplotlib.figure import Figure

    history = history_of()
    axes = Figure().subplots()
    assert history.plot(axes) is axes
    (right,) = (other for other in axes.figure.axes if other is not axes)
    drawn = {line.get_label(): line.get_ydata().tolist() for line in [*axes.lines, *right.lines]}
    assert drawn == {
        "cost": history.cost,
        "validation cost": history.validation_cost,
        "validation accuracy": history.validation_accuracy,
    }
    assert axes.lines[0].get_xdata().tolist() == [1, 2, 3, 4]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == list(drawn)


def test_a_figure_of_its_own_is_made_where_no_axes_are_given():
    pyplot = pytest.importorskip("matplotlib.pyplot")
    axes = history_of(validation=False, epochs=1).plot()
    assert axes.figure.number in pyplot.get_fignums() and [line.get_label() for line in axes.lines] == ["cost"]
    assert axes.lines[0].get_marker() == "o"  # one point alone is no line
    pyplot.close(axes.figure)


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    imported = builtins.__import__

    def importing(name, *arguments, **options):
        if name.partition(".")[0] == "matplotlib":
            raise ImportError(name)
        return imported(name, *arguments, **options)

    history = nn.History([1.0, 0.5])
    monkeypatch.setattr(builtins, "__import__", importing)
    with pytest.raises(RenderError, match=r"History\.plot: expected matplotlib, got none; .*scalar-autograd\[demos\]"):
        history.plot()


def test_there_must_be_something_to_draw():
    with pytest.raises(ArgumentError, match=r"History\.plot: expected at least one epoch, got none"):
        nn.History().plot()


@pytest.mark.parametrize(
    "measure, text",
    [
        (0.5, "0.5000"),
        (12.34567, "12.3457"),
        (0.0123456, "0.01235"),
        (1.234e-30, "1.234e-30"),
        (0.0, "0"),
        (1.234e30, "1.234e+30"),
        (-123456.0, "-1.235e+05"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
    ],
)
def test_numbers_fit_a_line(measure, text):
    assert short(measure) == text and len(text) <= 10


def test_a_history_is_told_in_a_line():
    long = nn.History([1e40, 1e-40], stopped="early stopping")
    assert repr(long) == "History(2 epochs, cost 1e+40 -> 1e-40, early stopping)"
    assert not long.interrupted and nn.History([1.0], stopped="interrupted").interrupted
