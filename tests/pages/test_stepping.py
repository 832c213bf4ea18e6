"""The page that steps through a tree: its numbers, read back from it, are `gradient`'s; nothing covers anything."""

import math

import pytest

import nn
from autograd import Value, draw, gradient, operation, sigmoid, sin
from autograd.graph import topological_order
from autograd.reals import number
from autograd.text import shown


def neuron():
    w, a, b, y = Value(0.8, "w"), Value(0.6, "a"), Value(-0.2, "b"), Value(1.0, "y")
    z = w * a + b
    z.label = "z"
    s = sigmoid(z)
    s.label = "s"
    c = (s - y) ** 2
    c.label = "C"
    return c


def network():
    (a,) = nn.MLP([2, 2, 1], seed=0)([0.9, 0.3])
    c = (a - Value(1.0, "y")) ** 2
    c.label = "C_0"
    return c


def elided():
    """784-30-10, of which most is left out."""
    out = nn.MLP([784, 30, 10], seed=0)([math.sin(k) ** 2 for k in range(784)])
    return nn.squared_error(out, [1.0] + [0.0] * 9)


def unlabelled():
    """A 3-2-1 network as anybody writes it."""
    first = [[Value(0.4 * k - 0.3 * j - 0.2) for k in range(3)] for j in range(2)]
    second, inputs = [Value(0.7), Value(-0.4)], [1.0, 0.5, -1.0]
    hidden = [sigmoid(sum(w * x for w, x in zip(row, inputs, strict=True))) for row in first]
    return (sigmoid(sum(v * h for v, h in zip(second, hidden, strict=True))) - 1.0) ** 2


def reused():
    """A value that is used again and again, twice by one node."""
    x = Value(0.7, "x")
    y = x * x
    y.label = "y"
    return y * y + sin(y * x) * x


def of_floats_alone():
    """An operation of somebody's own that no page can compute."""
    cube = operation("cube", rule=lambda a: math.pow(a, 3), partials=[lambda a: 3 * math.pow(a, 2)])
    x = Value(0.5, "x")
    return cube(x) * x


PILLS = """() => Object.fromEntries(stage.nodes.filter(({node}) => node.value !== null && !node.fixed)
  .map(({node, pill}) => [node.value, pill.querySelector('.number').textContent]))"""

# Wherever a gradient is used, all its shares were added.
WHOLE_WHEN_USED = """() => model.steps.every(({kind, from}, at) => {
  if (kind !== 'pass') return true;
  const [sum, whole] = [momentOf(model, state, at).sums.get(from.id), state.gradients[from.value]];
  return Math.abs(sum - whole) <= 1e-12 * Math.max(1, Math.abs(whole));
})"""


def opened(open_page, tmp_path, output, **options):
    draw(output).save(tmp_path / "tree.html")
    return open_page(tmp_path / "tree.html", **options)


def until(page, condition):
    """Wait for a condition; Playwright's own way of doing so evaluates text, which a page's policy forbids."""
    for _ in range(400):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(25)
    raise AssertionError(condition)


@pytest.mark.parametrize("made", [neuron, network, unlabelled, elided])
def test_keys_step_to_the_gradients_of_python(open_page, tmp_path, made):
    output = made()
    page = opened(open_page, tmp_path, output)
    assert page.get_attribute(".track", "aria-valuenow") == "0"
    page.keyboard.press("c")
    for _ in range(page.evaluate("model.steps.length - model.turn")):
        page.keyboard.press("ArrowRight")
        if made is not neuron:  # the others take long
            page.keyboard.press("End")
            break
    assert page.get_attribute(".track", "aria-valuenow") == page.get_attribute(".track", "aria-valuemax")
    order, told = topological_order((output,)), page.evaluate(PILLS)
    found = gradient(output, [order[int(place)] for place in told])
    assert told and list(told.values()) == [number(g or 0.0) for g in found]
    assert page.evaluate(WHOLE_WHEN_USED)


