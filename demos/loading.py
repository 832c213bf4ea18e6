"""Images of handwritten characters from CSV and IDX files, and their division into seen and unseen."""

from __future__ import annotations

import gzip
import math
import re
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from autograd.errors import FileFormatError

SHIPPED = Path(__file__).parent / "data" / "digits.csv.gz"
_CHUNK = 1 << 20
# What is packed may come out a thousand times as long; these are beyond any set that is meant.
_LONGEST_CSV = 8 << 20
_LARGEST_IDX = 1 << 30
_IMAGES = re.compile(r"(?P<part>.*)images[-.]idx3-ubyte(\.gz)?$")
_GZIP = b"\x1f\x8b"
_UNREADABLE = (OSError, EOFError, zlib.error)
_AGAIN = "fetch the file again"


@dataclass(frozen=True)
class Images:
    """Labelled images.

    Attributes
    ----------
    pixels : ndarray, shape (images, height * width)
        0 (paper) .. 1 (ink), row by row.
    digits : ndarray of int, shape (images,)
        What each shows, from 0.
    height, width : int
    """

    pixels: npt.NDArray[np.float64]
    digits: npt.NDArray[np.intp]
    height: int
    width: int

    def __len__(self) -> int:
        return len(self.digits)

    def chosen(self, rows: Any) -> Images:
        """The images that an index or mask picks."""
        return Images(self.pixels[rows], self.digits[rows], self.height, self.width)


def read_csv(path: Path = SHIPPED, full_scale: float = 16.0) -> Images:
    """Square images, one a row after the header: the pixels 0..full_scale, then the digit.

    Raises
    ------
    FileFormatError
        If the file is missing, damaged or holds something else.
    """
    expected = f"{path}: expected a header, then rows of pixels 0..{full_scale:g} and a digit"
    try:
        text = _unpacked(path).decode("ascii")
        table = np.array([line.split(",") for line in text.splitlines()[1:]], dtype=float)
    except _UNREADABLE as error:
        raise FileFormatError(f"{path}: expected a readable CSV file, got: {error}; {_AGAIN}") from None
    except ValueError:
        raise FileFormatError(f"{expected}, got something else; {_AGAIN}") from None
    side = math.isqrt(table.shape[1] - 1) if table.ndim == 2 and table.shape[1] > 1 else 0
    if not side or side**2 != table.shape[1] - 1:
        raise FileFormatError(f"{expected}, got a table of shape {table.shape}; {_AGAIN}")
    pixels, digits = table[:, :-1], table[:, -1]
    if not (((pixels >= 0) & (pixels <= full_scale)).all() and np.isin(digits, range(256)).all()):
        raise FileFormatError(f"{expected}, got numbers beyond these; {_AGAIN}")
    return Images(pixels / full_scale, digits.astype(np.intp), side, side)


def read_idx(path: Path, dimensions: int) -> npt.NDArray[np.uint8]:
    """An array of bytes from an IDX file, gzipped or not.

    Parameters
    ----------
    path : Path
    dimensions : int
        3 for images, 1 for labels; the file must agree.

    Raises
    ------
    FileFormatError
        If the file is missing, truncated, too long or of another kind. Memory
        is taken as content arrives, never because a header promises it.
    """
    try:
        with _opened(path) as file:
            return _idx_array(path, file, dimensions)
    except _UNREADABLE as error:
        raise FileFormatError(f"{path}: expected a readable IDX file, got: {error}; {_AGAIN}") from None


def _idx_array(path: Path, file: IO[bytes], dimensions: int) -> npt.NDArray[np.uint8]:
    magic, expected = file.read(4), bytes([0, 0, 8, dimensions])
    if magic != expected:
        raise FileFormatError(
            f"{path}: expected the magic number 0x{expected.hex()} of an IDX file of bytes in {dimensions} "
            f"dimension{'s' * (dimensions > 1)}, got {'0x' + magic.hex() if magic else 'an empty file'}; {_AGAIN}"
        )
    header = file.read(4 * dimensions)
    if len(header) < 4 * dimensions:
        raise FileFormatError(f"{path}: expected {dimensions} sizes after the magic number, got a truncated file")
    shape = struct.unpack(f">{dimensions}I", header)
    size = math.prod(shape)
    if not 1 <= size <= _LARGEST_IDX:
        raise FileFormatError(f"{path}: expected at least one item and at most 1 GB, got the sizes {shape}; {_AGAIN}")
    contents = bytearray()
    while len(contents) <= size and (piece := file.read(_CHUNK)):
        contents += piece
    if len(contents) != size:
        came = "more" if len(contents) > size else f"{len(contents)}: it is truncated"
        raise FileFormatError(f"{path}: expected {size} bytes for the sizes {shape}, got {came}; {_AGAIN}")
    return np.frombuffer(contents, dtype=np.uint8).reshape(shape)


