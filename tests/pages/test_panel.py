"""The panel of the stepping page: numbers dragged and typed, the chain rule, the step down; all as Python has them."""

import math
import random
import re

import pytest

import nn
from autograd import Label, Value, chain_rule, draw, gradient, log, operation, sigmoid, total
from autograd.graph import topological_order
from autograd.primitives import LEAF
from autograd.reals import number
from autograd.value import apply


def neuron(w=0.8, a=0.6, b=-0.2, y=1.0):
    leaves = Value(w, "w"), Value(a, "a"), Value(b, "b"), Value(y, "y")
    z = leaves[0] * leaves[1] + leaves[2]
    z.label = "z"
    s = sigmoid(z)
    s.label = "s"
    cost = (s - leaves[3]) ** 2
    cost.label = "C"
    return cost, leaves


def network(sizes, seed=1):
    inputs = [Value(0.9 - 0.6 * i / sizes[0], Label("a", "0", str(i))) for i in range(sizes[0])]
    outputs = nn.MLP(list(sizes), seed=seed)(inputs)
    cost = total([(output - (0.0 if i else Value(1.0, "y"))) ** 2 for i, output in enumerate(outputs)])
    cost.label = "C"
    return cost


def unlabelled():
    """A 3-2-1 network as users write it."""
    rng = random.Random(0)
    hidden = [[Value(rng.uniform(-1, 1)) for _ in range(3)] for _ in range(2)]
    last = [Value(rng.uniform(-1, 1)) for _ in range(2)]
    layer = [sigmoid(sum(w * x for w, x in zip(row, [0.5, -0.3, 0.8], strict=True))) for row in hidden]
    return (sigmoid(sum(w * a for w, a in zip(last, layer, strict=True))) - 1) ** 2


@pytest.fixture
def stepping(open_page, tmp_path):
    def opened(output, **options):
        draw(output).save(tmp_path / "tree.html")
        return open_page(tmp_path / "tree.html", **options)

    return opened


def leaf(page, name):
    return page.get_by_role("spinbutton", name=name, exact=True)


def numbers_of(page, name):
    return page.evaluate(f"[...state.{name}]")


def choose(page, name):
    """Choose a node at the end of the way back."""
    found = "model.nodes.find((node) => labelText(node.label) === name)"
    page.evaluate(f"(name) => state.update({{ step: model.steps.length, chosen: {found} }})", name)


def math_text(page, selector):
    return re.sub(r"\s+", " ", page.locator(selector).inner_text())


def test_a_leaf_is_dragged(stepping):
    page = stepping(neuron()[0])
    box = leaf(page, "w").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 15, y, steps=3)
    page.mouse.move(x + 30, y, steps=3)
    page.mouse.up()
    assert leaf(page, "w").get_attribute("aria-valuenow") == "0.9"
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 90, y)
    assert leaf(page, "w").get_attribute("aria-valuenow") == "0.6"
    page.keyboard.press("Escape")  # as if it had not been touched
    page.mouse.up()
    assert leaf(page, "w").get_attribute("aria-valuenow") == "0.9"
    cost, leaves = neuron(w=0.9)
    order = topological_order((cost,))
    assert numbers_of(page, "values") == pytest.approx([value.data for value in order], rel=1e-12)
    found = numbers_of(page, "gradients")
    assert [found[order.index(v)] for v in leaves] == pytest.approx(gradient(cost, leaves), rel=1e-12)
    choose(page, "w")
    assert page.inner_text(".chain .outcome") == number(gradient(cost, leaves[0]))
    assert page.locator(".node.cost .number").first.text_content() == number(cost.data)


