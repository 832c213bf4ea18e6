"""Formulas written with the names of Python's `math`: Newton's method, an orbit's anomaly, a distribution's tail."""

import autograd
from autograd import Value, erf, gradient, hypot, lgamma, sqrt


def newton(function, x, steps=20):
    for _ in range(steps):
        v = Value(x)
        y = function(v)
        x -= y.data / gradient(y, v)
    return x


root = newton(lambda x: x**3 - 2 * x - 5, 2.0)
print(root)  # Wallis's own: 2.0945514815...
anomaly = newton(lambda E: E - 0.6 * autograd.sin(E) - 1.0, 1.0)
print(anomaly)
quantile = newton(lambda x: 0.5 * (1 + erf(x / sqrt(2))) - 0.975, 1.0)
print(quantile)  # 1.959963984540...

x, y = Value(3.0, "x"), Value(4.0, "y")
r = hypot(x, y)
print(r.data, gradient(r, [x, y]))  # 5.0 [0.6, 0.8]
n = Value(5.0)
print(round(float(lgamma(n)), 6), round(gradient(lgamma(n), n), 6))  # log 24 and digamma(5)
