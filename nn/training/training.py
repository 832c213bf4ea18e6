"""A training: its arguments, checked, and what an epoch of it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd import Value
from autograd.errors import ArgumentError, NonFiniteError, ShapeError

from ..calls import cost_from, outputs_from
from ..costs import Weighted, is_own, name_of
from ..data import count_of, generator_of
from ..files.checkpoints import NOTHING, Checkpoint
from ..module import Module, callable_module
from ..networks.mlp import MLP
from ..networks.outputs import Shape, shape_of_outputs, targets_for
from ..networks.programs import Cost
from ..networks.randomness import probed, with_noise
from ..networks.samples import Samples, counted, form_of, listed, taken
from ..optimisers.optimiser import Optimiser
from .chosen import cost_of, optimiser_of
from .class_weights import weights_of
from .divergence import diverged
from .held_out import parted
from .learned import ALL, choice_told, learned_of
from .stopping import Watch, early_stopping_of
from .tasks import classes_in, readings
from .trainers import CompiledTrainer, EagerTrainer, Facts, Trainer, checksum

Matrix = npt.NDArray[np.float64]


class Training:
    """Checked arguments, those of `fit`, and all that an epoch changes."""

    def __init__(
        self,
        net: Module,
        X: Any,
        Y: Any,
        *,
        cost: Cost,
        optimiser: Optimiser | None,
        batch_size: int,
        validation: Any,
        early_stopping: Any,
        class_weight: Any,
        shuffle: bool,
        seed: int | None,
        compiled: bool,
        backend: str,
        devices: int | None,
        parameters: Any,
    ) -> None:
        callable_module(net)
        self.net, self.cost = net, cost_of(cost, net._last_activation())
        self.optimiser = optimiser_of(optimiser)
        if not isinstance(shuffle, bool | np.bool_):
            raise ArgumentError(f"shuffle: expected True or False, got {shuffle!r:.60}")
        self.batch_size, self.shuffle = count_of("batch_size", batch_size), bool(shuffle)
        self.seed, self.random = seed, generator_of(seed)
        self.X = net._samples(X)
        self.outputs, self.noise = self._probed(net)
        self.Y = targets_for("Y", Y, self.outputs, counted(self.X), self._is_strict)
        # Without a seed a training that is resumed would hold out other samples.
        self.draws_anew = seed is None and self.shuffle and not isinstance(validation, tuple | list | None)
        if isinstance(validation, tuple | list):
            self.held_out: tuple[Matrix, Matrix] | None = self._pair(validation)
        else:
            drawing = self.random if self.shuffle else None
            (self.X, self.Y), self.held_out = parted(validation, self.X, self.Y, drawing)
        classes = classes_in(self.Y)
        self.asked = classes_in(self.held_out[1]) if self.held_out is not None and self._reads_classes else None
        self.compiled, self.backend, self.devices = bool(compiled), backend, devices
        if not self.compiled and backend != "numpy":
            raise ArgumentError(f"backend: expected 'numpy' with compiled=False, got {backend!r}")
        self.parameters = learned_of(parameters, net)
        # Told without asking for all of them again, which takes as long as a short epoch.
        self._choice = ALL if parameters is None else choice_told(self.parameters, net)
        # Asked for all ways: it says what is wrong with a back end or devices.
        net.program(cost, backend, devices)
        self.watch = self._watch(early_stopping)
        self.class_weights = self._class_weights(class_weight, classes)
        self.trainer = self._trainer()
        self._try()

    def _probed(self, net: Module) -> tuple[Shape | None, int]:
        """The shape of what the network returns, and how many random numbers it draws, for one sample."""
        if isinstance(net, MLP) and net._stays_the_same():
            return (net.sizes[-1],), 0
        returned, noise = probed(partial(outputs_from, net), listed(taken(self.X, slice(1)))[0])
        return shape_of_outputs(returned), noise

    @property
    def _reads_classes(self) -> bool:
        """Whether the targets are classes, one of which each output is for, or that one output tells apart."""
        outputs, alone = self.outputs, ((), (1,))
        if classes_in(self.Y) is None or outputs is None:
            return False
        return self.Y.shape[1:] == outputs or (outputs in alone and self.Y.shape[1:] in alone)

    def _pair(self, given: Any) -> tuple[Matrix, Matrix]:
        """Samples to measure on, checked as those that are learned from."""
        if len(given) != 2:
            raise ArgumentError(f"validation: expected a pair (X, Y), got {len(given)} things")
        rows = self.net._samples(given[0], "validation X")
        targets = targets_for("validation Y", given[1], self.outputs, counted(rows), self._is_strict)
        for name, mine, theirs in (("X", rows, self.X), ("Y", targets, self.Y)):
            if form_of(mine) != form_of(theirs):
                raise ShapeError(
                    f"validation {name}: expected {form_of(theirs)} for each sample as in {name}, got {form_of(mine)}"
                )
        return rows, targets

    @property
    def _is_strict(self) -> bool:
        """Whether targets have to be as many as the outputs: a cost of somebody's own may take others."""
        return isinstance(self.net, MLP) or is_own(self.cost)

    def _watch(self, early_stopping: Any) -> Watch | None:
        rule = early_stopping_of(early_stopping)
        if rule is not None and self.held_out is None:
            raise ArgumentError(
                "early_stopping: expected validation samples to go by, got validation=None; "
                "give validation=(X, Y), or validation=0.1 to hold out a tenth"
            )
        return None if rule is None else Watch(rule, self.parameters)

    def _class_weights(self, given: Any, classes: Any) -> Matrix | None:
        """The weight of each class, where they were given."""
        if given is not None and classes is None:
            raise ArgumentError(
                "class_weight: expected targets that are classes, whole numbers or rows of zeros with a single one, "
                "got others"
            )
        several = 0 if classes is None or self.Y.ndim < 2 else self.Y.shape[1]
        counts = np.bincount([] if classes is None else classes, minlength=max(2, several)).astype(float)
        if self.backend == "jax":
            from .device_trainer import summed  # imports JAX, which not everybody has

            counts = summed(counts, {"class_weight": (repr(given), f"{given!r:.60}")})
        return None if given is None else weights_of(given, counts)

    def _weighted(self, targets: Samples, weights: Any) -> Samples:
        """Targets with the weight of each sample beside them, where classes have weights."""
        return targets if self.class_weights is None else (targets, weights)

    def _try(self) -> None:
        """Compute the cost of the first sample, so that what is wrong with it is said before anything changes."""
        if not self.trainer.learns():
            name = type(self.net).__name__
            raise ArgumentError(
                f"fit: expected a cost that depends on the parameters of {name}, got plain numbers from {name}(x) or "
                f"from {name_of(self.cost)}(outputs, targets); compute them with the Values that {name} keeps"
            )

    def _trainer(self) -> Trainer:
        net: Any = self.net
        X, Y, cost = self.X, self.Y, self.cost
        if self.class_weights is not None:
            cost, Y = Weighted(cost), self._weighted(Y, self.class_weights[classes_in(Y)])
        samples = self.parameters, X, Y, self.optimiser, self.batch_size
        if not self.compiled:
            return EagerTrainer(_with_noise_if_given(lambda x, y: cost_from(cost, outputs_from(net, x), y)), *samples)
        # On JAX's devices a plan is run, which is the same for all back ends.
        where = ("numpy", None) if self.backend == "jax" else (self.backend, self.devices)
        program, noisy = net.program(cost, *where, (X, Y)), None
        if self.noise:
            noisy = net.program(cost, *where, (X, Y, np.zeros((1, self.noise))), noisy=True)
        if self.backend == "jax":
            from .device_trainer import DeviceTrainer

            return DeviceTrainer(program, *samples, self.devices, noisy, self.noise)
        if self.backend == "numba":
            from .machine_trainer import MachineTrainer  # imports numba, which not everybody has

            return MachineTrainer(program, *samples, noisy, self.noise)
        return CompiledTrainer(program, *samples, noisy, self.noise)

    def epoch(self, number: int) -> tuple[dict[str, float], float, float]:
        """Learn from every sample once; what was measured, the seconds that it took, and the learning rate.

        Raises
        ------
        NonFiniteError
            If the training diverges; ``number`` is what the epoch is called then.
        """
        started, behind, rate = time.perf_counter(), self.optimiser.steps, self.optimiser.learning_rate
        count = self.trainer.samples
        order = self.random.permutation(count) if self.shuffle else np.arange(count)
        try:
            measures = {"cost": self.trainer.epoch(order, *self._drawn(count))}
        except NonFiniteError as error:
            batch = self.optimiser.steps - behind + 1
            if (number, batch) == (1, 1):
                raise  # before the first step it is not the learning rate's fault
            raise diverged(error, number, batch, self.optimiser) from None
        seconds = time.perf_counter() - started
        measures |= self._measured()
        self.optimiser.epoch += 1
        return measures, seconds, rate

    def _drawn(self, samples: int) -> list[Matrix]:
        """The random numbers of an epoch, of their own for each sample, where the network draws any."""
        return [self.random.random((samples, self.noise))] if self.noise else []

    def _measured(self) -> dict[str, float]:
        """The cost on the samples that are not learned from, and the accuracy where there are classes."""
        if self.held_out is None:
            return {}
        X, Y = self.held_out
        cost = self.trainer.mean_cost(X, self._weighted(Y, np.ones(counted(Y))))
        if self.watch is not None:
            # All stop together: by what the first process measured.
            cost = float(self.trainer.of_all(np.array([cost]))[0, 0])
        measures = {"validation cost": cost}
        if self.asked is not None:
            read = readings(self.net.predict(X, self.compiled))
            measures["accuracy"] = float((read == self.asked).mean())
        return measures

    def agree(self, epochs: int, resume: bool, callbacks: int) -> None:
        """Raise in all processes that learn together where they would not learn the same."""
        X, Y = self.X, self.Y
        shuffling = self.random.bit_generator.state
        facts: Facts = {
            "X": (form_of(X), form_of(X)),
            "Y": (form_of(Y), form_of(Y)),
            "net": (repr(self.net), repr(self.net)),
            "cost": (name_of(self.cost), name_of(self.cost)),
            "parameters": (self._choice, self._choice),
            "optimiser": (self.optimiser.settings, self.optimiser.settings),
            "epochs": (epochs, str(epochs)),
            "learning_rate": (self.optimiser.rates(epochs), "other rates in some epochs"),
            "batch_size": (self.batch_size, str(self.batch_size)),
            "seed": (shuffling, "None, another beginning in each" if self.seed is None else str(self.seed)),
            "shuffle": (self.shuffle, str(self.shuffle)),
            "early_stopping": (self._rule, self._rule),
            "callbacks": (callbacks, str(callbacks)),
            "resume": (resume, str(resume)),
        }
        self.trainer.agree(facts, "start all with the same arguments but for the samples")

    def checkpoint(self, path: Any) -> Checkpoint:
        """The file that keeps this training."""
        held_out = self.held_out
        agreement = {
            "cost": name_of(self.cost),
            "optimiser": self.optimiser.settings,
            "batch_size": str(self.batch_size),
            "data": _told(self.trainer.samples, self.trainer.checksum),
            "validation": NOTHING if held_out is None else _told(counted(held_out[0]), checksum(*held_out)),
            "seed": str(self.seed),
            "compiled": str(self.compiled),
            "shuffle": str(self.shuffle),
            "early_stopping": self._rule,
            "class_weight": NOTHING if self.class_weights is None else str(self.class_weights.tolist()),
            "parameters": self._choice,
        }
        return Checkpoint(path, self.net, self.optimiser, self.random, agreement, self.watch, self.parameters)

    @property
    def _rule(self) -> str:
        """The rule of early stopping in words."""
        return NOTHING if self.watch is None else str(self.watch.rule)


def _with_noise_if_given(of_one: Cost) -> Callable[..., Value]:
    """The cost of a sample, and of the random numbers drawn for it where they come with it."""
    noisy = with_noise(of_one)
    return lambda *sample: (of_one if len(sample) == 2 else noisy)(*sample)


def _told(samples: int, number: int) -> str:
    """Data as a checkpoint remembers them."""
    return f"{samples} samples with checksum {number:08x}"
