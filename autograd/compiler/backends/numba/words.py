"""Words: an instruction of the machine, as integers that are known or depend on the batch's size and on the memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from .amounts import Amount
from .memory import ARENA, View


@dataclass(frozen=True)
class Offset:
    """So many bytes from the start of a base or, in the arena, of a buffer."""

    buffer: int
    amount: Amount

    def __str__(self) -> str:
        return str(self.amount) if self.buffer < 0 else f"buffer{self.buffer}+{self.amount}"


class Late(Enum):
    """Words that are known when a program is made ready for a batch's size."""

    ADDS = 1
    """Whether a sum over the batch is added to what is there: where the batch comes in parts."""

    def __str__(self) -> str:
        return self.name.lower()


Word = int | Amount | Offset | Late


@dataclass(frozen=True)
class Encoded:
    """An instruction: the kernel's name, what gives its address, and the words behind address and length."""

    name: str
    kernel: Callable[[], int]
    words: tuple[Word | Encoded, ...]

    @property
    def length(self) -> int:
        """How many words it has, those two included."""
        return 2 + sum(word.length if isinstance(word, Encoded) else 1 for word in self.words)

    def __str__(self) -> str:
        return " ".join(
            [self.name, *(f"\n  {word}" if isinstance(word, Encoded) else str(word) for word in self.words)]
        )

    @property
    def buffers(self) -> list[int]:
        """The buffers that it reads or writes."""
        own = [word.buffer for word in self.words if isinstance(word, Offset) and word.buffer >= 0]
        return own + [buffer for word in self.words if isinstance(word, Encoded) for buffer in word.buffers]

    @property
    def flat(self) -> Iterator[Word]:
        """All words, those of instructions among them too."""
        yield self.kernel()
        yield self.length
        for word in self.words:
            if isinstance(word, Encoded):
                yield from word.flat
            else:
                yield word


def located(view: View, itemsize: int) -> list[Word]:
    """Where a view begins: two words."""
    return [view.area.base, Offset(view.area.buffer if view.area.base == ARENA else -1, view.start.times(itemsize))]


def operands(views: Sequence[View], strides: Sequence[Sequence[Amount]], itemsize: int) -> list[Word]:
    """Where views begin, each with its strides."""
    words: list[Word] = []
    for view, own in zip(views, strides, strict=True):
        words += [*located(view, itemsize), *own]
    return words
