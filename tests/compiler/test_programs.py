"""Random Python functions give compiled what they give row by row; `programs.py` runs more of them."""

from collections import Counter

import pytest

from autograd.compiler.backends import BACKENDS

from .program_lines import STATEMENTS
from .program_modules import KINDS
from .program_runs import made
from .program_terms import EXPRESSIONS
from .programs import UNLIKE, DisagreementError, check, check_exactly, compiled
from .test_equations import names_told, width_of

SEEDS_AT_ONCE = 25
# The scalar engine's comparisons are bools, and from Python 3.12 on their ~ is deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:Bitwise inversion:DeprecationWarning")


@pytest.mark.parametrize("first", range(0, 200, SEEDS_AT_ONCE))
def test_random_programs(first):
    for seed in range(first, first + SEEDS_AT_ONCE):
        program = made(seed)
        try:
            check(program)
        except Exception as error:
            raise AssertionError(f"{error}\n{program}") from error


@pytest.mark.parametrize(
    ("backend", "seed"), [*(("jax", seed) for seed in range(3)), *(("numba", s) for s in range(20))]
)
def test_random_programs_with_others(backend, seed):
    for module in BACKENDS[backend].needs:
        pytest.importorskip(module, reason=f"{module} is not installed")
    program = made(1000 + seed)
    try:
        check(program, backend)
    except Exception as error:
        raise AssertionError(f"{error}\n{program}") from error


@pytest.mark.parametrize("first", range(0, 24, 8))
def test_random_programs_are_told_readably(first):
    for seed in range(first, first + 8):
        program = made(seed)
        f = compiled(program, "reference")
        program.called(f, program.batch)
        text = f.plan.equations(all=True)
        names = names_told(f.plan)
        assert width_of(str(f.plan)) <= 100 and width_of(text) <= 100 and len(names) == len(set(names)), text


def test_a_program_is_made_from_its_seed_alone():
    assert [str(made(seed)) for seed in range(5)] == [str(made(seed)) for seed in range(5)]


def test_every_kind_of_statement_and_expression_is_one_that_programs_use():
    assert {*STATEMENTS, *EXPRESSIONS} <= set(KINDS)


@pytest.mark.parametrize("seed", range(0, 200, 10))
def test_random_programs_by_numbers_of_40_digits(seed):
    program = made(seed)
    comparable = check_exactly(program)
    assert comparable or program.text.kinds & UNLIKE, program


def test_every_kind_is_met_often():
    """A program that the scalar engine cannot run is not met at all: a kind that it always refuses would not show."""
    met = Counter(kind for seed in range(200) for kind in made(seed).text.kinds)
    assert all(met[kind] >= 0.5 * 200 * often for kind, often in KINDS.items()), met


def test_what_disagrees_is_found_out():
    program = next(program for program in map(made, range(20)) if program.learns)
    check(program)
    program.slopes[0][-1] += 1e-8 * len(program.rows)
    with pytest.raises(DisagreementError, match=r"gradient.*expected"):
        check(program)
    program.rows[-1] += 1e-8
    with pytest.raises(DisagreementError, match=r"values.*expected"):
        check(program)
    program.rows[0] += 1e-6
    with pytest.raises(DisagreementError, match=r"row 0.*expected"):
        check_exactly(program)
