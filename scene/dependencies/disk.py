# SPDX-License-Identifier: GPL-3.0-or-later
"""What is on the disk, asked for as seldom as possible: a scene may name thousands of files in a few folders."""

from __future__ import annotations

import os
from collections.abc import Iterator

FILES_ASKED_ONE_BY_ONE = 4
"""Files of a folder that are asked for one by one; after that, the folder is listed."""


class Disk:
    """Files and folders as they are during one look. Whatever cannot be read is not there."""

    def __init__(self) -> None:
        self._asked: dict[str, int] = {}
        self._names: dict[str, frozenset[str]] = {}

    def has_file(self, path: str) -> bool:
        """True when there is something that is no folder."""
        folder, _separator, name = path.rpartition(os.sep)
        listed = self._names.get(folder)
        if listed is None:
            asked = self._asked[folder] = self._asked.get(folder, 0) + 1
            if asked <= FILES_ASKED_ONE_BY_ONE:
                return os.path.exists(path) and not os.path.isdir(path)  # noqa: PTH110, PTH112
            listed = self.names(folder)
        # on a system that does not tell letters' case apart, the listing may have the name in another one
        return name in listed or os.path.isfile(path)  # noqa: PTH113

    def names(self, folder: str) -> frozenset[str]:
        """The names of the files in a folder; none when there is no such folder."""
        if folder not in self._names:
            try:
                with os.scandir(folder or os.sep) as entries:
                    self._names[folder] = frozenset({entry.name for entry in entries if not entry.is_dir()})
            except OSError:
                self._names[folder] = frozenset()
        return self._names[folder]

    def walk(self, folder: str) -> Iterator[str]:
        """All files below a folder. Links to folders are not followed, so that no loop of them is endless."""
        for place, _folders, names in os.walk(folder):
            yield from (os.path.join(place, name) for name in names)  # noqa: PTH118
