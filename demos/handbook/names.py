"""The public names by subject, and where the page of each lies."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import autograd
import autograd.errors
import nn

PACKAGES: tuple[ModuleType, ...] = (autograd, nn)

# A subject, and the modules whose public names belong to it.
SUBJECTS = {
    "Values and derivatives": (
        "autograd.value",
        "autograd.labels",
        "autograd.adjoints",
        "autograd.derivatives",
        "autograd.transforms",
        "autograd.modes",
        "autograd.operations",
    ),
    "Compiled functions": ("autograd.compiler",),
    "Told and drawn": ("autograd.chain", "autograd.drawing"),
    "Trust": ("autograd.check", "autograd.watching", "autograd.errors"),
    "Activations": ("autograd.activations",),
    "Functions of Values": ("autograd.functions", "autograd.elementary"),
    "Networks": ("nn.networks", "nn.module", "nn.files"),
    "Costs": ("nn.costs",),
    "Training": ("nn.training", "nn.optimisers"),
    "Measures": ("nn.measures", "nn.gradients"),
    "Estimators": ("nn.estimators",),
}


@dataclass(frozen=True)
class Name:
    """A public name.

    Attributes
    ----------
    package, name : str
        Where it is imported from, and as what.
    thing : object
        What it is.
    """

    package: str
    name: str
    thing: Any

    @property
    def path(self) -> str:
        """Its full name, such as ``"nn.fit"``."""
        return f"{self.package}.{self.name}"

    @property
    def page(self) -> str:
        """The file of its page within the reference, without a suffix."""
        return f"{self.package}/{self.name}"

    @property
    def summary(self) -> str:
        """The first paragraph of its docstring, in one line."""
        return " ".join((inspect.getdoc(self.thing) or "").split("\n\n")[0].split())


def subjects() -> dict[str, list[Name]]:
    """All public names by subject, sorted within each.

    Raises
    ------
    LookupError
        If a name belongs to no subject.
    """
    found: dict[str, list[Name]] = {title: [] for title in SUBJECTS}
    for package in PACKAGES:
        for name in package.__all__:
            thing = getattr(package, name)
            found[_subject(thing.__module__, f"{package.__name__}.{name}")].append(Name(package.__name__, name, thing))
    return {title: sorted(names, key=lambda name: name.name.lower()) for title, names in found.items() if names}


def _subject(module: str, path: str) -> str:
    for title, modules in SUBJECTS.items():
        if any(module == own or module.startswith(own + ".") for own in modules):
            return title
    raise LookupError(f"{path}: expected a subject for the module {module}, found none; add it to SUBJECTS")


def errors() -> list[str]:
    """The names of all errors and warnings; they stand on the page of their root."""
    things = vars(autograd.errors).items()
    return [name for name, thing in things if isinstance(thing, type) and issubclass(thing, Exception)]


def addresses() -> dict[str, str]:
    """What a docstring may mean by a word in backticks: page, and anchor on it, by the name as it is written.

    ``"nn.fit"`` and ``"autograd.exp"`` in full, or the last part alone.
    """
    root = "autograd/AutogradError"
    found = {name: f"{root}.html#autograd.errors.{name}" for name in errors()}
    for name in (name for names in subjects().values() for name in names):
        address = f"{name.page}.html"
        found[name.path] = address
        found.setdefault(name.name, address)
    return found
