"""A loop as PyTorch has it: a Module of one's own, an optimiser, zero_grad, backward, step; its state by name."""

import numpy as np

import nn
from autograd import no_grad


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Layer(2, 4, "tanh", seed=0)
        self.out = nn.Layer(4, 1, "sigmoid", seed=1)

    def __call__(self, x):
        return self.out(self.hidden(x))


X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
Y = [0.0, 1.0, 1.0, 0.0]

model = Net()
optimiser = nn.Adam(0.1)

for epoch in range(100):
    running_loss = 0.0
    for inputs, label in zip(X, Y, strict=True):
        model.zero_grad()
        loss = nn.binary_cross_entropy(model(inputs), label)
        loss.backward()
        optimiser.step(model.parameters())
        running_loss += loss.item()
    if epoch % 25 == 0:
        print(f"epoch {epoch} loss {running_loss / len(X):.4f}")

with no_grad():
    predicted = [round(model(x)[0].item()) for x in X]
print(predicted)  # [0, 1, 1, 0]

state = model.state_dict()
print({name: array.shape for name, array in state.items()})
copied = Net()
copied.load_state_dict(state)
assert np.array_equal(copied.predict(X), model.predict(X))
