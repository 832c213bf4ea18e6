"""The figures demo: every picture is drawn, told and listed; what cannot be used gets one line."""

import re
import sys
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

import figures


class Page(HTMLParser):
    """The images of a page with their texts, and its sections."""

    def __init__(self, text):
        super().__init__()
        self.images, self.sections = {}, []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "img":
            self.images[given["src"]] = given["alt"]
        elif tag == "section":
            self.sections.append(given["id"])


def test_pictures_are_drawn_and_stand_on_the_page(tmp_path, capsys):
    names = ["sigmoid", "first_tree", "next_layer", "nutshell"]
    assert figures.main(["--out", str(tmp_path), "--only", *names]) == 0
    page = Page((tmp_path / "index.html").read_text(encoding="utf-8"))
    assert page.sections == names
    assert set(page.images) == {
        "sigmoid.png",
        "first_tree.svg",
        "next_layer.svg",
        "nutshell.svg",
        "nutshell_gradient.svg",
    }
    for name, told in page.images.items():
        assert len(told) > 40 and (tmp_path / name).stat().st_size > 1000
        if name.endswith(".svg"):
            assert ElementTree.parse(tmp_path / name).getroot().tag.endswith("svg")
        else:
            assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")
    assert re.search(r"4 pictures in [\d.]+ s", capsys.readouterr().out)


def test_the_document_s_line_stands_below_its_tree(tmp_path):
    _, below = figures.first_tree(tmp_path / "tree")
    assert "0.6 · 0.2452 · (−0.8609) = −0.1266" in below


@pytest.mark.parametrize("name", ["untrained", "descent"])
def test_plots_say_what_they_measured(name, tmp_path):
    paths, below = figures.PICTURES[name].make(tmp_path / name)
    assert [path.name for path in paths] == [f"{name}.png"] and re.search(r"C₀? = \d", below)


def test_every_picture_names_its_equation_and_says_what_it_shows():
    for picture in figures.PICTURES.values():
        assert re.search("[=←]", picture.equation) and picture.told.endswith(".") and picture.title


def test_the_list_of_names(capsys):
    assert figures.main(["--list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(figures.PICTURES)


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
