"""The document's example: one neuron, and its cost."""

from autograd import Label, Value, sigmoid, weighted_sum


def neuron():
    """w, a, b, y, z, the activation s and the cost c, labelled."""
    w, a, b = Value(0.8, Label("w", "L")), Value(0.6, Label("a", "L-1")), Value(-0.2, Label("b", "L"))
    y = Value(1.0, "y")
    z = weighted_sum([w], [a], b)
    z.label = Label("z", "L")
    s = sigmoid(z)
    s.label = Label("a", "L")
    c = (s - y) ** 2
    c.label = Label("C", subscript="0")
    return w, a, b, y, z, s, c
