# SPDX-License-Identifier: GPL-3.0-or-later
"""Saves what is on screen as a copy. Blender is blocked only for this, and nothing in the open file is left changed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bpy

from ..messages.message import Message


class SnapshotError(Exception):
    """The copy could not be saved; the message says why."""


def save_snapshot(path: Path, unread: Iterable[Any] = (), *, is_remapped: bool = False) -> None:
    """Write the open file, as it is now, to `path`. Raises `SnapshotError`.

    `unread` are images, clips and strips whose files are not sent. The copy has no paths for them, because a farm looks
    for every file that a path names. What `is_for_the_packer` keeps its path here.

    The artist's file, its path, its dirty flag and its undo history stay as they were (`copy`). The copy is not
    compressed here: that would block Blender about fifteen times as long (0.25 s against 4 s for 590 MB, 4.2 to 5.2).
    Relative paths stay as they are written, because the package gives the copy its old place in the tree. When the copy
    `is_remapped`, they count from where it lies instead, so that another Blender can open it there. "Automatically Pack
    Resources" is off meanwhile: it would pack the open session, too (4.2, 5.2). Saved without a window, the copy has no
    thumbnail. Blender renders that for longer than it saves a small scene (250 ms against 6 ms in 5.2), and switching
    thumbnails off in the preferences would have all windows drawn again.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    packs_itself, bpy.data.use_autopack = bpy.data.use_autopack, False
    try:
        with (
            _without_paths(thing for thing in unread if not _is_reloaded(thing)),
            bpy.context.temp_override(window=None),
        ):
            result = bpy.ops.wm.save_as_mainfile(
                filepath=str(path), copy=True, compress=False, relative_remap=is_remapped, check_existing=False
            )
    except RuntimeError as error:
        raise SnapshotError(Message("Blender could not save a copy of the scene: {}", str(error).strip())) from error
    finally:
        bpy.data.use_autopack = packs_itself
    if "FINISHED" not in result or not path.is_file():
        raise SnapshotError(Message("Blender did not save a copy of the scene to {}.", path))


def current_scene_of_copy() -> bpy.types.Scene | None:
    """The scene that a copy would have as its current one, which is the one that a farm renders.

    It is that of the first window, whatever the context is, also in the background (4.2 to 5.2; `current_screen_compat`
    in Blender's writefile.cc). None when there is no window.
    """
    windows = bpy.context.window_manager.windows
    return windows[0].scene if windows else None


@contextmanager
def _without_paths(unread: Iterable[Any]) -> Iterator[None]:
    """Remove the paths of what no render reads, and put them back."""
    kept = [(owner, name, getattr(owner, name)) for thing in unread for owner, name in _paths(thing)]
    try:
        for owner, name, _path in kept:
            setattr(owner, name, "")
        yield
    finally:
        for owner, name, path in kept:
            setattr(owner, name, path)


def is_for_the_packer(thing: Any) -> bool:
    """True for an unread clip or movie strip with a file, whose path only the packer may remove, in its copy.

    Blender loads them anew when their path is set, and that may change them: a strip whose file has another length by
    now gets other ends. A clip whose files are gone keeps its path: saved with its paths remapped, it would become a
    movie (4.2 to 5.2).
    """
    return _is_reloaded(thing) and not thing.id_data.library and os.path.isfile(bpy.path.abspath(thing.filepath))  # noqa: PTH113


def _is_reloaded(thing: Any) -> bool:
    return isinstance(thing, bpy.types.MovieClip) or getattr(thing, "type", "") == "MOVIE"


def _paths(thing: Any) -> Iterator[tuple[Any, str]]:
    """The properties with the paths of an image or of a strip of images."""
    if isinstance(thing, bpy.types.Image):
        # set through `filepath_raw`, the image keeps what it has loaded
        yield thing, "filepath_raw"
    else:
        yield thing, "directory"
        yield from ((element, "filename") for element in thing.elements)
