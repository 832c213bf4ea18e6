"""The API reference: every public name has a page, mentions are links, and a link that leads nowhere is found."""

import re

import pytest

import autograd
import nn
import reference
from autograd.errors import ArgumentError, RenderError
from gallery import intuition
from gallery.picture import Made
from handbook import build, links, names, pages
from handbook.hooks import linked, without_guesses

ERRORS = "../autograd/AutogradError.html#autograd.errors"
SITE = {
    "index.html": '<a href="nn/fit.html#nn.fit">fit</a> <a href="#top">up</a> <img src="x.png"><p id="top">'
    '<a href="https://example.org/">elsewhere</a>',
    "nn/fit.html": '<h1 id="nn.fit">fit</h1><a href="../index.html">back</a> <a href="..">back</a>',
    "x.png": "",
}


@pytest.fixture
def site(tmp_path):
    """Writes a folder of pages in which every link is right, but for what is given instead."""

    def written(**other):
        for name, text in {**SITE, **{f"{name}.html": text for name, text in other.items()}}.items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path

    return written


def test_where_every_link_leads_somewhere_nothing_is_said(site, capsys):
    assert links.main([str(site())]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ('<a href="nn/gone.html">', "nn/gone.html: no such file"),
        ('<a href="nn/fit.html#nn.gone">', "nn/fit.html#nn.gone: no such anchor"),
        ('<a href="#gone">', "#gone: no such anchor"),
        ('<a href="../index.html">', "../index.html: leads out of the folder"),
        ('<img src="gone.png">', "gone.png: no such file"),
        ('<script src="https://example.org/a.js"></script>', "a script is loaded from elsewhere"),
        ('<link rel="stylesheet" href="//example.org/a.css">', "a link stylesheet is loaded from elsewhere"),
    ],
)
def test_a_link_that_leads_nowhere_is_found(page, fault, site, capsys):
    assert links.main([str(site(other=page))]) == 1
    told = capsys.readouterr().out
    assert told.startswith("other.html: ") and fault in told and told.count("\n") == 1


def test_a_folder_without_pages_is_a_fault(tmp_path):
    assert links.main([str(tmp_path)]) == 1 and links.main([]) == 1


def test_every_public_name_belongs_to_a_subject_and_has_a_page(tmp_path):
    found = [name.path for members in names.subjects().values() for name in members]
    public = [f"{package.__name__}.{name}" for package in (autograd, nn) for name in package.__all__]
    assert sorted(found) == sorted(public)
    nav = pages.write_pages(tmp_path, {})
    home = (tmp_path / "index.md").read_text(encoding="utf-8")
    for path in public:
        page = f"{path.replace('.', '/')}.md"
        assert f"[`{path}`]({page})" in home and page in str(nav)
        directive = "::: autograd.errors" if path == "autograd.AutogradError" else f"::: {path}\n"
        assert directive in (tmp_path / page).read_text(encoding="utf-8")


def test_a_name_without_a_subject_says_where_one_is_given(monkeypatch):
    monkeypatch.delitem(names.SUBJECTS, "Costs")
    with pytest.raises(LookupError, match=r"nn\.\w+: expected a subject for the module nn\.costs.*SUBJECTS"):
        names.subjects()


def test_the_gallery_shows_each_picture_with_its_code(tmp_path):
    picture = intuition.CHAPTER.pictures["bias"]
    (tmp_path / "bias.png").write_bytes(b"\x89PNG" + bytes(12) + (1152).to_bytes(4, "big"))
    told = pages.picture_of("bias", picture, (Made({"": None}, "b = 0"), [tmp_path / "bias.png"]))
    assert "{ #bias }" in told and "def bias() -> Made:" in told and "--natural: 576px" in told
    assert told.count("<math") == 4 and f'alt="{picture.told}"' in told


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<p>See <code>fit</code>.</p>", '<p>See <a href="../nn/fit.html"><code>fit</code></a>.</p>'),
        ("<p><code>nn.fit</code></p>", '<p><a href="../nn/fit.html"><code>nn.fit</code></a></p>'),
        ("<td><code>Value</code></td>", '<td><a href="../autograd/Value.html"><code>Value</code></a></td>'),
        ("<td>\n<code>gradient</code></td>", "<td>\n<code>gradient</code></td>"),  # a parameter of that name
        ("<pre><code>fit</code></pre>", "<pre><code>fit</code></pre>"),
        ('<a href="x"><code>fit</code></a>', '<a href="x"><code>fit</code></a>'),
        ("<p><code>load</code></p>", "<p><code>load</code></p>"),  # the page itself
        ("<p><code>of_nothing</code></p>", "<p><code>of_nothing</code></p>"),
        ("<p><code>GraphError</code></p>", f'<p><a href="{ERRORS}.GraphError"><code>GraphError</code></a></p>'),
    ],
)
def test_a_public_name_in_backticks_becomes_a_link(html, shown):
    assert linked(html, "nn/load.html", names.addresses()) == shown


def test_a_default_that_was_guessed_is_left_out():
    told = "<b><code>batch_size</code></b> (<code>int</code>, default:\n <code>20</code>\n) – At least 1."
    assert (
        re.sub(r"\s+", " ", without_guesses(told)) == "<b><code>batch_size</code></b> (<code>int</code> ) – At least 1."
    )


def test_without_mkdocs_the_extra_is_named(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(build.importlib.util, "find_spec", lambda name: None)
    assert reference.main(["--out", str(tmp_path)]) == 2
    assert "scalar-autograd[docs]" in capsys.readouterr().err
    with pytest.raises(ArgumentError, match="expected mkdocs"):
        build.need_mkdocs()


def test_a_warning_of_mkdocs_is_an_error(tmp_path):
    for needed in ("mkdocs", "material", "mkdocstrings"):
        pytest.importorskip(needed, reason="the reference needs the extra docs")
    docs, out = tmp_path / "docs", tmp_path / "out"
    docs.mkdir()
    (docs / "index.md").write_text("# Contents\n\n::: autograd.Label\n", encoding="utf-8")
    build.build(docs, [{"Contents": "index.md"}], out)
    assert not links.faults(out)
    assert "Set above" in (out / "index.html").read_text(encoding="utf-8")
    (docs / "index.md").write_text("[gone](gone.md)\n", encoding="utf-8")
    with pytest.raises(RenderError, match=r"gone\.md"):
        build.build(docs, [{"Contents": "index.md"}], out)