def test_the_documents_neuron_is_told_step_by_step(open_page, tmp_path):
    page = opened(open_page, tmp_path, neuron())
    page.keyboard.press("ArrowRight")
    assert page.inner_text(".sentence b") == "Forward → 1 of 3"
    assert page.text_content(".equation") == "z=w·a+b=0.8·0.6+(−0.2)=0.28"
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    assert page.inner_text(".sentence b") == "Backward ← 5 of 7"
    assert page.text_content(".equation") == "w.grad+=z.grad·∂z∂w=(−0.2111)·0.6=−0.1266"
    assert "−0.1266" in page.text_content("#told")
    assert page.text_content(".partial.now").replace(" ", "") == "1∂z∂w=a=0.6"
    assert page.locator(".node.now-back .gradient").text_content() == "grad −0.1266"
    page.keyboard.press("Home")
    assert page.locator(".node .gradient:not(.absent)").count() == 0


def test_a_sum_grows_term_by_term(open_page, tmp_path):
    page = opened(open_page, tmp_path, reused())
    page.keyboard.press("End")
    terms = [number(term) for term in page.evaluate("state.moment.terms.get(state.moment.step.node.id)")]
    assert len(terms) == 4
    assert page.evaluate(WHOLE_WHEN_USED)
    assert page.text_content(".words .shares").replace(" ", "").startswith("+".join(terms) + "=")


@pytest.mark.thorough
def test_the_focus_stays_and_chooses(open_page, tmp_path):
    page = opened(open_page, tmp_path, network())
    page.focus(".node.cost")
    assert page.evaluate("state.chosen === model.output")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.classList.contains('cost')")
    page.set_viewport_size({"width": 1000, "height": 780})  # the tree is laid out anew
    until(page, "stage.width < 700")
    assert page.evaluate("document.activeElement.classList.contains('cost')")
    page.locator(".node.sum .shape").first.click()
    assert page.evaluate("state.chosen.kind") == "sum"
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Pause").click()
    track = page.locator(".track").bounding_box()
    page.mouse.click(track["x"] + track["width"] - 60, track["y"] + 0.67 * track["height"])
    assert page.evaluate("state.step >= model.turn && !state.playing")


# What is written stands inside its shape, beside what else is written there; no node covers another.
MISPLACED = """() => {
  const box = (element) => element.getBoundingClientRect();
  const apart = (a, b) =>
    a.right <= b.left + 1 || b.right <= a.left + 1 || a.bottom <= b.top + 1 || b.bottom <= a.top + 1;
  const within = (a, b) => a.left >= b.left - 1 && a.right <= b.right + 1;
  const wrong = [];
  const tell = (is, what, node) => is || wrong.push([what, node.title]);
  const shapes = stage.nodes.map(({element}) => box(element.querySelector('.shape')));
  stage.nodes.forEach(({node, element}, i) => {
    const texts = [...element.querySelectorAll(':scope > text, .scrub > text')].map(box).filter(({width}) => width);
    tell(texts.every((text) => within(text, shapes[i])), 'sticks out', node);
    if (node.leaf && !stage.setting.scale.stacked) tell(texts.length < 2 || apart(...texts), 'text on text', node);
    const [pill, text] = ['.gradient rect', '.gradient text'].map((name) => box(element.querySelector(name)));
    tell(within(text, pill), 'sticks out of its pill', node);
    tell(shapes.slice(i + 1).every((other) => apart(shapes[i], other)), 'covers another', node);
  });
  const page = document.documentElement;
  tell(page.scrollWidth <= page.clientWidth, 'wider than the window', {title: ''});
  return wrong;
}"""


