"""Images from CSV files: the shipped digits; Kaggle's, with a header, or without one and the label first."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd.errors import FileFormatError
from images import AGAIN, UNREADABLE, Images, Loaded, agreed, images_of, side_of, unpacked

SHIPPED = Path(__file__).parent / "data" / "digits.csv.gz"
# What is packed may come out a thousand times as long; these are beyond any set that is meant.
_LONGEST_SHIPPED = 8 << 20
_LONGEST = 1 << 28
_LABELS = ("label", "digit", "class", "target", "y")
_WIDEST = 1 << 16

Table = npt.NDArray[Any]


class _NoLabelsError(FileFormatError):
    """A table of images alone."""


def read_csv(path: Path = SHIPPED, full_scale: float = 16.0) -> Images:
    """Square images, one a row after the header: the pixels 0..full_scale, then the digit.

    Raises
    ------
    FileFormatError
        If the file is missing, damaged or holds something else.
    """
    expected = f"{path}: expected a header, then rows of pixels 0..{full_scale:g} and a digit"
    _, table = _table(path, _LONGEST_SHIPPED, expected, True)
    side = side_of(table.shape[1] - 1)
    if not side:
        raise FileFormatError(f"{expected}, got a table of shape {table.shape}; {AGAIN}")
    pixels, digits = table[:, :-1], table[:, -1]
    if not (((pixels >= 0) & (pixels <= full_scale)).all() and np.isin(digits, range(256)).all()):
        raise FileFormatError(f"{expected}, got numbers beyond these; {AGAIN}")
    return Images(pixels / full_scale, digits.astype(np.intp), side, side)


def read_labelled_csv(path: Path) -> Images:
    """Square images, one a row: their pixels 0..255 or 0..1 and their label.

    The label is in the column called ``label``, as in Kaggle's ``train.csv``, or ``digit``, ``class``, ``target`` or
    ``y``; without a header it is the first.

    Raises
    ------
    FileFormatError
        If the file is missing, damaged, has no labels or holds something else.
    """
    expected = f"{path}: expected rows of a label and the pixels of a square image, 0..255"
    header, table = _table(path, _LONGEST, expected)
    named = [place for place, name in enumerate(header) if name.strip().strip('"').lower() in _LABELS]
    has_label = len(named) == 1 or not header
    if not has_label or not side_of(table.shape[1] - 1):
        if side_of(table.shape[1]) > 1:
            raise _NoLabelsError(
                f"{path}: expected a column of labels, got images alone, as in Kaggle's test.csv; "
                "give the file that has them, train.csv"
            )
        raise FileFormatError(f"{expected}, got a table of shape {table.shape}; {AGAIN}")
    place = named[0] if named else 0
    side = side_of(table.shape[1] - 1)
    pixels = np.delete(table, place, axis=1).reshape(-1, side, side)
    return images_of(path, path.name, pixels, table[:, place])


def read_csv_pair(path: Path) -> Loaded:
    """A file of labelled images, and where it is called ``train`` the ``test`` beside it, if that has labels."""
    first = read_labelled_csv(path)
    beside = path.with_name(path.name.replace("train", "test"))
    if beside == path or not beside.exists():
        return Loaded([first], [f"read {path.name}"])
    try:
        test = read_labelled_csv(beside)
    except _NoLabelsError:
        return Loaded([first], [f"read {path.name}; {beside.name} has no labels to compare with, and is left alone"])
    return Loaded(agreed(path, first, test), [f"read {path.name} and {beside.name}"])


def _table(path: Path, longest: int, expected: str, has_header: bool | None = None) -> tuple[list[str], Table]:
    """The names of the columns, none if the first line is numbers, and the numbers, at least a row of them."""
    try:
        text = unpacked(path, longest).decode("ascii")
    except UNREADABLE as error:
        raise FileFormatError(f"{path}: expected a readable CSV file, got: {error}; {AGAIN}") from None
    except ValueError:
        raise FileFormatError(f"{expected}, got something else; {AGAIN}") from None
    first = text[: text.find("\n")] if "\n" in text else text
    header = first.strip().split(",") if has_header or _is_header(first) else []
    body = text[len(first) + 1 :] if header else text
    if not body.strip() or first.count(",") >= _WIDEST:
        raise FileFormatError(f"{expected}, got {'no row' if not body.strip() else 'longer ones'}; {AGAIN}")
    try:
        table = np.loadtxt(io.StringIO(body), delimiter=",", dtype=float, comments=None, ndmin=2)
    except ValueError:
        raise FileFormatError(f"{expected}, got something else; {AGAIN}") from None
    if header and len(header) != table.shape[1]:
        raise FileFormatError(f"{expected}, got {len(header)} names for {table.shape[1]} columns; {AGAIN}")
    return header, table


def _is_header(line: str) -> bool:
    try:
        np.array(line.split(","), dtype=float)
    except ValueError:
        return True
    return False
