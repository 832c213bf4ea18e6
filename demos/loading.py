"""Images of handwritten characters from files and folders of many formats, and their division into seen and unseen."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from autograd.errors import FileFormatError
from csv_files import SHIPPED, read_csv, read_csv_pair
from idx_files import read_folder, set_of
from images import Images, Loaded
from npz_files import read_npz
from pickle_files import read_pickle

__all__ = ["SHIPPED", "Images", "Loaded", "read", "read_csv", "read_folder", "split"]

_READERS = {
    re.compile(r".*\.csv(\.gz)?"): read_csv_pair,
    re.compile(r".*\.npz"): read_npz,
    re.compile(r".*\.(pkl|pickle)(\.gz)?"): read_pickle,
}


def read(path: Path, dataset: str | None = None) -> Loaded:
    """The images of a folder of IDX files, or of a file, whose name says what it is.

    Parameters
    ----------
    path : Path
        A folder; one of the files of images in it; ``train.csv`` and its like; ``mnist.npz``; ``mnist.pkl.gz``.
    dataset : str, optional
        Which of several sets of a folder.

    Raises
    ------
    FileFormatError
        If it cannot be used.
    """
    if path.is_dir() or not path.exists():
        if not path.exists() and path.suffix:
            raise FileFormatError(f"--data {path}: expected a file or a folder, got no such file; name another")
        return read_folder(path, dataset)
    if dataset is not None:
        raise FileFormatError(
            f"--dataset {dataset!r:.60}: expected a folder of several sets, got the file {path}; leave one out"
        )
    within = set_of(path)
    if within is not None:
        return read_folder(path.parent, within)
    reader = next((reader for name, reader in _READERS.items() if name.fullmatch(path.name.lower())), None)
    if reader is None:
        raise FileFormatError(
            f"--data {path}: expected a folder of IDX files, or a file *-images-idx3-ubyte, *.csv, *.npz or *.pkl, "
            "gzipped or not, got another file; name one of these"
        )
    return reader(path)


def split(images: Images, share: float = 0.2, seed: int = 0) -> tuple[Images, Images]:
    """Divide into training and test, each digit in the same proportion.

    Parameters
    ----------
    images : Images
    share : float
        Of the images, 0..1, that go into the test.
    seed : int
        Decides which.

    Raises
    ------
    FileFormatError
        If there are too few to put any aside.
    """
    random = np.random.default_rng(seed)
    unseen = np.zeros(len(images), dtype=bool)
    for digit in np.unique(images.digits):
        places = random.permutation(np.flatnonzero(images.digits == digit))
        unseen[places[: round(len(places) * share)]] = True
    if not unseen.any() or unseen.all():
        raise FileFormatError(
            f"expected enough images to put {share:.0%} of each digit aside, got {len(images)}; use a larger set"
        )
    return images.chosen(~unseen), images.chosen(unseen)
