# SPDX-License-Identifier: GPL-3.0-or-later
"""How many bytes of a job are here, kept up to date block by block, so that nobody has to add them up."""

from __future__ import annotations

import threading
from collections.abc import Mapping


class ByteCount:
    """The bytes of the files of one job, whole or on their way. Its methods may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._here: dict[str, int] = {}
        self._coming: dict[str, int] = {}
        self._bytes = 0

    @property
    def bytes(self) -> int:
        """All of them."""
        return self._bytes

    def begin(self, here: Mapping[str, int]) -> None:
        """Start from the sizes of the files that are here; those on their way stay."""
        with self._lock:
            self._here = dict(here)
            self._bytes = sum(self._here.values()) + sum(self._coming.values())

    def come(self, name: str, size: int) -> None:
        """So many bytes of a file have come, 0 when what came is thrown away."""
        with self._lock:
            self._bytes += size - self._coming.pop(name, 0)
            if size:
                self._coming[name] = size

    def arrive(self, name: str, size: int) -> None:
        """A file is here."""
        with self._lock:
            self._bytes += size - self._coming.pop(name, 0) - self._here.get(name, 0)
            self._here[name] = size
