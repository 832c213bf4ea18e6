"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from .errors import ArgumentError


def write_whole(path: Path, contents: bytes) -> None:
    """Write a file by way of a temporary one beside it.

    Raises
    ------
    ArgumentError
        If it cannot be written; what was there stays.
    """
    if not path.name or "\0" in str(path):  # the operating system has no such files
        raise ArgumentError(f"{str(path)!r}: expected the path of a file, got one without a name; give another")
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        # "x" makes a file with the rights that any new file has, unlike tempfile's, which is for its owner alone.
        with open(temporary, "xb") as file:
            file.write(contents)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise ArgumentError(
            f"{path}: cannot be written: {error.strerror}; choose a file in a folder that is writable and has space"
        ) from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
