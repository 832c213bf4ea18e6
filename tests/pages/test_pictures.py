"""Drawn trees as a browser sets them: no wider than the page, readable on a dark one."""

import nn
from autograd import draw


def test_a_tree_is_no_wider_than_a_phone_and_brings_its_own_background(open_page, tmp_path):
    path = tmp_path / "tree.svg"
    draw(nn.squared_error(nn.MLP([3, 4, 2], seed=0)([0.1, 0.2, 0.3]), [1.0, 0.0]), direction="right").save(path)
    page = open_page(path, width=375, dark=True)
    width, height = page.evaluate(
        "(({width, height}) => [width, height])(document.documentElement.getBoundingClientRect())"
    )
    assert 350 < width <= 375 and 100 < height < 375
    assert page.evaluate("getComputedStyle(document.querySelector('g.graph polygon')).fill") == "rgb(255, 255, 255)"
    svg = path.read_text(encoding="utf-8")
    inline = open_page(html=f"<body>{svg[svg.index('<svg') :]}</body>", width=375)
    assert inline.evaluate("document.documentElement.scrollWidth") <= 375
