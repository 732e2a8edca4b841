# SPDX-License-Identifier: GPL-3.0-or-later
"""Work in steps, between which the panel lets Blender go on."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

Result = TypeVar("Result")


def result_of(steps: Generator[None, None, Result]) -> Result:
    """Take all steps at once, and give what comes of them."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result
