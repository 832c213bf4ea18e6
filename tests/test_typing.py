"""The types of the public face: a user's program that goes through it is checked strictly, and runs."""

import importlib.util
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("user_program.py")


def test_a_users_program_runs():
    spec = importlib.util.spec_from_file_location("user_program", PROGRAM)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.main()
    assert module.w.label is not None


def test_a_users_program_is_typed(monkeypatch):
    api = pytest.importorskip("mypy.api")
    root = PROGRAM.parent.parent
    monkeypatch.setenv("MYPYPATH", str(root))
    found, errors, status = api.run(["--strict", "--config-file", str(root / "pyproject.toml"), str(PROGRAM)])
    assert status == 0, found + errors
