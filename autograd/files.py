"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from pathlib import Path
from typing import Any

from .errors import ArgumentError, OperandError

_RANDOM_BYTES = 8


def as_path(given: Any, name: str) -> Path:
    """The path of a file, or an `OperandError` that names the argument."""
    if not isinstance(given, str | os.PathLike):
        raise OperandError(f"{name}: expected the path of a file, got {type(given).__name__}")
    return Path(given)


def write_whole(path: Path, contents: bytes) -> None:
    """Write a file by way of a temporary one beside it.

    Raises
    ------
    ArgumentError
        If it cannot be written; what was there stays.
    """
    if not path.name or "\0" in str(path):  # the operating system has no such files
        raise ArgumentError(f"{str(path)!r}: expected the path of a file, got one without a name; give another")
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(_RANDOM_BYTES)}")
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


def remove_leftovers(path: Path) -> None:
    """Remove the temporary files that writers of `path` left when they were killed.

    Only while nothing else writes `path`. What cannot be removed stays: nothing ever reads it.
    """
    leftover = re.compile(re.escape(f".{path.name}.") + f"[0-9a-f]{{{2 * _RANDOM_BYTES}}}")
    with contextlib.suppress(OSError):
        for other in path.parent.iterdir():
            if leftover.fullmatch(other.name):
                other.unlink(missing_ok=True)
