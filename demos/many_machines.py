"""Several processes, as on several machines, learn to read digits together; compared with one process alone.

Run ``python demos/many_machines.py --processes 2 --devices 2``; ``--help`` tells
the options. The processes find one another on this machine's loopback address;
on a cluster every machine runs the part of `learn` with its own address and number.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import nn
from autograd.compiler.backends import backend
from autograd.errors import ArgumentError, AutogradError
from command import Parser, exit_code, make_folder, whole_number
from loading import Images, read_csv, split

LIMIT = 30
"""Seconds: how long a process waits for the others, and how long after one's end the rest may take to say so."""
ADDRESS = "127.0.0.1"
LOST = 3
"""The exit code of a process that lost the others."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo, or one of its processes; 0 if all went well."""
    options = _parser().parse_args(arguments)
    if options.process is not None:
        return _one_of_many(options)
    code = 0

    def run() -> None:
        nonlocal code
        code = _start_and_compare(options)

    return exit_code("many_machines.py", run) or code


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="many_machines.py",
        description="Several processes, as on several machines, learn to read digits together.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--processes", type=whole_number(1), default=2, metavar="N", help="as many machines")
    add("--devices", type=whole_number(1), default=2, metavar="N", help="of each; this machine's processor plays them")
    add("--epochs", type=whole_number(1), default=20, metavar="N", help="passes over the training images")
    add("--batch-size", type=whole_number(1), default=32, metavar="N", help="images behind each step, of all processes")
    add("--seed", type=whole_number(0), default=0, metavar="N", help="decides split, first weights and shuffling")
    add("--out", type=Path, default=Path("out"), metavar="DIR", help="where the checkpoint goes")
    add("--resume", action="store_true", help="go on from the checkpoint, where there is one")
    add("--process", type=whole_number(0), help=argparse.SUPPRESS)
    add("--port", type=whole_number(1), help=argparse.SUPPRESS)
    return parser


def _samples(seed: int) -> tuple[Images, Images]:
    return split(read_csv(), seed=seed)


def _network(seed: int) -> nn.MLP:
    return nn.MLP([64, 30, 10], activation="tanh", output="linear", seed=seed)


# One of the processes


def learn(options: argparse.Namespace, process: int, processes: int) -> nn.History:
    """What every machine does: join the others, take the samples that are its own, fit."""
    import jax

    if process:
        _wait_for_the_first(options.port)
    jax.distributed.initialize(
        f"{ADDRESS}:{options.port}",
        num_processes=processes,
        process_id=process,
        initialization_timeout=LIMIT,
        heartbeat_timeout_seconds=LIMIT // 3,
        shutdown_timeout_seconds=LIMIT // 3,
    )
    train, _ = _samples(options.seed)
    own = train.chosen(np.array_split(np.arange(len(train)), processes)[process])
    print(f"process {process}: {len(own)} images of its own, {options.devices} devices", flush=True)
    return nn.fit(
        _network(options.seed),
        own.pixels,
        own.digits,
        cost=nn.cross_entropy,
        optimiser=nn.Adam(0.01),
        epochs=options.epochs,
        batch_size=options.batch_size,
        seed=options.seed,
        backend="jax",
        devices=options.devices,
        checkpoint=_checkpoint(options),
        resume=options.resume,
        progress=False,
    )


def _wait_for_the_first(port: int) -> None:
    """Raise where nobody answers at the first process's address: JAX would end this process with a stack trace."""
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex((ADDRESS, port)) == 0:
                return
        time.sleep(0.2)
    raise ArgumentError(
        f"expected process 0 at {ADDRESS}:{port}, got no answer within {LIMIT} s; start all processes at about the "
        "same time, and look whether process 0 said why it ended"
    )


