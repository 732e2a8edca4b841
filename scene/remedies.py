# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be done about a finding by pressing a button. Each is one step that the artist can undo."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import bpy

from .preflight.compositor import FILE_OUTPUT, nodes_of, output_folder_property
from .preflight.finding import Remedy

LABELS = {
    Remedy.USE_CAMERA: "Use Camera",
    Remedy.FIND_FILES: "Find Files...",
    Remedy.PACK_IMAGE: "Pack",
    Remedy.MAKE_OUTPUT_RELATIVE: "Make Relative",
    Remedy.WRITE_IMAGES: "Write PNG Images",
    Remedy.RENDER_WHOLE_FRAME: "Render Whole Frame",
    Remedy.RENDER_FULL_SIZE: "Render Full Size",
    Remedy.TURN_OFF_SIMPLIFY: "Turn Off Simplify",
    Remedy.TURN_ON_COMPOSITING: "Turn On Compositing",
    Remedy.TURN_ON_SEQUENCER: "Turn On Sequencer",
    Remedy.USE_PREVIEW_RANGE: "Use Preview Range",
    Remedy.USE_OPEN_IMAGE_DENOISE: "Use OpenImageDenoise",
}
"""What the buttons say."""


class NoRemedy(Exception):
    """It cannot be done any more; the text says why."""


def apply_remedy(remedy: Remedy, name: str) -> str:
    """Do it; `name` is the datablock that the finding is about. Gives what was done, as a sentence.

    Raises `NoRemedy`.
    """
    match remedy:
        case Remedy.FIND_FILES:
            # it looks in the folders below, too, and leaves tiles, sequences and strips what they are (4.2 to 5.2);
            # where the first file of a sequence is there it looks for none, and for no folder of a simulation
            bpy.ops.file.find_missing_files("INVOKE_DEFAULT")
            return "Choose the folder to look in."
        case Remedy.PACK_IMAGE:
            return _pack_image(name)
    scene: bpy.types.Scene | None = bpy.data.scenes.get(name)
    if scene is None:
        raise NoRemedy(f"“{name}” is not in this file any more.")
    match remedy:
        case Remedy.USE_CAMERA:
            return _use_camera(scene)
        case Remedy.MAKE_OUTPUT_RELATIVE:
            return _make_output_relative(scene)
        case Remedy.WRITE_IMAGES:
            return _write_images(scene.render.image_settings)
    return _change_setting(scene, remedy)


def _change_setting(scene: Any, remedy: Remedy) -> str:
    """Set what is a setting or two of the scene."""
    render = scene.render
    match remedy:
        case Remedy.RENDER_WHOLE_FRAME:
            render.use_border = False
        case Remedy.RENDER_FULL_SIZE:
            render.resolution_percentage = 100
        case Remedy.TURN_OFF_SIMPLIFY:
            render.use_simplify = False
        case Remedy.TURN_ON_COMPOSITING:
            render.use_compositing = True
        case Remedy.TURN_ON_SEQUENCER:
            render.use_sequencer = True
        case Remedy.USE_PREVIEW_RANGE:
            scene.frame_start, scene.frame_end = scene.frame_preview_start, scene.frame_preview_end
        case Remedy.USE_OPEN_IMAGE_DENOISE:
            scene.cycles.denoiser = "OPENIMAGEDENOISE"
    return f"{LABELS[remedy]}: done in “{scene.name}”."


def _use_camera(scene: bpy.types.Scene) -> str:
    cameras = [thing for thing in scene.objects if thing.type == "CAMERA"]
    if not cameras:
        raise NoRemedy("There is no camera in the scene. Add one.")
    scene.camera = cameras[0]
    return f"“{cameras[0].name}” is the scene's camera now."


def _write_images(settings: Any) -> str:
    if hasattr(settings, "media_type"):
        settings.media_type = "IMAGE"
    settings.file_format = "PNG"
    return "The scene's output is PNG images now."


def _make_output_relative(scene: bpy.types.Scene) -> str:
    """Have File Output nodes write beside the .blend: where they do now if that is below it, else into one folder."""
    for node in nodes_of(scene):
        if node.bl_idname != FILE_OUTPUT or node.id_data.library is not None:
            continue
        attribute = output_folder_property(node)
        folder = getattr(node, attribute)
        if folder and not folder.startswith("//"):
            setattr(node, attribute, _relative(folder))
    return "The File Output nodes write to folders relative to the file now."


def _relative(folder: str) -> str:
    """The folder as it is seen from the .blend; only its name where it is not below it, as on another drive."""
    if bpy.data.filepath:
        try:
            below = PurePath(bpy.path.abspath(folder)).relative_to(PurePath(bpy.data.filepath).parent)
        except ValueError:
            pass
        else:
            return f"//{below.as_posix()}/" if below.parts else "//"
    name = PurePath(folder).name
    return f"//{name}/" if name else "//"


def _pack_image(name: str) -> str:
    image: bpy.types.Image | None = bpy.data.images.get(name)
    if image is None:
        raise NoRemedy(f"“{name}” is not in this file any more.")
    image.pack()
    return f"The image “{name}” is packed into the file."
