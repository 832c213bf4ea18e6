"""A network stacked up, fitted with validation, callbacks and early stopping, and judged, as in Keras."""

import numpy as np

import nn

rng = np.random.default_rng(0)
X = rng.normal(size=(300, 2))
y = (X[:, 0] ** 2 + X[:, 1] ** 2 > 1.4).astype(int)

model = nn.Sequential(nn.Layer(2, 16, "relu", seed=0), nn.Layer(16, 2, "linear", seed=1))
print(model.summary())

seen = []
history = nn.fit(
    model,
    X[:200],
    y[:200],
    cost=nn.cross_entropy,
    optimiser=nn.Adam(0.02),
    epochs=60,
    batch_size=20,
    validation=0.2,
    early_stopping=10,
    callbacks=[lambda epoch: seen.append(epoch.history.cost[-1])],
    seed=0,
    progress=False,
)
print(sorted(history.to_dict()))
print("epochs", len(history.cost))
accuracy = nn.accuracy(model, X[200:], y[200:])
print(f"test accuracy {accuracy:.2f}")
probabilities = np.exp(model.predict(X[200:]))
probabilities /= probabilities.sum(axis=1, keepdims=True)
print(probabilities[:2].round(2))