@pytest.mark.thorough
@pytest.mark.parametrize("made", [neuron, unlabelled])
def test_nothing_is_cut_or_covered_at_any_width(open_page, tmp_path, made):
    page = opened(open_page, tmp_path, made())
    page.keyboard.press("End")
    for width, height in ((1280, 800), (768, 1000), (375, 800)):
        page.set_viewport_size({"width": width, "height": height})
        until(page, f"innerWidth === {width} && stage.width === find('.scroller').clientWidth")
        assert page.evaluate(MISPLACED) == []
        if width == 375:
            assert page.evaluate("stage.placed.size.width * stage.zoom <= 376")  # the whole tree is seen
            heights = page.evaluate("[...document.querySelectorAll('.transport button')].map((b) => b.offsetHeight)")
            assert min(heights) >= 46


@pytest.mark.thorough
def test_many_nodes_have_their_places(open_page, tmp_path):
    x = Value(0.3, "x")
    v = x
    for _ in range(22):
        v = sin(v) * x + v
    page = opened(open_page, tmp_path, v)
    assert page.evaluate("model.nodes.length") > 40
    page.keyboard.press("End")
    assert page.evaluate(MISPLACED) == []
    assert page.evaluate(WHOLE_WHEN_USED)


def test_labels_stay_text(open_page, tmp_path):
    names = [
        "</script><script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "\u202eabc\u2028]]>\"'&",
        "a" * 10_000,
    ]
    output = sum(Value(float(k), name) * 2.0 for k, name in enumerate(names))
    output.label = "<b>C</b>"
    page = opened(open_page, tmp_path, output)
    page.keyboard.press("End")
    assert page.locator("img, main b b, main script").count() == 0
    titles = page.evaluate("stage.nodes.map(({element}) => element.querySelector('title').textContent).join(' ')")
    for name in names[:3]:
        assert shown(name) in titles
    assert "a" * 200 not in page.content()


@pytest.mark.thorough
def test_paper_has_all_gradients(open_page, tmp_path):
    page = opened(open_page, tmp_path, network(), width=720)
    page.keyboard.press("c")
    step = page.evaluate("state.step")
    page.emulate_media(media="print")
    until(page, "document.querySelectorAll('.node .gradient.absent').length === 0")
    assert not page.is_visible(".transport")
    page.emulate_media(media="screen")
    until(page, f"state.step === {step}")


def test_what_cannot_be_computed_in_the_page_is_stepped_through(open_page, tmp_path):
    output = of_floats_alone()
    page = opened(open_page, tmp_path, output)
    page.keyboard.press("End")
    assert page.evaluate("model.rules") is False
    assert page.locator("[role=spinbutton]").count() == 0
    assert page.evaluate(PILLS)["0"] == number(gradient(output, output.operands[1]))


def test_a_notebook_shows_the_page_in_a_frame_of_its_own(open_page):
    page = open_page(html=f"<h1>notebook</h1>{draw(neuron()).page()._repr_html_()}")
    frame = page.frame_locator("iframe")
    frame.get_by_role("button", name="One step on").click()
    assert frame.locator(".sentence b").inner_text() == "Forward → 1 of 3"


@pytest.mark.thorough
def test_a_large_tree_is_seen_in_part_or_whole(open_page, tmp_path):
    page = opened(open_page, tmp_path, elided())
    size = "[find('.scroller').scrollHeight - find('.scroller').clientHeight, stage.zoom]"
    beyond, zoom = page.evaluate(size)
    assert beyond > 100 and zoom > 0.7
    page.keyboard.press("End")  # what is at work is brought into view
    assert page.evaluate("""(() => {
      const [node, room] = ['.node.now-back', '.scroller'].map((name) => find(name).getBoundingClientRect());
      return node.bottom > room.top && node.top < room.bottom; })()""")
    page.get_by_role("button", name="The whole tree").click()
    beyond, zoom = page.evaluate(size)
    assert beyond <= 1 and zoom < 0.7
    page.get_by_role("button", name="Larger").click()
    assert page.evaluate("stage.zoom") == pytest.approx(1.25 * zoom)
