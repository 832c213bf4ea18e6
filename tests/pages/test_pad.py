"""The pad that is read: what is drawn in the page is read there as Python reads it, and so are its slopes."""

import numpy as np
import pytest

import digits
import nn
import pad
from autograd import compile
from images import Images
from loading import read_csv, split

from .drawings import DRAWINGS

RULES = {"cross_entropy": nn.cross_entropy, "squared_error": nn.squared_error}


SLOPES = """([k, wished]) => {
    const { cost, gradient } = slopesOf(model, model.image(k), wished, model.learned);
    return [cost, model.layers.map((l) => [weightsOf(l, gradient), biasesOf(l, gradient)].map((g) => Array.from(g)))];
}"""


def trained(folder, *options):
    assert digits.main(["--no-plots", "--out", str(folder), *options]) == 0
    return folder / "digits.html"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """The page of the default network."""
    return trained(tmp_path_factory.mktemp("out"))


@pytest.fixture(scope="module")
def deep(tmp_path_factory):
    """The page of a network of two hidden layers and the document's cost."""
    return trained(tmp_path_factory.mktemp("deep"), "--hidden", "16", "12", "--cost", "squared_error", "--epochs", "2")


def network_of(page_path):
    return nn.load(page_path.parent / "network.npz")


def probabilities(z):
    shifted = np.exp(z - z.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


def drawn(page, strokes):
    """Draw with the mouse, in parts of the pad."""
    page.evaluate("scrollTo(0, 0)")
    box = page.locator("#pad").bounding_box()
    for stroke in strokes:
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place)
        page.mouse.up()
    settled(page)


def pixels_of(page):
    return page.evaluate("Array.from(state.read.pixels ?? [])")


