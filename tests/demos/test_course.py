"""The course: answers are judged as a teacher would, and six notebooks run, unanswered and with their solutions."""

import ast
import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import checks
import clean
import forms
import nn
import samples
from autograd import Value

COURSE = Path(checks.__file__).parent
NOTEBOOKS = sorted(COURSE.glob("*.ipynb"))
CHAPTERS = [int(path.name[0]) for path in NOTEBOOKS]
EXERCISES = {number: one for chapter in CHAPTERS for number, one in checks.exercises(chapter).items()}
COMPARED = {number: one for number, one in EXERCISES.items() if isinstance(one, checks.Compared)}
JUDGED = {number: one for number, one in EXERCISES.items() if isinstance(one, checks.Judged)}
MEASURED = [number for number, one in COMPARED.items() if type(one.form) is forms.Number and one.form.tolerance > 1e-3]
MISTAKES = [(number, mistake.name) for number, one in COMPARED.items() for mistake in one.mistakes]


def sentence(text):
    """Whether a text is one line that ends as a sentence does."""
    return "\n" not in text and text.endswith(".") and "{" not in text and len(text) < 400


# Right, and known not to be by another way than the tables have it


def sigma(z):
    return 1 / (1 + math.exp(-z))


A = sigma(0.28)
OTHER = sigma(-1.5 * 0.9 + 0.4)
DELTA = OTHER * (1 - OTHER) * 2 * OTHER
P, Q = sigma(0.8 * 0.6 - 0.5 * 0.3 - 0.2), sigma(-0.4 * 0.6 + 0.9 * 0.3 + 0.4)
BY_HAND = {
    "1.1": 0.3,
    "1.2": A,
    "1.3": -14.0,
    "2.1": 13002,
    "2.2": 0.6,
    "2.3": 0.45,
    "3.1": 0.13,
    "3.3": "grow",
    "3.4": 0.8 - 0.5 * 0.6 * A * (1 - A) * 2 * (A - 1),
    "4.1": 0.6,
    "4.2": A * (1 - A),
    "4.3": 2 * (A - 1),
    "4.4": [0.9 * DELTA, DELTA, -1.5 * DELTA],
    "5.1": -0.5 * P * (1 - P) * 2 * (P - 1) + 0.9 * Q * (1 - Q) * 2 * Q,
}


@pytest.mark.parametrize("number", COMPARED)
def test_the_right_answer_is_right(number):
    exercise = EXERCISES[number]
    verdict = checks.check(number, exercise.right)
    assert verdict.right is True and not verdict.mistake and sentence(str(verdict))


@pytest.mark.parametrize("number", BY_HAND)
def test_what_is_right_comes_out_by_hand_too(number):
    expected = BY_HAND[number]
    form = EXERCISES[number].form
    assert form.read(EXERCISES[number].right) == pytest.approx(form.read(expected), rel=1e-12)


def test_every_number_is_checked_by_hand():
    plain = {number for number, one in COMPARED.items() if not isinstance(one.form, forms.Function)}
    assert plain == set(BY_HAND)


# Mistakes


@pytest.mark.parametrize(("number", "name"), MISTAKES)
def test_a_usual_mistake_is_recognised_by_its_name(number, name):
    (mistake,) = [one for one in COMPARED[number].mistakes if one.name == name]
    verdict = checks.check(number, mistake.comes_to)
    assert verdict.right is False and verdict.mistake == name
    assert sentence(str(verdict)) and str(verdict).startswith("Not yet. ")


@pytest.mark.parametrize("number", MEASURED)
def test_three_digits_suffice_and_two_do_not(number):
    exercise = EXERCISES[number]
    right = exercise.form.read(exercise.right)[0]
    assert checks.check(number, float(f"{right:.3g}")).right is True
    assert checks.check(number, np.float64(right)).right is True and checks.check(number, Value(right)).right is True
    assert "four digits" in str(checks.check(number, 1.02 * right))


WRONG = {
    "1.5": {
        "reads OR": [20, 20, -10],
        "reads NAND": [-20, -20, 30],
        "is never active": [1, 1, -5],
        "is always active": [1, 1, 5],
        "listens to one input": [20, 1, -10],
        "reads something else": [-20, -20, 10],
        "cannot decide": [1, 1, -1.5],
    },
    "2.5": {
        "is active on blank paper": [[1, 0, 0], [0, 1, 0], [0, 0, 1], 1],
        "sees the mirror image": [[0, 0, 8], [0, 8, 0], [8, 0, 0], -20],
        "is never active": [[1, 0, 0], [0, 1, 0], [0, 0, 1], -4],
        "sees any ink": [[8, 0, 0], [0, 8, 0], [0, 0, 8], -20],
        "sees another stroke": [[2, -4, -4], [-4, 20, -4], [-4, -4, 2], -8],
        "cannot decide": [[1, -1, -1], [-1, 1, -1], [-1, -1, 1], -2.5],
    },
}


