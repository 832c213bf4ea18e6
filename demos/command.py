"""What the demos' command lines share: complaints of one line, and checks before the work begins."""

from __future__ import annotations

import argparse
import importlib.util
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from autograd.errors import ArgumentError, AutogradError


class Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def whole_number(least: int) -> Callable[[str], int]:
    """What reads an argument that is a whole number of at least `least`."""

    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or len(text) > 18 or int(text) < least:
            raise argparse.ArgumentTypeError(
                f"expected a whole number of at least {least}, got {text!r}; give one such as {max(least, 2)}"
            )
        return int(text)

    return read


def need_matplotlib(otherwise: str) -> None:
    """Raise where matplotlib is not installed; `otherwise` says what else can be done."""
    if importlib.util.find_spec("matplotlib") is None:
        raise ArgumentError(
            "expected matplotlib for the pictures, got none installed; "
            f"run pip install 'scalar-autograd[demos]'{otherwise}"
        )


def make_folder(folder: Path) -> None:
    """Make a folder where it is missing, and raise where it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise ArgumentError(
            f"--out {folder}: expected a folder that can be written, got: {error.strerror}; name another"
        ) from None


def exit_code(prog: str, work: Callable[[], None]) -> int:
    """Do the work; 2 where something given cannot be used, 130 where Ctrl-C stopped it, each with one line."""
    try:
        work()
    except AutogradError as error:
        print(f"{prog}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"{prog}: stopped", file=sys.stderr)
        return 130
    return 0
