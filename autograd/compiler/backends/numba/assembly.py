"""Assembly: the loops around what a kernel computes, as LLVM reads them.

Where the numbers of the innermost loop lie side by side, or one stands still for all, they come by the registerful:
one that stands still is spread over a place of its own first, so that all are read in one way. What is left over, and
what lies apart, comes with a mask of the lanes that there are. A sum of the results, each times 0, is NaN from the
first one on that is not finite.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .lanes import REAL, Block, Lanes, select

Body = Callable[[Sequence[Lanes]], Lanes]
"""What a kernel computes; NaN, or a fault that its block notes, where that is not defined."""

LOOPS = 3
_FIRST, _WORDS = 2, 2 + LOOPS  # where the counts stand, and the words of an operand
_ITEMSIZE = {"float": 4, "double": 8}
_LIGHT = 12
"""Up to how many instructions of a body two registers are computed at once."""


@dataclass(frozen=True)
class Shape:
    """What numbers a kernel takes.

    Attributes
    ----------
    arity : int
    memory, real : {"float", "double"}
        What numbers lie in memory, and what is computed with.
    width : int
        How many make a register.
    """

    arity: int
    memory: str
    real: str
    width: int

    @property
    def numbers(self) -> str:
        """The type of a register of numbers in memory."""
        return f"<{self.width} x {self.memory}>"

    @property
    def integers(self) -> str:
        """The type of as many integers."""
        return f"<{self.width} x i64>"

    @property
    def truths(self) -> str:
        """The type of a mask."""
        return f"<{self.width} x i1>"

    @property
    def bytes(self) -> int:
        """Of a register."""
        return self.width * _ITEMSIZE[self.memory]

    def all(self, one: str) -> str:
        """The same in every lane."""
        return f"<{', '.join([one] * self.width)}>"


@dataclass(frozen=True)
class Text:
    """A kernel as a text, called ``NAME`` in it, and the functions of C's library that it calls."""

    text: str
    library: frozenset[str]


def kernel(shape: Shape, body: Body) -> Text:
    """The kernel that applies a body to every number."""
    first = _Computed(shape, body, "a")
    registers = 2 if len(first.block.lines) <= _LIGHT else 1
    whole = [first, *(_Computed(shape, body, f"a{k}.") for k in range(1, registers))]
    tail = _Computed(shape, body, "b")
    operands = range(shape.arity + 1)
    lines = [
        *_entry(shape, operands, registers),
        *_rows(shape, operands, registers),
        *_registers(shape, operands, whole),
        *_masked(shape, operands, tail),
        *_end(shape),
    ]
    blocks = [*whole, tail]
    declared = set().union(*(one.block.declared for one in blocks)) | _masking(shape)
    called = set().union(*(one.block.called for one in blocks))
    each = [_each(shape, *one.split("/")) for one in sorted(called)]
    return Text("\n".join([*sorted(declared), *each, *lines, ""]), frozenset(one.split("/")[0] for one in called))


class _Computed:
    """A body written down: it reads ``%STEM.inK`` and gives `result`, both as they lie in memory."""

    def __init__(self, shape: Shape, body: Body, stem: str) -> None:
        self.stem = stem
        self.block = block = Block(shape.width, shape.real, f"{stem}.v", "")
        widens = shape.real != shape.memory
        operands = []
        for k in range(1, shape.arity + 1):
            name = f"%{stem}.in{k}"
            operands.append(
                block.emit(REAL, f"fpext {shape.numbers} {name} to {block.types[REAL]}")
                if widens
                else Lanes(block, name, REAL)
            )
        result = block.lanes(body(operands))
        for fault in block.faults:
            result = select(fault, float("nan"), result)
        narrowed = f"fptrunc {block.types[REAL]} {result} to {shape.numbers}"
        self.result = str(block.emit(REAL, narrowed) if widens else result)

    def lines(self, label: str) -> tuple[list[str], str]:
        """The instructions in a basic block, and the label of that which they end in."""
        return self.block.lines, self.block.label or label


