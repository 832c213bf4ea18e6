"""Networks in files: exact, whole or not at all, and nothing but a network is read."""

import errno
import io
import os
import pickle
import re
import tempfile
import tracemalloc
import zipfile

import numpy as np
import pytest

import nn
from autograd.errors import ArgumentError, FileFormatError


def saved(sizes=(3, 4, 2), **options):
    """The bytes of a saved network."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "net.npz")
        nn.MLP(list(sizes), seed=0, **options).save(path)
        with open(path, "rb") as file:
            return file.read()


REAL = saved()


def arrays_of(contents):
    with np.load(io.BytesIO(contents), allow_pickle=False) as archive:
        return dict(archive)


def refused(path, contents, words=""):
    """What `load` says, in one line that names the file, of what is no network."""
    path.write_bytes(contents)
    with pytest.raises(FileFormatError, match=words or None) as caught:
        nn.load(path)
    assert path.name in str(caught.value) and "expected" in str(caught.value)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def numbers_of(net):
    return [value.data for value in net.parameters()]


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "linear"])
@pytest.mark.parametrize("sizes", [[1, 1], [3, 4, 2], [12, 3, 3, 11]])
def test_what_is_loaded_is_what_was_saved_to_the_bit(tmp_path, sizes, activation):
    net, path = nn.MLP(sizes, activation=activation, output="linear", seed=4), tmp_path / "net.npz"
    for value, number in zip(net.parameters(), (-0.0, 5e-324, 1.7976931348623157e308, 0.1 + 0.2), strict=False):
        value.data = number
    net.save(path)
    loaded = nn.load(path)
    assert [number.hex() for number in numbers_of(loaded)] == [number.hex() for number in numbers_of(net)]
    assert [name for name, _ in loaded.named_parameters()] == [name for name, _ in net.named_parameters()]
    assert (loaded.sizes, loaded.activation, loaded.output) == (net.sizes, net.activation, net.output)
    assert repr(loaded) == repr(net)


@pytest.mark.parametrize("compiled", [True, False])
def test_a_trained_network_goes_on_where_it_was(tmp_path, compiled):
    random = np.random.default_rng(0)
    X, digits = random.normal(size=(20, 3)), random.integers(0, 2, 20)
    net, path = nn.MLP([3, 4, 2], seed=0), str(tmp_path / "net.npz")
    nn.fit(net, X, digits, epochs=2, seed=0, compiled=compiled)
    net.save(path)
    loaded = nn.load(path)
    assert np.array_equal(loaded.predict(X, compiled), net.predict(X, compiled))
    for either in (net, loaded):
        nn.fit(either, X, digits, epochs=2, seed=1, compiled=compiled)
    assert numbers_of(loaded) == pytest.approx(numbers_of(net), rel=1e-12, abs=1e-13)


def test_the_file_holds_no_pickle():
    arrays = arrays_of(REAL)
    assert set(arrays) == {"format", "sizes", "activation", "output", "W1", "b1", "W2", "b2"}
    assert arrays["W1"].shape == (4, 3) and arrays["b2"].shape == (2,)


def test_saving_again_replaces(tmp_path):
    path = tmp_path / "net.npz"
    nn.MLP([3, 2], seed=0).save(path)
    nn.MLP([2, 2], seed=0).save(path)
    assert nn.load(path).sizes == [2, 2]
    assert os.listdir(tmp_path) == ["net.npz"]


def test_a_new_file_has_the_rights_that_any_new_file_has(tmp_path):
    (tmp_path / "plain").touch()
    nn.MLP([1, 1], seed=0).save(tmp_path / "net.npz")
    assert (tmp_path / "net.npz").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize("broken", ["replace", "fsync"])
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), PermissionError(13, "denied")])
def test_a_failing_disk_leaves_the_old_file_whole(tmp_path, monkeypatch, broken, error):
    path = tmp_path / "net.npz"
    path.write_bytes(REAL)

    def failing(*arguments):
        raise error

    monkeypatch.setattr(os, broken, failing)
    with pytest.raises(ArgumentError, match=r"net\.npz: cannot be written: .*; "):
        nn.MLP([9, 9], seed=0).save(path)
    assert path.read_bytes() == REAL
    assert os.listdir(tmp_path) == ["net.npz"]


def test_ctrl_c_while_saving_leaves_the_old_file_whole(tmp_path, monkeypatch):
    path = tmp_path / "net.npz"
    path.write_bytes(REAL)

    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        nn.MLP([9, 9], seed=0).save(path)
    assert path.read_bytes() == REAL and os.listdir(tmp_path) == ["net.npz"]


def test_unwritable_places_are_named(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    (tmp_path / "folder.npz").mkdir()
    for path in (tmp_path / "absent" / "net.npz", tmp_path / "file" / "net.npz", tmp_path / "folder.npz"):
        with pytest.raises(ArgumentError, match=rf"{path.name}: cannot be written"):
            nn.MLP([1, 1], seed=0).save(path)
    assert sorted(os.listdir(tmp_path)) == ["file", "folder.npz"]


@pytest.mark.parametrize("path", ["", "/", "a\0b"])
def test_paths_that_no_file_can_have_are_refused(path):
    with pytest.raises(ArgumentError, match="expected the path of a file"):
        nn.MLP([1, 1], seed=0).save(path)
    with pytest.raises(FileFormatError, match="expected a network"):
        nn.load(path)


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(FileFormatError, match=r"absent\.npz: .*got no such file"):
        nn.load(tmp_path / "absent.npz")
    with pytest.raises(FileFormatError, match=f"{tmp_path.name}: .*unreadable"):
        nn.load(tmp_path)


def test_truncated_files_are_refused(tmp_path):
    for length in range(0, len(REAL), 97):
        assert "expected a network" in refused(tmp_path / "net.npz", REAL[:length])


@pytest.mark.parametrize("contents", [b"", b"\0", b"PK\x05\x06" + b"\0" * 18, b"a,b\n1,2\n", b"\x93NUMPY" + b"\0" * 99])
def test_other_files_are_refused(tmp_path, contents):
    assert "expected a network" in refused(tmp_path / "net.npz", contents)


def test_a_flipped_bit_in_the_numbers_is_noticed(tmp_path):
    """The archive's checksums cover every member."""
    with zipfile.ZipFile(io.BytesIO(REAL)) as archive:
        members = [(info.header_offset, info.file_size) for info in archive.infolist()]
    for offset, size in members:
        start = offset + 30 + int.from_bytes(REAL[offset + 26 : offset + 28], "little")
        start += int.from_bytes(REAL[offset + 28 : offset + 30], "little")
        for place in (start + size - 1, start + size // 2):
            flipped = bytearray(REAL)
            flipped[place] ^= 1 << (place % 8)
            refused(tmp_path / "net.npz", bytes(flipped))


def repacked(**changes):
    """The real file's arrays with some replaced, or left out where None."""
    arrays = {name: array for name, array in (arrays_of(REAL) | changes).items() if array is not None}
    contents = io.BytesIO()
    np.savez(contents, **arrays)
    return contents.getvalue()


def test_repacking_alone_changes_nothing(tmp_path):
    (tmp_path / "net.npz").write_bytes(repacked())
    assert nn.load(tmp_path / "net.npz").sizes == [3, 4, 2]


@pytest.mark.parametrize(
    "changes, words",
    [
        *[({name: None}, f"without '{name}'|the members of") for name in arrays_of(REAL)],
        ({"extra": np.zeros(1)}, "the members of"),
        ({"format": np.array("something else")}, "format"),
        ({"format": np.array(1)}, "format: expected a short text"),
        ({"activation": np.array("softmax")}, "activation: expected one of sigmoid.*'softmax'"),
        ({"output": np.array(["linear"])}, "output: expected a short text"),
        ({"output": np.array(b"linear")}, "output: expected a short text"),
        ({"sizes": np.array([3, 4, 2], dtype=np.int32)}, "sizes: expected int64.*int32"),
        ({"sizes": np.array([3.0, 4.0, 2.0])}, "sizes: expected int64"),
        ({"sizes": np.array([3])}, "sizes: expected 2"),
        ({"sizes": np.array([3, 0, 2])}, "sizes: expected a network"),
        ({"sizes": np.array([3, -4, 2])}, "sizes: expected a network"),
        ({"sizes": np.array([2**62, 2**62, 2])}, "sizes: expected a network"),
        ({"sizes": np.array([3, 5, 2])}, r"W1: expected float64 of shape \(5, 3\)"),
        ({"sizes": np.array([3, 4, 2, 2])}, "the members of"),
        ({"W1": np.zeros((3, 4))}, r"W1: expected float64 of shape \(4, 3\), got float64 of \(3, 4\)"),
        ({"W1": np.zeros((4, 3), np.float32)}, "W1: expected float64"),
        ({"W1": np.zeros((4, 3), ">f8")}, "W1: expected float64"),
        ({"W1": np.asfortranarray(np.ones((4, 3)))}, "W1"),
        ({"W1": np.full((4, 3), np.nan)}, "W1: expected finite numbers, got NaN or infinity"),
        ({"b2": np.full(2, -np.inf)}, "b2: expected finite numbers"),
        ({"b2": np.zeros((2, 1))}, "b2: expected float64"),
    ],
)
def test_other_contents_are_refused_by_name(tmp_path, changes, words):
    assert re.search(words, refused(tmp_path / "net.npz", repacked(**changes)))


def test_a_pickle_inside_is_never_executed(tmp_path):
    class Trap:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "executed"),))

    for name in arrays_of(REAL):
        contents = io.BytesIO()
        trapped = arrays_of(REAL) | {name: np.array([Trap()], dtype=object)}
        np.savez(contents, **trapped)
        refused(tmp_path / "net.npz", contents.getvalue(), name)
    (tmp_path / "net.npz").write_bytes(pickle.dumps(Trap()))
    with pytest.raises(FileFormatError):
        nn.load(tmp_path / "net.npz")
    assert not (tmp_path / "executed").exists()


