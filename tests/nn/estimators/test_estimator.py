"""`nn.Classifier` and `nn.Regressor` under scikit-learn's conventions, with it and without."""

import copy
import functools
import pickle
import subprocess
import sys

import numpy as np
import pytest

import autograd
import nn
from autograd.errors import ArgumentError, AutogradError, KeywordError, OperandError, ShapeError
from nn.estimators.scaling import Scaling

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR = ["same", "other", "other", "same"]
ESTIMATORS = [nn.Classifier, nn.Regressor]


def blobs(count=60, classes=3, seed=0):
    random = np.random.default_rng(seed)
    codes = np.arange(count) % classes
    centres = 4.0 * np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    return centres[codes] + random.normal(0.0, 0.5, (count, 2)), codes


def line(count=60, seed=0):
    X = np.random.default_rng(seed).uniform(-1.0, 1.0, (count, 2))
    return X, 300.0 + 100.0 * X[:, 0] - 50.0 * X[:, 1]


def data_for(kind, **options):
    return blobs(**options) if kind is nn.Classifier else line(**options)


def small(kind, **options):
    return kind(**{"hidden": (4,), "epochs": 5, "random_state": 0, **options})


# Classes of any kind


@pytest.mark.parametrize(
    "names",
    [["cat", "dog", "eel"], [-7, 0, 900], [1.0, 2.0, 5.0], np.array(["x", "yy", "zzz"], dtype=object)],
    ids=["texts", "negative", "floats", "objects"],
)
def test_labels_of_any_kind_come_back_as_they_were(names):
    X, codes = blobs()
    y = np.asarray(names)[codes]
    model = small(nn.Classifier, epochs=60).fit(X, y)
    assert model.classes_.tolist() == sorted(names) and model.classes_.dtype == y.dtype
    assert model.predict(X).dtype == y.dtype and model.score(X, y) == 1.0


def test_two_classes_may_be_booleans_and_their_decision_is_the_log_of_the_odds():
    X, codes = blobs(classes=2)
    model = small(nn.Classifier, epochs=60).fit(X, codes == 1)
    shares, decision = model.predict_proba(X), model.decision_function(X)
    assert model.predict(X).dtype == bool and model.score(X, codes == 1) == 1.0
    assert decision.shape == (60,) and ((decision > 0) == model.predict(X)).all()
    np.testing.assert_allclose(decision, np.log(shares[:, 1] / shares[:, 0]), rtol=1e-10)


def test_probabilities_are_the_softmax_of_what_the_network_gives():
    X, codes = blobs()
    model = small(nn.Classifier).fit(X, codes)
    z = model.network_.predict(model.scaling_.scaled(X))
    shares = model.predict_proba(X)
    np.testing.assert_allclose(shares, np.exp(z) / np.exp(z).sum(axis=1, keepdims=True), rtol=1e-12)
    np.testing.assert_allclose(shares.sum(axis=1), 1.0, rtol=1e-12)
    np.testing.assert_array_equal(model.decision_function(X), z)
    assert (model.classes_[shares.argmax(axis=1)] == model.predict(X)).all()


def test_the_logarithm_of_a_probability_that_rounds_to_0_is_exact():
    X, codes = blobs(classes=2)
    model = small(nn.Classifier).fit(X, codes)
    far = 1e5 * (X - X.mean(axis=0))
    assert (model.predict_proba(far).min(axis=1) == 0.0).any()
    logs = model.predict_log_proba(far)
    assert np.isfinite(logs).all()
    np.testing.assert_allclose(logs[:, 1] - logs[:, 0], model.decision_function(far), rtol=1e-12)


def test_weights_go_by_label():
    X, _ = blobs(classes=2)
    y = np.array(["no", "yes"])[np.random.default_rng(1).integers(0, 2, len(X))]
    means = [
        (nn.Classifier((4,), class_weight=w, epochs=40, random_state=0).fit(X, y).predict(X) == "yes").mean()
        for w in ({"yes": 100.0}, {"no": 100.0})
    ]
    assert means == [1.0, 0.0]
    assert small(nn.Classifier, class_weight="balanced").fit(X, y).n_iter_ == 5


