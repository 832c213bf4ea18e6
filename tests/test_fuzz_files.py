"""Readers of files answer mutated ones with contents or with an error of this project: a sample of `fuzz_files.py`."""

import importlib.util
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograd.errors import FileFormatError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs signals and limits that POSIX systems have")
SCRIPT = Path(__file__).with_name("fuzz_files.py")


@pytest.fixture(scope="module")
def fuzz():
    spec = importlib.util.spec_from_file_location("fuzz_files", SCRIPT)
    module = sys.modules["fuzz_files"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_two_thousand_mutated_files_surprise_no_reader():
    command = [sys.executable, SCRIPT, "--files", "2000", "--seed", "2"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "files: 2000, bad: 0" in done.stdout
    rows = re.findall(r"read +(\d+) refused +(\d+) BAD +0", done.stdout)
    assert len(rows) == 22 and all(int(read) and int(refused) for read, refused in rows)


def _loops(path):
    time.sleep(60)


def _mistakes(path):
    return {}[path]


def _refuses(path):
    raise FileFormatError("expected something else")


def _rambles(path):
    raise FileFormatError("line\nafter line")


@pytest.mark.parametrize(
    "read, came",
    [
        (_loops, "Slow: longer than 0.05 s"),
        (_mistakes, "KeyError"),
        (_refuses, "refused"),
        (_rambles, "several lines"),
        (lambda path: path.read_bytes(), "read as something else"),
        (lambda path: b"original", "read"),
        (lambda path: bytearray(1 << 60), "MemoryError"),
    ],
)
def test_a_reader_that_misbehaves_is_found_out(tmp_path, monkeypatch, fuzz, read, came):
    monkeypatch.setattr(fuzz, "SLOWEST", 0.05)
    before = signal.signal(signal.SIGALRM, fuzz._too_slow)
    try:
        subject = fuzz.Subject("a file", b"original", read, has_checksum=True)
        outcome = fuzz.outcome(subject, tmp_path / "file", b"mutated", False, b"original")
    finally:
        signal.signal(signal.SIGALRM, before)
    assert came in outcome and ((outcome == came) == (came in ("read", "refused")))


def test_mutations_repeat_for_a_seed_and_differ_from_the_original(fuzz):
    original = bytes(range(256))
    first, again = ([fuzz.mutated(original, random.Random(k)) for k in range(300)] for _ in range(2))
    assert first == again
    assert sum(data != original for data in first) > 280
    for mutation in fuzz.MUTATIONS:
        assert any(mutation(original, random.Random(k)) != original for k in range(5)), mutation.__name__
