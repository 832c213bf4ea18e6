"""What a training shows while it runs: a bar on a terminal or in a notebook, else plain lines."""

from __future__ import annotations

import importlib.util
import sys
from typing import Any

from .history import short

# The measures come first: of a line that is too long for a terminal the end is cut.
_FORMAT = "{n_fmt}/{total_fmt}{postfix} |{bar}| {remaining}"


class Progress:
    """Shows epochs as they end.

    Parameters
    ----------
    epochs : int
        How many there will be.
    shown : bool
        Whether anything is: a bar on a terminal or in a notebook, plain lines
        elsewhere and where tqdm is absent.
    done : int
        How many ended before, in a training that is resumed.
    """

    def __init__(self, epochs: int, shown: bool, done: int = 0) -> None:
        self._epochs = epochs
        self._done = done
        # Under pythonw there is no standard error at all.
        interactive = "ipykernel" in sys.modules or (sys.stderr is not None and sys.stderr.isatty())
        self._bar: Any = _bar(epochs, done) if shown and interactive else None
        self._prints = shown and self._bar is None and sys.stderr is not None

    def epoch(self, measures: dict[str, float]) -> None:
        """Show the measures of an epoch that has ended."""
        self._done += 1
        text = ", ".join(f"{name} {short(value)}" for name, value in measures.items())
        if self._bar is not None:
            self._bar.set_postfix_str(text, refresh=False)
            self._bar.update()
        elif self._prints:
            print(f"epoch {self._done}/{self._epochs}: {text}", file=sys.stderr, flush=True)

    def close(self) -> None:
        """Leave the bar as it stands."""
        if self._bar is not None:
            self._bar.close()


def _bar(epochs: int, done: int) -> Any:
    try:
        if "ipykernel" in sys.modules and importlib.util.find_spec("ipywidgets") is not None:
            from tqdm.notebook import tqdm
        else:
            from tqdm import tqdm
    except ImportError:  # an optional extra: plain lines do as well
        return None
    return tqdm(total=epochs, initial=done, bar_format=_FORMAT, dynamic_ncols=True)
