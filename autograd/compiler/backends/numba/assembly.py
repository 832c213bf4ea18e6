"""Assembly: the loops around what a kernel computes, as LLVM reads them.

Where the numbers of the innermost loop lie side by side, or one stands still for all, they come by the registerful:
one that stands still is spread over a place of its own first, so that all are read in one way. What is left over of a
row comes with a mask of the lanes that there are, and so do numbers that lie apart. Every result times 0 is 0 but for
one that is not finite, whose bits are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .c_functions import each
from .lanes import REAL, Block, Lanes, select
from .shapes import Shape

Body = Callable[[Sequence[Lanes]], Lanes]
"""What a kernel computes; NaN, or a fault that its block notes, where that is not defined."""

_COUNTS, _OPERANDS, _WORDS = 2, 5, 5
"""Where the counts of the loops stand among the words, where the operands, and how many words each of these has."""


@dataclass(frozen=True)
class Text:
    """A kernel as a text, called ``NAME`` in it, and the functions of C's library that it calls."""

    text: str
    c_functions: frozenset[str]


def kernel(shape: Shape, body: Body) -> Text:
    """The kernel that applies a body to every number."""
    full, rest, apart = (_Computed(shape, body, *place) for place in (("a", "a"), ("b", "b.left"), ("c", "c")))
    lines = [
        *_entry(shape),
        *_rows(shape),
        *_full(shape, full),
        *_rest(shape, rest, full.block.label),
        *_apart(shape, apart),
        *_end(shape, rest.block.label, apart.block.label),
    ]
    blocks = [full.block, rest.block, apart.block]
    declared = set().union(*(block.declared for block in blocks)) | _masking(shape)
    called = set().union(*(block.called for block in blocks))
    called_in_c = [each(shape, *one.split("/")) for one in sorted(called)]
    return Text(
        "\n".join([*sorted(declared), *called_in_c, *lines, ""]), frozenset(one.split("/")[0] for one in called)
    )


class _Computed:
    """A body written down in a basic block: it reads ``%STEM.inK`` and gives `result`, both as they lie in memory."""

    def __init__(self, shape: Shape, body: Body, stem: str, label: str) -> None:
        self.shape, self.stem = shape, stem
        self.block = block = Block(shape.width, shape.real, f"{stem}.v", label, shape.scales)
        self._widens = shape.real != shape.memory
        result = block.lanes(body([self._operand(f"%{stem}.in{k}") for k in shape.operands[1:]]))
        for fault in block.faults:
            result = select(fault, float("nan"), result)
        narrowed = f"fptrunc {block.types[REAL]} {result} to {shape.numbers}"
        self.result = str(block.emit(REAL, narrowed) if self._widens else result)

    def _operand(self, name: str) -> Lanes:
        block = self.block
        if self._widens:
            return block.emit(REAL, f"fpext {self.shape.numbers} {name} to {block.types[REAL]}")
        return Lanes(block, name, REAL)

    def checked(self, seen: str) -> list[str]:
        """The bits of results that are not finite, and those seen before."""
        stem, kind, wholes = self.stem, self.shape.numbers, self.shape.wholes
        return [
            f"%{stem}.nought = fmul {kind} {self.result}, zeroinitializer",
            f"%{stem}.bits = bitcast {kind} %{stem}.nought to {wholes}",
            f"%{stem}.seen = or {wholes} {seen}, %{stem}.bits",
        ]


def _word(name: str, at: int) -> list[str]:
    return [f"{name}.at = getelementptr i64, ptr %words, i64 {at}", f"{name} = load i64, ptr {name}.at"]


def _strides(shape: Shape, loop: int) -> list[str]:
    """What is added to places for one step of a loop."""
    return [line for k in shape.operands for line in _word(f"%stride{k}.{loop}", _OPERANDS + k * _WORDS + 2 + loop)]


def _any(name: str, kind: str, ones: Sequence[str]) -> list[str]:
    """All bits of some numbers."""
    lines, before = [], ones[0]
    for k, one in enumerate(ones[1:], 1):
        to = name if k == len(ones) - 1 else f"{name}.{k}"
        lines.append(f"{to} = or {kind} {before}, {one}")
        before = to
    return lines


