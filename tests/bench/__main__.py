# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure the extension against what nobody here wrote: `build.py bench [name …]`.

Times depend on the machine and on what else it does, so nothing is ever judged by the exit code: it is 1 only when a
measurement could not be made. Each program that measures is a process of its own, and serves on loopback only.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence

import check
import download
import enable
import package
import snapshot
import tick
import upload
import window
from measuring import CannotMeasure, Figure
from programs import Bench, bench

MEASUREMENTS: Mapping[str, Callable[[Bench], list[Figure]]] = {
    "snapshot": snapshot.measure,
    "package": package.measure,
    "upload": upload.measure,
    "download": download.measure,
    "troubled": download.measure_troubled,
    "check": check.measure,
    "tick": tick.measure,
    "enable": enable.measure,
    "window": window.measure,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the measurements that are named (all without names) and print them; gives the exit code."""
    parser = argparse.ArgumentParser(prog="build.py bench", description="Measure.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"{', '.join(MEASUREMENTS)} (all)")
    names = parser.parse_args(arguments).names or list(MEASUREMENTS)
    if unknown := set(names) - set(MEASUREMENTS):
        parser.error(f"there is no measurement {', '.join(sorted(unknown))}; there are {', '.join(MEASUREMENTS)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that gigabytes of scratch files are removed
    failures = 0
    try:
        with bench() as made:
            say(f"Ratios of medians of five, in turn; {os.cpu_count()} cores, Blender {made.blender}'s Python.")
            for name in names:
                failures += not run(name, made)
    except CannotMeasure as error:
        say(f"Nothing could be measured: {error}")
        return 1
    return 1 if failures else 0


def run(name: str, made: Bench) -> bool:
    """Make one measurement and print its figures. False when it could not be made."""
    before = os.getloadavg()[0]
    began = time.monotonic()
    try:
        figures = MEASUREMENTS[name](made)
    except CannotMeasure as error:
        say(f"{name:<16}could not be measured: {error}")
        return False
    load = f"load {before:.1f} before, {os.getloadavg()[0]:.1f} after"
    for figure in figures:
        say(figure.lines(load))
    say(f"    ({time.monotonic() - began:.0f} s)")
    return True


def say(text: str) -> None:
    """Print at once: the next measurement may take minutes."""
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    raise SystemExit(main())
