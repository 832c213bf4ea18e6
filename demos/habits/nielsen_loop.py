"""Mini-batch descent as the chapter writes it: eta, epochs, shuffled batches, nabla summed by hand, evaluate."""

import random

import numpy as np

import nn


class Network:
    def __init__(self, sizes):
        self.net = nn.MLP(sizes, initialiser="normal", seed=0)

    def update_mini_batch(self, mini_batch, eta):
        self.net.zero_grad()
        for x, y in mini_batch:
            nn.squared_error(self.net(x), y).backward()
        for layer in self.net.layers:
            for neuron in layer.neurons:
                for w in (*neuron.weights, neuron.bias):
                    w.data -= eta / len(mini_batch) * w.grad

    def evaluate(self, test_data):
        return sum(int(np.argmax([a.data for a in self.net(x)])) == y for x, y in test_data)

    def SGD(self, training_data, epochs, mini_batch_size, eta, test_data):  # noqa: N802  # the chapter's name
        for epoch in range(epochs):
            random.Random(epoch).shuffle(training_data)
            for k in range(0, len(training_data), mini_batch_size):
                self.update_mini_batch(training_data[k : k + mini_batch_size], eta)
            print(f"Epoch {epoch} : {self.evaluate(test_data)} / {len(test_data)}")


rng = np.random.default_rng(1)
corners = [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]


def samples(count):
    for place in rng.integers(0, 3, count):
        yield (np.array(corners[place]) + rng.normal(0.0, 0.2, 3)).tolist(), int(place)


training = [(x, np.eye(3)[y].tolist()) for x, y in samples(90)]
test = list(samples(30))
network = Network([3, 6, 3])
network.SGD(training, 6, 10, 3.0, test)
right = network.evaluate(test)
