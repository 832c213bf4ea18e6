"""The rooms and the arrows between them."""

import ast
from pathlib import Path

import pytest

import autograd
import nn
from autograd.compiler.backends import BACKENDS

ROOT = Path(autograd.__file__).parent
PACKAGES = {"autograd": ROOT, "nn": Path(nn.__file__).parent}
MODULES = sorted(path for folder in PACKAGES.values() for path in folder.rglob("*.py"))

# What a module may import of its own package at its top, from the bottom up.
FLOORS = [
    {"errors", "text", "pairs", "namespaces", "modes", "ufuncs", "clock"},
    {"version", "argument_words", "vocabulary", "words", "numpy"},
    {"labels", "primitives", "reals", "files", "pages", "differences", "sources"},
    {"sentences", "methods"},
    {"value"},
    {"elementary", "activations"},
    {
        "graph",
        "functions",
        "elementary",
        "activations",
        "homes",
        "fast_rules",
        "fast_order",
        "changes",
        "structure",
        "living",
        "operations",
    },
    {"parameters", "containers", "merged"},
    {"reverse", "formulas", "javascript"},
    {"adjoints", "watching", "paths"},
    {"stand_ins"},
    {"derivatives", "check", "reports", "zeros", "transforms"},
    {"chain"},
    {"drawing", "compiler", "stepping"},
]


def name_of(path: Path) -> str:
    package = next(name for name, folder in PACKAGES.items() if folder in path.parents)
    parts = path.relative_to(PACKAGES[package]).with_suffix("").parts
    return ".".join([package, *(part for part in parts if part != "__init__")])


def imported(path: Path, everywhere: bool = False) -> set[str]:
    """The modules that a file imports, absolute; those inside functions only where `everywhere`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    base = name_of(path).split(".")
    package = base if path.name == "__init__.py" else base[:-1]
    found = set()
    for node in ast.walk(tree) if everywhere else tree.body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            found.add(".".join([*start, *([node.module] if node.module else [])]))
            if not node.module:
                found |= {".".join([*start, alias.name]) for alias in node.names}
    return found


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_numpy_and_graphviz_are_needed_to_import(path):
    allowed = {"autograd", "nn", "numpy", "graphviz", "__future__"}
    import sys

    if name_of(path).startswith("autograd.compiler.backends."):
        # The room of a back end, which is entered when that is chosen, may import what its entry says it needs.
        entry = BACKENDS.get(name_of(path).split(".")[3])
        allowed |= set(entry.needs) if entry is not None else set()
    outside = {name.split(".")[0] for name in imported(path)} - allowed - set(sys.stdlib_module_names)
    assert not outside


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_autograd_never_imports_nn(path):
    if name_of(path).startswith("autograd"):
        assert not {name for name in imported(path, everywhere=True) if name.split(".")[0] == "nn"}


def test_drawing_never_imports_the_compiler():
    rooms = list((ROOT / "drawing").glob("*.py"))
    assert rooms and not {name for room in rooms for name in imported(room, everywhere=True) if "compiler" in name}


@pytest.mark.parametrize("path", [path for path in MODULES if path.parent == ROOT], ids=name_of)
def test_imports_run_one_way(path):
    own = path.stem
    if own == "__init__":
        return
    floor = next(level for level, rooms in enumerate(FLOORS) if own in rooms)
    below = set().union(*FLOORS[:floor]) | FLOORS[floor]
    used = {name.split(".")[1] for name in imported(path) if name.startswith("autograd.")}
    assert used <= below


def arrows_of(path: Path) -> set[str]:
    """The modules of these packages that any line of a file imports: inside functions and for types, too."""
    package = (name_of(path) if path.name == "__init__.py" else name_of(path).rpartition(".")[0]).split(".")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*start, *filter(None, [node.module])])
            # A name that is imported is a module itself, or stands in the module that it is imported from.
            inside = {f"{module}.{alias.name}" for alias in node.names}
            found |= {name if name in NAMES else module for name in inside}
    return found & NAMES


NAMES = {name_of(path) for path in MODULES}
CIRCLES_BY_NAME = {
    ("autograd.value", "autograd.reverse"),  # `value.backward()` starts the reverse pass, which walks Values
    ("autograd.sentences", "autograd.value"),  # for types alone: a Value's errors say what Value it was
}


def test_no_module_imports_itself_in_a_circle():
    arrows = {name_of(path): arrows_of(path) for path in MODULES}
    for start, end in CIRCLES_BY_NAME:
        arrows[start].remove(end)
    done: set[str] = set()
    while ready := {name for name, used in arrows.items() if name not in done and used <= done}:
        done |= ready
    assert not {name: used - done for name, used in arrows.items() if name not in done}


DEMOS = sorted((Path(__file__).parent.parent / "demos").rglob("*.py"))


def lines_of(function: ast.AST) -> int:
    """The lines of a function but for its docstring, which is for users and may tell all that they ask."""
    first, last = function.body[0], function.body[-1]
    told = ast.get_docstring(function) is not None
    return last.end_lineno - function.lineno + 1 - (first.end_lineno - first.lineno + 1 if told else 0)


def test_the_lines_of_a_function_are_counted_without_its_docstring():
    (function,) = ast.parse('def f(\n    x,\n):\n    """Told\n    at length."""\n\n    return x\n').body
    assert lines_of(function) == 5


@pytest.mark.parametrize("path", [*MODULES, *DEMOS], ids=lambda path: path.stem)
def test_a_module_keeps_to_400_lines_and_a_function_to_60(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert not {node.name: lines_of(node) for node in functions if lines_of(node) > 60}


def test_the_demos_are_among_the_files_whose_length_is_held():
    assert {"digits", "many_machines"} <= {path.stem for path in DEMOS}


def test_no_module_bears_the_name_of_a_public_function():
    public = {*autograd.__all__, *nn.__all__}
    assert not {path.stem for path in MODULES} & public


# The engine, which keeps a Value's number and label; all other rooms read `number_of(v)` and `v.label`.
ENGINE = {
    f"autograd.{room}"
    for room in ("value", "sentences", "graph", "fast_rules", "reverse", "functions", "homes", "parameters")
}
PRIVATE = {"_data", "_label"}


def private_names(path: Path) -> tuple[set[str], set[str]]:
    """The private names that a file has of its own, on `self` or defined, and those it uses of other things."""
    own, used = set(), set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            on_self = isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"}
            (own if on_self else used).add(node.attr)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            own.add(node.name)
        elif isinstance(node, ast.Constant) and node.value in PRIVATE:  # attrgetter, getattr, __slots__
            used.add(node.value)
    private = {name for name in own | used if name.startswith("_") and not name.endswith("__")}
    return own & private, used & private


@pytest.mark.parametrize("path", [path for path in MODULES if name_of(path) not in ENGINE], ids=name_of)
def test_values_are_read_through_their_door(path):
    assert not private_names(path)[1] & PRIVATE


def test_nn_uses_public_names_of_autograd_alone():
    rooms = [private_names(path) for path in MODULES if name_of(path).startswith("nn")]
    own, used = (set().union(*names) for names in zip(*rooms, strict=True))
    assert used <= own
