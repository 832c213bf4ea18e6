"""Images come whole out of CSV and IDX files, or an error says why they do not."""

import gzip
import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.errors import FileFormatError
from loading import Images, read_csv, read_folder, read_idx, split


def idx(array, magic=None):
    array = np.asarray(array, dtype=np.uint8)
    magic = bytes([0, 0, 8, array.ndim]) if magic is None else magic
    return magic + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def pair(folder, prefix="", images=None, labels=(0, 1, 2), zipped=False):
    images = np.arange(18).reshape(3, 3, 2) if images is None else images
    pack, suffix = (gzip.compress, ".gz") if zipped else (bytes, "")
    (folder / f"{prefix}images-idx3-ubyte{suffix}").write_bytes(pack(idx(images)))
    (folder / f"{prefix}labels-idx1-ubyte{suffix}").write_bytes(pack(idx(labels)))


def test_the_shipped_digits_are_1797_images_of_8x8_from_0_to_1():
    images = read_csv()
    assert images.pixels.shape == (1797, 64)
    assert (images.height, images.width) == (8, 8)
    assert (images.pixels.min(), images.pixels.max()) == (0.0, 1.0)
    assert sorted(set(images.digits)) == list(range(10))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a,b\n",
        "a,b\n1,x\n",
        "a,b\n1,2\n1\n",
        "a,b,c\n1,2,3\n",
        "a,b\n17,1\n",
        "a,b\n1,0.5\n",
        "a,b\nnan,1\n",
        "é\n1",
    ],
)
def test_a_csv_file_of_something_else_is_refused(tmp_path, text):
    path = tmp_path / "digits.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileFormatError, match=r"expected .*got .*fetch the file again"):
        read_csv(path)


def test_a_truncated_gzipped_csv_file_is_refused(tmp_path):
    path = tmp_path / "digits.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n1,2\n" * 100)[:-12])
    with pytest.raises(FileFormatError, match="readable"):
        read_csv(path)


@pytest.mark.parametrize("zipped", [False, True])
def test_a_single_pair_is_one_set_with_pixels_from_0_to_1(tmp_path, zipped):
    pair(tmp_path, images=np.full((3, 3, 2), 255), zipped=zipped)
    [images] = read_folder(tmp_path)
    assert images.pixels.shape == (3, 6)
    assert (images.height, images.width) == (3, 2)
    assert (images.pixels == 1.0).all()
    assert images.digits.tolist() == [0, 1, 2]


def test_train_and_t10k_pairs_are_training_and_test(tmp_path):
    pair(tmp_path, "t10k-", labels=(1, 1, 1))
    pair(tmp_path, "train-", labels=(0, 1, 2), zipped=True)
    train, test = read_folder(tmp_path)
    assert train.digits.tolist() == [0, 1, 2]
    assert test.digits.tolist() == [1, 1, 1]


def test_pairs_that_do_not_belong_together_are_refused(tmp_path):
    pair(tmp_path, "train-")
    pair(tmp_path, "t10k-", images=np.zeros((3, 4, 4)))
    with pytest.raises(FileFormatError, match=r"3x2 .*got 4x4"):
        read_folder(tmp_path)
    pair(tmp_path, "t10k-", labels=(0, 1, 7))
    with pytest.raises(FileFormatError, match=r"labels 0\.\.2 .*got 7"):
        read_folder(tmp_path)


def test_a_folder_without_one_pair_or_two_is_refused(tmp_path):
    with pytest.raises(FileFormatError, match="no such folder"):
        read_folder(tmp_path / "missing")
    with pytest.raises(FileFormatError, match="no images"):
        read_folder(tmp_path)
    for prefix in ("a-", "b-"):
        pair(tmp_path, prefix)
    with pytest.raises(FileFormatError, match="images named a-images"):
        read_folder(tmp_path)


def test_images_without_labels_are_refused(tmp_path):
    pair(tmp_path)
    (tmp_path / "labels-idx1-ubyte").unlink()
    with pytest.raises(FileFormatError, match="labels-idx1-ubyte beside it, got no such file"):
        read_folder(tmp_path)


def test_other_counts_of_images_and_labels_are_refused(tmp_path):
    pair(tmp_path, labels=(0, 1))
    with pytest.raises(FileFormatError, match=r"expected 3 labels.* got 2"):
        read_folder(tmp_path)


@pytest.mark.parametrize(
    ("contents", "says"),
    [
        (b"", "an empty file"),
        (idx([1, 2], magic=b"\0\0\x08\x03"), "got 0x00000803"),
        (idx([1, 2])[:6], "truncated"),
        (idx([1, 2])[:-1], "expected 2 bytes .* got 1: it is truncated"),
        (idx([1, 2]) + b"!", "got more"),
        (idx([]), "at least one"),
        (gzip.compress(idx(range(200)))[:-9], "readable"),
        (gzip.compress(idx([1, 2]))[:4] + b"\xff" * 40, "readable"),
    ],
)
def test_a_damaged_idx_file_is_refused(tmp_path, contents, says):
    path = tmp_path / "labels"
    path.write_bytes(contents)
    with pytest.raises(FileFormatError, match=says):
        read_idx(path, 1)


def test_memory_follows_the_content_not_the_promise_of_the_header(tmp_path):
    path = tmp_path / "images"
    path.write_bytes(b"\0\0\x08\x03" + struct.pack(">3I", 1000, 1000, 1000) + b"few")
    tracemalloc.start()
    with pytest.raises(FileFormatError, match="truncated"):
        read_idx(path, 3)
    path.write_bytes(b"\0\0\x08\x03" + b"\xff" * 12 + b"few")
    with pytest.raises(FileFormatError, match="at most 1 GB"):
        read_idx(path, 3)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 << 20


def test_a_small_file_that_unpacks_to_a_huge_one_is_not_unpacked(tmp_path):
    path = tmp_path / "digits.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * (1 << 23)))
    tracemalloc.start()
    with pytest.raises(FileFormatError, match="readable CSV file, got: more than 8 MB of text"):
        read_csv(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert path.stat().st_size < 1 << 18
    assert peak < 32 << 20


@given(st.lists(st.integers(5, 40), min_size=1, max_size=6), st.integers(0, 5))
def test_a_split_keeps_every_image_once_and_every_digit_in_proportion(counts, seed):
    digits = np.repeat(np.arange(len(counts)), counts)
    images = Images(np.arange(len(digits), dtype=float)[:, None], digits, 1, 1)
    train, test = split(images, 0.2, seed)
    assert sorted([*train.pixels[:, 0], *test.pixels[:, 0]]) == list(range(len(digits)))
    assert np.bincount(test.digits).tolist() == [round(0.2 * count) for count in counts]


def test_a_split_is_repeatable_and_follows_the_seed():
    images = read_csv()
    first, again, other = (split(images, seed=seed)[1].pixels for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_too_few_images_to_split_are_refused():
    with pytest.raises(FileFormatError, match="larger set"):
        split(Images(np.zeros((2, 1)), np.array([0, 1]), 1, 1))
