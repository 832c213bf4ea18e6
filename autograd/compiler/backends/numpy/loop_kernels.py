"""Loop kernels: the calls that run a loop, and those of its body."""

from __future__ import annotations

from dataclasses import dataclass

from ...plan.instructions import Array, Instruction, Ref
from ...plan.loop import Loop, Part
from ...plan.patterns import Pattern
from .calls import Call, Held, Memory, Number, Prepared, call
from .kernels import calls, seen_as
from .looping import Binding, Looping
from .storage import Layout, layout
from .tapes import memory
from .views import Storage, View, whole

__all__ = ["calls"]


@dataclass(frozen=True)
class _Instructions:
    """A body as the storage of a plan's arrays is decided of it."""

    instructions: tuple[Instruction, ...]
    arrays: tuple[Array, ...]
    results: tuple[Ref, ...]
    gradient: None = None


@calls.register
def _loop(loop: Loop, layout: Layout) -> list[Call]:
    body, number, tape = loop.body, loop.out.number, layout.tapes[loop.out.number]
    of_part = dict(zip(((part.array, part.last) for part in loop.parts), tape.storages, strict=True))
    states = []
    for k, state in enumerate(body.states):
        own = of_part.get((state, False))
        states.append(own or memory(f"s{number}_{k}", 2, state.size, loop.out.batched))
    made = list[Call]()
    start = loop.before(next(loop.order))
    for first, state, storage in zip(loop.first, body.states, states, strict=True):
        gathers, view = seen_as(first, (state.size,), layout)
        row = start if (state, False) in of_part else 0
        target = View(storage, Pattern(row * state.size, (state.size,), (1,)))
        made += [*gathers, call("copyto", target, view)]
    given = list[View]()
    for k, (read, array) in enumerate(zip(loop.each, body.each, strict=True)):
        given.append(_given(read, (loop.steps, array.size), f"e{number}_{k}", layout, made))
    for k, (read, array) in enumerate(zip(loop.same, body.same, strict=True)):
        given.append(_given(read, (array.size,), f"f{number}_{k}", layout, made))
    looping, rooms = _looping(loop, number, dict(zip(loop.parts, tape.storages, strict=True)))
    memories = [Memory(storage) for storage in (*states, *tape.storages, *rooms)]
    bound = Prepared(Held(looping, loop, "loop"), (Number("n", plain=True), *given, *memories))
    return [*made, call("loop", bound)]


def _given(read: Ref, shape: tuple[int, ...], name: str, layout: Layout, made: list[Call]) -> View:
    """A view that is the same for all batches of a size; what comes with every batch is copied first."""
    gathers, view = seen_as(read, shape, layout)
    made += gathers
    if view.made_once:
        return view
    rows, width = shape if len(shape) == 2 else (1, shape[0])
    strides = (width, 1) if len(shape) == 2 else (1,)
    copy = View(memory(name, rows, width, read.array.batched), Pattern(0, shape, strides))
    made.append(call("copyto", copy, view))
    return copy


def _looping(loop: Loop, number: int, tape: dict[Part, Storage]) -> tuple[Looping, list[Storage]]:
    """What runs the loop, and the memories that its body has for itself."""
    body = loop.body
    kept = [part for part in loop.parts if not part.is_state]
    results = (*body.nexts, *(Ref(part.array) for part in kept))
    own = layout(_Instructions(body.instructions, body.arrays, results))  # type: ignore[arg-type]  # all it asks of a plan
    name = {array.number: own.places[array.number].storage.name for array in body.arrays}
    bindings: dict[str, Binding] = {}
    for k, array in enumerate(body.states):
        bindings[name[array.number]] = Binding("before", k)
    for k, array in enumerate((*body.each, *body.same)):
        bindings[name[array.number]] = Binding("each" if k < len(body.each) else "same", k)
    lines = [one for made in body.instructions for one in calls(made, own)]
    for k, (state, following) in enumerate(zip(body.states, body.nexts, strict=True)):
        storage, _ = own.located(following)
        if following.index is None and following.array.kind == "computed" and storage.name not in bindings:
            bindings[storage.name] = Binding("after", k)
        else:
            gathers, view = seen_as(following, (state.size,), own)
            lines += [*gathers, call("copyto", whole(Storage(f"after{k}", state.size, state.batched)), view)]
            bindings[f"after{k}"] = Binding("after", k)
    for k, part in enumerate(loop.parts):
        if part.is_state or part.last:
            continue
        if name[part.array.number] not in bindings:
            bindings[name[part.array.number]] = Binding("part", k)
        else:
            made_whole = whole(own.places[part.array.number].storage)
            lines.append(call("copyto", whole(Storage(f"part{k}", part.array.size, part.array.batched)), made_whole))
            bindings[f"part{k}"] = Binding("part", k)
    lasts = [
        (k, Binding("after", body.states.index(part.array)) if part.is_state else name[part.array.number])
        for k, part in enumerate(loop.parts)
        if part.last
    ]
    rooms = {}
    for storage in (place.storage for place in (*own.places.values(),)):
        rooms[storage.name] = storage
    rooms |= {storage.name: storage for storage in own.copies.values()}
    used = _named(lines)
    rooms = {room: storage for room, storage in rooms.items() if room in used and room not in bindings}
    prefixed = [memory(f"l{number}_{room}", 1, storage.size, storage.batched) for room, storage in rooms.items()]
    return Looping(loop, lines, bindings, list(rooms), lasts), prefixed


def _named(lines: list[Call]) -> set[str]:
    """The names of the memories that calls use."""
    return {argument.storage.name for one in lines for argument in one.arguments if isinstance(argument, View)}
