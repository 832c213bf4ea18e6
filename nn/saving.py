"""Networks in files: `.npz` without pickle, written whole or not at all."""

from __future__ import annotations

import contextlib
import io
import os
import re
import zipfile
import zlib
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from autograd.errors import FileFormatError
from autograd.files import write_whole

from .mlp import ACTIVATIONS, MLP, MOST_WEIGHTS

_FORMAT = "scalar-autograd network 1"
_LARGEST_TEXT = 1024
_MOST_LAYERS = 1000
_MAGIC = b"\x93NUMPY\x01\x00"
_HEADER = re.compile(
    rb"\{'descr': '(?P<descr>[<>|][biufcSU]\d{1,4})', 'fortran_order': False, "
    rb"'shape': \((?P<shape>(?:\d{1,18}(?:,|, |(?=\))))*)\), \} *\n"
)


def save(net: MLP, path: str | os.PathLike[str]) -> None:
    """Write a network to `path`, atomically: a file that is there stays whole whatever happens.

    Raises
    ------
    ArgumentError
        If the file cannot be written; nothing is left behind.
    """
    arrays: dict[str, Any] = {
        "format": np.array(_FORMAT),
        "sizes": np.array(net.sizes, dtype=np.int64),
        "activation": np.array(net.activation),
        "output": np.array(net.output),
    }
    for number, layer in enumerate(net.layers, start=1):
        arrays[f"W{number}"], arrays[f"b{number}"] = layer.weights, layer.biases
    contents = io.BytesIO()
    np.savez(contents, **arrays)
    write_whole(Path(path), contents.getvalue())


def load(path: str | os.PathLike[str]) -> MLP:
    """The network that ``net.save(path)`` wrote.

    Raises
    ------
    FileFormatError
        If the file is missing, truncated, corrupt or something else; nothing in
        it is executed, and nothing is allocated before its sizes are checked.
    """
    path = Path(path)
    try:
        with zipfile.ZipFile(path) as archive:
            return _network(path, archive)
    except FileFormatError:
        raise
    except FileNotFoundError:
        raise FileFormatError(f"{path}: expected a network saved by net.save, got no such file") from None
    except (OSError, ValueError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise FileFormatError(
            f"{path}: expected a network saved by net.save, got an unreadable file ({error})"
        ) from None


def _network(path: Path, archive: zipfile.ZipFile) -> MLP:
    if _text(path, archive, "format") != _FORMAT:
        raise FileFormatError(f"{path}: expected the format {_FORMAT!r}, got another; save the network anew")
    names = {name: _text(path, archive, name) for name in ("activation", "output")}
    for name, text in names.items():
        if text not in ACTIVATIONS:
            raise FileFormatError(f"{path}: {name}: expected one of {', '.join(ACTIVATIONS)}, got {text!r:.60}")
    sizes = _sizes(path, archive)
    expected = {f"{letter}{number}.npy" for number in range(1, len(sizes)) for letter in "Wb"}
    expected |= {"format.npy", "sizes.npy", "activation.npy", "output.npy"}
    if sorted(archive.namelist()) != sorted(expected):
        raise FileFormatError(f"{path}: expected the members of a {sizes} network, got {archive.namelist()!r:.200}")
    layers = []
    for number, (inputs, outputs) in enumerate(pairwise(sizes), start=1):
        weights = _array(path, archive, f"W{number}", (outputs, inputs), np.dtype(np.float64))
        layers.append((weights, _array(path, archive, f"b{number}", (outputs,), np.dtype(np.float64))))
    net = MLP(sizes, names["activation"], names["output"], seed=0)
    for layer, (weights, biases) in zip(net.layers, layers, strict=True):
        for neuron, row, bias in zip(layer.neurons, weights.tolist(), biases.tolist(), strict=True):
            neuron.bias.data = bias
            for value, number in zip(neuron.weights, row, strict=True):
                value.data = number
    return net


def _sizes(path: Path, archive: zipfile.ZipFile) -> list[int]:
    with _member(path, archive, "sizes") as file:
        shape, dtype = _header(path, file, "sizes")
        if len(shape) != 1 or not 2 <= shape[0] <= _MOST_LAYERS or dtype != np.dtype(np.int64):
            raise FileFormatError(f"{path}: sizes: expected 2..{_MOST_LAYERS} integers, got {dtype} of shape {shape}")
        sizes = [int(size) for size in _read(path, file, "sizes", shape, dtype)]
    if min(sizes) < 1 or sum(a * b for a, b in pairwise(sizes)) > MOST_WEIGHTS:
        raise FileFormatError(f"{path}: sizes: expected a network of 1..{MOST_WEIGHTS} weights, got {sizes!r:.80}")
    return sizes


def _text(path: Path, archive: zipfile.ZipFile, name: str) -> str:
    with _member(path, archive, name) as file:
        shape, dtype = _header(path, file, name)
        if shape != () or dtype.kind != "U" or dtype.itemsize > _LARGEST_TEXT:
            raise FileFormatError(f"{path}: {name}: expected a short text, got {dtype} of shape {shape}")
        text: npt.NDArray[Any] = _read(path, file, name, shape, dtype)
    try:
        return str(text[()])
    except (ValueError, UnicodeError):
        raise FileFormatError(f"{path}: {name}: expected a short text, got bytes that are none") from None


def _array(path: Path, archive: zipfile.ZipFile, name: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Any:
    with _member(path, archive, name) as file:
        found = _header(path, file, name)
        if found != (shape, dtype):
            raise FileFormatError(f"{path}: {name}: expected {dtype} of shape {shape}, got {found[1]} of {found[0]}")
        array = _read(path, file, name, shape, dtype)
    if not np.isfinite(array).all():
        raise FileFormatError(f"{path}: {name}: expected finite numbers, got NaN or infinity")
    return array


def _member(path: Path, archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    try:
        stored = archive.getinfo(f"{name}.npy").compress_type == zipfile.ZIP_STORED
    except KeyError:
        raise FileFormatError(f"{path}: expected a network saved by net.save, got a file without {name!r}") from None
    if not stored:  # then no array can be larger than the file
        raise FileFormatError(f"{path}: {name}: expected an array that is not compressed; write it with net.save")
    return archive.open(f"{name}.npy")


def _header(path: Path, file: IO[bytes], name: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Shape and dtype as an array's header declares them.

    Only the one form that NumPy writes for plain arrays is read: its own reader takes more, down
    to Python tokens, and objects.
    """
    start = file.read(10)
    header = _HEADER.fullmatch(file.read(int.from_bytes(start[8:], "little")))
    if start[:8] == _MAGIC and header is not None:
        descr, shape = header["descr"].decode(), header["shape"].decode()
        with contextlib.suppress(TypeError):
            return tuple(int(length) for length in shape.split(",") if length.strip()), np.dtype(descr)
    raise FileFormatError(f"{path}: {name}: expected a plain array, got something else; save the network anew")


def _read(path: Path, file: IO[bytes], name: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Any:
    """The numbers behind a header, exactly as many as it declares."""
    size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    contents = file.read(size + 1)
    if len(contents) != size:
        raise FileFormatError(
            f"{path}: {name}: expected {size} bytes, got {'more' if len(contents) > size else 'fewer'}"
        )
    return np.frombuffer(contents, dtype=dtype).reshape(shape)
