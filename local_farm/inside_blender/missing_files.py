# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files a .blend needs and does not find in its own folder."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from .failures import JobFailed
from .needed_files.footage import footage
from .needed_files.modifiers import modifier_files
from .needed_files.needs import Need, absolute
from .needed_files.node_files import node_files
from .needed_files.render_reach import Reach
from .needed_files.strips import strip_files

ASSETS = "/datafiles/assets/"
NAMED = 20  # how many files a sentence names


@dataclass(frozen=True)
class Lack:
    """A file that is not there: who reads it, and its path, from the package's folder when it belongs in there.

    `is_certain` is False when the render may do without it.
    """

    user: str
    path: str
    is_certain: bool

    @property
    def is_elsewhere(self) -> bool:
        """True when this machine has the file, and the package does not."""
        return Path(self.path).is_absolute() and Path(self.path).exists()

    def __str__(self) -> str:
        away = ", which is outside of the package" if Path(self.path).is_absolute() else ""
        return f"{self.path}{away} ({self.user})"


def missing_files(scene: bpy.types.Scene, root: str, frames: Sequence[int], are_requested: bool) -> list[Lack]:
    """Give every file that a render of the scene reads and that is not inside the folder `root`; sorted by path.

    A file elsewhere on this machine counts as missing: on a farm there is no such file. Of sequences, those for
    `frames` are looked for. As long as these are only the scene's own (`are_requested` is False), one that lacks some
    of them is no certain loss: a package may have been cut to the frames that will be requested.
    """
    reach = Reach(scene)
    folder = _Folder(root)
    known = [*_needs(reach, frames)]
    lacks = [lack for need in known if need.is_read for lack in _lacks(need, folder, frames, are_requested)]
    lacks += _unknown_to_us(folder, {need.path for need in known})
    lacks += _lost_datablocks(reach)
    by_path = {lack.path: lack for lack in sorted(lacks, key=lambda lack: lack.is_certain)}
    return [by_path[path] for path in sorted(by_path)]


def fail_without(lacks: Sequence[Lack], strict: bool, report: Callable[..., None]) -> None:
    """Report `lacks` (missing, doubtful: each a sentence for the log).

    Raises JobFailed when a file is missing for certain: in a `strict` farm any, else one that is elsewhere on this
    machine, as Blender would read it here and nowhere else. The service promises no such check, and Blender renders
    without what is nowhere.
    """
    missing, doubtful = ([str(lack) for lack in lacks if lack.is_certain == certain] for certain in (True, False))
    if lacks:
        report("lacks", missing=missing, doubtful=doubtful)
    paths = [lack.path for lack in lacks if lack.is_certain and (strict or lack.is_elsewhere)]
    if paths:
        more = f" and {len(paths) - NAMED} more" if len(paths) > NAMED else ""
        raise JobFailed("Missing files: " + ", ".join(paths[:NAMED]) + more, "missing_files")


def _needs(reach: Reach, frames: Sequence[int]) -> Iterator[Need]:
    yield from footage(reach, frames)
    yield from strip_files(reach, frames)
    yield from modifier_files(reach, frames)
    yield from node_files(reach)


def _lacks(need: Need, folder: "_Folder", frames: Sequence[int], are_requested: bool) -> Iterator[Lack]:
    for path in need.files:
        if not folder.has(path) and not _is_blenders_own(path):
            yield Lack(need.user, folder.shown(path), need.is_certain)
    wanted = set(need.frames.values())
    absent = {path for path in wanted if not folder.has(path)}
    # Whatever frames are requested, each would want a file, and there is none at all.
    is_hopeless = absent == wanted and set(frames) <= set(need.frames) and not folder.has(need.any_frame)
    for path in absent:
        yield Lack(need.user, folder.shown(path), need.is_certain and (are_requested or is_hopeless))


class _Folder:
    """The package's folder. No links are in it, so that a path says where it leads."""

    def __init__(self, root: str) -> None:
        self._root = f"{Path(root).resolve()}/"
        self._seen: dict[str, bool] = {}

    def has(self, path: str) -> bool:
        """Tell whether the path is a file in here, or (with a slash at its end) a folder with something in it."""
        if path not in self._seen:
            self._seen[path] = path.startswith(self._root) and _is_something(path)
        return self._seen[path]

    def shown(self, path: str) -> str:
        """Give the path from here when it belongs in here, else the whole of it."""
        return path.removeprefix(self._root)


def _is_something(path: str) -> bool:
    if not path.endswith("/"):
        return Path(path).is_file()
    try:
        return any(True for _ in Path(path).iterdir())
    except OSError:
        return False


def _unknown_to_us(folder: _Folder, known: set[str]) -> Iterator[Lack]:
    """Give what Blender itself lists beyond all kinds that are known here, so that a new kind is not forgotten."""
    with _without_mere_names():
        paths = bpy.utils.blend_paths(absolute=True, packed=False, local=False)
    for path in paths:
        # strips and clips without a path are listed as well, as nothing; caches that were never made, as folders
        listed = os.path.normpath(path) if path and not path.startswith("<") and not path.endswith("/") else ""
        is_new = listed and listed not in known and not _is_blenders_own(listed) and not _is_strips_sound(listed)
        if is_new and not folder.has(listed) and not folder.has(listed + "/"):
            yield Lack("listed by Blender", folder.shown(listed), True)


@contextmanager
def _without_mere_names() -> Iterator[None]:
    """Take away the paths from which nothing is read, in whatever form they are written, and put them back.

    Texts lie in the .blend. A brush's icon is for the interface. A weak reference says which .blend a datablock was
    once appended or pasted from, so that appending again finds it.
    """
    named: list[tuple[Any, str]] = [(text, "filepath") for text in bpy.data.texts]
    named += [(brush, "icon_filepath") for brush in bpy.data.brushes if hasattr(brush, "icon_filepath")]
    origins = (getattr(block, "library_weak_reference", None) for block in bpy.data.user_map())
    named += [(origin, "filepath") for origin in origins if origin]
    before = [(owner, name, getattr(owner, name)) for owner, name in named]
    try:
        for owner, name in named:
            setattr(owner, name, "")
        yield
    finally:
        for owner, name, path in before:
            setattr(owner, name, path)


def _is_strips_sound(path: str) -> bool:
    """Tell whether a path that no kind knows is one that sound strips have, beside that of their sound.

    Nothing is played from there: the sound of a mixdown and of a rendered movie came from the sound datablock alone
    when the strip's own path led nowhere (4.5, 5.2). Only Blender's list has that path.
    """
    suffixes = bpy.path.extensions_audio | bpy.path.extensions_movie
    return bool(bpy.data.sounds) and Path(path).suffix.lower() in suffixes


def _lost_datablocks(reach: Reach) -> Iterator[Lack]:
    """Give what is linked from a library that is there, and is not in it."""
    for block in reach:
        if block.is_missing and block.library:
            library = absolute(block.library.filepath)
            if Path(library).exists() or _is_blenders_own(library):
                what = f"{block.id_type.title()} {block.name!r} in {block.library.filepath}"
                yield Lack("linked", what, True)


def _is_blenders_own(path: str) -> bool:
    """Tell whether every Blender brings this file: from 5.2 on, a brush of the essentials is listed for any .blend.

    The path leads to the Blender that saved the file, which was another one.
    """
    resources = bpy.utils.system_resource("DATAFILES")
    _, found, tail = path.replace("\\", "/").rpartition(ASSETS)
    return bool(found) and Path(resources, "assets", tail).exists()
