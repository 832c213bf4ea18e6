"""What a training shows: a bar on a terminal or in a notebook, plain lines where asked, else nothing."""

import builtins
import contextlib
import importlib.util
import io
import os
import struct
import sys
import types

import pytest

import nn
from nn.training.progress import Progress

X, Y = [[0.0], [1.0]], [0.0, 1.0]


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def no_notebook(monkeypatch):
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)


@pytest.fixture
def terminal():
    return Terminal()


@pytest.fixture
def pipe():
    return io.StringIO()


@pytest.fixture
def without_tqdm(monkeypatch):
    imported = builtins.__import__

    def importing(name, *arguments, **options):
        if name.partition(".")[0] == "tqdm":
            raise ImportError(name)
        return imported(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", importing)


def train(stream, **options):
    """A training whose standard error is `stream`."""
    with contextlib.redirect_stderr(stream):
        return nn.fit(nn.MLP([1, 1], seed=0), X, Y, epochs=3, seed=0, **options)


def test_a_terminal_shows_a_bar_with_the_measures(terminal):
    history = train(terminal, validation=(X, Y))
    shown = terminal.getvalue()
    assert "3/3" in shown and "\r" in shown
    assert f"cost {history.cost[-1]:.4f}" in shown
    assert f"accuracy {history.validation_accuracy[-1]:.4f}" in shown


def test_elsewhere_nothing_is_shown_where_not_wanted(pipe, capsys):
    train(pipe, progress=False)
    assert pipe.getvalue() == "" and capsys.readouterr().out == ""


def test_elsewhere_plain_lines_are_shown(pipe):
    history = train(pipe)
    lines = pipe.getvalue().splitlines()
    assert lines == [f"epoch {k}/3: cost {cost:.4f}" for k, cost in enumerate(history.cost, start=1)]


def test_lines_name_every_measure(pipe):
    with contextlib.redirect_stderr(pipe):
        shown = Progress(2, True)
        shown.epoch({"cost": 0.5, "validation cost": 0.25, "accuracy": 0.75})
        shown.close()
    assert pipe.getvalue() == "epoch 1/2: cost 0.5000, validation cost 0.2500, accuracy 0.7500\n"


def test_false_shows_nothing_even_on_a_terminal(terminal):
    train(terminal, progress=False)
    assert terminal.getvalue() == ""


def test_without_tqdm_a_terminal_gets_plain_lines(terminal, without_tqdm):
    history = train(terminal)
    assert terminal.getvalue().splitlines()[-1] == f"epoch 3/3: cost {history.cost[-1]:.4f}"
    assert "\r" not in terminal.getvalue()


def test_without_tqdm_a_pipe_gets_plain_lines(pipe, without_tqdm):
    train(pipe)
    assert len(pipe.getvalue().splitlines()) == 3


class Bar:
    """tqdm's bar, which notes what it is told."""

    def __init__(self, **options):
        self.options, self.told = options, []
        Bar.made.append(self)

    def set_postfix_str(self, text, refresh):
        self.told.append(text)

    def update(self):
        self.told.append("update")

    def close(self):
        self.told.append("close")


@pytest.mark.parametrize("has_widgets", [True, False])
def test_a_notebook_counts_as_a_terminal_and_shows_widgets_where_there_are_any(pipe, monkeypatch, has_widgets):
    monkeypatch.setattr(Bar, "made", [], raising=False)
    monkeypatch.setitem(sys.modules, "ipykernel", types.ModuleType("ipykernel"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object() if has_widgets else None)
    monkeypatch.setitem(sys.modules, "tqdm.notebook" if has_widgets else "tqdm", types.SimpleNamespace(tqdm=Bar))
    train(pipe)
    (bar,) = Bar.made
    assert bar.options["total"] == 3 and bar.told.count("update") == 3 and bar.told[-1] == "close"


def test_at_80_columns_the_accuracy_is_there():
    pty, fcntl, termios = (pytest.importorskip(name) for name in ("pty", "fcntl", "termios"))
    reads, writes = pty.openpty()
    fcntl.ioctl(writes, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    with os.fdopen(writes, "w") as stream, contextlib.redirect_stderr(stream):
        shown = Progress(1000, True, done=998)
        for _ in range(2):
            shown.epoch({"cost": 1.234e-05, "validation cost": 5.678e-05, "accuracy": 0.9876})
        shown.close()
    written = b""
    with contextlib.suppress(OSError):  # what Linux says at the end
        while part := os.read(reads, 10_000):
            written += part
    os.close(reads)
    lines = [line for line in written.decode().replace("\n", "\r").split("\r") if line.strip()]
    assert all(len(line) <= 80 for line in lines)
    assert lines[-1].startswith("1000/1000, cost 1.234e-05, validation cost 5.678e-05, accuracy 0.9876")


@pytest.mark.parametrize("progress", [True, False])
def test_no_standard_error_at_all_is_no_error(progress):
    """As under pythonw, where sys.stderr is None."""
    assert len(train(None, progress=progress).cost) == 3


def test_the_bar_is_closed_when_ctrl_c_ends_the_training(terminal):
    class Interrupted(nn.SGD):
        def update(self, data, grad):
            raise KeyboardInterrupt

    assert train(terminal, optimiser=Interrupted(0.1)).interrupted
    assert terminal.getvalue().endswith("\n")
