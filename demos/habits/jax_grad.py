"""Functions differentiated as in JAX: parameters in a dict, value_and_grad, products with the Hessian, a batch."""

import numpy as np

from autograd import compile, grad, hvp, sin, tanh, value_and_grad

print(grad(grad(grad(sin)))(1.0))  # -cos(1)


def predict(params, x):
    return tanh(params["w"] * x + params["b"])


def loss(params, xs, ys):
    return sum((predict(params, x) - y) ** 2 for x, y in zip(xs, ys, strict=True)) / len(xs)


xs = np.linspace(-1, 1, 9)
ys = np.tanh(2 * xs - 0.5)
params = {"w": 0.0, "b": 0.0}
for _ in range(300):
    value, slopes = value_and_grad(loss)(params, xs, ys)
    params = {name: params[name] - 0.5 * slopes[name] for name in params}
print(f"loss {value:.1e}", {name: round(number, 2) for name, number in params.items()})


def rosenbrock(x):
    return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2


product = hvp(rosenbrock, (np.array([1.0, 1.0]),), (np.array([1.0, 0.0]),))
print(product)

slopes = compile(grad(lambda x: sin(x) * x))  # jit(vmap(grad(f)))
print(slopes(xs).round(3))
