"""The README says what is so."""

import contextlib
import io
import re
from pathlib import Path

import pytest

README = Path(__file__).parent.parent / "README.md"
TEXT = README.read_text(encoding="utf-8")


def test_the_first_example_prints_the_answers_that_stand_beside_it():
    code = re.search(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)[1]
    answers = re.findall(r"^print\(.*?\)\s+# (.*)$", code, re.MULTILINE)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, str(README), "exec"), {})
    lines = printed.getvalue().splitlines()
    assert answers[-1] == "the program that was found, as equations"
    assert lines[: len(answers) - 1] == answers[:-1]
    assert lines[len(answers) - 1].startswith("inputs")


@pytest.mark.parametrize("which", [2, 3, 4], ids=["chain rule and tree", "without labels", "operation"])
def test_what_is_told_stands_below_the_call(which):
    code = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)[which]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, str(README), "exec"), {})
    assert printed.getvalue().splitlines() == re.findall(r"^# (.*)$", code, re.MULTILINE)


@pytest.mark.parametrize("which", [1, 5, 6], ids=["functions", "nesting", "embedding"])
def test_an_example_prints_the_answers_that_stand_beside_it(which):
    code = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)[which]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, str(README), "exec"), {})
    assert printed.getvalue().splitlines() == re.findall(r"^print\(.*?\)\s+# (.*)$", code, re.MULTILINE)


def test_the_plan_told_is_the_plan_found():
    import numpy as np

    import nn
    from autograd import compile

    told = re.search(r"```text\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)[1]
    net = nn.MLP([784, 30, 10], seed=0)
    cost = compile(lambda x, y: nn.squared_error(net(x), y))
    cost.record(np.zeros((1, 784)), np.zeros((1, 10)))
    assert str(cost.plan) == told.rstrip()


def test_the_pictures_are_there():
    pictures = re.findall(r"!\[[^]]*\]\(([^)]+)\)", README.read_text(encoding="utf-8"))
    assert len(pictures) >= 3
    for picture in pictures:
        assert (README.parent / picture).is_file(), picture


def rows_of_what_is_where():
    table = README.read_text(encoding="utf-8").split("| path | what it holds |")[1].split("\n\n")[0]
    return [re.findall(r"`([^`]+)`", line.split("|")[1]) for line in table.splitlines()[2:]]


def test_every_path_in_the_table_of_what_is_where_is_there():
    for first, *others in rows_of_what_is_where():
        assert (README.parent / first).exists(), first
        for other in others:
            beside = Path(first).parent / other if "/" not in other.rstrip("/") else Path(other)
            assert (README.parent / beside).exists(), other


def test_every_file_and_room_is_in_the_table_of_what_is_where():
    told = {name.rstrip("/").split("/")[-1] for row in rows_of_what_is_where() for name in row}
    for package in ("autograd", "nn"):
        there = {
            path.name
            for path in (README.parent / package).iterdir()
            if path.name not in {"__init__.py", "py.typed", "__pycache__"}
        }
        assert there <= told, there - told
