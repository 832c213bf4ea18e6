"""Labelled images, whatever file they come from, and what they are checked for."""

from __future__ import annotations

import gzip
import math
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from autograd.errors import FileFormatError

AGAIN = "fetch the file again"
UNREADABLE = (OSError, EOFError, zlib.error)
CHUNK = 1 << 20
_GZIP = b"\x1f\x8b"
_MOST_CLASSES = 256

DIGITS = tuple("0123456789")
_CAPITALS = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_SMALL = tuple("abcdefghijklmnopqrstuvwxyz")
_MERGED = (*DIGITS, *_CAPITALS, *"abdefghnqrt")

EMNIST: dict[str, tuple[tuple[str, ...], int]] = {
    "letters": (_CAPITALS, 1),
    "balanced": (_MERGED, 0),
    "bymerge": (_MERGED, 0),
    "byclass": ((*DIGITS, *_CAPITALS, *_SMALL), 0),
    "digits": (DIGITS, 0),
    "mnist": (DIGITS, 0),
}
"""What the classes of each part of EMNIST show, and the label of the first (Cohen et al. 2017).

Where capitals and small letters look alike they are one class, which bears the capital's name.
"""
_EMNIST = re.compile(rf"emnist[-_ ]({'|'.join(EMNIST)})")


@dataclass(frozen=True)
class Images:
    """Labelled images.

    Attributes
    ----------
    pixels : ndarray, shape (images, height * width)
        0 (paper) .. 1 (ink), row by row.
    digits : ndarray of int, shape (images,)
        The class that each shows, from 0.
    height, width : int
    names : tuple of str
        What the classes are called: ``"0"``, ``"1"``... unless they show something else.
    """

    pixels: npt.NDArray[np.float64]
    digits: npt.NDArray[np.intp]
    height: int
    width: int
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.names:
            object.__setattr__(self, "names", tuple(map(str, range(max(2, int(self.digits.max(initial=0)) + 1)))))

    def __len__(self) -> int:
        return len(self.digits)

    def chosen(self, rows: Any) -> Images:
        """The images that an index or mask picks."""
        return replace(self, pixels=self.pixels[rows], digits=self.digits[rows])


@dataclass(frozen=True)
class Loaded:
    """What was read: training and test, or one set that is not divided yet; and what a reader wants to be known."""

    sets: list[Images]
    notes: list[str]


def images_of(path: Path, name: str, pixels: npt.NDArray[Any], labels: npt.NDArray[Any]) -> Images:
    """Images of bytes, or of shares of ink, as they stand in files, with their labels.

    Parameters
    ----------
    path : Path
        For complaints.
    name : str
        Of the file or set, which says whether it is EMNIST's: its images are transposed, its letters begin with 1.
    pixels : ndarray, shape (images, height, width)
        0..255, or 0..1.
    labels : ndarray, shape (images,)
        Whole numbers.

    Raises
    ------
    FileFormatError
        If they are something else.
    """
    if not len(pixels) or len(pixels) != len(labels):
        raise FileFormatError(
            f"{path}: expected a label for each image, got {len(labels)} labels and {len(pixels)} images; {AGAIN}"
        )
    numbers = np.asarray(pixels, dtype=float)
    most = numbers.max()
    if not (numbers.min() >= 0 and most <= 255):
        raise FileFormatError(f"{path}: expected pixels 0..255, got numbers beyond these; {AGAIN}")
    numbers /= 255.0 if most > 1 or pixels.dtype == np.uint8 else 1.0
    found = _EMNIST.search(name.lower())
    names, first = EMNIST[found[1]] if found else ((), 0)
    if found:
        numbers = numbers.transpose(0, 2, 1)
    classes = _classes_of(path, labels, names, first)
    return Images(numbers.reshape(len(numbers), -1), classes, *numbers.shape[1:], names)


def _classes_of(path: Path, labels: npt.NDArray[Any], names: Sequence[str], first: int) -> npt.NDArray[np.intp]:
    last = first + len(names) - 1 if names else _MOST_CLASSES - 1
    right = (labels >= first) & (labels <= last) & (labels == np.floor(labels))
    if not right.all():
        raise FileFormatError(
            f"{path}: expected labels {first}..{last}, whole numbers, got {labels[~right][0]:g}; {AGAIN}"
        )
    return labels.astype(np.intp) - first


def agreed(path: Path, train: Images, test: Images) -> list[Images]:
    """Training and test images, held to one another."""
    if (train.height, train.width) != (test.height, test.width):
        raise FileFormatError(
            f"--data {path}: expected test images of {train.height}x{train.width} pixels as the training images, "
            f"got {test.height}x{test.width}; use files that belong together"
        )
    if test.digits.max() >= len(train.names):
        raise FileFormatError(
            f"--data {path}: expected test labels 0..{len(train.names) - 1} as in training, "
            f"got {test.digits.max()}; use files that belong together"
        )
    return [train, replace(test, names=train.names)]


def side_of(pixels: int) -> int:
    """The side of a square of so many pixels; 0 if they make none."""
    side = math.isqrt(pixels)
    return side if side**2 == pixels else 0


def opened(path: Path) -> IO[bytes]:
    """A file open for reading, gzipped or not."""
    with path.open("rb") as file:
        zipped = file.read(2) == _GZIP
    return gzip.open(path, "rb") if zipped else path.open("rb")


def unpacked(path: Path, most: int) -> bytes:
    """The contents of a file, gzipped or not; an OSError if they are longer than `most` bytes."""
    pieces, length = [], 0
    with opened(path) as file:
        while piece := file.read(CHUNK):  # memory is taken as contents arrive
            pieces.append(piece)
            length += len(piece)
            if length > most:
                raise OSError(f"more than {most >> 20} MB of contents")
    return b"".join(pieces)