def _one_of_many(options: argparse.Namespace) -> int:
    try:
        history = learn(options, options.process, options.processes)
    except AutogradError as error:
        print(f"process {options.process}: {error}", file=sys.stderr, flush=True)
        os._exit(LOST)  # not by way of JAX's farewell, which waits for those that are gone
    except Exception as error:
        told = str(error).splitlines()[0][:120]
        print(f"process {options.process}: expected the others at {ADDRESS}, got: {told}", file=sys.stderr, flush=True)
        os._exit(LOST)
    if options.process == 0:
        print(f"together: cost {history.cost[-1]:.6f} after {len(history.cost)} epochs", flush=True)
    return 0


# The one that starts them


def _start_and_compare(options: argparse.Namespace) -> int:
    backend("jax")  # says what to install where it is missing
    make_folder(options.out)
    if not options.resume:
        _checkpoint(options).unlink(missing_ok=True)
    started = time.perf_counter()
    code = _watch(_started(options))
    if code:
        print("many_machines.py: the same command with --resume goes on from the last whole epoch", file=sys.stderr)
        return code
    seconds = time.perf_counter() - started
    together = nn.load(_checkpoint(options))
    train, test = _samples(options.seed)
    alone = _network(options.seed)
    common = {"cost": nn.cross_entropy, "optimiser": nn.Adam(0.01), "epochs": options.epochs, "seed": options.seed}
    nn.fit(alone, train.pixels, train.digits, batch_size=options.batch_size, progress=False, **common)
    difference = max(abs(a.data - b.data) for a, b in zip(together.parameters(), alone.parameters(), strict=True))
    accuracy = nn.accuracy(together, test.pixels, test.digits)
    print(f"{options.processes} processes of {options.devices} devices: {seconds:.1f} s, {accuracy:.1%} of {len(test)}")
    print(f"largest difference of a parameter from one process's: {difference:.1e}")
    return 0


def _started(options: argparse.Namespace) -> list[subprocess.Popen[str]]:
    flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count={options.devices}"
    surroundings = os.environ | {
        "JAX_PLATFORMS": "cpu",
        "JAX_CPU_COLLECTIVES_IMPLEMENTATION": "gloo",
        "XLA_FLAGS": flags.strip(),
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    own = [f"--{name}={getattr(options, name)}" for name in ("processes", "devices", "epochs", "seed", "out")]
    own += [f"--batch-size={options.batch_size}", f"--port={_free_port()}", *(["--resume"] if options.resume else [])]
    return [
        subprocess.Popen(
            [sys.executable, __file__, *own, f"--process={process}"],
            env=surroundings,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for process in range(options.processes)
    ]


def _watch(processes: list[subprocess.Popen[str]]) -> int:
    """Wait for all; when one fails, give the others `LIMIT` to say so and end them."""
    tellers = [threading.Thread(target=_tell, args=(number, process)) for number, process in enumerate(processes)]
    for teller in tellers:
        teller.start()
    try:
        while None in (codes := [process.poll() for process in processes]) and not any(codes):
            time.sleep(0.05)
        failed = next((number for number, code in enumerate(codes) if code), None)
        if failed is None:
            return 0
        print(f"many_machines.py: process {failed} ended with exit code {codes[failed]}", file=sys.stderr, flush=True)
        end = time.monotonic() + LIMIT
        while None in [process.poll() for process in processes] and time.monotonic() < end:
            time.sleep(0.05)
        return 1
    finally:
        for process, teller in zip(processes, tellers, strict=True):
            process.kill()
            process.wait()
            teller.join()


def _tell(number: int, process: subprocess.Popen[str]) -> None:
    """Pass on what a process says, but for the noise of the libraries behind it."""
    for line in process.stdout or ():
        if line.startswith(("process", "together")):
            print(line, end="", flush=True)
        elif "JAX distributed service detected fatal errors" in line:
            print(f"process {number}: expected all others to answer, got that one has died; ended", flush=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        return int(probe.getsockname()[1])


def _checkpoint(options: argparse.Namespace) -> Path:
    return Path(options.out) / "many_machines.npz"


if __name__ == "__main__":
    sys.exit(main())