def test_a_leaf_is_typed_and_what_is_no_number_changes_nothing(stepping, open_page):
    page = stepping(neuron()[0])
    leaf(page, "b").click()
    field = page.get_by_role("textbox", name="b")
    assert field.input_value() == "−0.2"
    for text, told in [
        ("zwei", "Not a number"),
        ("0,5", "0.5"),
        ("", "Escape"),
        ("1e999", "Too large"),
        ("nan", "Not a"),
    ]:
        field.fill(text)
        field.press("Enter")
        assert told in page.get_by_role("alert").inner_text() and field.get_attribute("aria-invalid") == "true"
    assert numbers_of(page, "numbers") == page.evaluate("[...model.graph.numbers]")
    field.press("Escape")
    assert (
        page.locator(".field").count() == 0
        and page.evaluate("document.activeElement.getAttribute('aria-label')") == "b"
    )
    page.keyboard.press("Enter")
    page.keyboard.type("0.75")
    page.keyboard.press("Enter")
    cost, _ = neuron(b=0.75)
    assert numbers_of(page, "values")[-1] == pytest.approx(cost.data, rel=1e-12)
    page.keyboard.press("0")
    page.keyboard.type(".75")
    page.keyboard.press("Tab")
    assert leaf(page, "b").evaluate("(element) => element !== document.activeElement")
    assert page.evaluate("document.activeElement.closest('.stage') !== null")  # on, from where the number stands
    leaf(page, "b").click()
    page.get_by_role("textbox", name="b").fill("nothing")
    page.mouse.click(640, 790)  # elsewhere: the field closes, and nothing changed
    assert leaf(page, "b").get_attribute("aria-valuenow") == "0.75" and page.locator(".field").count() == 0
    open_page.looked_at()


def test_inputs_that_were_floats_can_be_changed_but_numbers_in_formulas_cannot(stepping):
    net = nn.MLP([2, 2, 1], seed=1)

    def cost(first):
        (output,) = net([first, 0.3])
        return (output - 1.0) ** 2

    page = stepping(cost(0.9))
    leaf(page, "a_0^(0)").focus()
    page.keyboard.press("Shift+ArrowUp")
    assert numbers_of(page, "values")[-1] == pytest.approx(cost(1.0).data, rel=1e-12)
    names = page.get_by_role("spinbutton").evaluate_all("(found) => found.map((one) => one.getAttribute('aria-label'))")
    assert len(names) == 12 and "" not in names  # 9 parameters, 2 inputs, the learning rate


def test_keys_change_a_number_by_steps(stepping):
    page = stepping(neuron()[0])
    leaf(page, "a").focus()
    for key, expected in [("ArrowUp", 0.61), ("Shift+ArrowDown", 0.51), ("PageUp", 0.61), ("ArrowDown", 0.6)]:
        page.keyboard.press(key)
        assert float(leaf(page, "a").get_attribute("aria-valuenow")) == expected
    assert page.evaluate("state.step") == 0  # the page's own keys did nothing
    page.keyboard.press("ArrowRight")
    assert page.evaluate("state.step") == 1


def test_outside_a_domain_it_is_said_where_and_all_comes_back(stepping):
    x = Value(0.5, "x")
    logarithm = log(x)
    logarithm.label = "l"
    cost = (logarithm - Value(1.0, "y")) ** 2
    cost.label = "C"
    page = stepping(cost)
    leaf(page, "x").click()
    page.keyboard.type("-2")
    page.keyboard.press("Enter")
    page.keyboard.press("End")
    assert page.locator(".node.cost .number").first.text_content() == "undefined"
    assert re.sub(r"\s+", " ", page.inner_text(".trouble")).startswith("Undefined: log of −2, in l")
    assert page.get_by_role("button", name="Take the step").is_disabled()
    page.get_by_role("button", name="Start again").click()
    assert page.locator(".trouble").is_hidden()
    assert numbers_of(page, "values")[-1] == pytest.approx(cost.data, rel=1e-12)


EVERY_NODE = """model.nodes.filter((node) => node.value !== null && !node.fixed).map((node) => {
  state.update({ step: model.steps.length, chosen: node });
  const last = [...document.querySelectorAll('.chain .outcome, .chain .ledger .far')].at(-1);
  return [node.value, last.textContent, pathsTold(model, node.value)];
})"""


