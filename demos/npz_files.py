"""Images from an archive of NumPy's: Keras's ``mnist.npz``."""

from __future__ import annotations

from pathlib import Path

from images import Images, Loaded, agreed, images_of
from nn.files.archives import Archive, opened

_KIND = "an archive of x_train, y_train, x_test and y_test, as Keras's mnist.npz"
_LARGEST = 1 << 30


def read_npz(path: Path) -> Loaded:
    """Training and test images of an archive.

    Raises
    ------
    FileFormatError
        If the file is missing, damaged or holds something else; no object in it is unpickled.
    """
    with opened(path, _KIND, "fetch the file again", _LARGEST) as archive:
        archive.only(["x_train", "y_train", "x_test", "y_test"])
        sets = agreed(path, _part(archive, "train"), _part(archive, "test"))
    return Loaded(sets, [f"read {path.name}"])


def _part(archive: Archive, name: str) -> Images:
    x, y = f"x_{name}", f"y_{name}"
    shape, dtype = archive.declared(x)
    labels_shape, labels_dtype = archive.declared(y)
    fits = dtype.kind in "uif" and labels_dtype.kind in "ui" and labels_shape in (shape[:1], (*shape[:1], 1))
    if len(shape) != 3 or not all(shape) or not fits:
        raise archive.refusal(
            f"{x}, {y}: expected images of shape (n, height, width) and n whole numbers",
            f"{dtype} of shape {shape} and {labels_dtype} of shape {labels_shape}",
        )
    pixels = archive.array(x, shape, dtype)
    labels = archive.array(y, labels_shape, labels_dtype)
    return images_of(archive.path, archive.path.name, pixels, labels.ravel())
