# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds places beside the .blend for what is written to folders of this computer."""

from __future__ import annotations

import ntpath
import posixpath
import re
from collections.abc import Iterable
from itertools import count
from pathlib import PurePath, PurePosixPath, PureWindowsPath

OF_WINDOWS = re.compile(r"[A-Za-z]:|.*\\", re.DOTALL)


def relative_folders(folders: Iterable[str], project: str, taken: Iterable[str] = ()) -> dict[str, str]:
    """For each folder the one to write to instead, beginning with `//` and without a slash at its end.

    What is below the project's folder stays where it is. Of everything else the last name is kept, with a number where
    another folder has it: what was written to two folders is written to two again. `taken` are relative folders that
    are in use. `project` is "" for a file that was never saved.
    """
    places = {folder: _plain(folder) for folder in folders}
    given = {place: below for place in places.values() if (below := _below(place, project)) is not None}
    used = {_key(name) for name in (*given.values(), *taken)}
    for place in places.values():
        if place not in given:
            given[place] = _free(place.name or "output", used)
            used.add(_key(given[place]))
    return {folder: f"//{given[place]}" for folder, place in places.items()}


def _plain(folder: str) -> PurePath:
    """The folder as its own system has it, whichever system this is."""
    if OF_WINDOWS.match(folder):
        return PureWindowsPath(ntpath.normpath(folder))
    return PurePosixPath(posixpath.normpath(folder))


def _below(place: PurePath, project: str) -> str | None:
    """The way from the project's folder down to a place, "" for itself; None when it does not lead down."""
    root = _plain(project)
    if not project or type(place) is not type(root) or not place.is_relative_to(root):
        return None
    below = place.relative_to(root)
    return below.as_posix() if below.parts else ""


def _free(name: str, used: set[str]) -> str:
    names = (name if number == 1 else f"{name}_{number}" for number in count(1))
    return next(each for each in names if _key(each) not in used)


def _key(folder: str) -> str:
    """The same for all spellings of a folder that some file system takes for one."""
    return posixpath.normpath(folder.replace("\\", "/").lstrip("/")).casefold()
