"""What ought to break a page: hostile names, numbers without end, odd graphs, a small screen, no scripts, no eyes."""

import math
import runpy
from pathlib import Path

import numpy as np
import pytest

import nn
import pad
from autograd import Value, cos, draw, gradient, no_grad, operation, sigmoid, sin, sqrt, total
from autograd.errors import ArgumentError, KeywordError
from autograd.graph import topological_order
from autograd.primitives import CONSTANT, LEAF, TABLE
from autograd.reals import number
from autograd.value import apply
from images import Images

pytestmark = pytest.mark.thorough

INSPECTIONS = Path(__file__).with_name("inspections.js").read_text(encoding="utf-8")
HOSTILE = [
    "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"'`${alert(1)}\\", "]]>", "<!--<script>",
    "a\u2028b\u2029c", "\u202eabc", "\u200b", "😀", "e" + 20 * "\u0301", 10_000 * "x", "&lt;b&gt;&amp;", "\\u003c",
    "constructor", "__proto__", "\x00\x07", "%s{0}", "−3", "\n", "\ud800",
]  # fmt: skip


def named(value, name):
    value.label = name
    return value


def neuron():
    w, a, b, y = Value(0.8, "w"), Value(0.6, "a"), Value(-0.2, "b"), Value(1.0, "y")
    z = named(w * a + b, "z")
    return named((named(sigmoid(z), "s") - y) ** 2, "C")


@pytest.fixture
def inspected(open_page, tmp_path):
    """A page of a value with the inspections at hand."""

    def opened(output, **options):
        draw(output).save(tmp_path / "tree.html")
        page = open_page(tmp_path / "tree.html", **options)
        page.add_script_tag(content=INSPECTIONS)
        return page

    return opened


def as_python_has_it(page, output):
    """Values and gradients; what is said at each step."""
    order = topological_order((output,))
    assert page.evaluate("[...state.values]") == pytest.approx([v.data for v in order], rel=1e-12, nan_ok=True)
    slopes = gradient(output, order)
    assert page.evaluate("[...state.gradients]") == pytest.approx(slopes, rel=1e-12, abs=1e-13, nan_ok=True)
    told = page.evaluate("inspections.told()")
    assert not told["faults"]
    for step in told["steps"]:
        if step["kind"] == "forward" and math.isfinite(order[step["value"]].data):
            assert step["last"] == number(order[step["value"]].data + 0.0)
    return told["steps"]


def test_labels_and_lines_and_files_are_text_whatever_they_hold(open_page, tmp_path):
    program = tmp_path / "<b>&'.py"
    names = ", ".join(ascii(name) for name in HOSTILE)
    program.write_text(
        "from autograd import Value, draw, sin\n"
        "text = '</script><script>alert(2)</script>'; x = Value(0.5, '\\x0c')\n"
        f"y = x\nfor name in [{names}]:\n    y = sin(y); y.label = name  # <img src=x onerror=alert(3)>\n"
        "page = draw(y).page()\n",
        encoding="utf-8",
    )
    page_of_it = runpy.run_path(str(program))["page"]
    page_of_it.save(tmp_path / "tree.html")
    page = open_page(tmp_path / "tree.html")
    assert page.evaluate("[model.nodes, document.images, document.scripts].map(({ length }) => length)") == [21, 0, 2]
    page.add_script_tag(content=INSPECTIONS)
    assert page.inner_text(".head .file") == program.name
    assert "onerror=alert(3)" in page.inner_text(".listing")
    told = "[...inspections.told().faults, ...inspections.cut(), ...inspections.unnamed(), ...inspections.faint()]"
    assert not page.evaluate(told)
    notebook = open_page(html=f"<p>{page_of_it._repr_html_()}")
    assert notebook.frame_locator("iframe").locator(".node").count() == len(HOSTILE) + 1
    assert notebook.evaluate("document.images.length + document.scripts.length") == 0


def test_what_else_the_program_holds_is_left_alone(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "from collections.abc import Mapping\nfrom autograd import Value, draw, sin\n"
        "class Lazy(Mapping):\n"
        "    def _fails(self, *given): raise RuntimeError('asked')\n"
        "    __getitem__ = __iter__ = __len__ = __eq__ = __getattribute__ = __class__ = property(_fails)\n"
        "lazy = Lazy()\nnested = [lazy]\nnested.append(nested)\n"
        "x = Value(0.5, 'x')\ny = sin(x)\npage = draw(y).page()\n",
        encoding="utf-8",
    )
    assert '"lines":["x = Value(0.5, \'x\')","y = sin(x)"]' in str(runpy.run_path(str(program))["page"])