def settled(page):
    """What the reader did is drawn with the next frame."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


@pytest.mark.parametrize("which", ["path", "deep"])
def test_every_test_image_is_read_and_its_slopes_are_found_as_by_python(open_page, request, which):
    path = request.getfixturevalue(which)
    net = network_of(path)
    unseen = split(read_csv())[1]
    outputs = net.predict(unseen.pixels)
    page = open_page(path)
    read = page.evaluate(
        "Array.from(model.digits, (_, k) => Array.from(activationsOf(model, model.image(k), model.learned).pop()))"
    )
    assert len(read) == len(unseen) == 359
    np.testing.assert_allclose(read, probabilities(outputs) if net.output == "linear" else outputs, rtol=0, atol=1e-9)
    rule = RULES["cross_entropy" if net.output == "linear" else "squared_error"]
    cost = compile(lambda x, y: rule(net(x), y))
    for k, wished in ((0, 3), (17, 8)):
        told, parts = page.evaluate(SLOPES, [k, wished])
        net.zero_grad()
        assert told == pytest.approx(cost.backward(unseen.pixels[[k]], np.eye(10)[[wished]]), abs=1e-9)
        for layer, (weights, biases) in zip(net.layers, parts, strict=True):
            slopes = [[w.grad for w in neuron.weights] for neuron in layer.neurons]
            np.testing.assert_allclose(np.reshape(weights, np.shape(slopes)), slopes, rtol=0, atol=1e-9)
            np.testing.assert_allclose(biases, [neuron.bias.grad for neuron in layer.neurons], rtol=0, atol=1e-9)


def test_27_of_30_drawings_are_read_rightly(open_page, path):
    page = open_page(path)
    read = page.evaluate(
        """(drawings) => drawings.map(({ strokes, pen }) => {
            const { pixels } = formed(strokes, pen, model.form);
            return [...pixels, largest(activationsOf(model, pixels, model.learned).pop())];
        })""",
        [{"strokes": drawing.on_pad(), "pen": drawing.pen} for drawing in DRAWINGS],
    )
    wrong = [(d.digit, got[-1]) for d, got in zip(DRAWINGS, read, strict=True) if d.digit != got[-1]]
    assert len(wrong) <= 3, wrong
    for i in (12, 27):  # a hand draws them: it stops at whole pixels, so rims may differ
        page.click("#clear")
        page.click(f"#pens [value={DRAWINGS[i].pen}]")
        drawn(page, DRAWINGS[i].on_pad())
        assert np.abs(np.subtract(pixels_of(page), read[i][:-1])).mean() < 0.02
        assert int(page.inner_text("#read")) == read[i][-1]
    has_the_form_of_the_set(np.array(read)[:, :-1].reshape(-1, 8, 8))


def has_the_form_of_the_set(pixels):
    """Middle, size and amount of ink of the drawings lie where those of the set lie."""
    ink = read_csv().pixels.sum(axis=1)
    assert np.all(np.abs(pixels.sum(axis=(1, 2)) - ink.mean()) < 2 * ink.std())
    assert np.all(pixels[:, 0].max(axis=1) > 0) and np.all(pixels[:, 7].max(axis=1) > 0)
    middle = (pixels.sum(axis=1) * np.arange(0.5, 8)).sum(axis=1) / pixels.sum(axis=(1, 2))
    assert np.abs(middle - 4).max() < 0.6
    assert np.all((pixels * 16 == np.round(pixels * 16)) & (pixels <= 1))


@pytest.mark.thorough
def test_percentages_add_to_100_as_printed(open_page, path):
    page = open_page(path)
    told = page.locator("#network .percent").all_text_contents()
    assert len(told) == 10
    assert sum(round(10 * float(text.removesuffix(" %"))) for text in told) == 1000
    assert page.inner_text("#sure") == max(told, key=lambda text: float(text.removesuffix(" %")))
    assert page.evaluate("percentages([1 / 3, 1 / 3, 1 / 3])") == ["33.4 %", "33.3 %", "33.3 %"]


def test_strokes_are_undone_erased_and_cleared_and_no_ink_reads_nothing(open_page, path):
    page = open_page(path)
    page.click("#clear")
    settled(page)
    assert page.inner_text("#read") == "?"
    assert page.locator("#pad").inner_text() == "draw here"
    assert page.is_disabled("#learn") and page.is_disabled("#clear") and page.is_hidden("#slopes")
    page.locator("#said", has_text="nothing is drawn: nothing is read").wait_for(state="attached")
    seven, bar = [(0.3, 0.2), (0.7, 0.2), (0.45, 0.8)], [(0.35, 0.5), (0.7, 0.5)]
    drawn(page, [seven])
    without = pixels_of(page)
    drawn(page, [bar])
    with_bar = pixels_of(page)
    assert with_bar != without and page.locator("#pad path").count() == 2
    page.click("#tools [value=eraser]")
    drawn(page, [[(0.36, 0.49)]])
    assert pixels_of(page) == without
    page.keyboard.press("Control+z")
    settled(page)
    assert pixels_of(page) == with_bar
    page.click("#tools [value=pen]")
    page.click("#clear")
    drawn(page, [[(1.2, 0.4), (1.4, 0.6)]])
    assert pixels_of(page) == []


@pytest.mark.thorough
def test_what_lies_outside_is_no_ink(open_page, path):
    page = open_page(path)
    page.click("#clear")
    drawn(page, [[(0.5, 0.5), (0.5, 1.3), (0.8, 1.3), (0.8, 0.5)]])
    lines = page.evaluate("linesOf(state.now.strokes)")
    assert len(lines) == 2 and page.locator("#pad path").count() == 2
    assert all(0 <= number <= 1 for line in lines for point in line for number in point)
    assert page.inner_text("#read") != "?"


def test_learning_once_is_a_step_down_and_reset_takes_it_back(open_page, path):
    page = open_page(path)
    page.locator("#chips button", has_text="7").click()
    before = page.evaluate("({ cost: state.read.cost, gradient: Array.from(state.read.gradient) })")
    page.fill("#rate", "some")
    settled(page)
    assert page.get_attribute("#rate", "aria-invalid") == "true" and page.is_disabled("#learn")
    assert "above 0" in page.inner_text("#rate-told")
    page.fill("#rate", "0.02")
    page.click("#learn")
    settled(page)
    change = page.evaluate("Array.from(state.now.parameters, (p, i) => model.learned[i] - p)")
    np.testing.assert_allclose(change, 0.02 * np.array(before["gradient"]), rtol=0, atol=1e-12)
    assert page.evaluate("state.read.cost") < before["cost"]
    assert "of the 359 test images" in page.inner_text("#changed")
    assert page.locator("#network .before:not([style*=none])").count() == 10
    page.click("#reset")
    settled(page)
    assert page.evaluate("state.read.cost") == before["cost"]
    assert page.is_hidden("#reset")


@pytest.mark.thorough
def test_all_is_chosen_by_keyboard(open_page, path):
    page = open_page(path)
    page.focus("#network [role=radio][tabindex='0']")
    first = page.inner_text("#neuron-title")
    page.keyboard.press("ArrowDown")
    settled(page)
    assert page.inner_text("#neuron-title") != first
    assert page.get_attribute(":focus", "aria-checked") == "true"
    page.focus("#strip [tabindex='0']")
    page.keyboard.press("ArrowRight")
    settled(page)
    assert page.evaluate("state.now.image") == 1
    assert page.locator("#chips [aria-checked=true]").inner_text() == str(split(read_csv())[1].digits[1])
    page.focus("#chips [tabindex='0']")
    page.keyboard.press("Home")
    settled(page)
    assert page.locator("#chips [aria-checked=true]").inner_text() == "0"
    page.focus("#rate")
    page.keyboard.press("ArrowUp")
    assert page.input_value("#rate") == "0.063"


@pytest.mark.thorough
def test_many_classes_and_wide_layers_are_shown_in_part(open_page, tmp_path):
    random = np.random.default_rng(0)
    letters = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    images = Images(random.random((30, 120)), np.arange(30) % 26, 12, 10, letters)
    net = nn.MLP([120, 12, 50, 26], activation="tanh", output="linear", seed=0)
    pad.write(net, images, images, "cross_entropy", tmp_path / "letters.html")
    page = open_page(tmp_path / "letters.html")
    page.locator("#chips button", has_text="Q").click()
    settled(page)
    assert page.locator("#network .name").count() == 10
    assert "Q" in page.locator("#network .name").all_text_contents()
    assert page.locator("#network [role=radio]").count() == 12 + 40
    assert "40 of 50" in page.locator("#network .captions text").all_text_contents()
    read = page.evaluate("Array.from(state.read.outputs)")
    np.testing.assert_allclose(read, probabilities(net.predict(images.pixels[:1]))[0], rtol=0, atol=1e-12)
    drawn(page, [[(0.3, 0.3), (0.7, 0.7)]])
    assert 0.9 < max(pixels_of(page)) <= 1


@pytest.mark.thorough
def test_nothing_is_wider_than_a_phone_and_a_finger_draws(open_page, path, deep):
    page = open_page(path, width=375, dark=True, has_touch=True)
    for width in (768, 375):
        page.set_viewport_size({"width": width, "height": 800})
        settled(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.tap("#clear")
    page.tap("#pad")
    settled(page)
    assert page.locator("#pad path").count() == 1
    page = open_page(deep, width=375, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    page.tap("#network [role=radio] >> nth=3")
    assert page.evaluate("state.now.chosen") == {"layer": 1, "neuron": 3}
