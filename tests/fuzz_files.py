"""Every reader of files is fed with mutated real ones.

``python tests/fuzz_files.py --files 100000`` mutates IDX, CSV, NPZ, pickle, network
and checkpoint files, gzipped ones too, and hands them to their readers, which may
answer with their contents or with an error of this project: no other
exception, no warning, no file longer than `SLOWEST` seconds, no more memory than
`ROOM` bytes beyond what the process has at first. A network or checkpoint
whose archive is mutated, not repacked, is refused or is the original to the
bit. The exit code is 0 if all of this held. Linux and macOS only.
"""

from __future__ import annotations

import argparse
import gzip
import io
import pickle
import random
import resource
import signal
import struct
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "demos"))

import nn
from autograd import Value, weighted_sum
from autograd.errors import AutogradError
from idx_files import read_idx
from loading import SHIPPED, read, read_csv, read_folder
from nn.files.checkpoints import Checkpoint

SLOWEST = 10.0
ROOM = 512 * 2**20
TOKENS = [b"nan", b"inf", b"1e999", b"-1", b"9" * 400, b"0x1", b",", b",,", b"\n", b"\0", b"\r", b"'", b"(", b"10**9"]
WORDS = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 2**62, 2**63, 2**64 - 1]

Random = random.Random
Mutation = Callable[[bytes, Random], bytes]


# Mutations of bytes


def _span(data: bytes, draws: Random) -> tuple[int, int]:
    start = draws.randrange(len(data) + 1)
    return start, min(len(data), start + int(draws.paretovariate(0.6)))


def flipped(data: bytes, draws: Random) -> bytes:
    """A bit or a few the other way round."""
    changed = bytearray(data)
    for _ in range(draws.choice((1, 1, 1, 2, 8))):
        changed[draws.randrange(len(data))] ^= 1 << draws.randrange(8)
    return bytes(changed)


def truncated(data: bytes, draws: Random) -> bytes:
    """Cut off at the end, or at the beginning."""
    place = draws.randrange(len(data))
    return data[:place] if draws.random() < 0.8 else data[place:]


def cut(data: bytes, draws: Random) -> bytes:
    """Without some bytes in the middle."""
    start, stop = _span(data, draws)
    return data[:start] + data[stop:]


def pasted(data: bytes, draws: Random) -> bytes:
    """With random bytes, or some of its own, in between or in place of others."""
    start, stop = _span(data, draws)
    low, high = _span(data, draws)
    piece = data[low:high] if draws.random() < 0.5 else draws.randbytes(min(stop - start, 64))
    return data[:start] + piece + data[stop if draws.random() < 0.5 else start :]


def renumbered(data: bytes, draws: Random) -> bytes:
    """An extreme number where some number may stand."""
    width, order = draws.choice((1, 2, 4, 8)), draws.choice(("little", "big"))
    number = draws.choice(WORDS) % 256**width
    start = draws.randrange(len(data)) if draws.random() < 0.6 else draws.randrange(min(len(data), 64))
    return data[:start] + number.to_bytes(width, order) + data[start + width :]


def retold(data: bytes, draws: Random) -> bytes:
    """A strange word in the text."""
    start, stop = _span(data, draws)
    return data[:start] + draws.choice(TOKENS) + data[stop if draws.random() < 0.5 else start :]


MUTATIONS: list[Mutation] = [flipped, truncated, cut, pasted, renumbered, retold]


def mutated(data: bytes, draws: Random) -> bytes:
    """One mutation or a few."""
    for _ in range(draws.choice((1, 1, 1, 2, 3))):
        if data:
            data = draws.choice(MUTATIONS)(data, draws)
    return data


def regzipped(data: bytes, draws: Random) -> bytes:
    """A gzip file that is whole, with mutated contents."""
    return gzip.compress(mutated(gzip.decompress(data), draws), 1)


