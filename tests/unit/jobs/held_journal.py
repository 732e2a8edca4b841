# SPDX-License-Identifier: GPL-3.0-or-later
"""Has another process hold the journal."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from renderjuice.jobs.home import Home
from renderjuice.tests.unit.jobs.submissions import OTHER_BLENDER


@contextmanager
def held(home: Home, how: str = "block") -> Iterator[None]:
    """While another program writes, or keeps even readers out."""
    command = [sys.executable, str(OTHER_BLENDER), how, str(home.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert [other.stdout.readline() for _ in range(2)][1] == "blocked\n"
        try:
            yield
        finally:
            other.kill()
