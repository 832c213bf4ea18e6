"""What stands on the last line of a cell shows itself: as text, and where natural as a table, equation or picture."""

import math
import xml.etree.ElementTree as ET

import pytest

import nn
from autograd import Label, Value, chain_rule, check_gradient, compile, draw, sigmoid
from autograd.drawing import rendering

W, B = Value(0.8, "w"), Value(-0.2, "b")
HOSTILE = Label('<script>alert("x")</script>&$\\')


class Printer:
    """IPython's, as far as it is used."""

    def __init__(self):
        self.said = ""

    def text(self, text):
        self.said += text


def pretty(thing):
    printer = Printer()
    thing._repr_pretty_(printer, False)
    return printer.said


def cost():
    c = (sigmoid(W * 0.6 + B) - 1.0) ** 2
    c.label = "C"
    return c


def compiled():
    return compile(lambda x: (sigmoid(W * x + B) - 1.0) ** 2).record([0.6])


def vector(label="w"):
    class Line(nn.Module):
        def __init__(self):
            self.slope = Value(2.0, label)

    line = Line()
    (line.slope * 3).backward()
    return nn.gradient_vector(line)


def report(label="w"):
    return check_gradient(lambda w: w * w, at=[Value(0.3, label)])


TOLD = {
    "a plan": lambda: compiled().plan,
    "passes": lambda: compiled().passes(),
    "a chain rule": lambda: chain_rule(cost(), W),
    "a drawing": lambda: draw(cost()),
    "a report": report,
    "a gradient vector": vector,
    "a summary": lambda: nn.MLP([2, 1], seed=0).summary(),
}


@pytest.mark.parametrize("thing", TOLD)
def test_what_print_tells_is_what_is_shown(thing):
    made = TOLD[thing]()
    assert repr(made) == str(made) and "object at 0x" not in repr(made)
    assert len(repr(made).splitlines()[0]) <= 80


def test_a_plan_shows_its_equations():
    assert "mean = 1/n sum(" in repr(compiled().plan) and "Array(" not in repr(compiled().plan)


def test_a_compiled_function_shows_its_program_once_there_is_one():
    f = compile(lambda x: W * x)
    assert pretty(f) == repr(f) == "<compiled <lambda>(x)>"
    f.record([0.5])
    assert pretty(f) == f"{f!r}\n{f.plan}"
    assert repr(f.over([1.0, 2.0])) == "<2 samples>"


def test_parameters_show_themselves():
    w, many = Value(2.0, "w"), [Value(float(k)) for k in range(30)]
    assert pretty(compile(lambda x: w * x).record([1.0]).parameters) == "<1 parameters>\nValue(2.0, label='w')"
    shown = pretty(compile(lambda x: sum(many) * x).record([1.0]).parameters).splitlines()
    assert len(shown) == 22 and shown[-1] == "..."


def test_a_value_shows_label_and_number():
    w = Value(0.8, "w^L_jk")
    assert w._repr_latex_() == r"$\displaystyle w^{L}_{jk} = 0.8$"
    w.grad = -1.25e-7
    assert w._repr_latex_() == r"$\displaystyle w^{L}_{jk} = 0.8,\quad \mathrm{grad} = -1.25 \cdot 10^{-7}$"
    assert Value(0.8)._repr_latex_() is None and Value(math.inf, "a")._repr_latex_() == r"$\displaystyle a = \infty$"
    assert Label("w", "L", "jk")._repr_latex_() == "$w^{L}_{jk}$"


def test_gradients_and_reports_are_tables_with_their_numbers():
    told = vector()._repr_html_()
    assert "∂C/∂w" in told and ">3<" in told.replace(" ", "") and "length 3" in told
    told = report()._repr_html_()
    assert "<th" in told and ">0.6<" in told and "right" in told and "1 right" in told


@pytest.mark.parametrize("made", [vector, report])
def test_text_in_a_table_is_text(made):
    told = made(HOSTILE)._repr_html_()
    assert "<script" not in told and "&lt;script&gt;" in told
    ET.fromstring(told.replace("<br>", "<br/>"))


def test_a_part_of_a_gradient_shows_its_size():
    assert repr(vector().parts[0]).startswith("<∂C/∂w: ") and repr(vector().parts[0]).endswith(", length 3>")


def test_a_drawing_is_no_wider_than_its_page(monkeypatch):
    monkeypatch.setattr(rendering, "render", lambda source, form: b'<svg width="9000pt"><g/></svg>')
    picture = draw(cost())._repr_mimebundle_()
    assert 'style="max-width: 100%; height: auto"' in picture["image/svg+xml"].partition(">")[0]
    assert picture["text/plain"] == str(draw(cost()))


# Histories


def history(cost, validation=()):
    made = nn.History()
    made.cost, made.validation_cost, made.seconds = list(cost), list(validation), [0.1] * len(cost)
    return made


def lines(made):
    """Curves of a picture, each a list of points, and the number of single points."""
    root = ET.fromstring(made._repr_svg_())
    space = "{http://www.w3.org/2000/svg}"
    curves = [
        [tuple(map(float, point.split(","))) for point in line.get("points").split()]
        for line in root.iter(f"{space}polyline")
    ]
    return curves, len(list(root.iter(f"{space}circle")))


def test_a_history_is_a_curve_for_each_cost():
    (cost,), points = lines(history([4.0, 3.0, 2.0]))
    assert points == 0 and [x for x, _ in cost] == sorted({x for x, _ in cost})
    heights = [y for _, y in cost]
    assert heights == sorted(heights) and heights[1] == pytest.approx((heights[0] + heights[2]) / 2)
    assert len(lines(history([4.0, 3.0], [5.0, 4.0]))[0]) == 2
    assert "validation cost" in history([4.0, 3.0], [5.0, 4.0])._repr_svg_()


def test_a_steep_curve_is_drawn_by_powers_of_ten():
    ((_, high), (_, middle), (_, low)) = lines(history([1.0, 1e-3, 1e-6]))[0][0]
    assert middle == pytest.approx((high + low) / 2, abs=0.2)


def test_what_is_not_finite_leaves_a_gap():
    curves, points = lines(history([4.0, 3.0, math.nan, 2.0, math.inf, 1.0, 0.5]))
    assert len(curves) == 2 and points == 1


def test_one_epoch_is_a_point_and_none_is_no_picture():
    assert lines(history([2.0])) == ([], 1)
    assert history([])._repr_svg_() is None and history([math.nan])._repr_svg_() is None
    ((_, height), *_, (_, last)) = lines(history([2.0, 2.0, 2.0]))[0][0]
    assert height == last


def test_very_many_epochs_are_a_small_picture_that_has_the_last():
    (curve,), _ = lines(history([1.0 / (1 + k) for k in range(20_000)]))
    assert len(curve) <= 502 and curve[-1][0] == max(x for x, _ in curve)
    assert len(history([1.0] * 20_000)._repr_svg_()) < 20_000
