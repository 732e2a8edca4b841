# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds folders beside the .blend for what is written to folders of this computer."""

from __future__ import annotations

import ntpath
import posixpath
import re
from collections.abc import Iterable
from itertools import count
from pathlib import PurePath, PurePosixPath, PureWindowsPath

WINDOWS_PATH = re.compile(r"[A-Za-z]:|.*\\", re.DOTALL)


def relative_folders(folders: Iterable[str], project: str, taken: Iterable[str] = ()) -> dict[str, str]:
    """For each folder the one to write to instead, beginning with `//` and without a slash at its end.

    A folder below the project's folder stays where it is. Any other keeps its last name, with a number when another
    folder has that name: two folders stay two. `taken` are relative folders that are in use. `project` is "" for a file
    that was never saved.
    """
    paths = {folder: _path(folder) for folder in folders}
    relative = {path: below for path in paths.values() if (below := _below(path, project)) is not None}
    used = {_key(name) for name in (*relative.values(), *taken)}
    for path in paths.values():
        if path not in relative:
            relative[path] = _free_name(path.name or "output", used)
            used.add(_key(relative[path]))
    return {folder: f"//{relative[path]}" for folder, path in paths.items()}


def _path(folder: str) -> PurePath:
    """The folder as a path of the system that it comes from, on any system."""
    if WINDOWS_PATH.match(folder):
        return PureWindowsPath(ntpath.normpath(folder))
    return PurePosixPath(posixpath.normpath(folder))


def _below(path: PurePath, project: str) -> str | None:
    """The path relative to the project's folder, "" for that folder itself. None means that it is not below."""
    root = _path(project)
    if not project or type(path) is not type(root) or not path.is_relative_to(root):
        return None
    below = path.relative_to(root)
    return below.as_posix() if below.parts else ""


def _free_name(name: str, used: set[str]) -> str:
    names = (name if number == 1 else f"{name}_{number}" for number in count(1))
    return next(each for each in names if _key(each) not in used)


def _key(folder: str) -> str:
    """The same for all spellings of a folder that some file system takes as one folder."""
    return posixpath.normpath(folder.replace("\\", "/").lstrip("/")).casefold()