def of_every_operation():
    """Operations of the table by forties, in sums."""
    found = []
    for primitive in TABLE.values():
        if primitive in (LEAF, CONSTANT):
            continue
        points = ([1.3, 1.7, 1.2] if primitive.name == "acosh" else [0.3, 0.7, 0.2])[: primitive.arity or 3]
        found.append(named(apply(primitive, [Value(p, f"x_{i}") for i, p in enumerate(points)]), primitive.name))
    for start in range(0, len(found), 40):
        output = found[start]
        for value in found[start + 1 : start + 40]:
            output = named(output + value, "s")
        yield output


def test_every_operation_of_the_table_is_told_in_numbers_and_mathematics(inspected):
    words = {}
    for output in of_every_operation():
        page = inspected(output)
        order = topological_order((output,))
        for step in as_python_has_it(page, output):
            if step["kind"] == "forward":
                words[order[step["value"]].primitive.name] = step["words"]
    assert len(words) == len(TABLE)
    assert words["total"] == "What comes in is added."  # and nothing is weighted


def test_a_constant_has_no_way_back(inspected):
    page = inspected(without_gradients())
    page.keyboard.press("End")
    assert page.inner_text("#sentence").endswith("The output is a constant: there is no way back.")


def test_a_cube_is_not_told_as_a_square(inspected):
    page = inspected((sin(Value(0.5, "x")) - Value(1.0, "y")) ** 3)
    assert page.evaluate("meaningOf(model.output)") == "A power."


def extreme():
    x = Value(1e308, "x")
    sizes = [5e-324, -0.0, 1e-12, 123456789012345.0, math.inf, 2.0]
    parts = [sin(x)] + [named(Value(size, "k") * Value(10.0, "m"), "p") for size in sizes]
    out = parts[0]
    for part in parts[1:]:
        out = out + part
    return out


def without_gradients():
    with no_grad():
        return sin(Value(1.0, "x")) * 2


def many_uses():
    x = Value(0.3, "x")
    y = named(sin(x) * cos(x) * x, "y")
    return y * y + total([x] * 8)


GRAPHS = {
    "a leaf": lambda: Value(3.0),
    "a square": lambda: (lambda x: x * x)(Value(3.0, "x")),
    "many uses": many_uses,
    "extremes": extreme,
    "not a number": lambda: Value(math.nan, "x") * sin(Value(2.0, "y")),
    "no derivative": lambda: sqrt(Value(0.0, "x")),
    "no gradients": without_gradients,
}


@pytest.mark.parametrize("made", GRAPHS.values(), ids=GRAPHS)
def test_odd_graphs_are_stepped_through(inspected, made):
    output = made()
    page = inspected(output, width=375)
    order = topological_order((output,))
    assert page.evaluate("[...state.values]") == pytest.approx([v.data for v in order], rel=1e-12, nan_ok=True)
    assert not page.evaluate("[...inspections.walked(), ...inspections.cut()]")


def test_rules_that_the_page_has_not_leave_the_numbers_and_say_so(inspected):
    bell = operation("bell_", lambda a: math.exp(-a * a), [lambda a: -2 * a * math.exp(-a * a)], symbol="</script>")
    twice = [operation("own_", lambda ns, a, by=by: a * by, [lambda ns, v, a, by=by: by]) for by in (2.0, 3.0)]
    for output, name in ((bell(Value(0.5, "x")), "bell_"), (twice[1](twice[0](Value(0.5, "x"))), "own_")):
        page = inspected(output)
        assert page.get_by_role("spinbutton").count() == 0
        assert page.inner_text(".note").startswith("No number can be changed here") and name in page.inner_text(".note")
        as_python_has_it(page, output)


def pad_of(names, path):
    """The pad of an untrained network of 16 pixels."""
    numbers = np.random.default_rng(0).integers(0, 17, (30, 16)) / 16
    images = Images(numbers, np.arange(30) % len(names), 4, 4, tuple(names))
    pad.write(nn.MLP([16, 5, len(names)], output="linear", seed=0), images, images, "cross_entropy", path)
    return path


@pytest.fixture
def plain(chromium):
    """What a page says where scripts are switched off."""
    context = chromium.new_context(java_script_enabled=False)

    def said(path):
        page = context.new_page()
        page.goto(path.as_uri())
        return page.inner_text("body")

    yield said
    context.close()


