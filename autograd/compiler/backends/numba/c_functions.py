"""C functions: functions of C's library, applied to one lane after another."""

from __future__ import annotations

from .shapes import Shape


def each(shape: Shape, name: str, count: str) -> str:
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
