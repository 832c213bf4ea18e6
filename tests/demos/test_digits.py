"""The digits demo learns, reports and draws; what it cannot use it says in one line, before training."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import digits
import nn
import pad
from autograd.errors import ArgumentError
from copies import with_copies
from loading import read_csv, split

SCRIPT = Path(digits.__file__)
QUICK = ["--epochs", "2", "--hidden", "4", "--copies", "1"]
PICTURES = ["learning_curve.png", "features.png", "misread.png", "tree.png"]


def accuracy_of(text):
    return float(re.search(r"test accuracy ([\d.]+)%", text)[1])


def test_the_default_network_reads_97_percent(tmp_path, capsys):
    scores = []
    for seed in range(2):
        assert digits.main(["--seed", str(seed), "--no-plots", "--out", str(tmp_path)]) == 0
        scores.append(accuracy_of(capsys.readouterr().out))
    assert min(scores) >= 96
    assert np.mean(scores) >= 97


def test_the_documents_cost_reads_95_percent(tmp_path, capsys):
    assert digits.main(["--cost", "squared_error", "--seed", "1", "--no-plots", "--out", str(tmp_path)]) == 0
    assert accuracy_of(capsys.readouterr().out) >= 95


def test_it_leaves_the_pictures_and_the_network(tmp_path):
    done = subprocess.run(
        [sys.executable, SCRIPT, *QUICK, "--out", tmp_path / "new" / "out"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    out = tmp_path / "new" / "out"
    assert sorted(path.name for path in out.iterdir()) == sorted([*PICTURES, "tree.svg", "network.npz", "digits.html"])
    assert all((out / name).read_bytes().startswith(b"\x89PNG") for name in PICTURES)
    tree = (out / "tree.svg").read_text(encoding="utf-8")
    assert re.search(r"<title>how w.* acts on the cost of an image of a \d</title>", tree)
    assert "a weighted sum" in tree and "log p" in tree and "logsumexp" not in tree
    assert nn.load(out / "network.npz").sizes == [64, 4, 10]
    assert (out / "digits.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert "epoch 2/2: cost" in done.stderr
    assert max(len(line.replace(str(out), "out")) for line in done.stdout.splitlines()) <= 80


def test_without_pictures_it_leaves_the_network_and_the_page(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert digits.main([*QUICK, "--no-plots", "--out", str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["digits.html", "network.npz"]
    assert "network.npz, digits.html" in capsys.readouterr().out


def test_copies_are_images_of_the_same_digits_elsewhere():
    seen = split(read_csv())[0].chosen(slice(0, 40))
    all_of_them = with_copies(seen, 2, seed=0)
    assert len(all_of_them) == 3 * len(seen)
    assert np.array_equal(all_of_them.pixels[:40], seen.pixels)
    assert np.array_equal(all_of_them.digits, np.tile(seen.digits, 3))
    copies = all_of_them.pixels[40:].reshape(2, 40, 8, 8)
    assert copies.min() >= 0 and copies.max() <= 1
    assert not np.array_equal(copies[0], copies[1])
    # their ink's middle is moved from the picture's by at most 0.64 of a pixel; about as much ink
    middle = (copies.sum(axis=2) * np.arange(8)).sum(axis=2) / copies.sum(axis=(2, 3))
    assert 0.2 < np.abs(middle - 3.5).mean() < 0.64
    assert np.allclose(copies.sum(axis=(2, 3)), seen.pixels.sum(axis=1), rtol=0.4)
    assert with_copies(seen, 0, seed=0).pixels.shape == seen.pixels.shape
    paper = replace(seen, pixels=np.zeros_like(seen.pixels))
    assert not with_copies(paper, 1, seed=0).pixels.any()


def test_eager_and_compiled_report_the_same(tmp_path, capsys):
    reports = []
    for way in ([], ["--eager"]):
        digits.main(["--epochs", "1", "--hidden", "2", "--copies", "0", "--no-plots", "--out", str(tmp_path), *way])
        reports.append(capsys.readouterr().out.split("test accuracy")[1])
    assert reports[0] == reports[1]


def test_every_back_end_reports_the_same(tmp_path, capsys):
    pytest.importorskip("numba")
    reports = []
    for backend in ("numpy", "numba"):
        command = [*QUICK, "--no-plots", "--out", str(tmp_path), "--backend", backend]
        assert digits.main(command) == 0
        reports.append(capsys.readouterr().out.split("test accuracy")[1])
    assert reports[0] == reports[1]
    assert digits.main([*command, "--eager"]) == 2
    assert re.search(r"digits\.py: backend: expected 'numpy' with compiled=False", capsys.readouterr().err)


def test_a_training_goes_on_from_its_checkpoint(tmp_path, capsys):
    command = ["--hidden", "4", "--copies", "0", "--no-plots", "--checkpoint", str(tmp_path / "run.npz"), "--resume"]
    for epochs, folder in (("2", "first"), ("5", "resumed")):
        assert digits.main([*command, "--epochs", epochs, "--out", str(tmp_path / folder)]) == 0
    assert (
        digits.main(["--hidden", "4", "--no-plots", "--copies", "0", "--epochs", "5", "--out", str(tmp_path / "whole")])
        == 0
    )
    resumed, whole = (nn.load(tmp_path / folder / "network.npz") for folder in ("resumed", "whole"))
    assert [value.data for value in resumed.parameters()] == [value.data for value in whole.parameters()]
    assert capsys.readouterr().err.count("epoch 3/5") == 2
    assert digits.main([*command, "--epochs", "5", "--seed", "1", "--out", str(tmp_path / "other")]) == 2
    assert re.search(r"digits\.py: data: expected .* in the checkpoint", capsys.readouterr().err)


def test_ctrl_c_keeps_what_was_learned_and_reports(tmp_path, capsys, monkeypatch):
    steps = []

    def interrupted(self, parameters, step=nn.Adam.step):
        steps.append(None)
        if len(steps) > 60:
            raise KeyboardInterrupt
        step(self, parameters)

    monkeypatch.setattr(nn.Adam, "step", interrupted)
    assert digits.main(["--no-plots", "--copies", "0", "--out", str(tmp_path)]) == 0
    assert "stopped by Ctrl-C after 1 whole epochs" in capsys.readouterr().out
    assert (tmp_path / "network.npz").exists()


@pytest.mark.parametrize("classes", [2, 10, 14, 15, 40])
def test_the_confusion_matrix_fits_in_80_columns_and_keeps_numbers_apart(classes):
    matrix = np.full((classes, classes), 999)
    text = digits.confusion_text(matrix)
    assert max(map(len, text.splitlines())) <= 80
    assert "999999" not in text


def one_line(arguments, capsys, monkeypatch):
    """The exit code and the only line said; training would fail the test."""
    monkeypatch.setattr(nn, "fit", lambda *_, **__: pytest.fail("trained before it checked"))
    code = digits.main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert code == 2
    return said.err


def test_data_that_cannot_be_used_is_one_line(tmp_path, capsys, monkeypatch):
    out = tmp_path / "out"
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "no such folder" in one_line(["--data", tmp_path / "no", "--out", out], capsys, monkeypatch)
    assert "no images" in one_line(["--data", empty, "--out", out], capsys, monkeypatch)
    (empty / "train-images-idx3-ubyte").write_bytes(b"\0\0\x08\x01\0\0\0\0")
    (empty / "train-labels-idx1-ubyte").write_bytes(b"")
    assert "magic number" in one_line(["--data", empty, "--out", out], capsys, monkeypatch)
    assert not out.exists()


def test_an_out_that_is_a_file_is_one_line(tmp_path, capsys, monkeypatch):
    path = tmp_path / "file"
    path.write_text("mine")
    assert "a folder that can be written" in one_line(["--out", path], capsys, monkeypatch)
    assert path.read_text() == "mine"


def test_a_page_that_cannot_be_written_is_one_line(tmp_path, capsys):
    (tmp_path / "digits.html").mkdir()
    assert digits.main([*QUICK, "--no-plots", "--out", str(tmp_path)]) == 2
    assert re.search(r"digits\.py: .*digits\.html: cannot be written.*\n$", capsys.readouterr().err)


def test_a_page_needs_a_hidden_layer(tmp_path):
    train, test = split(read_csv(), seed=0)
    with pytest.raises(ArgumentError, match="expected a hidden layer, got a network of the sizes \\[64, 10\\]"):
        pad.write(nn.MLP([64, 10], seed=0), train, test, "cross_entropy", tmp_path / "digits.html")
    assert not list(tmp_path.iterdir())


def test_missing_matplotlib_names_the_extra_and_the_option(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    said = one_line(["--out", tmp_path / "out"], capsys, monkeypatch)
    assert "scalar-autograd[demos]" in said
    assert "--no-plots" in said


@pytest.mark.parametrize(
    ("option", "given"),
    [
        ("--hidden", "0"),
        ("--hidden", "x"),
        ("--epochs", "-1"),
        ("--copies", "-1"),
        ("--copies", "some"),
        ("--batch-size", "0"),
        ("--batch-size", "²"),
        ("--learning-rate", "nan"),
        ("--learning-rate", "0"),
        ("--seed", "1.5"),
        ("--cost", "none"),
    ],
)
def test_an_option_that_cannot_be_used_exits_with_2_and_says_what_was_expected(option, given, capsys):
    with pytest.raises(SystemExit) as stopped:
        digits.main([option, given])
    said = capsys.readouterr().err
    assert stopped.value.code == 2
    assert said.count("\n") == 1
    assert re.search(rf"{option}.*(expected|choose)", said)


def test_letters_are_read_and_told_as_letters(tmp_path, capsys):
    random = np.random.default_rng(0)
    labels = np.repeat(np.arange(1, 27, dtype=np.uint8), 10)
    images = (random.integers(0, 200, (27, 4, 4))[labels] + random.integers(0, 50, (260, 4, 4))).astype(np.uint8)
    for name, array in (("images-idx3", images), ("labels-idx1", labels)):
        header = bytes([0, 0, 8, array.ndim]) + b"".join(size.to_bytes(4, "big") for size in array.shape)
        (tmp_path / f"emnist-letters-train-{name}-ubyte").write_bytes(header + array.tobytes())
    out = tmp_path / "out"
    command = ["--data", tmp_path, "--dataset", "emnist-letters", "--epochs", "1", "--hidden", "4", "--out", out]
    assert digits.main([str(part) for part in command]) == 0
    said = capsys.readouterr().out
    assert said.startswith("read emnist-letters-train-images-idx3-ubyte\n208 images to learn from, 52 never seen")
    assert re.search(r"^[A-Z] read as [A-Z]: \d+$", said, re.MULTILINE)
    assert nn.load(out / "network.npz").sizes == [16, 4, 26]
    assert "Draw a character" in (out / "digits.html").read_text(encoding="utf-8")


def test_a_dataset_without_a_folder_is_one_line(tmp_path, capsys, monkeypatch):
    assert "add --data FOLDER" in one_line(["--dataset", "mnist", "--out", tmp_path], capsys, monkeypatch)
    assert "got no such file" in one_line(["--data", tmp_path / "train.csv", "--out", tmp_path], capsys, monkeypatch)