def with_member(name, member, compression=zipfile.ZIP_STORED):
    """The real file with one member's bytes replaced."""
    contents = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(REAL)) as old, zipfile.ZipFile(contents, "w", compression) as new:
        for info in old.infolist():
            new.writestr(info.filename, member if info.filename == f"{name}.npy" else old.read(info))
    return contents.getvalue()


def header(shape, descr="'<f8'"):
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


@pytest.mark.parametrize(
    "name, member",
    [
        ("W1", header("(10**6, 10**6)")),
        ("W1", header("(1000000, 1000000)")),
        ("W1", header("(4, 3)")),
        ("W1", header("(4, 3)") + bytes(97)),
        ("W1", header("(-4, 3)")),
        ("W1", header("(4.0, 3)")),
        ("W1", header("(4, 3)", "'|V1000000000'")),
        ("W1", header("(4, 3)", "[('a', '<f8')]")),
        ("W1", header("(4, 3)", "'nonsense'")),
        ("W1", header("(" * 5000)),
        ("W1", header("(4, 3", "'<f8'")),
        ("W1", b"\x93NUMPY\x03\x00\xff\xff\xff\xff"),
        ("W1", b""),
        ("sizes", header("(9223372036854775807,)", "'<i8'")),
        ("sizes", header("(2,)", "'<i8'") + np.array([30000, 30000]).tobytes()),
        ("sizes", header("(2,)", "'<i8'") + np.array([10**9, 1]).tobytes()),
        ("format", header("()", "'<U536870911'")),
        ("activation", header("()", "'<U7'") + b"\xff" * 28),
        ("sizes", header("(True, 3)", "'<i8'")),
    ],
)
def test_declared_sizes_are_checked_before_memory_is_taken(tmp_path, name, member):
    contents = with_member(name, member)
    tracemalloc.start()
    try:
        refused(tmp_path / "net.npz", contents)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * 2**20