# Weights of samples


def foretold(model, X):
    return model.decision_function(X) if isinstance(model, nn.Classifier) else model.predict(X)


@pytest.mark.parametrize("kind", ESTIMATORS)
@pytest.mark.parametrize("options", [{}, {"class_weight": "balanced"}, {"class_weight": {1: 3.0}}], ids=repr)
def test_a_weight_of_2_is_that_of_a_sample_that_comes_twice_and_of_0_of_none(kind, options):
    """In one batch it is so to rounding, whatever the order; the mean cost of an epoch is then the same, too."""
    X, y = data_for(kind, count=20)
    options = options if kind is nn.Classifier else {"cost": nn.huber} if options else {}
    counts = np.random.default_rng(3).integers(0, 4, len(X))
    one = small(kind, batch_size=100, **options).fit(X, y, counts)
    other = small(kind, batch_size=100, **options).fit(X.repeat(counts, axis=0), y.repeat(counts))
    np.testing.assert_allclose(foretold(one, X), foretold(other, X), rtol=1e-9)
    np.testing.assert_allclose(one.scaling_.mean, other.scaling_.mean, rtol=1e-12)
    np.testing.assert_allclose(one.loss_curve_, other.loss_curve_, rtol=1e-9)
    assert one.score(X, y, counts) == pytest.approx(other.score(X.repeat(counts, axis=0), y.repeat(counts)), rel=1e-9)
    assert one.score(X, y, counts) != one.score(X, y) or one.score(X, y) == 1.0


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_weights_all_alike_are_none(kind):
    X, y = data_for(kind)
    plain = small(kind).fit(X, y)
    for weights in (np.ones(60), [2] * 60, 0.5):
        model = small(kind).fit(X, y, sample_weight=weights)
        np.testing.assert_allclose(foretold(model, X), foretold(plain, X), rtol=1e-9)
        assert model.score(X, y, weights) == pytest.approx(plain.score(X, y), rel=1e-12)


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_samples_that_count_are_learned_of_two_that_contradict_each_other(kind):
    X = np.repeat(CORNERS, 10, axis=0)
    says, denies = X[:, 0] > 0.5, X[:, 0] < 0.5
    weights = np.repeat([5.0, 0.01], 40)
    model = small(kind, hidden=(), epochs=60, learning_rate=0.1, early_stopping=True, patience=30)
    model.fit(np.vstack([X, X]), np.concatenate([says, denies]).astype(int), sample_weight=weights)
    assert (np.round(model.predict(X)) == says).all()
    assert model.validation_curve_[-1] < model.validation_curve_[0]


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_parts_have_weights_beside_the_others_of_their_call(kind):
    X, y = data_for(kind)
    counts = np.random.default_rng(3).integers(0, 4, len(X))
    given = {"classes": [0, 1, 2]} if kind is nn.Classifier else {}
    one, other = (small(kind, batch_size=300) for _ in range(2))
    for part in (slice(0, 30), slice(30, 60)):
        one.partial_fit(X[part], y[part], sample_weight=counts[part], **given)
        other.partial_fit(X[part].repeat(counts[part], axis=0), y[part].repeat(counts[part]), **given)
    np.testing.assert_allclose(foretold(one, X), foretold(other, X), rtol=1e-9)
    np.testing.assert_allclose(one.scaling_.scale, other.scaling_.scale, rtol=1e-12)


# Numbers


def test_targets_far_from_1_are_met_and_keep_their_shape():
    X, y = line()
    model = nn.Regressor((8,), random_state=0)
    assert model.fit(X, y).score(X, y) > 0.99 and model.predict(X).shape == (60,)
    assert model.fit(X, y[:, None]).predict(X).shape == (60, 1)
    both = np.stack([y, -1e6 * y], axis=1)
    assert model.fit(X, both).score(X, both) > 0.99 and model.predict(X).shape == (60, 2)
    assert model.network_.sizes == [2, 8, 2]


