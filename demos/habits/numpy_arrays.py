"""Object arrays of Values under NumPy's own functions: products, norms, means, slices, elementwise functions."""

import numpy as np

from autograd import Value

rng = np.random.default_rng(0)
W = np.array([[Value(number) for number in row] for row in rng.normal(size=(3, 2))])
b = np.array([Value(0.0) for _ in range(3)])
x = np.array([0.5, -1.0])

hidden = np.arctan(W @ x + b)
energy = np.sum(np.square(hidden)) + np.linalg.norm(W) + np.mean(np.log1p(np.exp(hidden)))
energy += np.dot(hidden, [1.0, 2.0, 3.0]) + np.prod(np.clip(hidden, -0.5, 0.5)) + np.max(hidden[:2])
print(energy.data)
energy.backward()
slopes = np.array([[w.grad for w in row] for row in W])
print(slopes.round(4))