def _entry(shape: Shape, operands: range, registers: int) -> list[str]:
    """What is read of the words, once."""
    lines = ["define i64 @NAME(ptr noalias readonly %words, ptr noalias readonly %bases) {", "entry:"]
    for k in range(LOOPS):
        lines += _word(f"%count{k}", _FIRST + k)
    for k in operands:
        at = _FIRST + LOOPS + k * _WORDS
        lines += [
            *_word(f"%base{k}", at),
            *_word(f"%offset{k}", at + 1),
            f"%area{k}.at = getelementptr i64, ptr %bases, i64 %base{k}",
            f"%area{k} = load ptr, ptr %area{k}.at",
            f"%start{k} = getelementptr i8, ptr %area{k}, i64 %offset{k}",
        ]
        for loop in range(LOOPS):
            lines += _word(f"%stride{k}.{loop}", at + 2 + loop)
        lines += [
            f"%one{k} = icmp eq i64 %stride{k}.2, 1",
            f"%near{k} = or i1 %one{k}, %alone",
            f"%still{k} = {'icmp eq i64 %stride' + str(k) + '.2, 0' if k else 'and i1 false, false'}",
            f"%plain{k} = or i1 %near{k}, %still{k}",
            f"%step{k} = select i1 %still{k}, i64 0, i64 {shape.bytes * registers}",
            f"%pace{k} = select i1 %still{k}, i64 0, i64 {shape.bytes}",
        ]
        if k:
            lines.append(f"%spread{k} = alloca [{registers} x {shape.numbers}], align 64")
    lines.insert(lines.index("%near0 = or i1 %one0, %alone"), "%alone = icmp eq i64 %count2, 1")
    lines += [f"%all{k} = and i1 %{f'all{k - 1}' if k else 'plain0'}, %plain{k}" for k in operands]
    lines += [
        f"%full = and i64 %count2, {-shape.width * registers}",
        f"%whole = select i1 %all{shape.arity}, i64 %full, i64 0",
        f"%lanes = add {shape.integers} zeroinitializer, <{', '.join(f'i64 {k}' for k in range(shape.width))}>",
        "br label %outer",
    ]
    return lines


def _word(name: str, at: int) -> list[str]:
    return [f"{name}.at = getelementptr i64, ptr %words, i64 {at}", f"{name} = load i64, ptr {name}.at"]


def _rows(shape: Shape, operands: range, registers: int) -> list[str]:
    """The loops outside, and what is made ready for each row."""
    lines = [
        "outer:",
        "%i = phi i64 [0, %entry], [%i.next, %outer.next]",
        f"%sum.i = phi {shape.numbers} [zeroinitializer, %entry], [%sum.j, %outer.next]",
        "%i.more = icmp slt i64 %i, %count0",
        "br i1 %i.more, label %middle, label %end",
        "middle:",
        "%j = phi i64 [0, %outer], [%j.next, %middle.next]",
        f"%sum.j = phi {shape.numbers} [%sum.i, %outer], [%sum.b, %middle.next]",
        "%j.more = icmp slt i64 %j, %count1",
        "br i1 %j.more, label %row, label %outer.next",
        "row:",
    ]
    for k in operands:
        lines += [
            f"%far{k} = mul i64 %i, %stride{k}.0",
            f"%next{k} = mul i64 %j, %stride{k}.1",
            f"%apart{k} = add i64 %far{k}, %next{k}",
            f"%row{k} = getelementptr {shape.memory}, ptr %start{k}, i64 %apart{k}",
        ]
        if k:
            lines += [
                f"%given{k} = load {shape.memory}, ptr %row{k}",
                *_spread(f"%wide{k}", f"{shape.memory} %given{k}", shape.width),
            ]
            for part in range(registers):
                lines += [
                    f"%spread{k}.{part} = getelementptr i8, ptr %spread{k}, i64 {part * shape.bytes}",
                    f"store {shape.numbers} %wide{k}, ptr %spread{k}.{part}, align 64",
                ]
            lines.append(f"%from{k} = select i1 %still{k}, ptr %spread{k}, ptr %row{k}")
        else:
            lines.append(f"%from{k} = getelementptr i8, ptr %row{k}, i64 0")
    return [*lines, "br label %a"]


def _spread(name: str, typed: str, width: int) -> list[str]:
    """A number in every lane."""
    kind = f"<{width} x {typed.split()[0]}>"
    return [
        f"{name}.first = insertelement {kind} poison, {typed}, i64 0",
        f"{name} = shufflevector {kind} {name}.first, {kind} poison, <{width} x i32> zeroinitializer",
    ]


