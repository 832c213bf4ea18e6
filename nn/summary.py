"""What a module holds, as a table of 80 columns or in HTML."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from autograd import Value
from autograd.text import shown

from .files.state import Arrays, arrays_of, flat, labels_of, shape_of, told_shape
from .networks.activations import told

_WIDTH = 80
_GAP = "  "
_LONGEST_TIE = 24
_LONGEST = 400
_FIRST, _LAST = 40, 10
_HEADINGS = ("name", "label", "shape", "module", "activation", "parameters")


@dataclass(frozen=True)
class Row:
    """An array of a module, or a module or function that has none.

    Attributes
    ----------
    name : str
        As in ``state_dict()``.
    label : str
        What the document calls it, such as w¹; empty where that is the name.
    shape : tuple of int
        () for one parameter; None where there is none.
    module, activation : str
        Whose it is, and what that computes at the end; empty but in the first row of each module inside.
    parameters : int
        Those that are in no row before.
    tied_to : str
        The first array that holds any of the others; empty if there are none.
    """

    name: str
    label: str
    shape: tuple[int, ...] | None
    module: str
    activation: str
    parameters: int
    tied_to: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        """The row as it is shown, a text for each heading."""
        shape = "" if self.shape is None else told_shape(self.shape)
        count = f"{self.parameters:,}"
        if self.tied_to:
            tie = shortened(f"in {self.tied_to}", _LONGEST_TIE)
            count = f"{count}, others {tie}" if self.parameters else tie
        return self.name, self.label, shape, self.module, self.activation, count


class Summary:
    """What a module holds; ``print`` shows a table, a notebook shows it by itself.

    Attributes
    ----------
    title : str
    rows : tuple of Row
        An array each, in the order of ``state_dict()``.
    parameters : int
        How many there are, those counted once that stand in several places.
    """

    def __init__(self, title: str, rows: Sequence[Row], parameters: int) -> None:
        self.title, self.rows, self.parameters = title, tuple(rows), parameters

    @property
    def _cells(self) -> list[tuple[str, ...]]:
        """Heading and rows, without columns that would be empty; one row for those in the middle of very many."""
        rows, dropped = self.rows, len(self.rows) - _FIRST - _LAST
        if dropped <= 1:
            told = [row.cells for row in rows]
        else:
            counted = f"{sum(row.parameters for row in rows[_FIRST:-_LAST]):,}"
            middle = (f"... {dropped:,} more", "", "", "", "", counted)
            told = [*(row.cells for row in rows[:_FIRST]), middle, *(row.cells for row in rows[-_LAST:])]
        told = [tuple(shown(cell, _LONGEST) for cell in row) for row in told]
        used = [any(row[at] for row in told) for at in range(len(_HEADINGS))]
        return [tuple(cell for cell, keep in zip(row, used, strict=True) if keep) for row in (_HEADINGS, *told)]

    @property
    def _total(self) -> str:
        return f"{self.parameters:,} parameter{'' if self.parameters == 1 else 's'}"

    def __str__(self) -> str:
        title = shortened(shown(self.title, _LONGEST), _WIDTH)
        if not self.rows:
            return f"{title}\n{self._total}"
        cells = self._cells
        widths = _fitting([max(map(_columns, column)) for column in zip(*cells, strict=True)])
        rule = "─" * (sum(widths) + len(_GAP) * (len(widths) - 1))
        heading, *lines = ["".join(_line(row, widths)).rstrip() for row in cells]
        return "\n".join([title, "", heading, rule, *lines, rule, self._total.rjust(len(rule))])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        title = f"<b>{html.escape(shown(self.title, _LONGEST))}</b>"
        if not self.rows:
            return f"<div>{title}<br>{self._total}</div>"
        heading, *rows = self._cells
        head = "".join(_cell("th", text, at, heading) for at, text in enumerate(heading))
        body = "".join(f"<tr>{''.join(_cell('td', text, at, row) for at, text in enumerate(row))}</tr>" for row in rows)
        foot = f'<td colspan="{len(heading)}" style="text-align: right; padding: 2px 8px">{self._total}</td>'
        return (
            f"<div>{title}<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
            f"<tfoot><tr>{foot}</tr></tfoot></table></div>"
        )


def summary_of(module: Any) -> Summary:
    """The summary of a module."""
    modules = dict(module.named_modules(remove_duplicate=False))
    arrays = arrays_of(module)
    rows = _with_others(list(_rows(arrays, modules)), modules)
    told = repr(module)
    title = told if "\n" not in told else type(module).__name__
    return Summary(title, rows, len({value for array in arrays.values() for value in flat(array)}))


def settings_of(module: Any, names: Iterable[str]) -> dict[str, str]:
    """What its arrays do not say of a module: activations, and numbers such as the probability of a `Dropout`.

    Parameters
    ----------
    module : Module
    names : iterable of str
        Those of all arrays, in order.

    Returns
    -------
    dict of str to str
        By the name of a module's first array, or of a module or function that has none.
    """
    modules = dict(module.named_modules(remove_duplicate=False))
    firsts: dict[str, str] = {}
    for name in names:
        firsts.setdefault(_owner(name, modules), name)
    told = {name: _setting(modules[owner]) for owner, name in firsts.items()}
    told |= {name: _setting(thing) for name, thing in _entries(modules) if _is_bare(name, thing, modules)}
    return {name: setting for name, setting in told.items() if setting}


def _setting(thing: Any) -> str:
    """The activation of a module, or the function itself, and the numbers that a module of this package keeps."""
    settings = [_activation(thing)]
    if type(thing).__module__.partition(".")[0] == __name__.partition(".")[0]:
        kept = vars(thing).items()
        settings += [f"{name}={value!r}" for name, value in kept if isinstance(value, float) and name[0] != "_"]
    return " ".join(filter(None, settings))


def _entries(modules: dict[str, Any]) -> list[tuple[str, Any]]:
    """The modules, and the functions between them, in the order in which they stand."""
    entries = list(modules.items())
    for name, module in modules.items():
        functions = dict(module.named_functions())
        before = name
        for place, _ in module.members() if functions else ():
            path = f"{name}.{place}" if name else place
            if place in functions:
                inside = "." if before == name else f"{before}."
                at = max(k for k, (one, _) in enumerate(entries) if one == before or one.startswith(inside))
                entries.insert(at + 1, (path, functions[place]))
            before = path
    return entries


def _is_bare(name: str, thing: Any, modules: dict[str, Any]) -> bool:
    """Whether something is a function, or a module inside that holds neither parameters nor modules."""
    if name not in modules:
        return True
    has_parameters = next(thing.named_parameters(), None) is not None
    return name != "" and not has_parameters and not any(other.startswith(f"{name}.") for other in modules)


def _rows(arrays: Arrays, modules: dict[str, Any]) -> Iterator[Row]:
    labels = labels_of(arrays)
    home: dict[Value, str] = {}
    told = set()
    for name, array in arrays.items():
        values = dict.fromkeys(flat(array))
        tied_to = next((home[value] for value in values if value in home), "")
        before = len(home)
        for value in values:
            home.setdefault(value, name)
        owner = _owner(name, modules)
        first = owner not in told
        told.add(owner)
        label = "" if name in (str(labels[name]), labels[name].ascii) else str(labels[name])
        of_module = (_kind(modules[owner]) if owner else "", _activation(modules[owner])) if first else ("", "")
        yield Row(name, label, shape_of(array) or (), *of_module, len(home) - before, tied_to)


def _owner(name: str, modules: dict[str, Any]) -> str:
    """The name of the innermost module that an array's name stands in."""
    parts = name.split(".")
    paths = (".".join(parts[:count]) for count in range(len(parts) - 1, 0, -1))
    return next((path for path in paths if path in modules), "")


