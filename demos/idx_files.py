"""Images from folders of IDX files: MNIST's and whatever is packed like them, QMNIST's and EMNIST's too."""

from __future__ import annotations

import math
import re
import struct
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from autograd.errors import FileFormatError
from images import AGAIN, CHUNK, UNREADABLE, Images, Loaded, agreed, images_of, opened

# What is packed may come out a thousand times as long; this is beyond any set that is meant.
_LARGEST = 1 << 30
_IMAGES = re.compile(r"(?P<part>.*)images(?P<dot>[-.])idx3-ubyte(\.gz)?$")
_PART = re.compile(r"(?P<set>.*?)[-_.]?(?P<role>train|t10k|test)?[-_.]?")
_PLAIN = "mnist"
"""What a set is called whose files are named for their part alone: ``train-images-idx3-ubyte``."""
_BYTES, _INTS = 8, 12
_DTYPES = {_BYTES: np.dtype(np.uint8), _INTS: np.dtype(">i4")}
# What labels are called beside images, and how they are packed: QMNIST's have eight numbers, the class first.
_LABELS = (("idx1-ubyte", 1, _BYTES), ("idx2-int", 2, _INTS))

Parts = dict[str, dict[str, list[Path]]]
"""By set and part (``train``, ``test`` or neither) the files of images."""


def read_idx(path: Path, dimensions: int, kind: int = _BYTES) -> npt.NDArray[Any]:
    """An array from an IDX file, gzipped or not.

    Parameters
    ----------
    path : Path
    dimensions : int
        3 for images, 1 for labels, 2 for QMNIST's; the file must agree.
    kind : int
        What the file says of its numbers: 8 for bytes, 12 for whole numbers of 32 bits.

    Raises
    ------
    FileFormatError
        If the file is missing, truncated, too long or of another kind. Memory
        is taken as content arrives, never because a header promises it.
    """
    try:
        with opened(path) as file:
            return _array(path, file, dimensions, kind)
    except UNREADABLE as error:
        raise FileFormatError(f"{path}: expected a readable IDX file, got: {error}; {AGAIN}") from None


def _array(path: Path, file: IO[bytes], dimensions: int, kind: int) -> npt.NDArray[Any]:
    magic, expected = file.read(4), bytes([0, 0, kind, dimensions])
    if magic != expected:
        raise FileFormatError(
            f"{path}: expected the magic number 0x{expected.hex()} of an IDX file of "
            f"{'bytes' if kind == _BYTES else 'whole numbers'} in {dimensions} dimension{'s' * (dimensions > 1)}, "
            f"got {'0x' + magic.hex() if magic else 'an empty file'}; {AGAIN}"
        )
    header = file.read(4 * dimensions)
    if len(header) < 4 * dimensions:
        raise FileFormatError(f"{path}: expected {dimensions} sizes after the magic number, got a truncated file")
    shape = struct.unpack(f">{dimensions}I", header)
    dtype = _DTYPES[kind]
    size = math.prod(shape) * dtype.itemsize
    if not 1 <= size <= _LARGEST:
        raise FileFormatError(f"{path}: expected at least one item and at most 1 GB, got the sizes {shape}; {AGAIN}")
    contents = bytearray()
    while len(contents) <= size and (piece := file.read(CHUNK)):
        contents += piece
    if len(contents) != size:
        came = "more" if len(contents) > size else f"{len(contents)}: it is truncated"
        raise FileFormatError(f"{path}: expected {size} bytes for the sizes {shape}, got {came}; {AGAIN}")
    return np.frombuffer(contents, dtype=dtype).reshape(shape)


# Folders