def _registers(shape: Shape, operands: range, whole: Sequence[_Computed]) -> list[str]:
    """The loop over full registers."""
    kind, size = shape.numbers, _ITEMSIZE[shape.memory]
    body: list[str] = []
    for part, computed in enumerate(whole):
        stem = computed.stem
        for k in operands[1:]:
            body += [
                f"%{stem}.at{k} = getelementptr i8, ptr %a.p{k}, i64 {part * shape.bytes}",
                f"%{stem}.in{k} = load {kind}, ptr %{stem}.at{k}, align {size}",
            ]
    label, total = "a.body", "%sum.a"
    for computed in whole:
        lines, label = computed.lines(label)
        body += lines
    for part, computed in enumerate(whole):
        body += [
            f"%{computed.stem}.to = getelementptr i8, ptr %a.p0, i64 {part * shape.bytes}",
            f"store {kind} {computed.result}, ptr %{computed.stem}.to, align {size}",
            *_checked(shape, computed.stem, computed.result, total),
        ]
        total = f"%{computed.stem}.sum"
    return [
        "a:",
        f"%a.at = phi i64 [0, %row], [%a.next, %{label}]",
        f"%sum.a = phi {kind} [%sum.j, %row], [{total}, %{label}]",
        *(f"%a.p{k} = phi ptr [%from{k}, %row], [%a.q{k}, %{label}]" for k in operands),
        "%a.more = icmp slt i64 %a.at, %whole",
        "br i1 %a.more, label %a.body, label %b",
        "a.body:",
        *body,
        f"%a.next = add i64 %a.at, {shape.width * len(whole)}",
        *(f"%a.q{k} = getelementptr i8, ptr %a.p{k}, i64 %step{k}" for k in operands),
        "br label %a",
    ]


def _checked(shape: Shape, stem: str, result: str, total: str) -> list[str]:
    """The sum of what is 0, or NaN for a number that is not finite."""
    kind, zero = shape.numbers, shape.all(f"{shape.memory} 0.0")
    return [
        f"%{stem}.nought = fmul contract {kind} {result}, {zero}",
        f"%{stem}.sum = fadd contract {kind} {total}, %{stem}.nought",
    ]


def _masked(shape: Shape, operands: range, tail: _Computed) -> list[str]:
    """The loop over what is left, and over numbers that lie apart."""
    kind, integers, truths, size = shape.numbers, shape.integers, shape.truths, _ITEMSIZE[shape.memory]
    body, label = [], "b.body"
    for k in operands[1:]:
        body += _fetched(shape, k, label)
        label = f"b.got{k}"
    lines, label = tail.lines(label)
    return [
        "b:",
        "%b.at = phi i64 [%a.at, %a], [%b.next, %b.done]",
        f"%sum.b = phi {kind} [%sum.a, %a], [%b.sum, %b.done]",
        *(f"%b.p{k} = phi ptr [%a.p{k}, %a], [%b.q{k}, %b.done]" for k in operands),
        "%b.more = icmp slt i64 %b.at, %count2",
        "br i1 %b.more, label %b.body, label %middle.next",
        "b.body:",
        "%b.left = sub i64 %count2, %b.at",
        *_spread("%b.count", "i64 %b.left", shape.width),
        f"%b.mask = icmp slt {integers} %lanes, %b.count",
        *_spread("%b.first", "i64 %b.at", shape.width),
        f"%b.places = add {integers} %lanes, %b.first",
        *body,
        *lines,
        "br i1 %near0, label %b.put, label %b.scatter",
        "b.put:",
        f"call void @llvm.masked.store.v{_of(shape)}.p0({kind} {tail.result}, ptr %b.p0, i32 {size}, {truths} %b.mask)",
        "br label %b.done",
        "b.scatter:",
        *_addresses(shape, 0),
        f"call void @llvm.masked.scatter.v{_of(shape)}.v{shape.width}p0({kind} {tail.result}, "
        f"<{shape.width} x ptr> %b.address0, i32 {size}, {truths} %b.mask)",
        "br label %b.done",
        "b.done:",
        f"%b.kept = select {truths} %b.mask, {kind} {tail.result}, {kind} zeroinitializer",
        *_checked(shape, "b", "%b.kept", "%sum.b"),
        f"%b.next = add i64 %b.at, {shape.width}",
        *(f"%b.q{k} = getelementptr i8, ptr %b.p{k}, i64 %pace{k}" for k in operands),
        "br label %b",
    ]


