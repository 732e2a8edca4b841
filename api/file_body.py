# SPDX-License-Identifier: GPL-3.0-or-later
"""A file as the body of a request: streamed in blocks, which a progress callback may stop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from io import FileIO

from .errors import ContentChanged

_SMALLEST_BLOCK = 64 * 1024
_LARGEST_BLOCK = 1024 * 1024


class LocalFailure(Exception):
    """Ends a request from within its body. Being no `OSError`, it is not taken for a failure of the network."""


class FileBody:
    """A file as `requests` streams it: a length and blocks. Without `read`, so that every urllib3 sends it as it is.

    `sent`: bytes that went out. `failure`: what stopped it on this side.
    """

    def __init__(self, file: FileIO, size: int, progress: Callable[[int], None] | None) -> None:
        self.sent = 0
        self.failure: Exception | None = None
        self._file = file
        self._size = size
        self._progress = progress

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[memoryview]:
        buffer = memoryview(bytearray(_LARGEST_BLOCK))
        block = _SMALLEST_BLOCK
        try:
            while self.sent < self._size:
                count = self._file.readinto(buffer[: min(block, self._size - self.sent)])
                if not count:
                    raise ContentChanged(detail=f"the file ends after {self.sent} of {self._size} bytes")
                began = time.monotonic()
                yield buffer[:count]
                block = _next_block(block, time.monotonic() - began)
                self.sent += count
                if self._progress is not None:
                    self._progress(self.sent)
        except Exception as error:
            self.failure = error
        if self.failure is not None:
            raise LocalFailure


def _next_block(block: int, seconds: float) -> int:
    """How much to send after a block that took so long: large blocks are fast, but each has to leave in time.

    A slow line gets small ones, so that the time-out of a block is never reached and a stop is soon noticed.
    """
    if seconds < 0.1:
        return min(2 * block, _LARGEST_BLOCK)
    return max(block // 2, _SMALLEST_BLOCK) if seconds > 1 else block
