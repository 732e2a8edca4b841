# SPDX-License-Identifier: GPL-3.0-or-later
"""Program: call the extension's timer as Blender does, while another process changes jobs between the calls."""

from __future__ import annotations

import importlib
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from types import ModuleType

import addons
import bpy  # noqa: TID251
import measuring
import stand_in

ALL_CHANGED_TICKS = 200


class Writer:
    """The other process: it holds the worker's lock, and changes as many jobs as it is told to."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def change(self, count: int) -> None:
        """Have that many jobs changed, and wait until they are."""
        if self._process.stdin is None or self._process.stdout is None:
            raise SystemExit("the writer has no pipes")
        self._process.stdin.write(f"{count}\n")
        self._process.stdin.flush()
        if not self._process.stdout.readline():
            raise SystemExit("the writer ended")


@contextmanager
def writer(python: str, extension: str, home: Path, jobs: int) -> Iterator[Writer]:
    """The other process, once it has filled the journal."""
    program = Path(__file__).with_name("journal_writer.py")
    command: list[str | Path] = [python, program, extension, home, str(jobs)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            made = Writer(process)
            made.change(0)
            yield made
        finally:
            process.kill()


def timed(call: Callable[[], object], times: int, before: Callable[[int], None]) -> dict[str, float]:
    """Milliseconds of `call`, each time after `before` was given its number: of the clock, and of the processor."""
    durations, own = [], []
    for number in range(times):
        before(number)
        began, began_own = time.perf_counter(), time.thread_time()
        call()
        own.append((time.thread_time() - began_own) * 1e3)
        durations.append((time.perf_counter() - began) * 1e3)
    return {
        "p99": measuring.percentile(durations, 99),
        "median": median(durations),
        "own p99": measuring.percentile(own, 99),
        "count": times,
    }


def rounds(
    live_jobs: ModuleType, timer: ModuleType, other: Writer, ticks: int, looks: int, database: Path
) -> Sequence[object]:
    """The figures of each round: ticks of three kinds, and the bare question."""

    def before(number: int, changes: int) -> None:
        if changes:
            other.change(changes)
        if number % looks == 0:
            # as often as at the timer's own pace, the tick also looks whether the worker lives
            live_jobs.session()._next_check = 0.0

    connection = sqlite3.connect(database)
    jobs = len(live_jobs.jobs())
    found = []
    for _ in range(measuring.ROUNDS):
        found.append(
            {
                "changed": timed(timer.tick, ticks, lambda number: before(number, 1)),
                "bare": timed(lambda: connection.execute("PRAGMA data_version").fetchone(), ticks, lambda _: None),
                "unchanged": timed(timer.tick, ticks, lambda number: before(number, 0)),
                "all": timed(timer.tick, ALL_CHANGED_TICKS, lambda number: before(number, jobs)),
            }
        )
        if live_jobs.trouble() or len(live_jobs.jobs()) != jobs:
            raise SystemExit(f"the timer had trouble: {live_jobs.trouble()}")
    connection.close()
    return found


def main(result: str, module: str, python: str, extension: str, jobs: str, ticks: str) -> None:
    """Tell the milliseconds of all rounds."""
    addons.enable(module)
    bpy.context.preferences.system.use_online_access = True
    live_jobs = importlib.import_module(f"{module}.live.jobs")
    timer = importlib.import_module(f"{module}.live.timer")
    client = importlib.import_module(f"{module}.jobs.client.worker_keeper")
    home = importlib.import_module(f"{module}.properties.preferences").home().create()
    with writer(python, extension, home.path, int(jobs)) as other:
        live_jobs.session()
        if timer.tick() is None or len(live_jobs.jobs()) != int(jobs):
            raise SystemExit("the timer does not see the jobs")
        looks = round(client.RESTART_INTERVAL / live_jobs.INTERVAL)
        found = rounds(live_jobs, timer, other, int(ticks), looks, home.journal)
        addons.disable(module)
    stand_in.tell(result, {"rounds": found})


if __name__ == "__main__":
    main(*sys.argv[1:])
