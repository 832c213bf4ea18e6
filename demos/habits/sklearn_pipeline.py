"""A classifier in a pipeline, a grid and a cross-validation of scikit-learn; labels are words."""

import numpy as np
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import nn

rng = np.random.default_rng(0)
X = np.concatenate([rng.normal(centre, 1.0, (40, 2)) * [1.0, 100.0] for centre in (-2.0, 0.0, 2.0)])
y = np.repeat(["low", "middle", "high"], 40)

model = make_pipeline(StandardScaler(), nn.Classifier(hidden=(8,), epochs=30, random_state=0))
scores = cross_val_score(model, X, y, cv=3)
print("cross-validated accuracy", scores.mean().round(2))

search = GridSearchCV(model, {"classifier__hidden": [(2,), (8,)]}, cv=2).fit(X, y)
print(search.best_params_)
print(search.predict(X[:2]), search.predict_proba(X[:2]).round(2))
