# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks before anything is sent. Only reads; each finding says what is wrong, with what, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import bpy

from .dependencies import ABSOLUTE_PATH, Dependencies
from .dependency import Dependency
from .unsupported_files import strips


class Severity(StrEnum):
    """An error stops the submission; a warning is shown and sent along."""

    ERROR = "error"
    WARNING = "warning"


class Remedy(StrEnum):
    """What the artist can have done about a finding by pressing a button."""

    USE_CAMERA = "use_camera"
    FIND_FILES = "find_files"
    MAKE_PATHS_RELATIVE = "make_paths_relative"
    PACK_IMAGE = "pack_image"


@dataclass(frozen=True)
class Finding:
    """One thing that the artist should know: what, which datablock, and how to fix it. Full sentences.

    `collection` is where in `bpy.data` the datablock is, or "" when there is none to select.
    """

    severity: Severity
    what: str
    datablock: str
    fix: str
    collection: str = ""
    remedy: Remedy | None = None

    @property
    def sentence(self) -> str:
        """What is wrong and how to mend it, in one line."""
        return f"{self.what} {self.fix}"


def check_scene(scene: bpy.types.Scene, dependencies: Dependencies) -> tuple[Finding, ...]:
    """Everything that would make the farm's frames differ from the artist's, errors first."""
    findings = [*_camera(scene), *_files(dependencies), *_unsaved_images()]
    return tuple(sorted(findings, key=lambda finding: finding.severity is not Severity.ERROR))


def _camera(scene: bpy.types.Scene) -> Iterator[Finding]:
    has_camera = scene.camera is not None or any(marker.camera for marker in scene.timeline_markers)
    if not has_camera and not (scene.render.use_sequencer and strips(scene)):
        what = f"The scene “{scene.name}” has no camera."
        fix = "Add a camera, or choose one in the Scene properties."
        camera = next((thing for thing in scene.objects if thing.type == "CAMERA"), None)
        remedy = Remedy.USE_CAMERA if camera is not None else None
        yield Finding(Severity.ERROR, what, scene.name, fix, "scenes", remedy)


def _files(dependencies: Dependencies) -> Iterator[Finding]:
    for dependency in dependencies.missing:
        what = f"{_named(dependency)} is missing: there is no file {dependency.path}."
        fix = "Find it with File > External Data > Find Missing Files."
        yield Finding(Severity.ERROR, what, dependency.user, fix, _place(dependency), Remedy.FIND_FILES)
    for dependency, reason in dependencies.refused:
        what = f"{_named(dependency)} cannot be sent: {reason} ({dependency.written})."
        fix, remedy = "Pack it, or remove its use.", None
        if reason == ABSOLUTE_PATH and dependency.library:
            fix = f"Open “{dependency.library}” and use File > External Data > Make All Paths Relative there."
        elif reason == ABSOLUTE_PATH:
            fix = "Use File > External Data > Make All Paths Relative, or pack it."
            remedy = Remedy.MAKE_PATHS_RELATIVE if bpy.data.filepath else None
        yield Finding(Severity.ERROR, what, dependency.user, fix, _place(dependency), remedy)


def _unsaved_images() -> Iterator[Finding]:
    for image in bpy.data.images:
        if image.is_dirty and image.users and image.source in {"FILE", "TILED", "GENERATED"}:
            what = f"The image “{image.name}” has changes that are not saved."
            fix = "Save or pack the image in the Image Editor."
            yield Finding(Severity.ERROR, what, image.name, fix, "images", Remedy.PACK_IMAGE)


def _place(dependency: Dependency) -> str:
    """Where the datablock can be selected: names are only told apart within this file."""
    return "" if dependency.library else dependency.collection


def _named(dependency: Dependency) -> str:
    return f"{dependency.kind} “{dependency.user}”"
