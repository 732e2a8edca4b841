# SPDX-License-Identifier: GPL-3.0-or-later
"""Packaging on the disk of the temporary folder, against `cp -r` and `zstd -T0 -3` on the same files."""

from __future__ import annotations

import os
import random
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from measuring import Figure, Pairs, alternate
from programs import Bench, call

ROUNDS = 3
STORED_BYTES = 4 * 1024**3
SHRINKING_BYTES = 2 * 1024**3
FILES = 8
MANY, SMALL = 20_000, 2048
MANY_SECONDS = 10.0
MEMORY_TARGET = 200_000_000
SECONDS = 300.0
BLOCK = 16 * 1024**2
PATTERN = 4 * 1024**2
"""Bytes after which text begins again: further back than either of both looks."""


@dataclass(frozen=True)
class Measured:
    """Ours and the reference in seconds, the peak memory of ours and the size of its package in bytes."""

    pairs: Pairs
    peak: int
    size: int


def measure(bench: Bench) -> list[Figure]:
    """Seconds and peak memory of the worker's packaging. Raises `CannotMeasure`."""
    bench.need_space(3 * STORED_BYTES)
    return [*_stored(bench), _shrinking_scene(bench), _shrinking_files(bench), _many(bench)]


def _stored(bench: Bench) -> list[Figure]:
    """Textures that are compressed already, against `cp -r`."""
    tree = bench.folder("package-stored")
    noise = os.urandom(BLOCK)
    for number in range(FILES):
        _write(tree / f"{number}.png", noise, STORED_BYTES // FILES)
    copy = bench.scratch / "copy"

    def reference() -> None:
        call(["cp", "-r", str(tree), str(copy)], timeout=SECONDS)

    found = _measure(bench, tree, reference, copy)
    shutil.rmtree(tree)
    ratio = found.pairs.ratio
    raw = f"{STORED_BYTES / 2**30:.0f} GiB in {FILES} files: {_seconds(found.pairs, 'cp -r')}"
    memory = f"peak {found.peak / 1e6:.0f} MB"
    return [
        Figure("package stored", ratio, "the time of cp -r", "<= 1.15", ratio <= 1.15, raw),
        Figure(
            "package memory",
            found.peak / MEMORY_TARGET,
            f"{MEMORY_TARGET / 1e6:.0f} MB",
            "<= 1.0",
            found.peak <= MEMORY_TARGET,
            memory,
        ),
    ]


def _shrinking_scene(bench: Bench) -> Figure:
    """A lone scene, which travels as Zstandard itself."""
    tree = bench.folder("package-scene")
    _write(tree / "shot.blend", b"BLENDER-v405" + _mesh(PATTERN), SHRINKING_BYTES)
    return _against_zstd(bench, tree, "package .blend")


def _shrinking_files(bench: Bench) -> Figure:
    """Caches in a zip, which every farm can unpack: deflate is all that such a file may hold."""
    tree = bench.folder("package-shrinking")
    for number in range(FILES):
        _write(tree / f"{number}.obj", _mesh(PATTERN, number), SHRINKING_BYTES // FILES)
    return _against_zstd(bench, tree, "package deflated")


def _against_zstd(bench: Bench, tree: Path, name: str) -> Figure:
    files = [str(path) for path in sorted(tree.iterdir())]
    copy = bench.scratch / "copy"

    def reference() -> None:
        copy.mkdir()
        call(["zstd", "-q", "-T0", "-3", "--output-dir-flat", str(copy), *files], timeout=SECONDS)

    sizes: list[int] = []
    found = _measure(bench, tree, reference, copy, sizes)
    shutil.rmtree(tree)
    speed = found.pairs.throughput()
    shares = f"to {found.size / SHRINKING_BYTES:.0%}, zstd to {median(sizes) / SHRINKING_BYTES:.0%}"
    raw = (
        f"{SHRINKING_BYTES / 2**20:.0f} MiB in {len(files)} files {shares}: "
        f"{_seconds(found.pairs, 'zstd')}; peak {found.peak / 1e6:.0f} MB"
    )
    return Figure(name, speed.ratio, "the throughput of zstd -T0 -3", ">= 0.8", speed.ratio >= 0.8, raw)


def _many(bench: Bench) -> Figure:
    """A tree of many small files, of which half shrink."""
    tree = bench.folder("package-many")
    noise = os.urandom(SMALL)
    for number in range(MANY):
        folder = tree / f"{number % 100:02}"
        folder.mkdir(exist_ok=True)
        (folder / f"{number}{'.png' if number % 2 else '.txt'}").write_bytes(noise if number % 2 else b"line\n" * 400)
    copy = bench.scratch / "copy"

    def reference() -> None:
        call(["cp", "-r", str(tree), str(copy)], timeout=SECONDS)

    found = _measure(bench, tree, reference, copy)
    shutil.rmtree(tree)
    ours = median(found.pairs.ours)
    raw = f"{MANY} files: {_seconds(found.pairs, 'cp -r')}; peak {found.peak / 1e6:.0f} MB"
    return Figure("package many", ours / MANY_SECONDS, f"{MANY_SECONDS:.0f} s", "<= 1.0", ours <= MANY_SECONDS, raw)


def _measure(
    bench: Bench, tree: Path, reference: Callable[[], None], made: Path, sizes: list[int] | None = None
) -> Measured:
    """Package a tree in a worker's process, in turn with the reference, which makes `made`. Writes are waited for."""
    peaks: list[int] = []
    packages: list[int] = []
    folder = bench.folder("package")

    def ours() -> float:
        _settle()
        found = bench.run("package_in_worker.py", bench.extension, folder, tree, timeout=SECONDS)
        peaks.append(found["peak"])
        packages.append(found["size"])
        return float(found["seconds"])

    def theirs() -> float:
        _settle()
        began = os.times().elapsed
        reference()
        seconds = os.times().elapsed - began
        if sizes is not None:
            sizes.append(sum(path.stat().st_size for path in made.rglob("*")))
        shutil.rmtree(made)
        return seconds

    pairs = alternate(ours, theirs, ROUNDS)
    return Measured(pairs, max(peaks), packages[-1])


def _settle() -> None:
    """Give both the same start: nothing to be written, and memory that a virtual machine's host has handed over.

    Without the second, whichever comes first gets its pages up to ten times as slowly.
    """
    os.sync()
    size = min(STORED_BYTES * 5 // 4, os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2)
    call([sys.executable, "-c", f"bytearray(b'1') * {size}"], timeout=SECONDS)


def _write(path: Path, block: bytes, size: int) -> None:
    with path.open("wb") as file:
        for written in range(0, size, len(block)):
            file.write(block[: size - written])


def _mesh(size: int, seed: int = 0) -> bytes:
    """Points as a mesh has them that is written as text."""
    points = random.Random(seed)  # noqa: S311
    lines = "".join(
        f"v {points.gauss(0, 1):.4f} {points.gauss(0, 1):.4f} {number / 1000:.4f}\n" for number in range(size // 24)
    )
    return (lines * 2).encode()[:size]


def _seconds(pairs: Pairs, reference: str) -> str:
    return f"ours {median(pairs.ours):.2f} s, {reference} {median(pairs.reference):.2f} s; {pairs.spread()}"
