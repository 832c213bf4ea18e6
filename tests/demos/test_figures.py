"""The figures demo: every picture is drawn, told and listed; what cannot be used gets one line."""

import inspect
import math
import re
import sys
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

import figures
import nn
from autograd import Value, gradient
from gallery import descent, intuition, neurons
from gallery.chapters import CHAPTERS, PICTURES
from gallery.listing import called, coloured, source
from gallery.mathml import mathml


class Page(HTMLParser):
    """The images of a page with their texts, its sections and links within, and what it shows as code."""

    def __init__(self, text):
        super().__init__()
        self.images, self.sections, self.links, self.code, self._inside = [], [], [], [], 0
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "img":
            self.images.append((given["src"], given["alt"]))
        elif tag == "section":
            self.sections.append(given["id"])
        elif tag == "a":
            self.links.append(given["href"])
        elif tag == "code":
            self.code.append("")
            self._inside += 1

    def handle_endtag(self, tag):
        self._inside -= tag == "code"

    def handle_data(self, text):
        if self._inside:
            self.code[-1] += text


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A folder with some of the pictures, and what was printed."""
    folder = tmp_path_factory.mktemp("figures")
    names = ["nutshell", "bias", "first_tree"]
    assert figures.main(["--out", str(folder), "--only", *names]) == 0
    return folder


def test_pictures_are_files_and_stand_on_the_page_in_the_document_s_order(drawn):
    files = {"bias.png", "nutshell_gradient.svg", "nutshell_gradient.png", "index.html"}
    files |= {f"{tree}.{suffix}" for tree in ("first_tree", "nutshell") for suffix in ("svg", "png", "html")}
    assert {path.name for path in drawn.iterdir()} == files
    for path in drawn.glob("*.svg"):
        assert ElementTree.parse(path).getroot().tag.endswith("svg")
    page = Page((drawn / "index.html").read_text(encoding="utf-8"))
    assert page.sections == ["bias", "first_tree", "nutshell"]
    assert set(page.links) == {"#bias", "#first_tree", "#nutshell", "first_tree.html", "nutshell.html"}
    assert [source.partition(";")[0] for source, _ in page.images] == ["data:image/png", *["data:image/svg+xml"] * 3]
    assert all(told for _, told in page.images)


def test_the_document_s_line_is_heard_with_its_tree(drawn):
    (_, told), *_ = Page((drawn / "index.html").read_text(encoding="utf-8")).images[1:]
    assert told.startswith(PICTURES["first_tree"].told) and "0.6 · 0.2452 · (−0.8609) = −0.1266" in told


def test_the_code_beside_a_picture_is_the_code_that_made_it(drawn):
    bias, tree, others, *_ = Page((drawn / "index.html").read_text(encoding="utf-8")).code
    assert bias == inspect.getsource(intuition.bias).rstrip()
    assert tree == inspect.getsource(PICTURES["first_tree"].make).rstrip()
    assert "def one_neuron_a_layer(" in others and "def cost_of(" in others


@pytest.mark.parametrize("width", [375, 1280])
def test_the_page_is_no_wider_than_the_screen(drawn, open_page, width):
    page = open_page(drawn / "index.html", width=width, dark=width == 375)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate("[...document.images].every((image) => image.complete && image.naturalWidth > 100)")
    paper, ink = page.evaluate("[document.body, document.querySelector('math')].map((e) => getComputedStyle(e))"
                               ".map((style, at) => at ? style.color : style.backgroundColor)")  # fmt: skip
    assert paper != ink


@pytest.mark.parametrize("name", ["untrained", "descent", "connections", "last_cost"])
def test_plots_say_what_they_measured(name):
    assert re.search(r"= −?\d", PICTURES[name].make().measured)


def test_two_walks_end_in_different_minima_where_the_gradient_is_nothing(monkeypatch):
    seen = {}
    monkeypatch.setattr("landscapes.relief", lambda cost, walks: seen.update(cost=cost, walks=walks))
    descent.minima()
    ends = []
    for walk in seen["walks"]:
        place = [Value(number) for number in walk[-1][:2]]
        height = seen["cost"](*place)
        assert math.hypot(*gradient(height, place)) < 1e-3 < walk[0][-1] - height.data
        around = [(0.4, 0.0), (-0.4, 0.0), (0.0, 0.4), (0.0, -0.4)]
        assert all(
            seen["cost"](*(Value(p.data + by) for p, by in zip(place, step, strict=True))).data > height.data
            for step in around
        )
        ends.append((*(p.data for p in place), height.data))
    assert math.dist(*ends) > 10 and abs(ends[0][2] - ends[1][2]) > 0.05


def test_weight_decay_and_moved_copies_leave_strokes_where_there_was_noise():
    nets, read = zip(*(intuition.trained(*how) for how in intuition.TRAININGS.values()), strict=True)
    noise, decayed, strokes = (intuition.agreement(net.layers[0].weights) for net in nets)
    assert noise + 0.08 < decayed < strokes - 0.05
    assert min(read) > read[0] - 0.03


def test_the_recursion_is_what_backpropagation_computes():
    """The equation's symbols, at a network's numbers, against the gradient of the whole."""
    told = neurons.recursion()
    assert all(part in told for part in (r"a^{l-1}_{k} \cdot \sigma'\left(z^{l}_{j}\right)", r"\sum_{i} w^{l+1}_{ij}"))
    assert r"2 \left(a^{L}_{j} - y_{j}\right)" in told
    net = nn.MLP([2, 3, 2], seed=3)
    inputs, targets = [0.9, 0.2], [1.0, 0.0]
    nn.squared_error(net(inputs), targets).backward()
    first, last = net.layers
    a = [neuron(inputs).data for neuron in first.neurons]
    out = [neuron(a).data for neuron in last.neurons]
    by_last = [2 * (a_j - y_j) for a_j, y_j in zip(out, targets, strict=True)]
    weights = [[w.data for w in neuron.weights] for neuron in last.neurons]
    by_hidden = [
        sum(weights[i][j] * out[i] * (1 - out[i]) * by_last[i] for i in range(2))  # σ′(z) is σ(z)(1 − σ(z))
        for j in range(3)
    ]
    for j, neuron in enumerate(first.neurons):
        for k, w in enumerate(neuron.weights):
            assert w.grad == pytest.approx(inputs[k] * a[j] * (1 - a[j]) * by_hidden[j], rel=1e-12)


def test_every_picture_says_what_it_shows_and_each_equation_stands_once():
    equations = [picture.equation for picture in PICTURES.values() if picture.equation]
    assert len(set(equations)) == len(equations) > 8
    assert sum(len(chapter.pictures) for chapter in CHAPTERS) == len(PICTURES)
    for picture in PICTURES.values():
        assert picture.title and picture.told.endswith(".")
        assert mathml(picture.equation or "C").startswith("<math")


@pytest.mark.parametrize(
    ("latex", "parts"),
    [
        (r"\frac{\partial C}{\partial w^{L}_{jk}}", ["<mfrac><mrow>", "<msubsup><mi>w</mi><mrow>", "<mi>k</mi>"]),
        (r"\sum_{j} a_{j}", ["<munder><mo", "<msub><mi>a</mi>"]),
        (r"\sigma'\left(z\right) \cdot 0.25", ["′", '<mo stretchy="true">(</mo>', "<mn>0.25</mn>"]),
        (r"x = 1 \\ y = 2", ["<br>", "<wbr>"]),
        (r"\begin{cases} a & \text{if } b < c \\ d & \end{cases}", ["<mtable", "</mtr><mtr>", "&lt;"]),
    ],
)
def test_latex_becomes_mathml_that_is_well_formed(latex, parts):
    told = mathml(latex)
    assert all(part in told for part in parts)
    ElementTree.fromstring(f"<all>{told.replace('<br>', '').replace('<wbr>', '')}</all>")


@pytest.mark.parametrize("latex", [r"\unknown", r"\left( z", "{x"])
def test_latex_that_is_not_known_is_refused(latex):
    with pytest.raises(ValueError, match="expected"):
        mathml(latex)


def test_code_is_coloured_without_a_change_of_its_text():
    for function in (intuition.features, neurons.recursion, figures.main):
        html = coloured(source(function))
        assert '<span class="keyword">def</span>' in html
        text = re.sub(r"<[^>]+>", "", html)
        assert text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == source(function)
    assert called(neurons.nutshell) == [neurons.cost_of, neurons.recursion, neurons.neuron, neurons.symbols]


def test_the_list_of_names(capsys):
    assert figures.main(["--list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(PICTURES)


def test_an_unknown_name_is_one_line(capsys):
    with pytest.raises(SystemExit) as caught:
        figures.main(["--only", "nothing"])
    assert caught.value.code == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1 and "'nothing'" in message


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert figures.main(["--out", str(tmp_path / "file")]) == 2
    message = capsys.readouterr().err
    assert message.startswith("figures.py: --out") and message.count("\n") == 1


def test_without_matplotlib_the_extra_is_named(monkeypatch, tmp_path, capsys):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setattr(figures.need_matplotlib.__globals__["importlib"].util, "find_spec", lambda name: None)
    assert figures.main(["--out", str(tmp_path)]) == 2
    assert "scalar-autograd[demos]" in capsys.readouterr().err
