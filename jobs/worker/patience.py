# SPDX-License-Identifier: GPL-3.0-or-later
"""When to ask the service next: soon while things change, later while they do not, and not before it allows."""

from __future__ import annotations

import random
from dataclasses import dataclass

from ...api.errors import RenderjuiceError

SHORTEST_PAUSE, LONGEST_PAUSE = 2.0, 30.0
"""Seconds between two questions."""
PAUSE_GROWTH = 1.3


@dataclass
class Pace:
    """Back to the shortest pause with each change, growing without one. `failed` counts the failures in a row."""

    pause: float = SHORTEST_PAUSE
    failed: int = 0

    def after(self, changed: bool) -> float:
        """Seconds to wait after an answer; jitter keeps many computers from asking in step."""
        self.failed = 0
        self.pause = SHORTEST_PAUSE if changed else min(LONGEST_PAUSE, self.pause * PAUSE_GROWTH)
        return _jittered(self.pause)

    def after_failure(self, error: BaseException) -> float:
        """Seconds to wait after a failure: longer each time, and as long as the service asks for at least."""
        self.failed += 1
        self.pause = min(LONGEST_PAUSE, self.pause * 2)
        asked = error.wait if isinstance(error, RenderjuiceError) and error.wait else 0.0
        return max(_jittered(self.pause), asked)


def _jittered(seconds: float) -> float:
    return seconds * random.uniform(0.85, 1.15)  # noqa: S311
