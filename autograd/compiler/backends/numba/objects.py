"""Objects: machine code that LLVM makes of a text, kept on disk, and loaded where it can be called."""

from __future__ import annotations

import ctypes
import hashlib
import os
import sys
import tempfile
import threading
from collections.abc import Callable
from ctypes.util import find_library
from functools import cache
from pathlib import Path
from typing import Any


def address_of(name: str, text: str, library: frozenset[str] = frozenset()) -> int:
    """The address of a function.

    Parameters
    ----------
    name : str
        What the text calls it but for ``NAME`` in its place, so that equal texts are kept once.
    text : str
        LLVM's assembly, which defines it and nothing else that is seen from outside.
    library : set of str
        The functions of C's library that it calls.
    """
    for function in library:
        _make_known(function)
    return address_of_made(name, text, lambda: (text, "NAME"))


def address_of_made(name: str, told: str, made: Callable[[], tuple[str, str]]) -> int:
    """The address of a function that is made only where it is not kept yet.

    Parameters
    ----------
    name : str
        What its file's name begins with.
    told : str
        What it is made of: of two that are told alike one is kept.
    made : callable
        Returns LLVM's assembly, and what that calls the function.
    """
    machine = _machine()
    own = f"{name}_{hashlib.sha256(chr(10).join((told, *machine.told)).encode()).hexdigest()[:32]}"
    with _ONE_AT_A_TIME:
        if own not in _LOADED:
            path = _folder() / f"{own}.o"
            code = _kept(path)
            if code is None:
                code = machine.compiled(*made(), own)
                _keep(path, code)
            _LOADED[own] = machine.loaded(code, own)
        return _LOADED[own]


_LOADED: dict[str, int] = {}
_ONE_AT_A_TIME = threading.RLock()


def has_feature(name: str) -> bool:
    """Whether the processor has what LLVM calls so."""
    return f"+{name}" in _machine().told[-1].split(",")


class _Machine:
    """The processor of this machine: code is made for it, and loaded.

    Attributes
    ----------
    told : tuple of str
        What the code depends on besides its text.
    """

    def __init__(self) -> None:
        import llvmlite
        import llvmlite.binding as llvm

        if llvm.llvm_version_info[0] < 20:
            llvm.initialize()  # what later versions do by themselves, and refuse to do again
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        cpu, features = llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
        target = llvm.Target.from_default_triple()
        self.told = (llvmlite.__version__, target.triple, cpu, features)
        self._llvm = llvm
        self._target = target.create_target_machine(
            cpu=cpu, features=features, opt=2, reloc="default", codemodel="jitdefault", jit=True
        )
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), self._target)

    def compiled(self, text: str, found: str, own: str) -> bytes:
        """The code of a text, of which nothing but a function is seen from outside, under a name of its own."""
        module = self._llvm.parse_assembly(text)
        module.get_function(found).name = own
        for thing in (*module.functions, *module.global_variables):
            if not thing.is_declaration and thing.name != own:
                thing.linkage = "internal"
        module.verify()
        self._pruned(module)
        code: bytes = self._target.emit_object(module)
        return code

    def _pruned(self, module: Any) -> None:
        """Leave out what is not reached, such as errors that never come, which Python would have to be told of."""
        passes = self._llvm.create_new_module_pass_manager()
        passes.add_ipsccp_pass()
        passes.add_simplify_cfg_pass()
        passes.add_global_dead_code_eliminate_pass()
        options = self._llvm.create_pipeline_tuning_options()
        passes.run(module, self._llvm.create_pass_builder(self._target, options))

    def loaded(self, code: bytes, name: str) -> int:
        """The address of what code calls by a name."""
        self._engine.add_object_file(self._llvm.ObjectFileRef.from_data(code))
        self._engine.finalize_object()
        address: int = self._engine.get_function_address(name)
        return address

    def make_known(self, name: str, address: int | None) -> None:
        """Say where a function is that code may call."""
        self._llvm.add_symbol(name, address)


@cache
def _machine() -> _Machine:
    return _Machine()


def make_known(name: str, address: int | None) -> None:
    """Say where a function is that code may call, which not every system finds by itself."""
    _machine().make_known(name, address)


@cache
def _make_known(function: str) -> None:
    """Say where a function of C's library is."""
    library: Any = ctypes.CDLL("ucrtbase" if sys.platform == "win32" else find_library("m"))
    make_known(function, ctypes.cast(getattr(library, function), ctypes.c_void_p).value)


# What is kept


def _folder() -> Path:
    """Where code is kept: in numba's folder, if one is set, or the user's for what can be made again."""
    own = os.environ.get("NUMBA_CACHE_DIR")
    if own:
        return Path(own) / "scalar-autograd"
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "scalar-autograd"


_DIGEST = 32


def _kept(path: Path) -> bytes | None:
    """The code that is kept in a file; None where there is none, or not all of it."""
    try:
        whole = path.read_bytes()
    except OSError:
        return None
    code = whole[_DIGEST:]
    return code if whole[:_DIGEST] == hashlib.sha256(code).digest() else None


def _keep(path: Path, code: bytes) -> None:
    """Write code to a file, all at once; where that is not possible it is made again in the next process."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(number, "wb") as file:
            file.write(hashlib.sha256(code).digest() + code)
        os.replace(name, path)
    except OSError:
        pass