@pytest.mark.parametrize(
    "compression, words",
    [(zipfile.ZIP_STORED, "b1: expected 32 bytes, got more"), (zipfile.ZIP_DEFLATED, "expected .* not compressed")],
)
def test_what_is_longer_than_declared_is_not_read(tmp_path, compression, words):
    """64 MB of zeros; compressed they fit into 64 kB, so compressed members are not inflated at all."""
    contents = with_member("b1", header("(4,)") + bytes(2**26), compression)
    (tmp_path / "net.npz").write_bytes(contents)
    del contents
    tracemalloc.start()
    try:
        with pytest.raises(FileFormatError, match=words):
            nn.load(tmp_path / "net.npz")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * 2**20


def test_a_header_of_ones_own_is_as_good_as_numpys(tmp_path):
    """So the refusals below and above are of what the headers say, not of how they are written."""
    numbers = np.arange(12.0)
    (tmp_path / "net.npz").write_bytes(with_member("W1", header("(4, 3)") + numbers.tobytes()))
    assert nn.load(tmp_path / "net.npz").layers[0].weights.ravel().tolist() == numbers.tolist()


def test_a_member_twice_is_refused(tmp_path):
    contents = io.BytesIO(REAL)
    with zipfile.ZipFile(contents, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("b1.npy", archive.read("b1.npy"))
    refused(tmp_path / "net.npz", contents.getvalue(), "the members of")


@pytest.mark.parametrize("code_point", [0xD800, 0x110000, 0xFFFFFFFF, 0x0A, 0x1B])
def test_text_is_decoded_strictly(tmp_path, code_point):
    """NumPy makes strings of any 32 bits: halves of pairs, no characters, what moves a terminal's cursor."""
    contents = with_member("activation", header("()", "'<U1'") + code_point.to_bytes(4, "little"))
    told = refused(tmp_path / "net.npz", contents)
    assert "activation: expected a short text, got characters that are none" in told


@pytest.mark.parametrize("order", "<>")
def test_text_of_either_byte_order_is_read(tmp_path, order):
    (tmp_path / "net.npz").write_bytes(repacked(activation=np.array("tanh", dtype=f"{order}U4")))
    assert nn.load(tmp_path / "net.npz").activation == "tanh"


def promising(contents, place, size):
    """An archive whose directory says something else about sizes, in 4 bytes from `place`."""
    return contents[:place] + size.to_bytes(4, "little") + contents[place + 4 :]


def test_sizes_that_the_archives_directory_promises_take_no_memory(tmp_path):
    """A network of 10,000 x 10,000 by every word of the file, of which 800 MB are missing."""
    member = header("(10000, 10000)")
    contents = io.BytesIO()
    with zipfile.ZipFile(contents, "w") as archive:
        for name, array in arrays_of(repacked(sizes=np.array([10000, 10000]), W2=None, b2=None)).items():
            part = io.BytesIO()
            np.save(part, array)
            archive.writestr(f"{name}.npy", member if name == "W1" else part.getvalue())
    plain = contents.getvalue()
    entry = plain.rindex(b"W1.npy") - 46
    size = len(member) + 8 * 10**8
    hostile = promising(promising(plain, entry + 20, size), entry + 24, size)
    directory = promising(plain, plain.rindex(b"PK\x05\x06") + 12, 3 * 2**30)
    # Since Python 3.13 zipfile itself sees that such a part would reach into the next.
    for given, words in ((hostile, "which cannot be|Overlapped entries"), (directory, "unreadable")):
        tracemalloc.start()
        try:
            refused(tmp_path / "net.npz", given, words)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 4 * 2**20


def test_a_directory_of_a_million_members_is_not_read(tmp_path):
    """Each would be an object; here they are 60,000 copies of one entry, 3 MB."""
    end = REAL.rindex(b"PK\x05\x06")
    start = int.from_bytes(REAL[end + 16 : end + 20], "little")
    entries = REAL[start:end] * 7_500
    wide = REAL[:start] + entries + REAL[end:]
    told = refused(tmp_path / "net.npz", promising(wide, start + len(entries) + 12, len(entries)))
    assert "which cannot be" in told