def _entry(shape: Shape) -> list[str]:
    """What is read of the words, once."""
    lines = ["define i64 @NAME(ptr noalias readonly %words, ptr noalias readonly %bases) {", "entry:"]
    lines += [f"%spread{k} = alloca {shape.numbers}, align 64" for k in shape.operands[1:]]
    for k in range(3):
        lines += _word(f"%count{k}", _COUNTS + k)
    lines += _strides(shape, 2)
    for k in shape.operands:
        lines += [
            *_word(f"%base{k}", _OPERANDS + k * _WORDS),
            *_word(f"%offset{k}", _OPERANDS + k * _WORDS + 1),
            f"%area{k}.at = getelementptr i64, ptr %bases, i64 %base{k}",
            f"%area{k} = load ptr, ptr %area{k}.at",
            f"%start{k} = getelementptr i8, ptr %area{k}, i64 %offset{k}",
            f"%step{k} = mul i64 %stride{k}.2, {shape.width * shape.itemsize}",
            f"%still{k} = icmp eq i64 %stride{k}.2, 0",
        ]
    return [
        *lines,
        *_any("%strides", "i64", [f"%stride{k}.2" for k in shape.operands]),
        *_any("%stands", "i1", [f"%still{k}" for k in shape.operands[1:]] + ["false"]),
        "%are.near = icmp ult i64 %strides, 2",
        "%is.one = icmp eq i64 %count2, 1",
        "%near = or i1 %are.near, %is.one",
        "%spreads = xor i1 %is.one, true",
        "%spread = and i1 %stands, %spreads",
        f"%full = and i64 %count2, {-shape.width}",
        f"%left = and i64 %count2, {shape.width - 1}",
        "%is.full = icmp ne i64 %full, 0",
        "%is.left = icmp ne i64 %left, 0",
        f"%lanes = add {shape.integers} zeroinitializer, <{', '.join(f'i64 {k}' for k in range(shape.width))}>",
        "%rows.first = icmp slt i64 %count0, %count1",
        "%rows.least = select i1 %rows.first, i64 %count0, i64 %count1",
        "%rows.some = icmp sgt i64 %rows.least, 0",
        "br i1 %rows.some, label %row, label %nothing",
    ]


def _rows(shape: Shape) -> list[str]:
    """The beginning of each row: where it is, and numbers that stand still spread."""
    lines = [
        "row:",
        "%i = phi i64 [1, %entry], [%i, %row.next], [%i.next, %plane.next]",
        "%j = phi i64 [1, %entry], [%j.next, %row.next], [1, %plane.next]",
        f"%seen = phi {shape.wholes} [zeroinitializer, %entry], [%seen.row, %row.next], [%seen.row, %plane.next]",
    ]
    lines += [
        f"%{name}{k} = phi ptr [%start{k}, %entry], [%{name}{k}.{near}, %row.next], [%plane{k}.next, %plane.next]"
        for name, near in (("row", "next"), ("plane", "same"))
        for k in shape.operands
    ]
    lines += [
        "br i1 %near, label %row.near, label %c",
        "row.near:",
        "br i1 %spread, label %still, label %ready",
        "still:",
    ]
    for k in shape.operands[1:]:
        lines += [
            f"%given{k} = load {shape.memory}, ptr %row{k}",
            *_spread(f"%wide{k}", f"{shape.memory} %given{k}", shape.width),
            f"store {shape.numbers} %wide{k}, ptr %spread{k}, align 64",
            f"%chosen{k} = select i1 %still{k}, ptr %spread{k}, ptr %row{k}",
        ]
    lines += ["br label %ready", "ready:"]
    lines += [f"%from{k} = phi ptr [%row{k}, %row.near], [%chosen{k}, %still]" for k in shape.operands[1:]]
    return [*lines, "br i1 %is.full, label %a, label %b"]


