# SPDX-License-Identifier: GPL-3.0-or-later
"""Which digits of a file's name are its number in a sequence, as Blender tells them. Imports no bpy."""

from __future__ import annotations

import functools
import os
import re
from dataclasses import dataclass

from .disk import Disk

LAST_NUMBER = re.compile(r"([0-9]+)([^0-9]*)$")


@dataclass(frozen=True)
class NumberedFiles:
    """The names of a sequence of files, as Blender tells them from one of them: the last number in it counts.

    `BLI_path_sequence_decode` in Blender's sources; a name without a number is no sequence.
    """

    folder: str
    head: str
    digits: int
    tail: str
    number: int

    @property
    def is_numbered_at_its_end(self) -> bool:
        """True when the number comes right before the suffix, as volumes and caches want it (`BLI_path_frame_get`)."""
        return self.tail.startswith(".") or not self.tail

    def path(self, number: int) -> str:
        """The file of a number; the sign of one below 0 is no digit."""
        sign = "-" if number < 0 else ""
        return f"{self._begin}{sign}{abs(number):0{self.digits}d}{self.tail}"

    @functools.cached_property
    def _begin(self) -> str:
        """All before the number, put together once for thousands of files."""
        return os.path.join(self.folder, self.head)  # noqa: PTH118

    def all(self, disk: Disk) -> dict[int, str]:
        """The files that are there, by their number."""
        pattern = re.compile(rf"{re.escape(self.head)}(-?[0-9]+){re.escape(self.tail)}")
        matches = (pattern.fullmatch(name) for name in disk.names(self.folder))
        numbers = sorted(int(match[1]) for match in matches if match and len(match[1].lstrip("-")) >= self.digits)
        return {number: self.path(number) for number in numbers}


def sequence_of(path: str) -> NumberedFiles | None:
    """The sequence that a file belongs to, or None when its name has no number."""
    folder, name = os.path.split(path)
    stem, suffix = os.path.splitext(name)  # noqa: PTH122
    last = LAST_NUMBER.search(stem)
    if last is None:
        return None
    return NumberedFiles(folder, stem[: last.start()], len(last[1]), last[2] + suffix, int(last[1]))