def depth_first(output, seen=None, twice=False, first=False, leaves=True):
    """Orders of a graph, right and wrong, by calls within calls."""
    seen = set() if seen is None else seen
    if output in seen and not twice:
        return []
    seen.add(output)
    before = [one for part in output.operands for one in depth_first(part, seen, twice, first, leaves)]
    here = [output] if leaves or output.operands else []
    return here + before if first else before + here


def by_breadth(output):
    front, order = [output], []
    while front:
        order += front
        front = [operand for value in front for operand in value.operands]
    return list(dict.fromkeys(order))[::-1]


def in_order(output):
    order, done, stack = [], set(), [(output, False)]
    while stack:
        value, ready = stack.pop()
        if ready:
            order.append(value)
        elif value not in done:
            done.add(value)
            stack += [(value, True), *((operand, False) for operand in value.operands)]
    return order


def network(outputs=10, neurons=4, epochs=0):
    net = nn.MLP([64, neurons, outputs], activation="tanh", output="linear", seed=0)
    seen, _ = samples.split(samples.read_csv())
    if epochs:
        nn.fit(
            net, seen.pixels, seen.digits, cost=nn.cross_entropy, optimiser=nn.Adam(0.01), epochs=epochs,
            batch_size=32, seed=0, progress=False,
        )  # fmt: skip
    return net


WRONG["6.4"] = {
    "has not ten outputs": network(outputs=2),
    "was not trained": network(),
    "reads too few": network(epochs=3),
}
WRONG["5.4"] = {
    "lists a value several times": lambda output: depth_first(output, twice=True),
    "leaves values out": lambda output: depth_first(output, leaves=False),
    "puts the output first": lambda output: in_order(output)[::-1],
    "puts a value before its operands": by_breadth,
    "recurses": depth_first,
}
RIGHT = {
    "6.4": network(neurons=30, epochs=30),
    "5.4": in_order,
    "1.5": [20, 20, -30],
    "2.5": [[8, -6, -6], [-6, 8, -6], [-6, -6, 8], -20],
}


@pytest.mark.parametrize("number", JUDGED)
def test_what_is_judged_is_right_or_told_what_is_missing(number):
    assert checks.check(number, RIGHT[number]).right is True
    assert sentence(str(checks.check(number, RIGHT[number])))
    assert list(WRONG[number]) == [requirement.missing for requirement in JUDGED[number].requirements]
    for missing, answer in WRONG[number].items():
        verdict = checks.check(number, answer)
        assert verdict.right is False and verdict.mistake == missing
        assert sentence(str(verdict))


# Rubbish


class Hostile:
    def __repr__(self):
        return "<script>\n" * 100

    __str__ = __repr__


def nothing(*_):
    pass


def fails(*_):
    raise ZeroDivisionError("division\nby zero")


RUBBISH = {
    "None": None,
    "a text": "0.28\n<b>",
    "NaN": math.nan,
    "infinity": math.inf,
    "a truth value": True,
    "a complex number": 1j,
    "an object": Hostile(),
    "a class": Hostile,
    "an empty list": [],
    "a network of two inputs": nn.MLP([2, 10], seed=0),
    "a list of lists": [[1.0, "x"], None],
    "a list of NaN": [math.nan] * 3,
    "a dict": {"a": 1.0},
    "a function that returns nothing": nothing,
    "a function that fails": fails,
    "a function of nothing": lambda: 1.0,
    "a function that returns a text": lambda *_: "x",
    "a function that returns itself": lambda *_: fails,
    "an array of objects": np.array([None, "x"], dtype=object),
}


@pytest.mark.parametrize("number", EXERCISES)
def test_rubbish_gets_one_sentence(number):
    for kind, rubbish in RUBBISH.items():
        verdict = checks.check(number, rubbish)
        assert verdict.right is not True, kind
        assert sentence(str(verdict)), (kind, str(verdict))


@pytest.mark.parametrize("number", EXERCISES)
def test_what_is_not_answered_is_said_to_be_so(number):
    assert str(checks.check(number, ...)) == "Not answered yet."


def test_a_verdict_shows_itself_with_all_text_inert():
    shown = checks.check("1.1", "<script>alert(1)</script>")._repr_html_()
    assert "<script" not in shown and "&lt;script&gt;" in shown and "Not yet." in shown


@pytest.mark.parametrize("number", ["9.9", "1.99", "x", "", 1.1, None])
def test_an_exercise_that_is_not_there_is_a_slip_in_the_notebook(number):
    with pytest.raises(KeyError, match=r"expected the number of an exercise, such as '4\.2'"):
        checks.check(number, 0.0)


# Notebooks


def cells(path):
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def code_of(cell):
    return "".join(cell["source"])


def solved(path):
    """The code cells of a notebook, its solutions in place of what is to be answered."""
    by_id = {cell["id"]: code_of(cell) for cell in cells(path)}
    for cell in cells(path):
        if cell["cell_type"] == "code":
            source = code_of(cell)
            if cell["id"].startswith("exercise-"):
                told = by_id[cell["id"].replace("exercise", "solution")]
                solution = re.search(r"```python\n(.*?)```", told, re.DOTALL)[1]
                source = f"{solution}\n\n{source[source.index('check(') :]}"
            yield cell["id"], source


