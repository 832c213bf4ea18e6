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

from .costs import absolute_error, binary_cross_entropy, cross_entropy, huber, squared_error
from .estimators.classifier import Classifier
from .estimators.regressor import Regressor
from .files.saving import load
from .gradients import GradientVector, gradient_vector
from .measures import accuracy, confusion_matrix, r_squared
from .module import Module
from .networks.dropout import Dropout
from .networks.layers import Layer, Neuron
from .networks.mlp import MLP
from .networks.norms import LayerNorm
from .networks.randomness import noise, noise_count
from .networks.sequential import Sequential
from .optimisers.optimiser import Optimiser
from .optimisers.rules import SGD, Adam, AdamW, Nesterov, RMSprop
from .optimisers.schedules import cosine, step_decay
from .training.callbacks import Epoch
from .training.fitting import fit
from .training.history import History
from .training.stopping import EarlyStopping

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
