# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads scenes: what would go wrong with each, and which files would be sent. Loaded when that is first asked for."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import bpy

from ..properties import preferences
from ..scene.config.frames import FrameListError, frames_of_range
from ..scene.config.overrides import overrides_from_settings
from ..scene.config.render_config import read_scene
from ..scene.contents import Item, largest_in_steps, list_contents, sizes_in_steps, total_size
from ..scene.dependencies.needed_files import find_needed_files, look_for_needed_files
from ..scene.dependencies.scan import Dependencies
from ..scene.preflight.check import check_in_steps, errors_first
from ..scene.preflight.finding import Finding
from ..scene.preflight.frame_range import between_frames
from ..scene.preflight.package import package_findings, size_findings

MAX_LISTED = 200
"""Files that the panel lists; the largest come first."""


@dataclass(frozen=True)
class FileList:
    """The files that would be sent: the .blend first, then from the largest to the smallest.

    `items` may be less than the `count` of all files. `total` is the size of all in bytes.
    """

    items: tuple[Item, ...]
    count: int
    total: int


class Checked(NamedTuple):
    """What was found in a scene, which files it needs, and which it lacks (see `Dependencies.lack`)."""

    findings: tuple[Finding, ...]
    listing: FileList
    lack: str


def check_scenes(scenes: set[bpy.types.Scene]) -> Generator[None, None, dict[int, Checked]]:
    """Check scenes in steps of a millisecond or so; gives what was found by the scenes' session UIDs."""
    checked = {}
    for scene in scenes:
        overrides = _overrides(scene)
        frames = _frames(scene, overrides)
        # a range that is none is a finding; its files are those of the frame that is shown
        dependencies = yield from look_for_needed_files(scene, frames or (scene.frame_current,))
        sizes = yield from sizes_in_steps(dependencies)
        findings = yield from _findings(scene, dependencies, frames, overrides, sizes)
        items = yield from largest_in_steps(scene, dependencies, sizes, MAX_LISTED)
        listing = FileList(items, len(sizes), total_size(sizes.values()))
        checked[scene.session_uid] = Checked((*findings, *between_frames(scene)), listing, dependencies.lack)
    return checked


def all_findings(
    scene: bpy.types.Scene,
    dependencies: Dependencies,
    frames: Sequence[int] | None,
    overrides: Mapping[str, Any],
    *,
    without_files: bool = False,
) -> Generator[None, None, tuple[Finding, ...]]:
    """What would go wrong with a scene and its package, errors first, in steps.

    `frames` are those to render; None means that the scene has no range of frames, which is a finding. `without_files`:
    the scene is sent without the files that are missing or broken.
    """
    sizes = yield from sizes_in_steps(dependencies)
    return (yield from _findings(scene, dependencies, frames, overrides, sizes, without_files=without_files))


def _findings(
    scene: bpy.types.Scene,
    dependencies: Dependencies,
    frames: Sequence[int] | None,
    overrides: Mapping[str, Any],
    sizes: Mapping[str, int | None],
    *,
    without_files: bool = False,
) -> Generator[None, None, tuple[Finding, ...]]:
    package = yield from package_findings(dependencies, total_size(sizes.values()), preferences.free_bytes())
    found = yield from check_in_steps(scene, dependencies, frames, overrides, without_files=without_files)
    return errors_first((*found, *package))


def list_files(scene: bpy.types.Scene) -> tuple[FileList, tuple[Finding, ...]]:
    """All files that a scene needs, and the findings about their size.

    Raises `ValueError` when its overrides cannot be read.
    """
    reading = read_scene(scene, overrides=overrides_from_settings(scene.renderjuice))
    items = list_contents(scene, find_needed_files(scene, reading.frames))
    total = total_size(item.size for item in items)
    return FileList(items, len(items), total), tuple(size_findings(total, preferences.free_bytes()))


def _overrides(scene: bpy.types.Scene) -> Mapping[str, Any]:
    try:
        return overrides_from_settings(scene.renderjuice)
    except ValueError:
        # the panel says what is wrong with them
        return {}


def _frames(scene: bpy.types.Scene, overrides: Mapping[str, Any]) -> tuple[int, ...] | None:
    """The frames that would be rendered; None means that the scene has no range of frames."""
    try:
        return overrides.get("frame_ranges") or frames_of_range(scene.frame_start, scene.frame_end, scene.frame_step)
    except FrameListError:
        return None