def _fetched(shape: Shape, k: int, label: str) -> list[str]:
    """An operand's numbers, 1 where there are none."""
    kind = shape.numbers
    size, masked = (
        _ITEMSIZE[shape.memory],
        f"{shape.truths} %b.mask, {shape.numbers} {shape.all(shape.memory + ' 1.0')}",
    )
    return [
        f"br i1 %plain{k}, label %b.load{k}, label %b.gather{k}",
        f"b.load{k}:",
        f"%b.loaded{k} = call {kind} @llvm.masked.load.v{_of(shape)}.p0(ptr %b.p{k}, i32 {size}, {masked})",
        f"br label %b.got{k}",
        f"b.gather{k}:",
        *_addresses(shape, k),
        f"%b.gathered{k} = call {kind} @llvm.masked.gather.v{_of(shape)}.v{shape.width}p0("
        f"<{shape.width} x ptr> %b.address{k}, i32 {size}, {masked})",
        f"br label %b.got{k}",
        f"b.got{k}:",
        f"%b.in{k} = phi {kind} [%b.loaded{k}, %b.load{k}], [%b.gathered{k}, %b.gather{k}]",
    ]


def _addresses(shape: Shape, k: int) -> list[str]:
    """Where an operand's numbers lie."""
    return [
        *_spread(f"%b.stride{k}", f"i64 %stride{k}.2", shape.width),
        f"%b.apart{k} = mul {shape.integers} %b.places, %b.stride{k}",
        f"%b.address{k} = getelementptr {shape.memory}, ptr %row{k}, {shape.integers} %b.apart{k}",
    ]


def _of(shape: Shape) -> str:
    return f"{shape.width}{'f64' if shape.memory == 'double' else 'f32'}"


def _masking(shape: Shape) -> set[str]:
    """The declarations of what reads and writes with a mask."""
    kind, truths, pointers, of = shape.numbers, shape.truths, f"<{shape.width} x ptr>", _of(shape)
    return {
        f"declare {kind} @llvm.masked.load.v{of}.p0(ptr, i32, {truths}, {kind})",
        f"declare void @llvm.masked.store.v{of}.p0({kind}, ptr, i32, {truths})",
        f"declare {kind} @llvm.masked.gather.v{of}.v{shape.width}p0({pointers}, i32, {truths}, {kind})",
        f"declare void @llvm.masked.scatter.v{of}.v{shape.width}p0({kind}, {pointers}, i32, {truths})",
    }


def _end(shape: Shape) -> list[str]:
    return [
        "middle.next:",
        "%j.next = add i64 %j, 1",
        "br label %middle",
        "outer.next:",
        "%i.next = add i64 %i, 1",
        "br label %outer",
        "end:",
        f"%off = fcmp uno {shape.numbers} %sum.i, zeroinitializer",
        f"%off.bits = bitcast {shape.truths} %off to i{shape.width}",
        f"%off.any = icmp ne i{shape.width} %off.bits, 0",
        "%fault = zext i1 %off.any to i64",
        "ret i64 %fault",
        "}",
    ]


def _each(shape: Shape, name: str, count: str) -> str:
    """A function of C's library applied to one lane after another."""
    kind, operands = f"<{shape.width} x {shape.real}>", range(int(count))
    given = ", ".join(f"{kind} %x{k}" for k in operands)
    taken = [f"%y{k} = extractelement {kind} %x{k}, i64 %lane" for k in operands]
    called = ", ".join(f"{shape.real} %y{k}" for k in operands)
    return "\n".join(
        [
            f"declare {shape.real} @{name}({', '.join([shape.real] * len(operands))})",
            f"define internal {kind} @each_{name}({given}) noinline {{",
            "entry:",
            "br label %lanes",
            "lanes:",
            "%lane = phi i64 [0, %entry], [%next, %lanes]",
            f"%done = phi {kind} [poison, %entry], [%more, %lanes]",
            *taken,
            f"%result = call {shape.real} @{name}({called})",
            f"%more = insertelement {kind} %done, {shape.real} %result, i64 %lane",
            "%next = add i64 %lane, 1",
            f"%last = icmp eq i64 %next, {shape.width}",
            "br i1 %last, label %end, label %lanes",
            "end:",
            f"ret {kind} %more",
            "}",
        ]
    )
