"""Spelled: scalars as a plan with one array for each, for those who want to read or interpret them.

The compiler itself keeps scalars in a form that takes less room; see `scalars`.
"""

from __future__ import annotations

import numpy as np

from ..primitives import CHOOSE, CONSTANT, LEAF
from ..value import Value, number_of
from .places import Places
from .plan.builder import Builder
from .plan.instructions import Map, Operand, Ref, ref
from .plan.plan import Plan
from .record import Recording
from .scalars import NONE, Atom, Scalars
from .tracer import INPUT


def spelled_graph(recording: Recording) -> Plan:
    """A recorded graph, an instruction for each operation."""
    builder = Builder()
    made: dict[Value, Ref] = {}
    for k, members in enumerate(recording.inputs):
        labels = [value.label for value in members]
        array = builder.array(len(members), True, kind="input", source=k, labels=labels)
        made |= {value: ref(array, [at]) for at, value in enumerate(members)}
    leaves = recording.parameters
    labels = [value.label for value in leaves]
    parameters = builder.array(len(leaves), False, kind="parameters", source=np.arange(len(leaves)), labels=labels)
    made |= {value: ref(parameters, [at]) for at, value in enumerate(leaves)}
    numbers = [value for value in recording.order if value.primitive is CONSTANT]
    constants = builder.array(
        len(numbers), False, kind="constant", source=np.array([number_of(value) for value in numbers], dtype=float)
    )
    made |= {value: ref(constants, [at]) for at, value in enumerate(numbers)}
    for value in recording.order:
        if value.primitive not in (INPUT, LEAF, CONSTANT):
            operands = [made[operand] for operand in value.operands]
            if value.primitive is CHOOSE:
                made[value] = _choice(builder, operands)
                continue
            out = builder.array(1, any(read.array.batched for read in operands), labels=[value.label])
            builder.instructions.append(Map(out, value.primitive, tuple(operands)))
            made[value] = Ref(out)
    output = _joined(builder, [made[value] for value in recording.outputs])
    for decision in recording.decisions:
        builder.guard(made[decision.condition], decision.truth, decision.comparison, decision.line)
    return Plan(builder.instructions, builder.arrays, parameters, output, known=recording.known)


def _choice(builder: Builder, operands: list[Ref]) -> Ref:
    """A choice with its options as a table, for there may be thousands."""
    index, *options = operands
    return builder.choose(index, _joined(builder, options), len(options))


def _joined(builder: Builder, reads: list[Ref]) -> Ref:
    arrays = {read.array.number for read in reads}
    if len(arrays) == 1:
        positions = [np.arange(read.size) if read.index is None else read.index for read in reads]
        return ref(reads[0].array, np.concatenate(positions))
    pieces = [(read, np.array([at])) for at, read in enumerate(reads)]
    return builder.scatter(pieces, len(reads), any(read.array.batched for read in reads))


def spelled_scalars(scalars: Scalars) -> Plan:
    """Atoms, an instruction for each operation and for each sum's terms."""
    places = Places(scalars)
    for number, atom in enumerate(scalars.atoms):
        if atom.level:
            places.put([number], _spelled(places, atom))
    output = places.joined(scalars.outputs)
    for number, made in scalars.decisions:
        places.builder.guard(places.ref([number]), made.truth, made.comparison, made.line)
    return Plan(places.builder.instructions, places.builder.arrays, places.parameters, output)


def _spelled(places: Places, atom: Atom) -> Ref:
    build = places.builder.map
    if atom.kind == "choose":
        index, *options = atom.operands
        return places.builder.choose(places.ref([index]), places.joined(options), len(options))
    if atom.primitive is not None:
        return build(atom.primitive, *(places.ref([operand]) for operand in atom.operands))
    terms = [_term(places, *term) for term in atom.terms]
    result = terms[0] if len(terms) == 1 else build("total", *terms)
    assert isinstance(result, Ref)
    return result


def _term(places: Places, coefficient: float, first: int, second: int) -> Operand:
    build = places.builder.map
    term = places.ref([first])
    if second != NONE:
        term = build("multiply", term, places.ref([second]))
    return term if coefficient == 1.0 else build("multiply", coefficient, term)