def repacked(data: bytes, draws: Random, deflated: float = 0.02) -> bytes:
    """An archive whose checksums are right, with a member mutated, gone, twice, compressed or called otherwise."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    place = draws.randrange(len(parts))
    name, member = parts[place]
    way = draws.random()
    if way < 0.7:  # mostly its header, which is what a reader believes
        length = min(len(member), 130) if draws.random() < 0.6 else len(member)
        parts[place] = name, mutated(member[:length], draws) + member[length:]
    elif way < 0.8:
        parts[place] = name, parts[draws.randrange(len(parts))][1]
    elif way < 0.85:
        del parts[place]
    elif way < 0.9:
        parts[place] = draws.choice(["a", "../" + name, "extra.npy", "state_.npy", name[:-4]]), member
    else:
        parts.append(parts[draws.randrange(len(parts))])
    contents = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(contents, "w") as archive:
        warnings.simplefilter("ignore")  # a name twice is what is wanted
        for name, member in parts:
            archive.writestr(name, member, zipfile.ZIP_DEFLATED if draws.random() < deflated else zipfile.ZIP_STORED)
    return contents.getvalue()


# Files and their readers


@dataclass(frozen=True)
class Subject:
    """A real file, how to mutate what is inside it, and its reader, which returns what was read."""

    name: str
    contents: bytes
    read: Callable[[Path], Any]
    inside: Mutation = mutated
    has_checksum: bool = False


def _idx(array: Any) -> bytes:
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def _folder(path: Path) -> Any:
    """The pair of IDX files that `path`, its images, and whole labels beside it are."""
    return read_folder(path.parent)


def _numbers(net: nn.MLP) -> list[float]:
    numbers = [value.data for value in net.parameters()]
    if not np.isfinite(numbers).all() or len(net([0.0] * net.sizes[0])) != net.sizes[-1]:
        raise AssertionError("a network was read that is none")
    return numbers


def _plain() -> nn.MLP:
    """A network that files keep in the first format."""
    return nn.MLP([3, 4, 2], seed=0)


def _shared() -> nn.MLP:
    """One that they keep in the second: a layer twice, another activation, a tied weight."""
    net = nn.MLP([3, 3, 3, 2], activation="tanh", seed=0)
    net.layers[1] = net.layers[0]
    net.layers[2].activation = "relu"
    net.layers[2].neurons[0].weights[1] = net.layers[0].neurons[1].bias
    return net


class Own(nn.Module):
    """A module that files keep by the names of its arrays: a matrix, a layer, a parameter that stands in two places."""

    def __init__(self) -> None:
        self.matrix = [[Value(0.25 * j - k) for k in range(3)] for j in range(4)]
        self.layer = nn.Layer(np.ones((2, 4)), np.zeros(2), "tanh")
        self.tied = [self.matrix[0][0], Value(0.5)]

    def __call__(self, inputs: Any) -> list[Value]:
        """Two outputs of three inputs."""
        return self.layer([weighted_sum(row, inputs, self.tied[1]) for row in self.matrix])


def _read_into(path: Path) -> list[float]:
    own = Own()
    before = [value.data for value in own.parameters()]
    try:
        nn.load(path, into=own)
    except AutogradError:
        if [value.data for value in own.parameters()] != before:
            raise AssertionError("a file that was refused changed the module") from None
        raise
    numbers = [value.data for value in own.parameters()]
    if not np.isfinite(numbers).all():
        raise AssertionError("a module was read that is none")
    return numbers


def _sequence(path: Path) -> Any:
    net = nn.load(path)
    if not np.isfinite(numbers := [value.data for value in net.parameters()]).all():
        raise AssertionError("a network was read that is none")
    return repr(net), numbers


def _checkpoint_of(own: Own, path: Path) -> tuple[Checkpoint, nn.Adam]:
    optimiser = nn.Adam(0.01)
    agreement = {"optimiser": optimiser.settings, "validation": "none"}
    return Checkpoint(path, own, optimiser, np.random.default_rng(0), agreement), optimiser


def _own_resumed(path: Path) -> Any:
    own = Own()
    kept, optimiser = _checkpoint_of(own, path)
    history = kept.restore(1)
    state = {name: vector.tolist() for name, vector in optimiser.state_of(own.parameters()).items()}
    return [value.data for value in own.parameters()], state, optimiser.steps, history.cost


class Resumed:
    """A training of two epochs, done; resuming it reads its checkpoint and trains no more."""

    def __init__(self, make: Callable[[], nn.MLP]) -> None:
        self._make = make
        draws = np.random.default_rng(0)
        self.X, self.digits = draws.normal(size=(12, 3)), draws.integers(0, 2, 12)

    def __call__(self, path: Path) -> Any:
        """What network, optimiser and history are afterwards."""
        net, optimiser = self._make(), nn.Adam(0.01)
        history = nn.fit(
            net,
            self.X,
            self.digits,
            optimiser=optimiser,
            epochs=2,
            batch_size=4,
            seed=0,
            validation=(self.X, self.digits),
            early_stopping=2,
            progress=False,
            compiled=False,
            checkpoint=path,
            resume=True,
        )
        state = {name: vector.tolist() for name, vector in optimiser.state_of(net.parameters()).items()}
        return _numbers(net), state, optimiser.steps, history.cost, history.validation_cost


def subjects(folder: Path) -> list[Subject]:
    """The real files; `folder` is for writing what is not at hand."""
    digits = read_csv()
    images = (digits.pixels[:40] * 16).astype(np.uint8).reshape(40, 8, 8)
    labels = digits.digits[:40].astype(np.uint8)
    table = b"".join(gzip.decompress(SHIPPED.read_bytes()).splitlines(keepends=True)[:13])
    return [
        Subject("IDX images", _idx(images), lambda path: read_idx(path, 3)),
        Subject("IDX labels, gzipped", gzip.compress(_idx(labels)), lambda path: read_idx(path, 1), regzipped),
        Subject("IDX folder", _idx(images), _folder),
        Subject("CSV", table, read_csv),
        Subject("CSV, gzipped", gzip.compress(table), read_csv, regzipped),
        *_other_formats(digits.pixels[:12] * 255, labels[:12]),
        *_networks(folder, "network", _plain),
        *_networks(folder, "shared layers", _shared),
        *_own(folder),
    ]


def _called(name: str) -> Callable[[Path], Any]:
    """What reads images from a file, which has another name for it."""

    def read_as(path: Path) -> Any:
        other = path.with_name(name)
        path.rename(other)
        try:
            loaded = read(other)
        finally:
            other.unlink()
        if any(len(images) < 1 or not 0 <= images.pixels.min() <= images.pixels.max() <= 1 for images in loaded.sets):
            raise AssertionError("images were read that are none")
        return [(images.pixels.tolist(), images.digits.tolist()) for images in loaded.sets]

    return read_as


def _other_formats(pixels: Any, labels: Any) -> list[Subject]:
    """What other people pack such images in."""
    table = np.column_stack([labels, pixels.astype(int)])
    lines = [",".join(["label", *(f"pixel{k}" for k in range(64))]), *(",".join(map(str, row)) for row in table)]
    text = "\n".join(lines).encode()
    images = pixels.astype(np.uint8).reshape(-1, 8, 8)
    archives = [io.BytesIO(), io.BytesIO()]
    for save, archive in zip((np.savez, np.savez_compressed), archives, strict=True):
        save(archive, x_train=images, y_train=labels, x_test=images[:5], y_test=labels[:5])
    pairs = ((pixels / 255).astype(np.float32), labels.astype(np.int64))
    wide = np.column_stack([labels, np.zeros((len(labels), 7), dtype=np.uint8)])
    qmnist = bytes([0, 0, 12, 2]) + struct.pack(">2I", *wide.shape) + wide.astype(">i4").tobytes()
    return [
        Subject("CSV of Kaggle", text, _called("train.csv")),
        Subject("NPZ", archives[0].getvalue(), _called("mnist.npz"), repacked, True),
        Subject("NPZ, compressed", archives[1].getvalue(), _called("mnist.npz"), partial(repacked, deflated=0.9), True),
        *(
            Subject(f"pickle, protocol {protocol}", pickle.dumps((pairs,) * 3, protocol), _called("mnist.pkl"))
            for protocol in (0, 2, 5)
        ),
        Subject("pickle, gzipped", gzip.compress(pickle.dumps((pairs,) * 2, 2)), _called("mnist.pkl.gz"), regzipped),
        Subject("QMNIST's labels", qmnist, lambda path: read_idx(path, 2, 12).tolist()),
    ]


def _own(folder: Path) -> list[Subject]:
    """The file of a module of somebody's own, and a checkpoint of it."""
    own = Own()
    own.save(folder / "own.npz")
    kept, optimiser = _checkpoint_of(own, folder / "checkpoint.npz")
    nn.squared_error(own([1.0, 2.0, 3.0]), [1.0, 0.0]).backward()
    optimiser.step(own.parameters())
    kept.write(nn.History([0.5], seconds=[0.0], learning_rate=[0.01]))
    draws = np.random.default_rng(0)
    steps = nn.Layer(draws.normal(size=(4, 3)), np.ones(4), "tanh"), nn.LayerNorm(4), nn.Dropout(0.5), "relu"
    nn.Sequential(*steps).save(folder / "steps.npz")
    names = ("own.npz", "checkpoint.npz", "steps.npz")
    network, checkpoint, sequence = ((folder / name).read_bytes() for name in names)
    return [
        Subject("steps", sequence, _sequence, repacked, True),
        Subject("own module", network, _read_into, repacked, True),
        Subject("own module, checkpoint", checkpoint, _own_resumed, repacked, True),
    ]


