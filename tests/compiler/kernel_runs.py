"""Elementwise kernels called on arrays, for tests and for those who measure."""

import ctypes

import numpy as np
import pytest

from autograd.compiler.backends.numba.elementwise import address


@pytest.fixture(autouse=True, scope="module")
def own_folder(tmp_path_factory):
    """Kernels are kept in a folder of the tests' own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NUMBA_CACHE_DIR", str(tmp_path_factory.mktemp("kernels")))
        yield


def run(primitive, out, *operands, numbers=None, at=None):
    """Call a kernel, or that at an address, on arrays of up to three axes; what it returns."""
    at = at or address(primitive, numbers or [None] * len(operands), out.dtype)()
    arrays = [out, *(np.broadcast_to(np.asarray(given, dtype=out.dtype), out.shape) for given in operands)]
    bases = np.array([array.ctypes.data - 8 for array in arrays], dtype=np.int64)
    words = [at, 0, *(1,) * (3 - out.ndim), *out.shape]
    for k, array in enumerate(arrays):
        words += [k, 8, *(0,) * (3 - out.ndim), *(stride // array.itemsize for stride in array.strides)]
    words[1] = len(words)
    code = np.array(words, dtype=np.int64)
    return ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p, ctypes.c_void_p)(at)(code.ctypes.data, bases.ctypes.data)


def computed(primitive, *operands):
    """What a kernel makes of arrays."""
    out = np.empty(np.broadcast_shapes(*map(np.shape, operands)), np.asarray(operands[0]).dtype)
    run(primitive, out, *operands)
    return out