def _spread(name: str, typed: str, width: int) -> list[str]:
    """A number in every lane."""
    kind = f"<{width} x {typed.split()[0]}>"
    return [
        f"{name}.first = insertelement {kind} poison, {typed}, i64 0",
        f"{name} = shufflevector {kind} {name}.first, {kind} poison, <{width} x i32> zeroinitializer",
    ]


def _full(shape: Shape, body: _Computed) -> list[str]:
    """The loop over full registers."""
    kind, label = shape.numbers, body.block.label
    start = {k: f"%from{k}" if k else "%row0" for k in shape.operands}
    return [
        "a:",
        f"%a.at = phi i64 [0, %ready], [%a.next, %{label}]",
        f"%a.before = phi {shape.wholes} [%seen, %ready], [%a.seen, %{label}]",
        *(f"%a.p{k} = phi ptr [{start[k]}, %ready], [%a.q{k}, %{label}]" for k in shape.operands),
        *(f"%a.in{k} = load {kind}, ptr %a.p{k}, align {shape.itemsize}" for k in shape.operands[1:]),
        *body.block.lines,
        f"store {kind} {body.result}, ptr %a.p0, align {shape.itemsize}",
        *body.checked("%a.before"),
        f"%a.next = add i64 %a.at, {shape.width}",
        *(f"%a.q{k} = getelementptr i8, ptr %a.p{k}, i64 %step{k}" for k in shape.operands),
        "%a.more = icmp slt i64 %a.next, %full",
        "br i1 %a.more, label %a, label %b",
    ]


def _rest(shape: Shape, body: _Computed, label: str) -> list[str]:
    """What is left of a row behind the full registers, whose loop ends in a basic block."""
    kind = shape.numbers
    start = {k: f"%from{k}" if k else "%row0" for k in shape.operands}
    masked = f"{shape.truths} %b.mask"
    return [
        "b:",
        f"%b.before = phi {shape.wholes} [%seen, %ready], [%a.seen, %{label}]",
        *(f"%b.p{k} = phi ptr [{start[k]}, %ready], [%a.q{k}, %{label}]" for k in shape.operands),
        "br i1 %is.left, label %b.left, label %row.done",
        "b.left:",
        *_mask(shape, "b", "%left"),
        *(
            f"%b.in{k} = call {kind} @llvm.masked.load.{shape.suffix}.p0(ptr %b.p{k}, i32 {shape.itemsize}, {masked}, "
            f"{kind} {shape.all(shape.memory + ' 1.0')})"
            for k in shape.operands[1:]
        ),
        *body.block.lines,
        f"call void @llvm.masked.store.{shape.suffix}.p0({kind} {body.result}, ptr %b.p0, "
        f"i32 {shape.itemsize}, {masked})",
        *_checked_where_there_are(shape, body, "%b.before"),
        "br label %row.done",
    ]


def _mask(shape: Shape, stem: str, count: str) -> list[str]:
    """The first lanes, so many."""
    return [
        *_spread(f"%{stem}.count", f"i64 {count}", shape.width),
        f"%{stem}.mask = icmp slt {shape.integers} %lanes, %{stem}.count",
    ]


def _checked_where_there_are(shape: Shape, body: _Computed, seen: str) -> list[str]:
    stem, wholes = body.stem, shape.wholes
    *lines, last = body.checked(seen)
    return [
        *lines,
        f"%{stem}.kept = select {shape.truths} %{stem}.mask, {wholes} %{stem}.bits, {wholes} zeroinitializer",
        last.replace(f"%{stem}.bits", f"%{stem}.kept"),
    ]


