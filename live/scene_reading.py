# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads scenes: what would go wrong with each, and which files would be sent. Loaded when that is first asked for."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any, NamedTuple

import bpy

from ..properties import preferences
from ..scene.config.frames import FrameListError, frames_of_range
from ..scene.config.overrides import overrides_from_settings
from ..scene.config.render_config import read_scene
from ..scene.contents import Item, list_contents, total_size
from ..scene.dependencies.scan import Dependencies, find_dependencies, scan
from ..scene.preflight.check import check_in_steps, errors_first
from ..scene.preflight.finding import Finding
from ..scene.preflight.frame_range import between_frames
from ..scene.preflight.package import package_findings, size_findings

MAX_INT = 2**31 - 1
"""The largest value of an integer property of Blender's."""


class Checked(NamedTuple):
    """What was found in a scene, and the number of the files that it needs (see `number_of`)."""

    findings: tuple[Finding, ...]
    files_number: int


class FileList(NamedTuple):
    """The files that would be sent: the .blend first, then from the largest to the smallest.

    `total` is their size in bytes. `findings` are about that size. `files_number` tells these files from others.
    """

    items: tuple[Item, ...]
    total: int
    findings: tuple[Finding, ...]
    files_number: int


def number_of(dependencies: Dependencies) -> int:
    """A number that tells these files from others."""
    return hash(frozenset(dependencies.files)) & MAX_INT


def check_scenes(scenes: set[bpy.types.Scene]) -> Generator[None, None, dict[int, Checked]]:
    """Check scenes in steps of a millisecond or so; gives what was found by the scenes' session UIDs."""
    checked = {}
    for scene in scenes:
        overrides = _overrides(scene)
        frames = _frames(scene, overrides)
        # a range that is none is a finding; its files are those of the frame that is shown
        dependencies = yield from scan(scene, frames or (scene.frame_current,))
        findings = yield from all_findings(scene, dependencies, frames, overrides)
        checked[scene.session_uid] = Checked((*findings, *between_frames(scene)), number_of(dependencies))
    return checked


def all_findings(
    scene: bpy.types.Scene, dependencies: Dependencies, frames: Sequence[int] | None, overrides: Mapping[str, Any]
) -> Generator[None, None, tuple[Finding, ...]]:
    """What would go wrong with a scene and its package, errors first, in steps.

    `frames` are those to render; None means that the scene has no range of frames, which is a finding.
    """
    package = yield from package_findings(dependencies, preferences.free_bytes())
    found = yield from check_in_steps(scene, dependencies, frames, overrides)
    return errors_first((*found, *package))


def list_files(scene: bpy.types.Scene) -> FileList:
    """Look which files a scene needs. Raises `ValueError` when its overrides cannot be read."""
    reading = read_scene(scene, overrides=overrides_from_settings(scene.renderjuice))
    dependencies = find_dependencies(scene, reading.frames)
    items = list_contents(scene, dependencies)
    total = total_size(items)
    findings = tuple(size_findings(total, preferences.free_bytes()))
    return FileList(items=items, total=total, findings=findings, files_number=number_of(dependencies))


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
