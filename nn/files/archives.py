"""Archives of arrays: `.npz` without pickle, read with trust in nothing that they declare."""

from __future__ import annotations

import contextlib
import io
import os
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from autograd.errors import AutogradError, FileFormatError

_LONGEST_TEXT = 256
_LARGEST_DIRECTORY = 2**20
_MAGIC = b"\x93NUMPY\x01\x00"
_HEADER = re.compile(
    rb"\{'descr': '(?P<descr>[<>|][biufcSU]\d{1,4})', 'fortran_order': False, "
    rb"'shape': \((?P<shape>(?:\d{1,18}(?:,|, |(?=\))))*)\), \} *\n"
)
_UNREADABLE = (OSError, ValueError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)

Shape = tuple[int | None, ...]


def packed(arrays: Mapping[str, Any]) -> bytes:
    """An archive of arrays and short texts, each under its name."""
    contents = io.BytesIO()
    np.savez(contents, **arrays)
    return contents.getvalue()


class Archive:
    """An open archive; whatever is not as it should be is a `FileFormatError`.

    Nothing in it is executed, and no memory is taken because a header promises
    content: only for what the file holds. The checksum of every array that is read is verified.

    Parameters
    ----------
    path : Path
    kind : str
        What the file should be, for complaints.
    remedy : str
        What to do if it is not.
    zipped : zipfile.ZipFile
    unpacked : int
        How many bytes an array that is compressed may have; none may be where it is 0.
    """

    def __init__(self, path: Path, kind: str, remedy: str, zipped: zipfile.ZipFile, unpacked: int = 0) -> None:
        self.path, self._kind, self._remedy, self._zipped = path, kind, remedy, zipped
        self._unpacked = unpacked
        self.names = sorted(name.removesuffix(".npy") for name in zipped.namelist())

    def refusal(self, expected: str, came: str) -> FileFormatError:
        """The error to raise where something else came than was expected."""
        return FileFormatError(f"{self.path}: {expected}, got {came}; {self._remedy}")

    def only(self, names: Iterable[str]) -> None:
        """Refuse an archive of other members, or of members that come twice."""
        if self.names != sorted(names):
            raise self.refusal(f"expected the members of {self._kind}", f"{self._zipped.namelist()!r:.200}")

    def text(self, name: str, longest: int = _LONGEST_TEXT) -> str:
        """A text of at most so many characters."""
        with self._member(name) as file:
            shape, dtype = self._header(file, name)
            if shape != () or dtype.kind != "U" or dtype.itemsize > 4 * longest:
                raise self.refusal(f"{name}: expected a short text", f"{dtype} of shape {shape}")
            text = self._contents(file, name, shape, dtype)
        # Not by NumPy, which makes strings of code points that do not exist.
        order = "utf-32-be" if dtype.str.startswith(">") else "utf-32-le"
        try:
            decoded = text.tobytes().decode(order).rstrip("\0")
        except UnicodeDecodeError:
            decoded = "\0"
        if not decoded.isprintable():  # it may be shown on a terminal
            raise self.refusal(f"{name}: expected a short text", "characters that are none")
        return decoded

    def array(self, name: str, shape: Shape, dtype: Any = np.float64, finite: bool = True) -> npt.NDArray[Any]:
        """An array of numbers.

        Parameters
        ----------
        name : str
        shape : tuple of int or None
            What it must have; None for any length.
        dtype : dtype
            What it must have.
        finite : bool
            Whether NaN and infinity are refused.
        """
        with self._member(name) as file:
            found = self._header(file, name)
            fits = len(found[0]) == len(shape) and all(b in (None, a) for a, b in zip(found[0], shape, strict=True))
            if not fits or found[1] != dtype:
                wanted = str(shape).replace("None", "any")
                raise self.refusal(f"{name}: expected {np.dtype(dtype)} of shape {wanted}", f"{found[1]} of {found[0]}")
            array = self._contents(file, name, *found)
        if finite and not np.isfinite(array).all():
            raise self.refusal(f"{name}: expected finite numbers", "NaN or infinity")
        return array

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape that an array declares."""
        return self.declared(name)[0]

    def declared(self, name: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
        """The shape and dtype that an array declares."""
        with self._member(name) as file:
            return self._header(file, name)

    def _member(self, name: str) -> IO[bytes]:
        try:
            member = self._zipped.getinfo(f"{name}.npy")
        except KeyError:
            raise self.refusal(f"expected {self._kind}", f"a file without {name!r}") from None
        if member.compress_type == zipfile.ZIP_STORED:  # then no array can be larger than the file
            return self._zipped.open(member)
        if not self._unpacked or member.compress_type != zipfile.ZIP_DEFLATED:
            raise self.refusal(f"{name}: expected an array that is not compressed", "a compressed one")
        if member.file_size > self._unpacked:
            raise self.refusal(f"{name}: expected at most {self._unpacked >> 20} MB", f"{member.file_size >> 20} MB")
        return self._zipped.open(member)

    def _header(self, file: IO[bytes], name: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
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
        raise self.refusal(f"{name}: expected a plain array", "something else")

    def _contents(self, file: IO[bytes], name: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
        """The numbers behind a header, exactly as many as it declares."""
        size = dtype.itemsize
        for length in shape:
            size *= length
        if self._unpacked and size > self._unpacked:
            raise self.refusal(f"{name}: expected at most {self._unpacked >> 20} MB", f"an array of shape {shape}")
        # One byte more than declared: at the end of the member its checksum is compared.
        contents = file.read(size + 1)
        if len(contents) != size:
            raise self.refusal(f"{name}: expected {size} bytes", "more" if len(contents) > size else "fewer")
        return np.frombuffer(contents, dtype=dtype).reshape(shape)


class _Bounded(io.BufferedReader):
    """A file that is not asked for more than `most` bytes at once: a request takes memory before it is met."""

    most = _LARGEST_DIRECTORY

    def read(self, size: int | None = -1) -> bytes:
        """As the base class, within the bound."""
        if size is not None and size > self.most:
            raise zipfile.BadZipFile(f"a part of {size} bytes is declared, which cannot be")
        return super().read(size)


@contextlib.contextmanager
def opened(path: Path, kind: str, remedy: str, unpacked: int = 0) -> Iterator[Archive]:
    """The archive at `path`, open inside the ``with``; every trouble in it is told as a `FileFormatError`."""
    try:
        with _Bounded(io.FileIO(path)) as file, zipfile.ZipFile(file) as zipped:
            file.most = os.fstat(file.fileno()).st_size
            yield Archive(path, kind, remedy, zipped, unpacked)
    except AutogradError:
        raise
    except FileNotFoundError:
        raise FileFormatError(f"{path}: expected {kind}, got no such file") from None
    except _UNREADABLE as error:
        raise FileFormatError(f"{path}: expected {kind}, got an unreadable file ({error})") from None