def _with_others(rows: list[Row], modules: dict[str, Any]) -> list[Row]:
    """The rows, and one for each module or function without arrays, after what stands before it."""
    owners = [_owner(row.name, modules) for row in rows]
    after: dict[str | None, list[Row]] = {}
    last = None
    for name, thing in _entries(modules):
        if name in owners:
            last = name
        elif _is_bare(name, thing, modules):
            kind = _kind(thing) if name in modules else ""
            after.setdefault(last, []).append(Row(name, "", None, kind, _activation(thing), 0))
    merged = after.get(None, [])
    for place, (owner, row) in enumerate(zip(owners, rows, strict=True)):
        merged.append(row)
        if owner not in owners[place + 1 :]:
            merged += after.get(owner, [])
    return merged


def _kind(module: Any) -> str:
    return type(module).__name__


def _activation(thing: Any) -> str:
    """What a module computes at the end, or a function computes, by name."""
    found = getattr(thing, "activation", None) if hasattr(thing, "named_modules") else thing
    return told(found) if isinstance(found, str) or callable(found) else ""


def _columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF") for c in text)


def shortened(text: str, width: int) -> str:
    """A text of at most so many columns: of a longer one the beginning and more of the end, which tells names apart."""
    kept = len(text)
    short = text
    while kept and _columns(short) > width:
        kept -= 1
        short = f"{text[: kept // 3]}…{text[len(text) - (kept - kept // 3) :]}"
    return short


def _fitting(widths: list[int]) -> list[int]:
    """Widths of columns that fit a line, the widest made narrower; the last, of numbers, stays."""
    room = _WIDTH - widths[-1] - len(_GAP) * (len(widths) - 1)
    texts = widths[:-1]
    while sum(texts) > room:
        texts[texts.index(max(texts))] -= 1
    return [*texts, widths[-1]]


def _line(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    for place, (text, width) in enumerate(zip(row, widths, strict=True)):
        cell = shortened(text, width)
        padding = " " * (width - _columns(cell))
        yield padding + cell if place == len(row) - 1 else cell + padding + _GAP


def _cell(tag: str, text: str, place: int, row: Sequence[str]) -> str:
    side = "right" if place == len(row) - 1 else "left"
    short = shortened(text, _WIDTH // 2)
    hint = "" if short == text else f' title="{html.escape(text)}"'
    return (
        f'<{tag}{hint} style="text-align: {side}; padding: 2px 8px; white-space: nowrap">{html.escape(short)}</{tag}>'
    )