def _networks(folder: Path, name: str, make: Callable[[], nn.MLP]) -> list[Subject]:
    """A network's own file, the checkpoint of its training, and the network in that."""
    make().save(folder / "network.npz")
    resumed = Resumed(make)
    (folder / "checkpoint.npz").unlink(missing_ok=True)
    resumed(folder / "checkpoint.npz")
    network, checkpoint = ((folder / file).read_bytes() for file in ("network.npz", "checkpoint.npz"))
    return [
        Subject(name, network, lambda path: _numbers(nn.load(path)), repacked, True),
        Subject(f"{name}, checkpoint", checkpoint, resumed, repacked, True),
        Subject(f"{name}, loaded from it", checkpoint, lambda path: _numbers(nn.load(path)), repacked),
    ]


class Slow(BaseException):
    """A reader took too long; no reader catches it."""


def _too_slow(*_: Any) -> None:
    raise Slow(f"longer than {SLOWEST} s")


def outcome(subject: Subject, path: Path, data: bytes, is_repacked: bool, original: Any) -> str:
    """Feed a reader: "read", "refused", or what it did that it must not do."""
    path.write_bytes(data)
    signal.setitimer(signal.ITIMER_REAL, SLOWEST)
    try:
        found = subject.read(path)
    except AutogradError as error:
        return "refused" if str(error) and "\n" not in str(error) else f"a complaint of several lines: {error}"
    except (Exception, Slow):
        return traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    if subject.has_checksum and not is_repacked and found != original:
        return "a mutated archive was read as something else"
    return "read"


