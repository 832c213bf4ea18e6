"""Names, letter by letter: a recurrent network of one's own with an embedding, trained by `fit`; it makes up others."""

import numpy as np

import nn
from autograd import Value, tanh

NAMES = ["anna", "hanna", "nina", "lina", "lana", "mina", "mila", "emma", "ella", "bella", "stella"]
LETTERS = sorted(set("".join(NAMES)) | {"."})
LENGTH = max(map(len, NAMES)) + 1


class Recurrent(nn.Module):
    def __init__(self, hidden=8, width=4, seed=0):
        rng = np.random.default_rng(seed)
        self.table = [[Value(w) for w in rng.normal(0, 0.5, width)] for _ in LETTERS]
        self.cell = nn.Layer(width + hidden, hidden, "linear", seed=seed)
        self.out = nn.Layer(hidden, len(LETTERS), "linear", seed=seed + 1)
        self.hidden = hidden

    def __call__(self, tokens):
        h, logits = [0.0] * self.hidden, []
        for token in tokens:
            h = [tanh(z) for z in self.cell([*self.table[token], *h])]
            logits.append(self.out(h))
        return logits


def cost(logits, targets):
    return sum(nn.cross_entropy(z, target) for z, target in zip(logits, targets, strict=True)) / LENGTH


codes = np.array([[LETTERS.index(letter) for letter in f".{name}".ljust(LENGTH + 1, ".")] for name in NAMES])
X, Y = codes[:, :-1], codes[:, 1:]
model = Recurrent()
history = nn.fit(model, X, Y, cost=cost, optimiser=nn.Adam(0.03), epochs=80, batch_size=11, seed=0, progress=False)
print(f"cost {history.cost[0]:.2f} -> {history.cost[-1]:.2f}")

rng = np.random.default_rng(3)
made = []
for _ in range(5):
    word = "."
    while len(word) <= LENGTH and (len(word) == 1 or word[-1] != "."):
        tokens = [LETTERS.index(letter) for letter in word]
        z = np.array([float(logit) for logit in model(tokens)[-1]])
        p = np.exp(z - z.max())
        word += LETTERS[rng.choice(len(LETTERS), p=p / p.sum())]
    made.append(word.strip("."))
print(made)