def made_anew(order, numbers):
    """The graph recorded once more from other numbers of its leaves."""
    fresh = {}
    for value, x in zip(order, numbers, strict=True):
        operands = tuple(fresh[operand] for operand in value.operands)
        fresh[value] = apply(value.primitive, operands) if operands else Value(x)
    return list(fresh.values())


GRAPHS = {"neuron": lambda: neuron()[0], "network": lambda: network((2, 2, 1)), "unlabelled": unlabelled}


@pytest.mark.parametrize("made", GRAPHS.values(), ids=GRAPHS)
def test_every_chain_rule_and_what_follows_from_changed_numbers_is_pythons(stepping, made):
    output = made()
    page = stepping(output)
    order = topological_order((output,))
    told = page.evaluate(EVERY_NODE)
    assert len(told) >= 7
    for value, outcome, paths in told:
        assert outcome == number(gradient(output, order[value]))
        assert paths == str(chain_rule(output, order[value]).paths)
    page.get_by_role("spinbutton").first.focus()
    page.keyboard.press("Shift+ArrowUp")
    for _ in range(2):
        page.get_by_role("button", name="Take the step").click()
    numbers = numbers_of(page, "numbers")
    assert sum(x != value.data for x, value in zip(numbers, order, strict=True)) >= 2
    again = made_anew(order, numbers)
    assert numbers_of(page, "values") == pytest.approx([value.data for value in again], rel=1e-12)
    leaves = [at for at, value in enumerate(order) if value.primitive is LEAF]
    found = numbers_of(page, "gradients")
    expected = gradient(again[-1], [again[at] for at in leaves])
    assert [found[at] for at in leaves] == pytest.approx(expected, rel=1e-12)


@pytest.mark.thorough
def test_factors_are_columns_a_ledger_or_a_sum_over_paths(stepping):
    page = stepping(neuron()[0])
    choose(page, "w")
    assert page.locator(".chain .columns .column").count() == 3
    amounts = [text.strip("()") for text in page.locator(".chain .factor .number").all_inner_texts()]
    assert amounts == ["0.6", "0.2452", "−0.8609"]
    page.keyboard.press("Home")
    assert page.locator(".chain .unknown").count() == 3 and "known on the way back" in page.inner_text(".chain")
    page = stepping(network((2, 2, 1)))
    choose(page, "w_00^(1)")
    assert page.locator(".chain .ledger tbody tr").count() == 5
    choose(page, "a_0^(0)")
    assert page.locator(".chain .term").count() == 2 and "the sum over 2 paths" in page.inner_text(".chain")
    numbered = page.evaluate("[...numberedEdges(model, state.chosen).values()]")
    assert numbered == list(range(1, 9))


@pytest.mark.thorough
def test_a_share_of_many_is_told_over_an_index(stepping):
    cost = nn.cross_entropy(nn.MLP([2, 10], output="softmax", seed=1)([0.9, 0.3]), 3)
    page = stepping(cost)
    choose(page, "w_30^(1)")
    assert "∑k" in page.locator(".chain").text_content()
    (weight,) = (v for v in topological_order((cost,)) if v.label == Label("w", "1", "30"))
    assert page.inner_text(".chain .outcome") == number(gradient(cost, weight))


def test_a_step_is_taken_and_taken_back(stepping):
    page = stepping(neuron()[0])
    rate = leaf(page, "learning rate")
    rate.click()
    page.keyboard.type("2.5")
    page.keyboard.press("Enter")
    cost, leaves = neuron()
    slopes = gradient(cost, leaves[:1] + leaves[2:3])
    moved = {"w": 0.8 - 2.5 * slopes[0], "b": -0.2 - 2.5 * slopes[1]}
    after, _ = neuron(**moved)
    told = math_text(page, ".moves")
    assert f"C {number(cost.data)} → {number(after.data)}" in told and f"w 0.8 → {number(moved['w'])}" in told
    page.get_by_role("button", name="Take the step").click()
    assert numbers_of(page, "values")[-1] == pytest.approx(after.data, rel=1e-12)
    assert float(leaf(page, "w").get_attribute("aria-valuenow")) == pytest.approx(moved["w"], rel=1e-12)
    assert leaf(page, "a").get_attribute("aria-valuenow") == "0.6"  # an input is no parameter
    page.get_by_role("button", name="Start again").click()
    assert numbers_of(page, "numbers") == page.evaluate("[...model.graph.numbers]")
    box = page.locator(".plot").bounding_box()  # in which the learning rate is dragged, too
    page.mouse.move(box["x"] + 20, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 20, box["y"] + 60, steps=4)
    page.mouse.up()
    assert float(leaf(page, "learning rate").get_attribute("aria-valuenow")) == page.evaluate("state.rate") > 3