def shown(source, names, where):
    """Run a cell as a notebook does; what its last line comes to."""
    body = ast.parse(source, where).body
    last = ast.Expression(body.pop().value) if isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), where, "exec"), names)
    return last and eval(compile(last, where, "eval"), names)


def test_there_are_six():
    assert [1, 2, 3, 4, 5, 6][: len(CHAPTERS)] == CHAPTERS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_clean(path):
    text = path.read_text(encoding="utf-8")
    assert clean.cleaned(text) == text, "run python demos/course/clean.py"
    notebook = json.loads(text)
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids) and all(re.fullmatch(r"[a-z0-9-]{1,64}", one) for one in ids)
    lines = [line for cell in notebook["cells"] if cell["cell_type"] == "code" for line in code_of(cell).splitlines()]
    assert [line for line in lines if len(line) > 92] == [], "a page would cut them"


def test_what_a_run_leaves_behind_is_cleaned_away(tmp_path, monkeypatch, capsys):
    text = NOTEBOOKS[0].read_text(encoding="utf-8")
    notebook = json.loads(text)
    notebook["metadata"] |= {"language_info": {"name": "python", "version": "3.11.7"}, "widgets": {}}
    for cell in notebook["cells"]:
        cell["metadata"] = {"collapsed": True}
        cell["source"] = "".join(cell["source"])
        if cell["cell_type"] == "code":
            cell |= {"execution_count": 3, "outputs": [{"output_type": "stream", "name": "stdout", "text": ["x"]}]}
    (tmp_path / "1.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    monkeypatch.setattr(clean, "HERE", tmp_path)
    assert clean.main() == 0
    assert (tmp_path / "1.ipynb").read_text(encoding="utf-8") == text
    assert clean.main() == 0
    assert capsys.readouterr().out == "cleaned 1.ipynb\n"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_asks_the_exercises_of_its_chapter(path):
    asked = re.findall(r'^check\("([\d.]+)"', "\n".join(code_of(cell) for cell in cells(path)), re.MULTILINE)
    assert asked == list(checks.exercises(int(path.name[0]))) and 3 <= len(asked) <= 6
    ids = {cell["id"] for cell in cells(path)}
    for number in asked:
        name = number.replace(".", "-")
        assert {f"exercise-{name}-text", f"exercise-{name}", f"solution-{name}"} <= ids


def test_the_engine_written_anew_takes_sixty_lines():
    whole = next(code_of(cell) for cell in cells(NOTEBOOKS[4]) if cell["id"] == "whole-engine")
    assert 40 <= len(whole.splitlines()) <= 60


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_links_lead_somewhere(path):
    text = "\n".join(code_of(cell) for cell in cells(path) if cell["cell_type"] == "markdown")
    for target in re.findall(r"\]\(([^)]*)\)", text):
        assert (COURSE / target).exists(), target


def test_the_course_lists_its_notebooks():
    assert re.findall(r"\]\(([^)]*)\)", (COURSE / "README.md").read_text(encoding="utf-8")) == [
        p.name for p in NOTEBOOKS
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_with_its_solutions_every_check_says_right(path, monkeypatch):
    monkeypatch.chdir(COURSE)
    monkeypatch.setattr(sys, "path", [str(COURSE), *sys.path])
    names = {"__name__": "__main__"}
    verdicts = {name: shown(source, names, f"<{path.stem}, {name}>") for name, source in solved(path)}
    told = {name: str(verdict) for name, verdict in verdicts.items() if name.startswith("exercise-")}
    assert told and all(text.startswith("Right. ") for text in told.values()), told


# In a process of its own: a notebook's client brings an event loop, and the browser of other tests another.
EXECUTE = """
import json, sys
import nbformat
from nbclient import NotebookClient

notebook = nbformat.read(sys.argv[1], as_version=4)
nbformat.validate(notebook)
NotebookClient(notebook, timeout=100, resources={"metadata": {"path": sys.argv[2]}}).execute()
outputs = {cell.id: cell.outputs for cell in notebook.cells if cell.cell_type == "code"}
print(json.dumps(outputs))
"""


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_as_it_stands(path):
    environment = {name: text for name, text in os.environ.items() if name != "MPLBACKEND"}
    environment["PYTHONPATH"] = str(COURSE.parents[1])
    done = subprocess.run(
        [sys.executable, "-c", EXECUTE, path, COURSE], capture_output=True, text=True, timeout=120, env=environment
    )
    assert done.returncode == 0, done.stderr
    outputs = json.loads(done.stdout.splitlines()[-1])
    for name, shown_below in outputs.items():
        kinds = [output["output_type"] for output in shown_below]
        assert "error" not in kinds and not any(output.get("name") == "stderr" for output in shown_below), name
        if name.startswith("exercise-"):
            assert [output["data"]["text/plain"] for output in shown_below] == ["Not answered yet."]
    data = [output["data"] for below in outputs.values() for output in below if "data" in output]
    assert sum("image/svg+xml" in shown_here for shown_here in data) >= 3
