"""micrograd's two demonstrations: its expression, and two moons told apart by a hinge loss and a loop of one's own."""

import math
import random

import nn
from autograd import Value

a = Value(-4.0)
b = Value(2.0)
c = a + b
d = a * b + b**3
c += c + 1
c += 1 + c + (-a)
d += d * 2 + (b + a).relu()
d += 3 * d + (b - a).relu()
e = c - d
f = e**2
g = f / 2.0
g += 10.0 / f
print(f"{g.data:.4f}")  # 24.7041
g.backward()
print(f"{a.grad:.4f}", f"{b.grad:.4f}")  # 138.8338 645.5773

rng = random.Random(1337)
moons = []
for i in range(40):
    angle, side = math.pi * rng.random(), 1 if i % 2 else -1
    x, y = math.cos(angle), math.sin(angle)
    moons.append(([x, y] if side < 0 else [1 - x, 0.5 - y], side))

model = nn.MLP([2, 8, 1], activation="relu", output="linear", seed=1337)
print(model)
print("number of parameters", len(model.parameters()))

for k in range(60):
    scores = [model(x)[0] for x, _ in moons]
    losses = [(1 + -y * score).relu() for (_, y), score in zip(moons, scores, strict=True)]
    data_loss = sum(losses) * (1.0 / len(losses))
    reg_loss = 1e-4 * sum(p * p for p in model.parameters())
    total_loss = data_loss + reg_loss
    accuracy = sum((y > 0) == (score.data > 0) for (_, y), score in zip(moons, scores, strict=True)) / len(moons)

    model.zero_grad()
    total_loss.backward()

    learning_rate = 1.0 - 0.9 * k / 60
    for p in model.parameters():
        p.data -= learning_rate * p.grad
    if k % 20 == 0:
        print(f"step {k} loss {total_loss.data:.4f}, accuracy {accuracy:.0%}")
print(f"at last {accuracy:.0%}")
