# SPDX-License-Identifier: GPL-3.0-or-later
"""Sending 2 GiB over loopback: the worker's upload against `curl -T`, and the memory that it takes."""

from __future__ import annotations

import os
from pathlib import Path
from statistics import median

from measuring import Figure, alternate
from programs import Bench, call

SIZE = 2 * 1024**3
BLOCK = 16 * 1024**2
MEMORY_TARGET = 150_000_000
CURL_FORMAT = "%{http_code} %{time_total}"
SECONDS = 300.0


def measure(bench: Bench) -> list[Figure]:
    """Throughput and peak memory. The file lies in the page cache for both. Raises `CannotMeasure`."""
    bench.need_space(SIZE)
    folder = bench.folder("upload")
    file = folder / "scene.blend"
    _fill(file)
    peaks: list[float] = []
    bare_peaks: list[float] = []

    def ours() -> float:
        with bench.server() as address:
            found = bench.run("upload_in_worker.py", bench.extension, folder, f"{address}/ours", file, timeout=SECONDS)
        peaks.append(found["peak"])
        bare_peaks.append(bench.run("bare_requests.py", timeout=60)["peak"])
        return float(found["seconds"])

    def curl() -> float:
        with bench.server() as address:
            return _curl(file, f"{address}/curl")

    pairs = alternate(ours, curl)
    file.unlink()
    ours_median, curl_median = median(pairs.ours), median(pairs.reference)
    peak, bare = median(peaks), median(bare_peaks)
    speed = pairs.throughput()
    return [
        Figure(
            "upload",
            speed.ratio,
            "the throughput of curl -T",
            ">= 0.9",
            speed.ratio >= 0.9,
            f"{SIZE / 2**30:.0f} GiB: ours {ours_median:.2f} s ({SIZE / ours_median / 1e6:.0f} MB/s), "
            f"curl {curl_median:.2f} s ({SIZE / curl_median / 1e6:.0f} MB/s); {speed.spread()}",
        ),
        Figure(
            "upload memory",
            peak / bare,
            "a Python that imports requests",
            "<= 150 MB",
            peak <= MEMORY_TARGET,
            f"peak {peak / 1e6:.1f} MB (highest {max(peaks) / 1e6:.1f} MB), bare {bare / 1e6:.1f} MB",
        ),
    ]


def _fill(file: Path) -> None:
    """Write bytes that nobody can compress; writing them leaves them in the page cache."""
    block = os.urandom(BLOCK)
    with file.open("wb") as out:
        for _ in range(SIZE // BLOCK):
            out.write(block)
        os.fsync(out.fileno())


def _curl(file: Path, url: str) -> float:
    """Seconds of the transfer itself, by curl's own clock: starting the program is not counted."""
    said = call(
        ["curl", "-q", "-sS", "--noproxy", "*", "-o", os.devnull, "-w", CURL_FORMAT, "-f", "-T", str(file), url],
        timeout=SECONDS,
    )
    return float(said.split()[1])