def _apart(shape: Shape, body: _Computed) -> list[str]:
    """The loop over numbers that lie apart."""
    label = body.block.label
    kind, pointers, ones = shape.numbers, f"<{shape.width} x ptr>", shape.all(f"{shape.memory} 1.0")
    return [
        "c:",
        f"%c.at = phi i64 [0, %row], [%c.next, %{label}]",
        f"%c.before = phi {shape.wholes} [%seen, %row], [%c.seen, %{label}]",
        "%c.left = sub i64 %count2, %c.at",
        *_mask(shape, "c", "%c.left"),
        *_spread("%c.first", "i64 %c.at", shape.width),
        f"%c.places = add {shape.integers} %lanes, %c.first",
        *(line for k in shape.operands for line in _addresses(shape, k)),
        *(
            f"%c.in{k} = call {kind} @llvm.masked.gather.{shape.suffix}.v{shape.width}p0({pointers} %c.address{k}, "
            f"i32 {shape.itemsize}, {shape.truths} %c.mask, {kind} {ones})"
            for k in shape.operands[1:]
        ),
        *body.block.lines,
        f"call void @llvm.masked.scatter.{shape.suffix}.v{shape.width}p0({kind} {body.result}, "
        f"{pointers} %c.address0, i32 {shape.itemsize}, {shape.truths} %c.mask)",
        *_checked_where_there_are(shape, body, "%c.before"),
        f"%c.next = add i64 %c.at, {shape.width}",
        "%c.more = icmp slt i64 %c.next, %count2",
        "br i1 %c.more, label %c, label %row.done",
    ]


def _addresses(shape: Shape, k: int) -> list[str]:
    """Where an operand's numbers lie."""
    return [
        *_spread(f"%c.stride{k}", f"i64 %stride{k}.2", shape.width),
        f"%c.apart{k} = mul {shape.integers} %c.places, %c.stride{k}",
        f"%c.address{k} = getelementptr {shape.memory}, ptr %row{k}, {shape.integers} %c.apart{k}",
    ]


def _masking(shape: Shape) -> set[str]:
    """The declarations of what reads and writes with a mask."""
    kind, truths, pointers = shape.numbers, shape.truths, f"<{shape.width} x ptr>"
    many = f"{shape.suffix}.v{shape.width}p0"
    return {
        f"declare {kind} @llvm.masked.load.{shape.suffix}.p0(ptr, i32, {truths}, {kind})",
        f"declare void @llvm.masked.store.{shape.suffix}.p0({kind}, ptr, i32, {truths})",
        f"declare {kind} @llvm.masked.gather.{many}({pointers}, i32, {truths}, {kind})",
        f"declare void @llvm.masked.scatter.{many}({kind}, {pointers}, i32, {truths})",
    }


def _end(shape: Shape, rest: str, apart: str) -> list[str]:
    """The steps to the next row, and at last whether a number was seen that is not finite."""
    moved = {loop: _strides(shape, loop) for loop in (0, 1)}
    return [
        "row.done:",
        f"%seen.row = phi {shape.wholes} [%b.before, %b], [%b.seen, %{rest}], [%c.seen, %{apart}]",
        "%j.more = icmp slt i64 %j, %count1",
        "br i1 %j.more, label %row.next, label %plane.done",
        "row.next:",
        "%j.next = add i64 %j, 1",
        *moved[1],
        *(f"%row{k}.next = getelementptr {shape.memory}, ptr %row{k}, i64 %stride{k}.1" for k in shape.operands),
        *(f"%plane{k}.same = getelementptr i8, ptr %plane{k}, i64 0" for k in shape.operands),
        "br label %row",
        "plane.done:",
        "%i.more = icmp slt i64 %i, %count0",
        "br i1 %i.more, label %plane.next, label %end",
        "plane.next:",
        "%i.next = add i64 %i, 1",
        *moved[0],
        *(f"%plane{k}.next = getelementptr {shape.memory}, ptr %plane{k}, i64 %stride{k}.0" for k in shape.operands),
        "br label %row",
        "end:",
        f"%infinite = and {shape.wholes} %seen.row, {shape.all(shape.infinity)}",
        f"%off = icmp ne {shape.wholes} %infinite, zeroinitializer",
        f"%off.bits = bitcast {shape.truths} %off to i{shape.width}",
        f"%off.any = icmp ne i{shape.width} %off.bits, 0",
        "%fault = zext i1 %off.any to i64",
        "ret i64 %fault",
        "nothing:",
        "ret i64 0",
        "}",
    ]
