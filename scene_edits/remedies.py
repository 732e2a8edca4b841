# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be done about a finding by pressing a button.

Each remedy is one step that the artist can undo, in every mode. Only missing files are found by Blender itself, once a
folder is chosen, in a step of its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from ..messages.message import Message, message_of
from ..scene.blender_versions import file_output_folder, names_a_file
from ..scene.preflight.add_ons import has_open_image_denoise
from ..scene.preflight.file_output import nodes_writing_elsewhere, output_folder, output_nodes
from ..scene.preflight.finding import LABELS, Remedy
from .local_data import NotHere, own_datablock
from .modes import StuckInMode, make_undoable
from .packed_paint import packed_paint
from .relative_folders import relative_folders

Change = tuple[Any, str, Any]
"""A property that gets a value: its holder, its name and the new value."""


class NoRemedy(Exception):
    """The remedy cannot be applied; the message says why."""


class NothingToDo(Exception):
    """Nothing is left to change; the message says so."""


def find_files() -> None:
    """Bring up Blender's own search for missing files, which asks for a folder. Raises `NoRemedy`."""
    if bpy.app.background:
        raise NoRemedy(
            Message("There is no window to choose a folder in: use bpy.ops.file.find_missing_files(directory=...).")
        )
    # Blender looks in the folders below, too, and keeps tiles, sequences and strips as they are (4.2 to 5.2);
    # it does not look for a sequence whose first file is there, nor for a simulation's folder
    bpy.ops.file.find_missing_files("INVOKE_DEFAULT")


def send_without_files(scene: Any, lack: str) -> Message:
    """Note that the artist agrees to send a scene without what it lacks (see `Dependencies.lack`).

    Gives what was done, as a sentence. Raises `NoRemedy` and `NothingToDo`.
    """
    if not lack or scene.renderjuice.without_files == lack:
        raise NothingToDo(Message("There is nothing left to change in “{}”.", scene.name))
    try:
        make_undoable()
    except StuckInMode as error:
        raise NoRemedy(message_of(error)) from error
    scene.renderjuice.without_files = lack
    return Message("“{}” is sent without the files that are missing or broken.", scene.name)


def apply_remedy(remedy: Remedy, name: str) -> Message:
    """Apply any remedy but `FIND_FILES` and `SEND_WITHOUT_FILES`.

    `name` is the datablock of this file that the finding is about.
    Gives what was done, as a sentence. Goes to Object Mode if Undo would not take it back otherwise. Raises `NoRemedy`
    and `NothingToDo`, before anything is changed.
    """
    try:
        if remedy is Remedy.PACK_IMAGE:
            return _pack_image(own_datablock("images", name))
        return _change(own_datablock("scenes", name), remedy)
    except (NotHere, StuckInMode) as error:
        raise NoRemedy(message_of(error)) from error


def _change(scene: Any, remedy: Remedy) -> Message:
    done, changes = Message("{}: done in “{}”.", LABELS[remedy], scene.name), _settings(scene, remedy)
    match remedy:
        case Remedy.USE_CAMERA:
            camera = _camera_of(scene)
            done = Message("“{}” is the scene's camera now.", camera.name)
            changes = [(scene, "camera", scene.camera or camera)]
        case Remedy.RENDER_SCENE:
            done = Message("“{}” is rendered now, not its sequencer.", scene.name)
        case Remedy.WRITE_IMAGES:
            done = Message("The scene's output is PNG images now.")
        case Remedy.MAKE_OUTPUT_RELATIVE:
            done = Message("The File Output nodes write to folders relative to the file now.")
            changes = _relative_outputs(scene)
    changes = [change for change in changes if getattr(change[0], change[1]) != change[2]]
    if not changes:
        raise NothingToDo(Message("There is nothing left to change in “{}”.", scene.name))
    make_undoable()
    for holder, attribute, value in changes:
        setattr(holder, attribute, value)
    return done


def _settings(scene: Any, remedy: Remedy) -> list[Change]:
    """The changes of a remedy that sets one or two settings of the scene; none for other remedies."""
    render = scene.render
    match remedy:
        case Remedy.RENDER_WHOLE_FRAME:
            return [(render, "use_border", False)]
        case Remedy.RENDER_FULL_SIZE:
            return [(render, "resolution_percentage", 100)]
        case Remedy.TURN_OFF_SIMPLIFY:
            return [(render, "use_simplify", False)]
        case Remedy.TURN_ON_COMPOSITING:
            return [(render, "use_compositing", True)]
        case Remedy.TURN_ON_SEQUENCER:
            return [(render, "use_sequencer", True)]
        case Remedy.RENDER_SCENE:
            return [(render, "use_sequencer", False)]
        case Remedy.USE_PREVIEW_RANGE:
            return [(scene, f"frame_{end}", getattr(scene, f"frame_preview_{end}")) for end in ("start", "end")]
        case Remedy.USE_OPEN_IMAGE_DENOISE:
            if not has_open_image_denoise():
                raise NoRemedy(Message("This Blender was built without OpenImageDenoise."))
            return [(scene.cycles, "denoiser", "OPENIMAGEDENOISE")]
        case Remedy.WRITE_IMAGES:
            settings = render.image_settings
            # from 5.0 on the formats depend on the media type
            media = [(settings, "media_type", "IMAGE")] if hasattr(settings, "media_type") else []
            return [*media, (settings, "file_format", "PNG")]
    return []


def _camera_of(scene: Any) -> bpy.types.Object:
    cameras: list[bpy.types.Object] = [thing for thing in scene.objects if thing.type == "CAMERA"]
    if not cameras:
        raise NoRemedy(Message("There is no camera in the scene. Add one."))
    return cameras[0]


def _relative_outputs(scene: Any) -> list[Change]:
    """The changes with which the File Output nodes that a finding is about write beside the .blend."""
    nodes = [node for node in nodes_writing_elsewhere(scene) if node.id_data.library is None]
    project = str(Path(bpy.data.filepath).parent) if bpy.data.filepath else ""
    taken = [folder for node in output_nodes(scene) if (folder := output_folder(node)).startswith("//")]
    relative = relative_folders([output_folder(node) for node in nodes], project, taken)
    changes: list[Change] = []
    for node in nodes:
        folder = relative[output_folder(node)]
        end = "" if names_a_file(node) or folder == "//" else "/"
        changes.append((node, file_output_folder(node), folder + end))
    return changes


def _pack_image(image: Any) -> Message:
    if image.override_library:
        raise NoRemedy(
            Message("The image “{}” is a library override, which keeps nothing that is packed into it.", image.name)
        )
    if not image.is_dirty:
        raise NothingToDo(Message("The image “{}” has no changes that are not saved.", image.name))
    make_undoable()
    packed_paint.pack(image)
    return Message("The image “{}” is packed into the file.", image.name)