def test_the_score_is_the_coefficient_of_determination():
    X, y = line()
    model = small(nn.Regressor, standardise=False).fit(X, y / 100)
    assert model.score(X, y / 100) == pytest.approx(nn.r_squared(model.network_, X, y / 100), rel=1e-12)
    constant = small(nn.Regressor, hidden=()).fit(X, np.full(60, 3.0))
    assert constant.score(X, np.full(60, 7.0)) == 0.0


def test_a_cost_of_the_targets_may_be_chosen():
    X, y = line()
    wild = np.where(np.arange(60) % 20 == 0, y + 5000.0, y)
    near = [nn.Regressor((), cost=cost, random_state=0).fit(X, wild) for cost in (nn.squared_error, nn.absolute_error)]
    squared, absolute = (np.median(np.abs(model.predict(X) - y)) for model in near)
    assert absolute < 0.5 * squared


# Training


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_a_random_state_repeats_all_of_it(kind):
    X, y = data_for(kind)
    first, again, other = (
        small(kind, early_stopping=True, random_state=seed).fit(X, y).network_.state_dict()["0.weight"]
        for seed in (3, 3, 4)
    )
    assert (first == again).all() and not (first == other).any()


@pytest.mark.parametrize("make", [np.random.default_rng, np.random.RandomState])
def test_a_random_state_may_be_an_object_that_goes_on(make):
    X, y = blobs()
    a, b = make(5), make(5)
    first, second = (small(nn.Classifier, random_state=a).fit(X, y).loss_curve_ for _ in range(2))
    assert first == small(nn.Classifier, random_state=b).fit(X, y).loss_curve_ != second


def test_without_a_random_state_numpys_own_decides():
    X, y = blobs()
    curves = []
    for seed in (1, 1, 2):
        np.random.seed(seed)
        curves.append(small(nn.Classifier, random_state=None).fit(X, y).loss_curve_)
    assert curves[0] == curves[1] != curves[2]


def test_a_training_ends_where_the_cost_stops_falling():
    X, y = blobs()
    model = small(nn.Classifier, epochs=500, tolerance=0.01, patience=4).fit(X, y)
    costs = model.loss_curve_
    assert model.n_iter_ == len(costs) < 500
    falls = [min(costs[:epoch], default=np.inf) - costs[epoch] for epoch in range(len(costs))]
    assert max(falls[-4:]) <= 0.01 < falls[-5]
    assert small(nn.Classifier, epochs=30, tolerance=0.0, patience=1000).fit(X, y).n_iter_ == 30


def test_early_stopping_holds_out_a_share_of_each_class_and_keeps_the_best_epoch():
    X, codes = blobs(count=40, classes=2)
    wrong = np.where(np.arange(40) % 5 == 0, 1 - codes, codes)
    model = small(nn.Classifier, hidden=(20,), epochs=300, early_stopping=True, validation_fraction=0.25, patience=5)
    model.fit(X, wrong)
    costs = model.validation_curve_
    assert len(costs) == model.n_iter_ < 300
    assert int(np.argmin(costs)) + 5 >= model.n_iter_ - 1
    assert small(nn.Classifier).fit(X, wrong).validation_curve_ == []


def test_of_few_samples_at_least_one_is_held_out():
    X, codes = blobs(count=8, classes=2)
    for kind in ESTIMATORS:
        model = small(kind, early_stopping=True, validation_fraction=0.01).fit(X, codes)
        assert len(model.validation_curve_) == model.n_iter_ == 5


