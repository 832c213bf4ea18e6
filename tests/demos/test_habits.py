"""Scripts as people of other packages write them by habit: each runs as it stands, to the right end."""

import math
import runpy
from pathlib import Path

import numpy as np
import pytest

HABITS = Path(__file__).parents[2] / "demos" / "habits"
NEEDS = {"sklearn_pipeline": "sklearn", "pandas_frame": "pandas"}


def ran(name):
    """The names that a script leaves behind."""
    if name in NEEDS:
        pytest.importorskip(NEEDS[name])
    return runpy.run_path(str(HABITS / f"{name}.py"))


def test_micrograds_demo(capsys):
    left = ran("micrograd_demo")
    assert capsys.readouterr().out.splitlines()[:2] == ["24.7041", "138.8338 645.5773"]
    assert left["accuracy"] >= 0.9


def test_a_loop_as_in_pytorch(capsys):
    left = ran("pytorch_loop")
    assert left["predicted"] == [0, 1, 1, 0]
    assert {name: array.shape for name, array in left["state"].items()} == {
        "hidden.weight": (4, 2),
        "hidden.bias": (4,),
        "out.weight": (1, 4),
        "out.bias": (1,),
    }


def test_a_fit_as_in_keras(capsys):
    left = ran("keras_fit")
    assert left["accuracy"] >= 0.85
    assert len(left["seen"]) == len(left["history"].cost)
    assert np.allclose(left["probabilities"].sum(axis=1), 1.0, rtol=0, atol=1e-12)


def test_functions_of_functions_as_in_jax(capsys):
    left = ran("jax_grad")
    assert capsys.readouterr().out.startswith(str(-math.cos(1.0))[:14])
    assert left["value"] < 1e-6 and abs(left["params"]["w"] - 2.0) < 1e-2
    assert left["product"].tolist() == [802.0, -400.0]
    xs = left["xs"]
    assert np.allclose(left["slopes"](xs), np.cos(xs) * xs + np.sin(xs), rtol=1e-14, atol=1e-15)


def test_logistic_regression_as_in_hips_autograd(capsys):
    left = ran("hips_logistic")
    assert left["first"] == pytest.approx(4 * math.log(2), rel=1e-15)
    assert 0.0 < left["last"] < 0.3


def test_a_pipeline_of_scikit_learn(capsys):
    left = ran("sklearn_pipeline")
    assert left["scores"].mean() > 0.75
    assert left["search"].predict(left["X"][:40]).tolist().count("low") > 30


def test_object_arrays_under_numpys_functions(capsys):
    left = ran("numpy_arrays")
    numbers = np.vectorize(lambda v: v.data)(left["W"])

    def energy(W):
        h = np.arctan(W @ left["x"])
        whole = np.sum(h**2) + np.linalg.norm(W) + np.mean(np.log1p(np.exp(h)))
        return whole + h @ [1.0, 2.0, 3.0] + np.prod(np.clip(h, -0.5, 0.5)) + np.max(h[:2])

    assert left["energy"].data == pytest.approx(energy(numbers), rel=1e-14)
    for place in np.ndindex(3, 2):
        step = np.zeros((3, 2))
        step[place] = 1e-6
        difference = (energy(numbers + step) - energy(numbers - step)) / 2e-6
        assert left["slopes"][place] == pytest.approx(difference, rel=1e-7, abs=1e-8)


def test_formulas_with_the_names_of_math(capsys):
    left = ran("newton")
    assert left["root"] == pytest.approx(2.0945514815423265, rel=1e-15)
    assert left["anomaly"] - 0.6 * math.sin(left["anomaly"]) == pytest.approx(1.0, rel=1e-15)
    assert left["quantile"] == pytest.approx(1.959963984540054, rel=1e-14)
    assert capsys.readouterr().out.splitlines()[3:] == ["5.0 [0.6, 0.8]", "3.178054 1.506118"]


def test_the_chapters_loop(capsys):
    assert ran("nielsen_loop")["right"] >= 27


def test_a_recurrent_network_of_letters(capsys):
    left = ran("characters")
    assert left["history"].cost[-1] < 0.5 * left["history"].cost[0]
    assert len(left["made"]) == 5


def test_a_frame_with_labels_that_are_words(capsys):
    left = ran("pandas_frame")
    frame = left["frame"]
    assert left["model"].score(frame[["petal", "sepal"]], frame["kind"]) > 0.9
    assert left["history"].cost[-1] < left["history"].cost[0]


def test_every_script_is_tested():
    tested = Path(__file__).read_text(encoding="utf-8")
    assert all(f'ran("{path.stem}")' in tested for path in HABITS.glob("*.py"))
