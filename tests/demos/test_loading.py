"""Images come whole out of files of many formats, or an error says why they do not."""

import gzip
import io
import pickle
import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.errors import FileFormatError
from csv_files import read_labelled_csv
from idx_files import read_folder, read_idx
from loading import Images, read, read_csv, split


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
    [images] = read_folder(tmp_path).sets
    assert images.pixels.shape == (3, 6)
    assert (images.height, images.width) == (3, 2)
    assert (images.pixels == 1.0).all()
    assert images.digits.tolist() == [0, 1, 2]


def test_train_and_t10k_pairs_are_training_and_test(tmp_path):
    pair(tmp_path, "t10k-", labels=(1, 1, 1))
    pair(tmp_path, "train-", labels=(0, 1, 2), zipped=True)
    train, test = read_folder(tmp_path).sets
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
    with pytest.raises(FileFormatError, match="images of a, b; add --dataset a"):
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
    with pytest.raises(FileFormatError, match="readable CSV file, got: more than 8 MB of contents"):
        read_csv(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert path.stat().st_size < 1 << 18
    assert peak < 32 << 20


# Several sets, QMNIST, EMNIST


def test_of_several_sets_in_a_folder_one_is_chosen_by_its_name(tmp_path):
    for name, label in (("", 0), ("emnist-letters-", 1), ("fashion.", 2)):
        for part in ("train-", "t10k-" if not name else "test-"):
            pair(tmp_path, f"{name}{part}", labels=(label,) * 3)
    with pytest.raises(FileFormatError, match=r"--dataset to choose .* images of emnist-letters, fashion, mnist"):
        read(tmp_path)
    with pytest.raises(FileFormatError, match=r"--dataset 'kmnist': expected one of emnist-letters, fashion, mnist"):
        read(tmp_path, "kmnist")
    for name, label in (("mnist", 0), ("fashion", 2)):
        loaded = read(tmp_path, name)
        assert [set(images.digits) for images in loaded.sets] == [{label}, {label}]
    assert loaded.notes == ["read fashion.train-images-idx3-ubyte and fashion.test-images-idx3-ubyte"]
    by_file = read(tmp_path / "t10k-images-idx3-ubyte")
    assert by_file.notes == ["read train-images-idx3-ubyte and t10k-images-idx3-ubyte"]
    with pytest.raises(FileFormatError, match="expected a folder of several sets, got the file"):
        read(tmp_path / "t10k-images-idx3-ubyte", "mnist")


def test_no_test_file_is_left_out_in_silence(tmp_path):
    pair(tmp_path, "t10k-", zipped=True)
    assert read(tmp_path).notes == ["read t10k-images-idx3-ubyte.gz; its training images are not there"]
    pair(tmp_path, "train-")
    pair(tmp_path, "test-")
    with pytest.raises(FileFormatError, match=r"got images named train-.*, t10k-.*, test-.*; put the others elsewhere"):
        read(tmp_path)
    (tmp_path / "test-images-idx3-ubyte").unlink()
    (tmp_path / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(FileFormatError, match="expected its labels in t10k-labels-idx1-ubyte beside it"):
        read(tmp_path)


@pytest.mark.parametrize("zipped", [False, True])
def test_the_labels_of_qmnist_are_the_first_of_eight_numbers(tmp_path, zipped):
    pack, suffix = (gzip.compress, ".gz") if zipped else (bytes, "")
    labels = np.array([[7, 1, 2, 3, 4, 5, 6, 70000], [0] * 8, [9, *range(7)]])
    contents = bytes([0, 0, 12, 2]) + struct.pack(">2I", 3, 8) + labels.astype(">i4").tobytes()
    images = np.full((3, 2, 2), 255)
    for part in ("train", "test"):
        (tmp_path / f"qmnist-{part}-images-idx3-ubyte").write_bytes(idx(images))
        (tmp_path / f"qmnist-{part}-labels-idx2-int{suffix}").write_bytes(pack(contents))
    train, test = read(tmp_path).sets
    assert train.digits.tolist() == test.digits.tolist() == [7, 0, 9] and len(train.names) == 10
    (tmp_path / f"qmnist-test-labels-idx2-int{suffix}").write_bytes(pack(contents[:-1]))
    with pytest.raises(FileFormatError, match="expected 96 bytes"):
        read(tmp_path)


@pytest.mark.parametrize(
    "part, labels, shown",
    [
        ("letters", (1, 26, 5), "AZE"),
        ("balanced", (0, 10, 46), "0At"),
        ("bymerge", (9, 35, 36), "9Za"),
        ("byclass", (0, 35, 61), "0Zz"),
        ("digits", (0, 3, 9), "039"),
    ],
)
def test_emnist_is_turned_upright_and_shown_as_letters(tmp_path, part, labels, shown):
    pair(tmp_path, f"emnist-{part}-train-", images=np.arange(18).reshape(3, 3, 2), labels=labels)
    [images] = read(tmp_path).sets
    assert "".join(images.names[code] for code in images.digits) == shown
    assert (images.height, images.width) == (2, 3)
    assert (255 * images.pixels[0]).round().tolist() == [0, 2, 4, 1, 3, 5]


def test_labels_that_a_part_of_emnist_has_not_are_refused(tmp_path):
    pair(tmp_path, "emnist-letters-train-", labels=(0, 1, 2))
    with pytest.raises(FileFormatError, match=r"labels 1\.\.26, whole numbers, got 0"):
        read(tmp_path)


def test_a_folder_of_other_files_names_them(tmp_path):
    (tmp_path / "train.csv").write_text("label,pixel0\n")
    with pytest.raises(FileFormatError, match=r"no images in such files but train\.csv; give a file: --data .*csv"):
        read(tmp_path)
    (tmp_path / "mnist.zip").write_bytes(b"PK")
    with pytest.raises(FileFormatError, match=r"mnist\.zip: expected a folder of IDX files, or a file .*got another"):
        read(tmp_path / "mnist.zip")
    with pytest.raises(FileFormatError, match="got no such file"):
        read(tmp_path / "none.csv")


# Tables


KAGGLE = "label,pixel0,pixel1,pixel2,pixel3\n3,0,255,51,0\n1,255,0,0,0\n"


def test_kaggles_training_table_is_read(tmp_path):
    (tmp_path / "train.csv").write_text(KAGGLE)
    (tmp_path / "test.csv").write_text("pixel0,pixel1,pixel2,pixel3\n0,0,0,0\n")
    loaded = read(tmp_path / "train.csv")
    [images] = loaded.sets
    assert images.digits.tolist() == [3, 1] and (images.height, images.width) == (2, 2)
    assert images.pixels.tolist() == [[0.0, 1.0, 0.2, 0.0], [1.0, 0.0, 0.0, 0.0]]
    assert loaded.notes == ["read train.csv; test.csv has no labels to compare with, and is left alone"]
    with pytest.raises(FileFormatError, match=r"column of labels, got images alone, as in Kaggle's test\.csv"):
        read(tmp_path / "test.csv")


def test_a_table_without_header_has_the_label_first_and_its_test_beside_it(tmp_path):
    rows = KAGGLE.split("\n", 1)[1]
    (tmp_path / "mnist_train.csv.gz").write_bytes(gzip.compress(rows.encode()))
    (tmp_path / "mnist_test.csv.gz").write_bytes(gzip.compress(b"1,9,9,9,9"))
    loaded = read(tmp_path / "mnist_train.csv.gz")
    assert [images.digits.tolist() for images in loaded.sets] == [[3, 1], [1]]
    assert loaded.notes == ["read mnist_train.csv.gz and mnist_test.csv.gz"]
    (tmp_path / "mnist_test.csv.gz").write_bytes(b"1,9,9,9,900")
    with pytest.raises(FileFormatError, match=r"mnist_test\.csv\.gz: expected pixels 0\.\.255"):
        read(tmp_path / "mnist_train.csv.gz")


def test_emnists_tables_are_turned_too(tmp_path):
    (tmp_path / "emnist-letters-train.csv").write_text("26,1,2,3,4\n1,0,0,0,255\n")
    [images] = read(tmp_path / "emnist-letters-train.csv").sets
    assert [images.names[code] for code in images.digits] == ["Z", "A"]
    assert (255 * images.pixels[0]).round().tolist() == [1, 3, 2, 4]


@pytest.mark.parametrize(
    "text",
    [
        *("", "\n", "label,a\n", "label,a\n1\n", "label,a\n1,x\n", "1,2,3\n", "label,a\n0.5,1\n", "label,a\n1,-1\n"),
        *("label,a\n1,nan\n", "label,a\n300,1\n", "label,a,label\n1,2,3\n", "label,a\n1,2\n1\n", "a,b\n1,2\n", "é"),
    ],
)
def test_a_table_of_something_else_is_refused(tmp_path, text):
    path = tmp_path / "train.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileFormatError, match=r"train\.csv: expected .*got .*fetch the file again"):
        read_labelled_csv(path)


# Archives and pickles


def parts(count=4):
    random = np.random.default_rng(0)
    return [(random.integers(0, 256, (count, 2, 2)).astype(np.uint8), np.arange(count)) for _ in range(3)]


def keras(**changed):
    (x, y), (x_test, y_test), _ = parts()
    return {"x_train": x, "y_train": y.astype(np.uint8), "x_test": x_test, "y_test": y_test} | changed


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_kerass_archive_is_read(tmp_path, save):
    save(tmp_path / "mnist.npz", **keras())
    loaded = read(tmp_path / "mnist.npz")
    for images, (pixels, labels) in zip(loaded.sets, parts(), strict=False):
        np.testing.assert_allclose(images.pixels, pixels.reshape(4, 4) / 255, rtol=1e-15)
        assert images.digits.tolist() == labels.tolist()
    assert loaded.notes == ["read mnist.npz"]


@pytest.mark.parametrize(
    "changed, says",
    [
        ({"x_train": np.zeros((4, 2))}, r"images of shape \(n, height, width\).*got float64 of shape \(4, 2\)"),
        ({"x_train": np.full((4, 2, 2), 256.0)}, r"pixels 0\.\.255"),
        ({"x_train": np.full((4, 2, 2), np.nan)}, "finite"),
        ({"y_train": np.arange(3)}, "n whole numbers"),
        ({"y_test": np.array([0, 1, 2, 9])}, r"test labels 0\.\.3 as in training, got 9"),
        ({"y_train": np.array([0, 1, -2, 3])}, r"labels 0\.\.255, whole numbers, got -2"),
        ({"x_test": np.zeros((4, 3, 3), np.uint8)}, "2x2 pixels as the training images, got 3x3"),
        ({"x_train": np.array([{}], dtype=object)}, "expected a plain array"),
        ({"extra": np.zeros(1)}, "expected the members of"),
    ],
)
def test_an_archive_of_something_else_is_refused(tmp_path, changed, says):
    np.savez_compressed(tmp_path / "mnist.npz", **keras(**changed))
    with pytest.raises(FileFormatError, match=says):
        read(tmp_path / "mnist.npz")


def test_an_array_that_unpacks_beyond_all_measure_is_not_unpacked(tmp_path):
    contents = io.BytesIO()
    np.savez_compressed(contents, **keras(x_train=np.zeros((1 << 16, 8, 8), np.uint8), y_train=np.zeros(1 << 16, int)))
    path = tmp_path / "mnist.npz"
    path.write_bytes(contents.getvalue().replace(b"(65536, 8, 8)", b"(1 << 60, 8)"))
    with pytest.raises(FileFormatError, match="expected"):
        read(path)


def nielsen(parts):
    return tuple((x.reshape(len(x), -1).astype(np.float32) / 255, y) for x, y in parts)


def pickled_by_python_2(parts):
    """The pickle that cPickle's protocol 2 writes of such pairs, in which bytes are text."""

    def array(made, kind):
        shape = b"".join(b"M" + struct.pack("<H", size) for size in made.shape)
        raw = made.tobytes()
        return (
            b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R(K\x01"
            + (shape + (b"\x85" if made.ndim == 1 else b"\x86"))
            + b"cnumpy\ndtype\nU\x02"
            + kind
            + b"K\x00K\x01\x87R(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T"
            + (struct.pack("<I", len(raw)) + raw + b"tb")
        )

    pairs = [array(x, b"f4") + array(y.astype(np.int64), b"i8") + b"\x86" for x, y in nielsen(parts)]
    return b"\x80\x02" + b"".join(pairs) + (b"\x87" if len(parts) == 3 else b"\x86") + b"."


@pytest.mark.parametrize("protocol", ["of Python 2", 0, 2, 3, 4, 5])
def test_nielsens_pickle_is_read(tmp_path, protocol):
    path = tmp_path / "mnist.pkl.gz"
    by_python_2 = pickled_by_python_2(parts())
    path.write_bytes(
        gzip.compress(pickle.dumps(nielsen(parts()), protocol) if protocol != "of Python 2" else by_python_2)
    )
    loaded = read(path)
    train, test = loaded.sets
    expected = nielsen(parts())
    np.testing.assert_array_equal(train.pixels, np.concatenate([expected[0][0], expected[1][0]]))
    np.testing.assert_array_equal(test.pixels, expected[2][0])
    assert test.digits.tolist() == [0, 1, 2, 3] and train.digits.tolist() == [0, 1, 2, 3] * 2
    assert loaded.notes == ["read mnist.pkl.gz; its validation images are learned from, too"]
    assert pickle.loads(by_python_2, encoding="latin1")[0][1].tolist() == [0, 1, 2, 3]  # the bytes above are right


class Hostile:
    def __reduce__(self):
        return open, ("executed", "w")


@pytest.mark.parametrize(
    "contents, says",
    [
        (pickle.dumps(Hostile()), "a call of '.*open', which is not followed"),
        (pickle.dumps((Hostile(), Hostile()), 0), "a call of '.*open'"),
        (pickle.dumps({"a": 1}), "the instruction EMPTY_DICT"),
        (pickle.dumps([1, 2, 3]), "something else than pairs"),
        (pickle.dumps(7), "int instead of two or three pairs"),
        (pickle.dumps(((np.array([[None]]), np.array([1])),) * 2, 2), "an array of"),
        (b"cos\nsystem\n(S'touch executed'\ntR.", r"a call of 'os\.system'"),
        (b"(i__builtin__\neval\n.", "the instruction INST"),
        (b"\x80\x02cnumpy\nndarray\n)\x81.", "the instruction NEWOBJ"),
        (b"\x80\x04\x8c\x05numpy\x8c\x05arrayR.", "a call of something else"),
        (b"", "a damaged one"),
        (b".", "a damaged one"),
        (b"\x85.", "a damaged one"),
        (b"t.", "a damaged one"),
        (b"h\x00.", "a damaged one"),
        (b"T\xff\xff\xff\x7fx.", "a damaged one"),
        (b"N0" * 600 + b".", "the instruction POP"),
        (b"N" * 20000 + b".", "more than 10000 instructions"),
        (pickled_by_python_2(parts())[:-60], "a damaged one"),
        (
            pickled_by_python_2(parts()).replace(b"M\x04\x00M\x04\x00\x86", b"M\x04\x00M\x04\x01\x86"),
            r"64 bytes for an array of shape \(4, 260\)",
        ),
    ],
)
def test_a_pickle_of_anything_else_is_refused_and_nothing_in_it_happens(tmp_path, monkeypatch, contents, says):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "mnist.pkl"
    path.write_bytes(contents)
    with pytest.raises(FileFormatError, match=f"pickle of arrays alone.*got {says}"):
        read(path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["mnist.pkl"]


def test_a_pickle_that_names_itself_over_and_over_takes_no_time(tmp_path):
    doubled = b"\x80\x02Nq\x00" + b"h\x00h\x00\x86q\x00" * 2000
    for end in (b".", b"cnumpy\ndtype\nh\x00\x85R."):
        (tmp_path / "mnist.pkl").write_bytes(doubled + end)
        with pytest.raises(FileFormatError, match="pickle of arrays alone"):
            read(tmp_path / "mnist.pkl")


# Splits


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
