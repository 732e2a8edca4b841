# SPDX-License-Identifier: GPL-3.0-or-later
"""The files on their way: one fetch a file, one batch a listing."""

from __future__ import annotations

import functools
import threading
from dataclasses import dataclass, field
from pathlib import Path

from ....api.address import authority_of
from ...output_names import Place
from .byte_count import ByteCount
from .placing import part_of


@dataclass
class Batch:
    """The files of one listing. Once one address has expired, the others are not worth trying."""

    expired: threading.Event = field(default_factory=threading.Event)
    arrived: int = 0


@dataclass(frozen=True)
class Fetch:
    """One file on its way: where it is to lie, and the address that it comes from."""

    job_id: str
    place: Place
    target: Path
    batch: Batch
    byte_count: ByteCount

    @functools.cached_property
    def authority(self) -> str:
        """Host and port of the server that the file comes from."""
        return authority_of(self.place.file.url)

    @property
    def part(self) -> Path:
        """The unfinished file."""
        return part_of(self.target, self.job_id)


@dataclass
class Collected:
    """What ended since the last look.

    `arrived` counts the files that are here. `to_ask_again` counts those that need a new listing, through no fault of
    theirs. `errors` has why a file did not come, by its name. `trouble` is the last reason why a file is tried again.
    """

    arrived: int = 0
    to_ask_again: int = 0
    errors: dict[str, BaseException] = field(default_factory=dict)
    trouble: BaseException | None = None


class HostClosed(Exception):
    """The file was not asked for, because its host wants to be left alone for now."""