def test_an_output_that_is_a_leaf_is_told_once(stepping):
    assert math_text(stepping(Value(3.0, "q")), ".moves").count("→") == 1


def test_what_cannot_be_written_as_javascript_is_shown_and_stays(stepping):
    mine = operation("mine", lambda x: math.sin(float(x)), [lambda x: math.cos(float(x))], floats=True)
    w, x = Value(0.5, "w"), Value(2.0, "x")
    cost = mine(w * x) * w
    cost.label = "C"
    page = stepping(cost)
    choose(page, "w")
    assert page.inner_text(".chain .line.total .outcome") == number(gradient(cost, w))
    assert page.get_by_role("spinbutton").count() == 0 and page.locator("#downhill").is_hidden()


def test_labels_are_text_in_the_panel_too(stepping, open_page):
    hostile = "<img src=x>"
    w, x = Value(0.5, hostile), Value(-1.0, "<b>&lt;")
    cost = sigmoid(w * x)
    cost.label = hostile
    page = stepping(cost)
    page.keyboard.press("End")
    assert hostile in page.inner_text("#chain h2") and page.locator(".panel img, .panel b b").count() == 0
    open_page.looked_at()


@pytest.mark.thorough
def test_a_network_of_handwritten_digits_takes_a_step(stepping):
    cost = network((784, 30, 10))
    page = stepping(cost)
    order = topological_order((cost,))
    parameters = [v for v in order if v.label is not None and v.label.base in "wb"]
    assert len(parameters) == 23_860
    slopes = dict(zip(parameters, gradient(cost, parameters), strict=True))
    found = numbers_of(page, "gradients")
    places = {value: at for at, value in enumerate(order)}
    assert [found[places[v]] for v in parameters] == pytest.approx(list(slopes.values()), rel=1e-9, abs=1e-13)
    assert "+ 23,859 more" in page.inner_text(".moves")
    rate = page.evaluate("state.rate")
    page.get_by_role("button", name="Take the step").click()
    found = numbers_of(page, "numbers")
    expected = [v.data - rate * slope for v, slope in slopes.items()]
    assert [found[places[v]] for v in parameters] == pytest.approx(expected, rel=1e-12, abs=1e-13)


def test_the_users_lines_are_marked(open_page, tmp_path):
    x, y = Value(2.0, "x"), Value(1.0, "y")
    product = x * y
    product.label = "p"
    cost = sigmoid(product)
    cost.label = "C"
    draw(cost).save(tmp_path / "tree.html")
    page = open_page(tmp_path / "tree.html")
    marked = page.locator(".listing [aria-current=step]")
    for lines in ("x, y = ", "product = x * y", "cost = sigmoid(product)", "cost = sigmoid(product)", "cost = sig"):
        assert marked.inner_text().startswith(lines)
        page.keyboard.press("ArrowRight")
    page.keyboard.press("End")
    assert marked.inner_text() == "product = x * y"


def test_a_finger_drags_on_a_phone_and_nothing_is_wider_than_the_page(stepping):
    page = stepping(network((2, 2, 1)), width=375, height=800, dark=True, has_touch=True)
    choose(page, "w_00^(1)")
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    overflowing = (
        "[...document.querySelectorAll('.panel *')].filter((e) => e.getBoundingClientRect().right > 376).length"
    )
    assert page.evaluate(overflowing) == 0
    assert page.evaluate("getComputedStyle(document.querySelector('.scrub')).touchAction") == "none"
