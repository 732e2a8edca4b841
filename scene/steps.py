# SPDX-License-Identifier: GPL-3.0-or-later
"""Work in steps, between which the panel lets Blender go on."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import TypeVar

T = TypeVar("T")


def result_of(steps: Generator[None, None, T]) -> T:
    """Take all steps at once, and give what comes of them."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result


def collected(each: Iterable[T | None]) -> Generator[None, None, list[T]]:
    """What comes of something that gives None wherever a step is over, as a list."""
    found: list[T] = []
    for one in each:
        if one is None:
            yield
        else:
            found.append(one)
    return found
