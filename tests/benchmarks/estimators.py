"""`nn.Classifier` and `nn.Regressor` beside scikit-learn's networks of the same size, each with its own defaults.

    python tests/benchmarks/estimators.py              # five splits of each set, a table
    python tests/benchmarks/estimators.py --rounds 3   # the splits three times, with other weights and other splits

Both sides learn from the same samples as they come, one after the other, and read the same held-out ones. A time is
the median over the splits of `fit`, from the making of the network on, and of the first `score` after it. A score is
the mean over them: the share read rightly, or of the targets' variance explained. The last column is the time of both
as a multiple of ours.
"""

import argparse
import time
import warnings
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_wine
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import nn

HIDDEN = (30,)


def classifiers(seed: int) -> dict[str, Any]:
    theirs = MLPClassifier(hidden_layer_sizes=HIDDEN, random_state=seed)
    return {
        "nn.Classifier": nn.Classifier(HIDDEN, random_state=seed),
        "MLPClassifier": theirs,
        "MLPClassifier, scaled": make_pipeline(StandardScaler(), clone(theirs)),
    }


def regressors(seed: int) -> dict[str, Any]:
    theirs = MLPRegressor(hidden_layer_sizes=HIDDEN, random_state=seed)
    return {
        "nn.Regressor": nn.Regressor(HIDDEN, random_state=seed),
        "MLPRegressor": theirs,
        "MLPRegressor, scaled": make_pipeline(StandardScaler(), clone(theirs)),
    }


SETS: dict[str, tuple[Any, Any, Any]] = {
    "load_digits": (load_digits, classifiers, StratifiedKFold),
    "load_wine": (load_wine, classifiers, StratifiedKFold),
    "load_breast_cancer": (load_breast_cancer, classifiers, StratifiedKFold),
    "load_diabetes": (load_diabetes, regressors, KFold),
}


def compare(name: str, rounds: int) -> None:
    """Print a row for each estimator."""
    load, makes, folds = SETS[name]
    X, y = load(return_X_y=True)
    scores: dict[str, list[float]] = {}
    times: dict[str, list[tuple[float, float]]] = {}
    for seed in range(rounds):
        for learned, held_out in folds(5, shuffle=True, random_state=seed).split(X, y):
            for kind, model in makes(seed).items():
                begun = time.perf_counter()
                model.fit(X[learned], y[learned])
                fitted = time.perf_counter()
                scores.setdefault(kind, []).append(model.score(X[held_out], y[held_out]))
                times.setdefault(kind, []).append((fitted - begun, time.perf_counter() - fitted))
    took = {kind: np.median(seconds, axis=0) for kind, seconds in times.items()}
    ours = next(iter(took.values())).sum()
    for kind, (fit, score) in took.items():
        told = f"fit {1e3 * fit:6.0f} ms, score {1e3 * score:4.0f} ms {(fit + score) / ours:6.2f}x"
        print(f"{name:20} {kind:22} {np.mean(scores[kind]):8.2%}  {told}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--only", choices=SETS, nargs="+", default=list(SETS))
    options = parser.parse_args()
    warnings.simplefilter("ignore", ConvergenceWarning)  # theirs, where 200 iterations are not enough
    for name in options.only:
        compare(name, options.rounds)


if __name__ == "__main__":
    main()
