# SPDX-License-Identifier: GPL-3.0-or-later
"""Fetching 1,000 frames of 1 MB with 50 ms of latency each: the worker's downloader against `curl --parallel`."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from statistics import median

from measuring import ROUNDS, CannotMeasure, Figure, alternate
from programs import Bench, call
from server import FRAME_BYTES, LATENCY

FRAMES = 1000
SECONDS = 300.0
DROPPED_ONE_IN = 50
REFUSED_FRAMES, REFUSED_SECONDS = 5, 8.0


def measure(bench: Bench) -> list[Figure]:
    """Throughput, journal, checks and renames included. Both write to one file system. Raises `CannotMeasure`."""
    bench.need_space(2 * FRAMES * FRAME_BYTES)
    folder = bench.folder("download")

    def ours() -> float:
        place = _empty(folder / "ours")
        with bench.server() as address:
            found = bench.run("download_in_worker.py", bench.extension, place, address, str(FRAMES), timeout=SECONDS)
        _check(place / "frames")
        shutil.rmtree(place)
        return float(found["seconds"])

    def curl() -> float:
        place = _empty(folder / "curl")
        with bench.server() as address:
            seconds = fetch_by_curl(address, place)
        _check(place)
        shutil.rmtree(place)
        return seconds

    pairs = alternate(ours, curl)
    ours_median, curl_median = median(pairs.ours), median(pairs.reference)
    speed = pairs.throughput()
    return [
        Figure(
            "download",
            speed.ratio,
            "the throughput of curl --parallel --parallel-max 16",
            ">= 0.9",
            speed.ratio >= 0.9,
            f"{FRAMES} frames of {FRAME_BYTES / 1e6:.0f} MB: ours {ours_median:.2f} s ({FRAMES / ours_median:.0f} "
            f"frames/s), curl {curl_median:.2f} s ({FRAMES / curl_median:.0f} frames/s), "
            f"latency alone {FRAMES * LATENCY / 16:.2f} s; {speed.spread()}",
        )
    ]


def measure_troubled(bench: Bench) -> list[Figure]:
    """The same over a network that drops one connection in fifty, and five frames that are refused twice each."""
    bench.need_space(2 * FRAMES * FRAME_BYTES)
    folder = bench.folder("download")

    def seconds(frames: int, **disturbance: int) -> float:
        place = _empty(folder / "ours")
        with bench.server(**disturbance) as address:
            found = bench.run("download_in_worker.py", bench.extension, place, address, str(frames), timeout=SECONDS)
        _check(place / "frames", frames)
        shutil.rmtree(place)
        return float(found["seconds"])

    pairs = alternate(lambda: seconds(FRAMES, cut_one_in=DROPPED_ONE_IN), lambda: seconds(FRAMES))
    refused = median(seconds(REFUSED_FRAMES, refusals=2) for _ in range(ROUNDS))
    return [
        Figure(
            "download lossy",
            pairs.ratio,
            "the time without a dropped connection",
            "<= 1.5",
            pairs.ratio <= 1.5,
            f"{FRAMES} frames of {FRAME_BYTES / 1e6:.0f} MB, one connection in {DROPPED_ONE_IN} dropped in the middle: "
            f"{median(pairs.ours):.2f} s, without {median(pairs.reference):.2f} s; {pairs.spread()}",
        ),
        Figure(
            "download refused",
            refused / REFUSED_SECONDS,
            f"{REFUSED_SECONDS:.0f} s",
            "< 1.0",
            refused < REFUSED_SECONDS,
            f"{REFUSED_FRAMES} frames, each refused twice with 503: {refused:.2f} s",
        ),
    ]


def _empty(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def fetch_by_curl(address: str, place: Path) -> float:
    """Seconds from curl's start to its end: it has no clock for all transfers together. Raises `CannotMeasure`."""
    config = place.with_suffix(".config")
    lines = [f'url = "{address}/{n:04d}"\noutput = "{place}/frame_{n:04d}.png"\n' for n in range(1, FRAMES + 1)]
    config.write_text("".join(lines), encoding="utf-8")
    command = ["curl", "-q", "-sS", "--fail", "--noproxy", "*", "--parallel", "--parallel-max", "16"]
    began = time.perf_counter()
    call([*command, "--config", str(config)], timeout=SECONDS)
    return time.perf_counter() - began


def _check(folder: Path, frames: int = FRAMES) -> None:
    """Raise `CannotMeasure` unless exactly the frames are there, each as long as it should be."""
    sizes = [file.stat().st_size for file in folder.iterdir()]
    if sizes != [FRAME_BYTES] * frames:
        raise CannotMeasure(f"{folder} holds {len(sizes)} files of {sum(sizes)} bytes in all")