def read_folder(folder: Path) -> list[Images]:
    """The IDX pairs of a folder: [training, test], or one that is not divided yet.

    Raises
    ------
    FileFormatError
        If there is no pair, there are too many, or one cannot be used.
    """
    if not folder.is_dir():
        raise FileFormatError(
            f"--data {folder}: expected a folder of IDX files, got {'a file' if folder.exists() else 'no such folder'}"
            "; name the folder that holds train-images-idx3-ubyte and its labels, gzipped or not"
        )
    parts = {
        match["part"]: path for path in sorted(folder.iterdir(), reverse=True) if (match := _IMAGES.match(path.name))
    }
    train = [part for part in parts if "train" in part]
    test = [part for part in parts if "t10k" in part or "test" in part]
    names = train + test if len(train) == len(test) == 1 else list(parts)
    if len(names) != len(parts) or not (len(names) == 1 or (train and test)):
        raise FileFormatError(
            f"--data {folder}: expected images and labels in IDX files, a train-* and a t10k-* pair or a single pair, "
            f"got {'images named ' + ', '.join(sorted(p.name for p in parts.values())) if parts else 'no images'}; "
            "put train-images-idx3-ubyte and train-labels-idx1-ubyte there, gzipped or not"
        )
    sets = [_read_pair(parts[name]) for name in names]
    if len(sets) == 2:
        _agree(folder, *sets)
    return sets


def _read_pair(images_path: Path) -> Images:
    """The images of a file with the labels of the file beside it."""
    plain = images_path.name.removesuffix(".gz").replace("images", "labels").replace("idx3", "idx1")
    choices = [images_path.with_name(plain), images_path.with_name(f"{plain}.gz")]
    labels_path = next((path for path in choices if path.exists()), None)
    if labels_path is None:
        raise FileFormatError(
            f"{images_path}: expected its labels in {plain} beside it, got no such file; put it there"
        )
    images, labels = read_idx(images_path, 3), read_idx(labels_path, 1)
    if len(images) != len(labels):
        raise FileFormatError(
            f"{labels_path}: expected {len(images)} labels, one for each image of {images_path.name}, "
            f"got {len(labels)}; use files that belong together"
        )
    height, width = images.shape[1:]
    return Images(images.reshape(len(images), -1) / 255.0, labels.astype(np.intp), height, width)


def _agree(folder: Path, train: Images, test: Images) -> None:
    if (train.height, train.width) != (test.height, test.width):
        raise FileFormatError(
            f"--data {folder}: expected test images of {train.height}x{train.width} pixels as the training images, "
            f"got {test.height}x{test.width}; use files that belong together"
        )
    if test.digits.max() > train.digits.max():
        raise FileFormatError(
            f"--data {folder}: expected test labels 0..{train.digits.max()} as in training, "
            f"got {test.digits.max()}; use files that belong together"
        )


def split(images: Images, share: float = 0.2, seed: int = 0) -> tuple[Images, Images]:
    """Divide into training and test, each digit in the same proportion.

    Parameters
    ----------
    images : Images
    share : float
        Of the images, 0..1, that go into the test.
    seed : int
        Decides which.

    Raises
    ------
    FileFormatError
        If there are too few to put any aside.
    """
    random = np.random.default_rng(seed)
    unseen = np.zeros(len(images), dtype=bool)
    for digit in np.unique(images.digits):
        places = random.permutation(np.flatnonzero(images.digits == digit))
        unseen[places[: round(len(places) * share)]] = True
    if not unseen.any() or unseen.all():
        raise FileFormatError(
            f"expected enough images to put {share:.0%} of each digit aside, got {len(images)}; use a larger set"
        )
    return images.chosen(~unseen), images.chosen(unseen)


def _opened(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        zipped = file.read(2) == _GZIP
    return gzip.open(path, "rb") if zipped else path.open("rb")


def _unpacked(path: Path) -> bytes:
    with _opened(path) as file:
        contents = file.read(_LONGEST_CSV + 1)
    if len(contents) > _LONGEST_CSV:
        raise OSError(f"more than {_LONGEST_CSV >> 20} MB of text")
    return contents