def read_folder(folder: Path, dataset: str | None = None) -> Loaded:
    """The IDX pairs of a folder: [training, test], or one that is not divided yet.

    Parameters
    ----------
    folder : Path
    dataset : str, optional
        Which set, where there are several: ``"emnist-letters"`` for ``emnist-letters-train-images-idx3-ubyte`` and its
        like, ``"mnist"`` where files are named for their part alone.

    Raises
    ------
    FileFormatError
        If there is no pair, there are several sets and none is chosen, or one cannot be used.
    """
    found = _parts_of(folder)
    name = _chosen(folder, found, dataset)
    roles = found[name]
    paths = [path for role in ("train", "test", "") for path in roles.get(role, [])]
    if len(paths) > 2 or (len(paths) == 2 and set(roles) != {"train", "test"}):
        raise FileFormatError(
            f"--data {folder}: expected a train-* and a t10k-* pair of {name}, or a single pair, "
            f"got images named {', '.join(path.name for path in paths)}; put the others elsewhere"
        )
    sets = [_read_pair(path, name) for path in paths]
    names = " and ".join(path.name for path in paths)
    alone = "; its training images are not there" if set(roles) == {"test"} else ""
    return Loaded(agreed(folder, *sets) if len(sets) == 2 else sets, [f"read {names}{alone}"])


def set_of(path: Path) -> str | None:
    """The set that a file of images belongs to; None if it is no such file."""
    match = _IMAGES.match(path.name)
    return _named(match["part"])[0] if match else None


def _named(part: str) -> tuple[str, str]:
    """The set and the part that the beginning of a file's name tells."""
    match = _PART.fullmatch(part)
    if match is None:  # a name of several lines
        return part, ""
    role = match["role"] or ""
    return match["set"] or _PLAIN, "test" if role == "t10k" else role


def _parts_of(folder: Path) -> Parts:
    if not folder.is_dir():
        raise FileFormatError(f"--data {folder}: expected a file or a folder, got no such folder; name another")
    # Of a file that is there packed and unpacked the unpacked one is read.
    images = {
        match["part"] + match["dot"]: path
        for path in sorted(folder.iterdir(), reverse=True)
        if (match := _IMAGES.match(path.name))
    }
    found: Parts = {}
    for key, path in sorted(images.items()):
        name, role = _named(key[:-1])
        found.setdefault(name, {}).setdefault(role, []).append(path)
    return found


def _chosen(folder: Path, found: Parts, dataset: str | None) -> str:
    names = ", ".join(sorted(found))
    if not found:
        others = sorted(path.name for path in folder.iterdir() if re.search(r"\.(csv|npz|pkl)(\.gz)?$", path.name))
        remedy = (
            f"give a file: --data {folder / others[0]}"
            if others
            else "put train-images-idx3-ubyte and train-labels-idx1-ubyte there, gzipped or not"
        )
        came = f" but {', '.join(others[:5])}" if others else ""
        raise FileFormatError(
            f"--data {folder}: expected images and labels in IDX files, got no images in such files{came}; {remedy}"
        )
    if dataset is None and len(found) > 1:
        raise FileFormatError(
            f"--data {folder}: expected --dataset to choose one of several sets, got images of {names}; "
            f"add --dataset {min(found)}"
        )
    if dataset is not None and dataset not in found:
        raise FileFormatError(f"--dataset {dataset!r:.60}: expected one of {names} in {folder}, got another; name one")
    return dataset or next(iter(found))


def _read_pair(images_path: Path, name: str) -> Images:
    """The images of a file with the labels of the file beside it."""
    match = _IMAGES.match(images_path.name)
    assert match is not None
    start = f"{match['part']}labels{match['dot']}"
    choices = [
        (images_path.with_name(f"{start}{end}{zipped}"), *how) for end, *how in _LABELS for zipped in ("", ".gz")
    ]
    chosen = next((choice for choice in choices if choice[0].exists()), None)
    if chosen is None:
        raise FileFormatError(
            f"{images_path}: expected its labels in {start}{_LABELS[0][0]} beside it, got no such file; put it there"
        )
    path, dimensions, kind = chosen
    images, labels = read_idx(images_path, 3), read_idx(path, dimensions, kind)
    if len(images) != len(labels):
        raise FileFormatError(
            f"{path}: expected {len(images)} labels, one for each image of {images_path.name}, "
            f"got {len(labels)}; use files that belong together"
        )
    return images_of(path, name, images, labels if labels.ndim == 1 else labels[:, 0])
