# SPDX-License-Identifier: GPL-3.0-or-later
"""OSL scripts, and the files that they include."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import bpy

from ...rendered.frames_read import FramesRead
from ..dependency import DependencyKind
from ..disk import Disk
from ..path_setting import PathSetting
from ..resolve import Found, look_for, nothing

INCLUDE = re.compile(rb"""^[ \t]*#[ \t]*include[ \t]*["<]([^">\n]+)[">]""", re.MULTILINE)
MAX_SCRIPT_BYTES = 1 << 20
"""Bytes of a script that are read."""
MAX_INCLUDED_FILES = 200
"""Files that one script may include."""


def camera_places() -> Iterator[PathSetting]:
    """The scripts of cameras (4.5 and later)."""
    for camera in bpy.data.cameras:
        path = getattr(camera, "custom_filepath", "")
        if path:
            # `blend_paths` lists it in any case
            is_read = camera.type == "CUSTOM" and camera.custom_mode == "EXTERNAL"
            yield PathSetting(
                DependencyKind.OSL_SCRIPT, camera, camera, "custom_filepath", script if is_read else nothing
            )


def script(path: str, _frames_read: FramesRead, disk: Disk) -> Found:
    """A script, with what it was compiled to and what it includes.

    It is compiled again when it is newer than its result, as it may be once it was sent.
    """
    found = look_for((path,), disk)
    compiled = os.path.splitext(path)[0] + ".oso"  # noqa: PTH122
    beside = (compiled,) if compiled != path and disk.has_file(compiled) else ()
    return Found((*found.files, *beside, *_included(path, disk)), found.missing)


def _included(script: str, disk: Disk) -> list[str]:
    """What a script includes and what is there: the rest comes with Blender."""
    known, todo = {script: None}, [script]
    while todo and len(known) <= MAX_INCLUDED_FILES:
        place = todo.pop()
        for name in _names_in(place):
            # beside the file that includes it, or else beside the script
            for folder in (os.path.dirname(place), os.path.dirname(script)):  # noqa: PTH120
                path = os.path.normpath(os.path.join(folder, name))  # noqa: PTH118
                if disk.has_file(path):
                    if path not in known:
                        known[path] = None
                        todo.append(path)
                    break
    return list(known)[1:]


def _names_in(path: str) -> list[str]:
    """What a file includes by relative paths."""
    if path.endswith(".oso"):
        return []
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            names = [os.fsdecode(name) for name in INCLUDE.findall(file.read(MAX_SCRIPT_BYTES))]
    except OSError:
        return []
    return [name for name in names if not os.path.isabs(name)]  # noqa: PTH117
