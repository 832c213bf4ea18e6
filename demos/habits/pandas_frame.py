"""A frame with named columns and labels as words: fitted, scored, its training as a frame again."""

import numpy as np
import pandas

import nn

rng = np.random.default_rng(0)
frame = pandas.DataFrame({"petal": rng.normal(size=120), "sepal": rng.normal(size=120)})
frame["kind"] = np.where(frame.petal + 0.5 * frame.sepal > 0, "setosa", "virginica")

model = nn.Classifier(hidden=(6,), epochs=40, random_state=0)
model.fit(frame[["petal", "sepal"]], frame["kind"])
print(model.feature_names_in_, model.classes_)
print("accuracy", round(model.score(frame[["petal", "sepal"]], frame["kind"]), 2))

net = nn.MLP([2, 4, 1], activation="tanh", output="linear", seed=0)
history = nn.fit(net, frame[["petal", "sepal"]], frame.petal - frame.sepal, epochs=10, seed=0, progress=False)
print(pandas.DataFrame(history.to_dict()).tail(2))
