# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker's lock, between real processes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from renderjuice.jobs.home import Home
from renderjuice.jobs.worker_lock import WorkerLock
from renderjuice.tests.unit.jobs.submissions import OTHER_BLENDER


@contextmanager
def holder(home: Home) -> Iterator[subprocess.Popen[str]]:
    """A process that has tried to take the lock; its second line says whether it got it."""
    command = [sys.executable, str(OTHER_BLENDER), "hold", str(home.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def answer(process: subprocess.Popen[str]) -> str:
    """What a process says after its id."""
    assert process.stdout is not None
    return [process.stdout.readline().strip() for _ in range(2)][1]


def probe(home: Home) -> str:
    """Whether another process finds the lock free."""
    command = [sys.executable, str(OTHER_BLENDER), "probe", str(home.path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout.split()[1]


def test_a_second_process_is_turned_away_until_the_first_dies(home: Home) -> None:
    lock = WorkerLock(home.worker_lock)
    assert lock.is_free()
    with holder(home) as first:
        assert answer(first) == "True"
        assert not lock.is_free()
        assert not lock.acquire()
        assert probe(home) == "False"
        with holder(home) as second:
            assert answer(second) == "False"
        first.kill()
        first.wait(30)
        assert lock.is_free()
        assert probe(home) == "True"
    assert lock.acquire()
    assert probe(home) == "False"
    lock.release()
    assert probe(home) == "True"
    assert lock.acquire(patience=1.0)
    lock.close()
    assert probe(home) == "True"


def test_a_lock_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "worker.lock").write_bytes(b"no database at all, and longer than a header would be" * 20)
    with pytest.raises(OSError, match="lock"):
        WorkerLock(tmp_path / "worker.lock").is_free()
