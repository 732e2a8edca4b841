# SPDX-License-Identifier: GPL-3.0-or-later
"""Bakes of geometry nodes on disk: one text a frame that tells what is in it, and larger files with the numbers."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Iterator
from typing import Any

import bpy

from ...rendered.frames_read import FramesRead
from ..dependency import DependencyKind
from ..disk import Disk
from ..path_setting import PathSetting
from ..resolve import Found, below, merged

META, BLOBS = "meta", "blobs"
"""Where geometry nodes keep a bake (`bake_items_paths.cc` in Blender's sources): its texts, and what these name."""
FRAME_FILE = re.compile(r"(-?\d+)_\d+\.json")
"""The text of a frame: its name is the frame and its fraction (`frame_to_string` in Blender's sources)."""
BLOB_NAME = re.compile(rb'"name":"([\w.-]+\.blob)"')
BYTES_READ = 64 * 1024
"""Bytes of a text that are looked through for the names of files: more than all but the largest have."""


def nodes_places(holder: bpy.types.Object, modifier: Any) -> Iterator[PathSetting]:
    """The folders of a modifier's bakes. Files of one frame may hold what later ones refer to, so they all travel."""
    bakes = [*modifier.bakes]
    if modifier.bake_directory:
        names = {str(bake.bake_id): _is_read(modifier, bake) for bake in bakes if not bake.use_custom_path}
        resolve = functools.partial(_bakes, names)
        yield PathSetting(DependencyKind.GEOMETRY_NODES_BAKE, holder, modifier, "bake_directory", resolve)
    for bake in bakes:
        if bake.use_custom_path and bake.directory:
            resolve = functools.partial(_bakes, {"": _is_read(modifier, bake)})
            yield PathSetting(DependencyKind.GEOMETRY_NODES_BAKE, holder, bake, "directory", resolve)


def is_kept_in_file(modifier: Any, bake: Any) -> bool:
    """True when the bake would be kept in the .blend, as it can be from 4.3 on."""
    target = getattr(bake, "bake_target", "DISK")
    return bool((modifier.bake_target if target == "INHERIT" else target) == "PACKED")


def frames_in(folder: str, disk: Disk) -> dict[int, str]:
    """The frames that a bake in this folder has, each with the file of its text."""
    place = os.path.join(folder, META)  # noqa: PTH118
    matches = (FRAME_FILE.fullmatch(name) for name in sorted(disk.names(place)))
    return {int(match[1]): os.path.join(place, match[0]) for match in matches if match}  # noqa: PTH118


def _is_read(modifier: Any, bake: Any) -> bool:
    return bake.node is not None and not is_kept_in_file(modifier, bake)


def _bakes(are_read: dict[str, bool], folder: str, frames_read: FramesRead, disk: Disk) -> Found:
    """The files of bakes in folders of these names, and nothing of what lies beside them."""
    found = []
    for name, is_read in are_read.items():
        place = os.path.join(folder, name) if name else folder  # noqa: PTH118
        found += [below(os.path.join(place, part), frames_read, disk) for part in (BLOBS, META)]  # noqa: PTH118
        if is_read:
            found.append(Found(missing=tuple(_lost(place, frames_read, disk))))
    return merged(found)


def _lost(folder: str, frames_read: FramesRead, disk: Disk) -> Iterator[str]:
    """Files that a bake lacks: those of frames between two that it has, and what the texts of its ends name.

    A bake without any text was deleted, as far as anybody can tell. Few texts are read, because there is one a frame.
    """
    there = frames_in(folder, disk)
    if not there:
        return
    first, last = min(there), max(there)
    rendered = sorted(frame for frame in frames_read.frames or () if first <= frame <= last)
    for frame in rendered:
        if frame not in there:
            yield os.path.join(folder, META, f"{frame:05}_00000.json")  # noqa: PTH118
    ends = [frame for frame in rendered if frame in there] or [first]
    place = os.path.join(folder, BLOBS)  # noqa: PTH118
    named = {name for frame in {ends[0], ends[-1]} for name in _blobs_of(there[frame])}
    yield from (os.path.join(place, name) for name in sorted(named - disk.names(place)))  # noqa: PTH118


def _blobs_of(path: str) -> Iterator[str]:
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            text = file.read(BYTES_READ)
    except OSError:
        return
    yield from (name.decode() for name in BLOB_NAME.findall(text))
