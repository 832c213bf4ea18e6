"""What a picture of the document is, and its files."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from autograd import Drawing
from autograd.files import write_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Made:
    """What the making of a picture leaves.

    Attributes
    ----------
    images : dict of str to Drawing or Figure
        By what is added to the picture's name; ``""`` adds nothing.
    measured : str
        What came out, in words and numbers.
    heard : str
        What the last image bears in letters, for those who do not see it.
    equation : str
        In LaTeX, where it was read from the engine.
    """

    images: Mapping[str, Drawing | Figure]
    measured: str = ""
    heard: str = ""
    equation: str = ""


@dataclass(frozen=True)
class Picture:
    """A picture of the document.

    Attributes
    ----------
    title : str
        What it shows.
    told : str
        A sentence for those who look, and for those who do not see it.
    make : callable
        Computes and draws it; its code stands beside the picture.
    equation : str
        What it is about, in LaTeX; none where the picture bears its own.
    """

    title: str
    told: str
    make: Callable[[], Made]
    equation: str = field(default="")


@dataclass(frozen=True)
class Chapter:
    """A chapter of the document: its heading, and its pictures by name, in their order there."""

    title: str
    pictures: Mapping[str, Picture]


def written(made: Made, stem: Path) -> list[Path]:
    """Write the images: a drawing as SVG and PNG, a plot as PNG; a tree that is the picture itself as a page, too."""
    paths = []
    for added, image in made.images.items():
        path = stem.with_name(f"{stem.name}_{added}" if added else stem.name)
        if isinstance(image, Drawing):
            for suffix in (".svg", ".png") if added else (".svg", ".png", ".html"):
                image.save(path.with_suffix(suffix))
                paths.append(path.with_suffix(suffix))
        else:
            contents = io.BytesIO()
            image.savefig(contents, format="png", dpi=DPI)
            write_whole(path.with_suffix(".png"), contents.getvalue())
            paths.append(path.with_suffix(".png"))
    return paths


DPI = 192
