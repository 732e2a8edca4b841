# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be done about a finding by pressing a button. Each is one step that the artist can undo."""

from __future__ import annotations

import bpy

from .preflight import Remedy

LABELS = {
    Remedy.USE_CAMERA: "Use Camera",
    Remedy.FIND_FILES: "Find Files...",
    Remedy.MAKE_PATHS_RELATIVE: "Make Relative",
    Remedy.PACK_IMAGE: "Pack",
}
"""What the buttons say."""


class NoRemedy(Exception):
    """It cannot be done any more; the text says why."""


def apply_remedy(remedy: Remedy, name: str) -> str:
    """Do it; `name` is the datablock that the finding is about. Gives what was done, as a sentence.

    Raises `NoRemedy`.
    """
    match remedy:
        case Remedy.USE_CAMERA:
            return _use_camera(name)
        case Remedy.FIND_FILES:
            bpy.ops.file.find_missing_files("INVOKE_DEFAULT")
            return "Choose the folder to look in."
        case Remedy.MAKE_PATHS_RELATIVE:
            bpy.ops.file.make_paths_relative()
            return "All paths are relative to the file now. Those on another drive cannot be."
        case Remedy.PACK_IMAGE:
            return _pack_image(name)


def _use_camera(name: str) -> str:
    scene: bpy.types.Scene | None = bpy.data.scenes.get(name)
    cameras = [thing for thing in scene.objects if thing.type == "CAMERA"] if scene else []
    if not cameras:
        raise NoRemedy("There is no camera in the scene. Add one.")
    scene.camera = cameras[0]
    return f"“{cameras[0].name}” is the scene's camera now."


def _pack_image(name: str) -> str:
    image: bpy.types.Image | None = bpy.data.images.get(name)
    if image is None:
        raise NoRemedy(f"“{name}” is not in this file any more.")
    image.pack()
    return f"The image “{name}” is packed into the file."