def test_pages_are_read_without_scripts(plain, tmp_path):
    draw(neuron()).save(tmp_path / "tree.html")
    said = plain(tmp_path / "tree.html")
    assert "the tree as text" in said and "└─ y = 1" in said
    assert "JavaScript, which is switched off here" in plain(pad_of("01", tmp_path / "pad.html"))


def test_names_of_classes_are_text_whatever_they_hold(open_page, tmp_path):
    page = open_page(pad_of(HOSTILE[:10], tmp_path / "pad.html"))
    assert page.evaluate("[document.images, document.scripts].map(({ length }) => length)") == [0, 2]
    assert page.locator("#chips [role=radio]").first.inner_text() == HOSTILE[0]


@pytest.mark.parametrize("dark", [False, True])
def test_texts_are_seen_and_controls_are_named(inspected, dark):
    page = inspected(neuron(), dark=dark)
    for step in ("2", "model.steps.length - 2"):
        page.evaluate(f"state.update({{ step: {step} }})")
        assert not page.evaluate("Object.values(inspections).slice(0, 3).flatMap((inspect) => inspect())")


@pytest.mark.parametrize("width", [320, 375, 768, 1920])
def test_nothing_is_cut_and_fingers_hit(inspected, width):
    page = inspected(neuron(), width=width, has_touch=width < 700)
    page.evaluate("state.update({ step: model.steps.length - 1 })")
    assert not page.evaluate("inspections.cut()")
    ends = "[...document.querySelectorAll('.gradient rect')].map((pill) => pill.getBoundingClientRect())"
    assert page.evaluate(f"{ends}.every(({{ left, right }}) => left >= 0 && right <= innerWidth)")
    if width < 700:
        assert not page.evaluate("inspections.small(43)")


def test_steps_are_heard_once_and_the_slider_has_its_keys(inspected):
    page = inspected(neuron())
    page.evaluate(
        "window.said = []; new MutationObserver(() => said.push(document.querySelector('#told').textContent))"
        ".observe(document.querySelector('#told'), { childList: true })"
    )
    page.focus(".track")
    for _ in range(15):
        page.keyboard.press("ArrowUp")
    heard = page.evaluate("(state.update({ rate: 2 }), new Promise((done) => setTimeout(() => done(said))))")
    assert len(heard) == page.evaluate("model.steps.length - 1") == int(page.get_attribute(".track", "aria-valuenow"))
    assert heard[2] == "Forward → 3 of 3. How far from the wish, squared. C = (s − y)^2 = (0.5695 − 1)^2 = 0.1853"
    assert "∂z over ∂w" in heard[-3] and ".." not in " ".join(heard)
    page.keyboard.press("PageDown")
    assert page.evaluate("state.step") == 0
    assert page.get_attribute(".track", "aria-valuetext") == "Start"
    page.evaluate("state.update({ playing: true })")
    for width in (320, 1280):  # nothing of this throws
        page.set_viewport_size({"width": width, "height": 600})
        page.click("#theme")


def test_what_is_asked_wrongly_is_answered(tmp_path):
    page = draw(neuron()).page()
    (tmp_path / "folder.html").mkdir()
    for path in (tmp_path / "folder.html", tmp_path / "none" / "a.html", tmp_path / f"{'n' * 300}.html"):
        with pytest.raises(ArgumentError, match="cannot be written"):
            page.save(path)
    with pytest.raises(ArgumentError, match=r"expected the suffix \.html, got '\.svg'"):
        page.save(tmp_path / "tree.svg")
    with pytest.raises(KeywordError, match=r"page\.save"):
        page.save(file="tree.html")
    with pytest.raises(AttributeError, match=r'expected page\.save\("tree\.html"\), and open it in a browser'):
        page.show()
    assert list(tmp_path.iterdir()) == [tmp_path / "folder.html"]


APART = """(() => {
  const boxes = [...document.querySelectorAll('.track .name:not(.absent)')].map((name) => name.getBoundingClientRect());
  const meet = (a, b, [low, high]) => Math.min(a[high], b[high]) > Math.max(a[low], b[low]) + 2;
  return boxes.every((a, i) => boxes.slice(0, i).every((b) =>
    !meet(a, b, ['left', 'right']) || !meet(a, b, ['top', 'bottom'])));
})()"""


def test_words_as_labels_do_not_stand_on_one_another_in_the_track(inspected):
    output = Value(0.5, "the first of all")
    for i in range(12):
        output = named(sin(output), f"value number {i}")
    page = inspected(output)
    for step in (0, 3, 15, 25):
        page.evaluate(f"state.update({{ step: {step} }})")
        assert page.evaluate(APART)
