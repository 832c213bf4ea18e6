"""`fit`: stochastic gradient descent over shuffled mini-batches."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from autograd import Value
from autograd.errors import ArgumentError
from autograd.words import keywords_told

from ..costs import squared_error
from ..data import count_of
from ..files.checkpoints import Checkpoint
from ..module import Module
from ..networks.programs import Cost
from ..optimisers.optimiser import Optimiser
from .callbacks import Callback, Epoch, callbacks_of, ends
from .divergence import warn_of_explosion
from .history import CALLBACK, EARLY, INTERRUPTED, History
from .progress import Progress
from .stopping import EarlyStopping
from .training import Training


@keywords_told("nn.fit")
def fit(
    net: Module,
    X: Any,
    Y: Any,
    *,
    cost: Cost = squared_error,
    optimiser: Optimiser | None = None,
    epochs: int = 20,
    batch_size: int = 10,
    validation: tuple[Any, Any] | float | None = None,
    early_stopping: int | EarlyStopping | None = None,
    class_weight: Mapping[int, float] | Sequence[float] | str | None = None,
    callbacks: Callback | Sequence[Callback] = (),
    shuffle: bool = True,
    seed: int | None = None,
    progress: bool = True,
    compiled: bool = True,
    backend: str = "numpy",
    devices: int | None = None,
    parameters: Iterable[Value] | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    resume: bool = False,
) -> History:
    """Train a network on labelled samples.

    Parameters
    ----------
    net : Module
        Changed in place. An `MLP`, or any other module that can be called with a sample.
    X : array-like, shape (samples, inputs), or (samples, ...) for a module of your own
        Finite numbers: an array, lists, a frame of pandas or Polars, a tensor; for a module of your own also a dict or
        tuple of arrays. See `Module.predict`.
    Y : array-like, shape (samples,) or (samples, 1) of whole numbers, or (samples, outputs)
        The right classes, or the desired outputs. Of another shape where the network returns anything but a list, or
        the cost takes others: whole numbers stay whole then, as classes or indices have to, and a dict or tuple of
        arrays is one of each sample's.
    cost : callable
        ``cost(outputs, targets)`` of one sample; the mean over each batch is minimised, by the network's parameters:
        other Values that it closes over stay as they are.
    optimiser : Optimiser, optional
        ``Adam(0.01)`` if not given, which learns the most kinds of small problems as they come. Its learning rate
        may be a function of the epoch.
    epochs, batch_size : int
        At least 1. The last batch of an epoch may be smaller.
    validation : (X, Y) or float, optional
        Samples to measure on after each epoch, never learned from; or what share of the samples to hold out, drawn by
        the seed, or without shuffling the last ones. Each of several processes holds out of its own.
    early_stopping : int or EarlyStopping, optional
        After how many epochs that bring no lower validation cost the training ends, with the parameters of the best
        epoch. Of several processes the first one's validation cost is gone by.
    class_weight : "balanced", dict or sequence of float, optional
        Makes the cost of each sample count by its class: a weight of at least 0 for each, or for some by their
        numbers, the others 1; or weights by which all classes count alike, ``samples / (classes * samples of the
        class)``. The cost is that of the weighted samples, the validation cost is not weighted.
    callbacks : callable or sequence of callable
        Each is called after each epoch, with an `Epoch`: its number, the history, the network, the optimiser. Where
        one returns True, in whatever process, the training ends. An error in one ends it, too; the history, the network
        and the checkpoint have that epoch then. What a callback changes is not in the checkpoint.
    shuffle : bool
        Whether each epoch takes the samples in another order.
    seed : int, optional
        Makes the shuffling repeatable, and the noise of modules such as `Dropout`, which draw numbers of their own for
        each sample of each epoch. What is measured, and ``net.predict``, are without noise.
    progress : bool
        Whether to show the epochs: a bar on a terminal or in a notebook, plain lines on standard error elsewhere.
    compiled : bool
        Whether to run as matrix products; else one Value at a time, with the same results.
    backend : {"numpy", "numba", "jax", "reference"}
        What runs them, as in `compile`. With ``"numba"`` many batches are one call, from the rows taken to the
        optimiser's update, where its rule is elementwise. With ``"jax"`` parameters, optimiser and samples stay on the
        devices, and an epoch is one program. In a program that `jax.distributed` started on several hosts, every
        process gives its own samples; all end with the same parameters, those of one process with all samples.
    devices : int, optional
        Over how many of its devices each process spreads a batch; all that JAX has where not given.
    parameters : iterable of Value, optional
        Those of the network's that are learned, such as ``net.layers[-1].parameters()``; the others stay as they are.
    checkpoint : path, optional
        A file that is replaced, whole or not at all, at the end of each epoch. `nn.load` reads the network in it,
        that of the best epoch where that is to be restored.
        Of several processes the first writes it, and all read it when they resume: in a folder that they share.
    resume : bool
        Whether to go on from the checkpoint, to the parameters and history of an uninterrupted training, bit by
        bit. All other arguments must be as they were, but for `epochs`, the total, which may be larger. Where there
        is no file yet the training starts from the beginning, so the same command starts and restarts.

    Returns
    -------
    History
        Of all epochs, those before a `resume` included.

    Raises
    ------
    ShapeError, ArgumentError, OperandError
        Before anything is changed, if an argument cannot be used or the checkpoint is that of another training.
        ArgumentError also where a checkpoint cannot be written, after an epoch: the one before stays.
    NonFiniteError
        If the training diverges: a cost or a gradient became NaN or infinite. The parameters are finite then. Where the
        cost only grows beyond all measure a RuntimeWarning says so.
    FileFormatError
        Before anything is changed, if the checkpoint is damaged or something else.
    """
    training = Training(
        net,
        X,
        Y,
        cost=cost,
        optimiser=optimiser,
        batch_size=batch_size,
        validation=validation,
        early_stopping=early_stopping,
        class_weight=class_weight,
        shuffle=shuffle,
        seed=seed,
        compiled=compiled,
        backend=backend,
        devices=devices,
        parameters=parameters,
    )
    return _run(training, epochs, callbacks, progress, checkpoint, resume)


def _run(training: Training, epochs: int, callbacks: Any, progress: bool, checkpoint: Any, resume: bool) -> History:
    epochs, called = count_of("epochs", epochs), callbacks_of(callbacks)
    if resume and checkpoint is None:
        raise ArgumentError("resume: expected a checkpoint to go on from, got checkpoint=None; give its path")
    if checkpoint is not None and training.draws_anew:
        raise ArgumentError(
            "seed: expected a whole number where a share is held out and a checkpoint kept, got None; "
            "a training that is resumed holds out the same samples then"
        )
    training.agree(epochs, resume, len(called))
    kept = None if checkpoint is None else training.checkpoint(checkpoint)
    history = kept.restore(epochs) if kept is not None and resume else History()
    behind = len(history.cost)
    training.trainer.agree({"checkpoint": (behind, f"{behind} epochs")}, "put it where all can read it")
    shown = Progress(epochs, progress and training.trainer.keeps, behind)
    try:
        _learn(training, history, epochs, kept, shown, called)
    except KeyboardInterrupt:
        history.stopped = INTERRUPTED
    finally:
        shown.close()
    if training.watch is not None:
        training.watch.restore()
    warn_of_explosion(history.cost, training.optimiser)
    return history


def _learn(
    training: Training,
    history: History,
    epochs: int,
    kept: Checkpoint | None,
    shown: Progress,
    callbacks: Sequence[Callback],
) -> None:
    """Epoch after epoch, until there are so many, or a reason to stop."""
    trainer, watch = training.trainer, training.watch
    while (number := len(history.cost) + 1) <= epochs:
        if watch is not None and watch.is_over:
            history.stopped = EARLY
            return
        measures, seconds, rate = training.epoch(number)
        history._add(measures, seconds, rate)
        if watch is not None:
            watch.note(measures["validation cost"])
        if kept is not None and trainer.keeps:
            kept.write(history)
        shown.epoch(measures)
        if callbacks:
            over = ends(callbacks, Epoch(number, history, training.net, training.optimiser))
            if trainer.of_all(np.array([float(over)])).any():
                history.stopped = CALLBACK
                return
