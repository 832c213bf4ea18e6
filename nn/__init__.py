"""Neurons, layers and networks built of `autograd.Value`, and what trains them.

>>> import nn
>>> net = nn.MLP([2, 3, 1], seed=0)
>>> [a] = net([0.0, 1.0])
>>> 0.0 < a.data < 1.0
True
"""

from typing import TYPE_CHECKING

import autograd
from autograd.words import module_told

from .callbacks import Epoch
from .classifier import Classifier
from .costs import absolute_error, binary_cross_entropy, cross_entropy, huber, squared_error
from .dropout import Dropout
from .fitting import fit
from .gradients import GradientVector, gradient_vector
from .history import History
from .layers import Layer, Neuron
from .measures import accuracy, confusion_matrix, r_squared
from .mlp import MLP
from .module import Module
from .norms import LayerNorm
from .optimisers import Optimiser
from .randomness import noise, noise_count
from .regressor import Regressor
from .rules import SGD, Adam, AdamW, Nesterov, RMSprop
from .saving import load
from .schedules import cosine, step_decay
from .sequential import Sequential
from .stopping import EarlyStopping

__all__ = [
    "MLP",
    "SGD",
    "Adam",
    "AdamW",
    "Classifier",
    "Dropout",
    "EarlyStopping",
    "Epoch",
    "GradientVector",
    "History",
    "Layer",
    "LayerNorm",
    "Module",
    "Nesterov",
    "Neuron",
    "Optimiser",
    "RMSprop",
    "Regressor",
    "Sequential",
    "absolute_error",
    "accuracy",
    "binary_cross_entropy",
    "confusion_matrix",
    "cosine",
    "cross_entropy",
    "fit",
    "gradient_vector",
    "huber",
    "load",
    "noise",
    "noise_count",
    "r_squared",
    "squared_error",
    "step_decay",
]

__version__: str

if not TYPE_CHECKING:  # to a type checker every name would be there
    __getattr__ = module_told(__name__, __all__, "autograd", autograd.__all__)