def main() -> int:
    """Run; 0 if no reader did what it must not do."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=1800.0, help="to stop after, however many files were read")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    signal.signal(signal.SIGALRM, _too_slow)
    warnings.simplefilter("error")
    memory = Path("/dev/shm")
    begun, counts, bad = time.perf_counter(), Counter[tuple[str, str]](), 0
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as place:
        folder = Path(place)
        (folder / "labels-idx1-ubyte").write_bytes(_idx(np.zeros(40, dtype=np.uint8)))
        known = subjects(folder)
        path = folder / "images-idx3-ubyte"
        originals = []
        for subject in known:
            path.write_bytes(subject.contents)
            originals.append(subject.read(path))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        if sys.platform == "linux":
            used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (used + ROOM, used + ROOM))
        for number in range(options.files):
            if time.perf_counter() - begun > options.seconds:
                break
            draws = random.Random(f"{options.seed} {number}")
            which = number % len(known)
            subject, is_repacked = known[which], draws.random() < 0.5
            data = (subject.inside if is_repacked else mutated)(subject.contents, draws)
            came = outcome(subject, path, data, is_repacked, originals[which])
            if came not in ("read", "refused"):
                bad += 1
                print(f"seed {options.seed}, file {number}, {subject.name}: {came}")
            counts[subject.name, came if came in ("read", "refused") else "BAD"] += 1
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    for subject in known:
        print(f"{subject.name:30}", *(f"{came} {counts[subject.name, came]:6}" for came in ("read", "refused", "BAD")))
    print(f"files: {counts.total()}, bad: {bad}, in {time.perf_counter() - begun:.0f} s, memory grew by {grown} kB")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