def test_inputs_are_standardised_by_the_samples_learned_from():
    X, y = blobs()
    shifted = X * [1e6, 1e-6] + [1e7, -3.0]
    plain, moved = (small(nn.Classifier).fit(given, y) for given in (X, shifted))
    np.testing.assert_allclose(moved.predict_proba(shifted), plain.predict_proba(X), rtol=1e-6)
    np.testing.assert_allclose(plain.scaling_.mean, X.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(plain.scaling_.scale, X.std(axis=0), rtol=1e-12)
    raw = small(nn.Classifier, standardise=False).fit(X, y)
    np.testing.assert_array_equal(raw.scaling_.scaled(X), X)


def test_an_optimiser_is_a_name_or_what_makes_one():
    X, y = blobs()
    named = {name: small(nn.Classifier, optimiser=name).fit(X, y) for name in ("adam", "adamw", "rmsprop", "sgd")}
    assert len({str(model.loss_curve_) for model in named.values()}) == 4
    momentum = small(nn.Classifier, optimiser=functools.partial(nn.SGD, momentum=0.5), weight_decay=0.1).fit(X, y)
    assert repr(momentum.optimiser_) == "SGD(0.01, momentum=0.5, weight_decay=0.1)"
    cosine = small(nn.Classifier, learning_rate=nn.cosine(0.05, epochs=5)).fit(X, y)
    assert cosine.optimiser_.epoch == 5 and cosine.optimiser_.learning_rate < 0.005


@pytest.mark.parametrize("backend", ["numpy", "reference"])
def test_hidden_layers_of_any_number_and_activation(backend):
    X, y = blobs(count=12)
    for hidden, sizes in (((), [2, 3]), (5, [2, 5, 3]), ([4, 3], [2, 4, 3, 3])):
        model = nn.Classifier(hidden, "tanh", epochs=1, backend=backend).fit(X, y)
        assert model.network_.sizes == sizes and model.network_.output == "linear"


# In parts


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_samples_may_come_in_parts(kind):
    X, y = data_for(kind, count=300)
    model, options = small(kind, learning_rate=0.02), {"classes": [0, 1, 2]} if kind is nn.Classifier else {}
    for _ in range(20):
        for start in range(0, 300, 50):
            model.partial_fit(X[start : start + 50], y[start : start + 50], **options)
    assert model.n_iter_ == 120 and model.score(X, y) > 0.95
    np.testing.assert_allclose(model.scaling_.mean, X.mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(model.scaling_.scale, X.std(axis=0), rtol=1e-9)


def test_a_part_may_lack_a_class_and_goes_on_from_a_fit():
    X, y = blobs()
    model = small(nn.Classifier).fit(X, y)
    before = model.network_.state_dict()["0.bias"]
    assert model.partial_fit(X[y == 1], y[y == 1]) is model
    assert model.n_iter_ == 6 and not (model.network_.state_dict()["0.bias"] == before).all()


def test_parts_are_scaled_as_all_rows_together():
    random = np.random.default_rng(0)
    X = random.normal(1e6, 3.0, (50, 3))
    X[:, 2] = 0.1
    scaling = Scaling.none(3)
    for part in (X[:1], X[1:20], X[20:]):
        scaling = scaling.met(part)
    np.testing.assert_allclose(scaling.mean, X.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(scaling.scale, [*X[:, :2].std(axis=0), 1.0], rtol=1e-9)
    np.testing.assert_allclose(scaling.unscaled(scaling.scaled(X)), X, rtol=1e-12)


def test_what_people_type_by_habit_is_answered():
    with pytest.raises(KeywordError, match=r"fit\(sample_weights=.*expected sample_weight="):
        nn.Classifier().fit(CORNERS, XOR, sample_weights=[1.0] * 4)
    with pytest.raises(AttributeError, match=r"model\.coefs_: expected model\.network_\.state_dict\(\)"):
        small(nn.Classifier).fit(CORNERS, XOR).coefs_  # noqa: B018  # reading it is what is tried


# What scikit-learn goes by, without it


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_parameters_go_by_name(kind):
    model = kind(hidden=(4,), epochs=7)
    assert repr(model) == f"{kind.__name__}(hidden=(4,), epochs=7)" and repr(kind()) == f"{kind.__name__}()"
    assert model.get_params()["epochs"] == 7 and model.set_params(epochs=8, hidden=9) is model
    assert kind(**model.get_params()).get_params() == model.get_params()
    with pytest.raises(ArgumentError, match=r"hidden_layer_sizes=\.\.\.\): expected hidden="):
        model.set_params(epochs=1, hidden_layer_sizes=(3,))
    assert model.epochs == 8


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_a_subclass_may_have_other_parameters(kind):
    class Mine(kind):
        def __init__(self, mine=3, epochs=2):
            super().__init__((2,), epochs=epochs)
            self.mine = mine

    model = Mine(mine=4)
    assert model.get_params() == {"mine": 4, "epochs": 2} and repr(model) == "Mine(mine=4)"
    assert model.fit(*data_for(kind)).n_iter_ == 2


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_copies_and_pickles_foretell_the_same_and_go_on_the_same(kind):
    X, y = data_for(kind)
    model = small(kind).fit(X, y)
    others = [pickle.loads(pickle.dumps(model)), copy.deepcopy(model)]
    expected = model.predict(X)
    assert all((other.predict(X) == expected).all() for other in others)
    curves = [one.partial_fit(X, y).loss_curve_ for one in (model, *others)]
    assert curves[0] == curves[1] == curves[2] and len(curves[0]) == 6


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_an_estimator_that_is_not_fitted_says_so(kind):
    for ask in (lambda m: m.predict(CORNERS), lambda m: m.network_, lambda m: m.loss_curve_, lambda m: m.n_iter_):
        with pytest.raises(AutogradError, match=rf"nn\.{kind.__name__}: expected it to be fitted") as caught:
            ask(kind())
        assert isinstance(caught.value, ValueError) and isinstance(caught.value, AttributeError)
        again = pickle.loads(pickle.dumps(caught.value))
        assert type(again) is type(caught.value) and str(again) == str(caught.value)
    assert not hasattr(kind(), "n_features_in_") and not hasattr(kind(), "network_")


def test_a_training_that_fails_leaves_what_was_learned():
    X, y = blobs()
    model = small(nn.Classifier).fit(X, y)
    before = model.predict_proba(X)
    for wrong in (lambda: model.fit(X, ["one"] * 60), lambda: model.set_params(batch_size=0).fit(X[:, :1], y)):
        with pytest.raises(ArgumentError):
            wrong()
        assert model.n_features_in_ == 2 and (model.predict_proba(X) == before).all()


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_a_part_that_is_refused_leaves_what_was_learned(kind):
    X, y = data_for(kind)
    model = small(kind).fit(X, y)
    before = model.predict(X)
    with pytest.raises(ArgumentError, match="batch_size"):
        model.set_params(batch_size=0).partial_fit(X + 100.0, y)
    assert (model.predict(X) == before).all() and model.n_iter_ == 5


def test_the_network_is_drawn_and_told_as_any():
    model = nn.Classifier(hidden=(3,), random_state=0).fit(CORNERS, XOR)
    assert model.score(CORNERS, XOR) == 1.0
    z = model.network_(model.scaling_.scaled(CORNERS)[1].tolist())
    assert str(autograd.chain_rule(z[0], model.network_.layers[1].neurons[0].weights[2])).startswith("∂z²₀/∂w²₀₂ = a¹₂")
    assert "MLP([2, 3, 2]" in repr(model.network_)


def test_frames_of_pandas_are_held_to_their_columns():
    pandas = pytest.importorskip("pandas")
    X, y = blobs()
    frame = pandas.DataFrame(X, columns=["height", "width"])
    model = small(nn.Classifier).fit(frame, pandas.Series(np.array(["a", "b", "c"])[y]))
    assert model.feature_names_in_.tolist() == ["height", "width"]
    assert (model.predict(frame) == model.predict(X)).all()
    with pytest.raises(ArgumentError, match="feature names of fit, got them in another order"):
        model.predict(frame[["width", "height"]])
    with pytest.raises(ArgumentError, match="got 'depth' new and 'width' missing"):
        model.predict(frame.rename(columns={"width": "depth"}))
    assert not hasattr(model.fit(X, y), "feature_names_in_")


def test_frames_of_polars_are_samples_and_labels():
    polars = pytest.importorskip("polars")
    X, y = blobs()
    frame = polars.DataFrame({"height": X[:, 0], "width": X[:, 1]})
    model = small(nn.Classifier, epochs=60).fit(frame, polars.Series(["abc"[code] for code in y]))
    assert model.classes_.tolist() == ["a", "b", "c"] and model.feature_names_in_.tolist() == ["height", "width"]
    assert model.score(frame, polars.Series(["abc"[code] for code in y])) == 1.0


def test_scikit_learn_is_not_imported_and_need_not_be_there():
    code = """
import sys
sys.modules["sklearn"] = None
import nn, warnings
X, y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], ["same", "other", "other", "same"]
try:
    nn.Classifier().predict(X)
except ValueError as error:
    assert isinstance(error, AttributeError) and type(error).__name__ == "NotFittedError"
assert nn.Classifier(hidden=(8,), random_state=0).fit(X, y).score(X, y) == 1.0
with warnings.catch_warnings(record=True) as met:
    warnings.simplefilter("always")
    nn.Classifier(hidden=(2,), epochs=1).fit(X, [[0], [1], [1], [0]])
assert [type(one.message) for one in met] == [UserWarning]
assert not [name for name in sys.modules if name.startswith("sklearn.")]
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


# With scikit-learn


def test_check_estimator_passes_and_skips_nothing(monkeypatch):
    pytest.importorskip("sklearn")
    code = f"""
import warnings, sys
sys.path[:0] = {sys.path!r}
warnings.simplefilter("ignore")
import nn
from sklearn.utils.estimator_checks import check_estimator
for kind in (nn.Classifier, nn.Regressor):
    found = check_estimator(kind(hidden=(8,)), on_fail=None, on_skip=None)
    bad = [(one["check_name"], one["status"], str(one["exception"])) for one in found if one["status"] != "passed"]
    print(kind.__name__, len(found), bad)
    assert len(found) > 40 and not bad
"""
    # Arrays of another standard are tried only where SciPy was imported with this set.
    monkeypatch.setenv("SCIPY_ARRAY_API", "1")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_they_go_into_pipelines_searches_and_cross_validation(kind):
    pytest.importorskip("sklearn")
    from sklearn.base import clone, is_classifier, is_regressor
    from sklearn.model_selection import GridSearchCV, cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    X, y = data_for(kind)
    model = small(kind, epochs=60, learning_rate=0.05)
    assert is_classifier(model) == (kind is nn.Classifier) and is_regressor(model) == (kind is nn.Regressor)
    assert repr(clone(model)) == repr(model)
    pipeline = make_pipeline(StandardScaler(), model)
    assert cross_val_score(pipeline, X, y, cv=3).min() > 0.9
    search = GridSearchCV(model, {"hidden": [(), (4,)], "epochs": [1, 60]}, cv=2).fit(X, y)
    assert search.best_score_ > 0.9 and search.best_params_["epochs"] == 60


def test_the_error_of_one_that_is_not_fitted_is_scikit_learns():
    exceptions = pytest.importorskip("sklearn.exceptions")
    with pytest.raises(exceptions.NotFittedError):
        nn.Classifier().predict(CORNERS)


def test_sparse_samples_are_refused():
    sparse = pytest.importorskip("scipy.sparse")
    with pytest.raises(OperandError, match=r"Sparse.*give its toarray\(\)"):
        nn.Classifier().fit(sparse.csr_array(CORNERS), XOR)


# Bad input is in tests/test_bad_input.py; here is what takes more than a line


def test_a_column_of_labels_is_told_and_taken():
    with pytest.warns(UserWarning, match=r"column-vector.*\(4, 1\)"):
        model = small(nn.Classifier).fit(CORNERS, [[label] for label in XOR])
    assert model.classes_.tolist() == ["other", "same"]


def test_samples_of_another_width_are_refused_by_all_that_take_them():
    X, y = blobs()
    model = small(nn.Classifier).fit(X, y)
    for take in (model.predict, model.predict_proba, model.decision_function, lambda X: model.partial_fit(X, [0, 1])):
        with pytest.raises(ShapeError, match="X has 1 features, but Classifier is expecting 2 features"):
            take([[1.0], [2.0]])
