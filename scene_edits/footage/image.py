# SPDX-License-Identifier: GPL-3.0-or-later
"""A job's frames as an image: a sequence, or a still of a single frame. It is shown in an Image Editor that is free."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy

from ...messages.message import Message
from ...scene.rendered.sequencer import JOB_TAG
from . import color
from .files import USE_SEQUENCER, Footage, FootageError, ImageSequence, Opened, frames_in_words, image_sequence
from .paths import leads_to, written_path

SCENE_TAG = "renderjuice_scene"
"""The custom property with the name of the scene whose frames an image shows."""
RENDER_RESULT = "RENDER_RESULT"


def find(owners: Any, job_id: str) -> Any:
    """The image or movie clip of this file that shows a job's frames, or None."""
    return next((owner for owner in owners if owner.library is None and owner.get(JOB_TAG) == job_id), None)


def find_for(rendered: bpy.types.Scene, footage: Footage) -> Any:
    """The image that shows a job's frames, or one of the same scene that may show them instead; None without any."""
    return find(bpy.data.images, footage.job_id) or next(
        (image for image in _images_of_ours() if image.get(SCENE_TAG) == rendered.name and _is_only_shown(image)), None
    )


def load(rendered: bpy.types.Scene, footage: Footage) -> tuple[bpy.types.Image, ImageSequence]:
    """The scene's image with the frames of a job that are here now.

    A missing image is made. One that something uses keeps the job that it shows. Raises `FootageError`.
    """
    sequence = image_sequence(footage)
    image = find_for(rendered, footage)
    if image is None:
        image = _read(sequence.first, footage)
    elif image[JOB_TAG] != footage.job_id:
        check(sequence.first, footage)
    if image.get(JOB_TAG) != footage.job_id:
        image.name = f"{rendered.name} {footage.span}"
        image[JOB_TAG], image[SCENE_TAG] = footage.job_id, rendered.name
    update(image, sequence)
    color.read_in(image, color.space_of(rendered, sequence.first))
    # linear frames still need the view transform; in others it is baked in
    image.use_view_as_render = color.is_linear(sequence.first)
    return image, sequence


def let_go() -> None:
    """Have Blender not save the images that only editors show, for nobody asked for them in the file.

    An editor makes itself a user of what it shows, and does so again after each undo (4.2 to 5.2). An image without
    users is shown all the same.
    """
    for image in _images_of_ours():
        if image.use_extra_user and _is_only_shown(image):
            image.use_extra_user = False


def update(image: bpy.types.Image, sequence: ImageSequence) -> None:
    """Have an image read its files again, including new ones."""
    set_path(image, sequence.first)
    if sequence.is_still == (image.source != "FILE"):
        image.source = "FILE" if sequence.is_still else "SEQUENCE"
    image.reload()
    for area, space in editors(bpy.context.window_manager.windows):
        if space.image == image:
            address(space.image_user, sequence)
            area.tag_redraw()


def address(user: Any, sequence: ImageSequence) -> None:
    """Have an editor's image user or a node show the file of each scene frame."""
    user.frame_start = sequence.start
    user.frame_duration = sequence.duration
    user.frame_offset = sequence.offset
    user.use_cyclic = False
    user.use_auto_refresh = True


def set_path(owner: Any, path: Path) -> None:
    """Set the first file of an image or a movie clip, unless it is set already."""
    if not leads_to(owner.filepath, path):
        owner.filepath = written_path(path)


def show(
    rendered: bpy.types.Scene, footage: Footage, window: bpy.types.Window | None, *, may_open_window: bool = False
) -> Opened:
    """Show the frames in an Image Editor of the window, or of another one. Raises `FootageError`.

    An editor that shows something else of the artist's is left alone, and no other editor becomes an Image Editor. When
    none is free, a window is opened as for a render. Nothing is loaded where that is not possible; only in background
    mode, where scripts ask for it, the image is there all the same.
    """
    free = _free_editor(find_for(rendered, footage), window)
    if free is None and not may_open_window:
        nothing = Message("No Image Editor is free for {} of “{}”.", footage.count, footage.name)
        return Opened(nothing, is_shown=False)
    image, sequence = load(rendered, footage)
    if free is None:
        free = _new_editor(window)
    warnings = (*left_out(footage, sequence), *_blank_frames(footage, sequence))
    if free is None:
        loaded = Message("{} of “{}” are loaded as the image “{}”", footage.count, footage.name, image.name)
        return Opened(Message("{}. Choose it in an Image Editor to see them.", loaded), warnings)
    area, space = free
    space.image = image
    address(space.image_user, sequence)
    area.tag_redraw()
    return Opened(Message("The Image Editor shows {} of “{}”.", footage.count, footage.name), warnings)


def left_out(footage: Footage, sequence: ImageSequence) -> tuple[Message, ...]:
    """A warning about frames that a sequence cannot show."""
    if not sequence.left_out:
        return ()
    why = Message("frames whose numbers Blender does not find")
    if max(sequence.left_out) < 0:
        why = Message("frames before 0")
    count = frames_in_words(len(sequence.left_out))
    return (Message("{} of “{}” left out: {}. {}", count, footage.name, why, USE_SEQUENCER),)


def editors(windows: Any) -> Iterator[tuple[bpy.types.Area, Any]]:
    """The Image Editors on the screen, without areas that show UVs."""
    for window in windows:
        for area in window.screen.areas:
            if area.ui_type == "IMAGE_EDITOR":
                yield area, area.spaces.active


def _images_of_ours() -> list[bpy.types.Image]:
    return [image for image in bpy.data.images if image.library is None and image.get(JOB_TAG)]


def _is_only_shown(image: bpy.types.Image) -> bool:
    """True for an image that only editors show, and in which the artist keeps nothing.

    An editor that has it pinned keeps it, say to compare it with another job's.
    """
    if image.use_fake_user or image.is_dirty or image.packed_file is not None:
        return False
    if any(space.image == image and space.use_image_pin for _, space in editors(bpy.context.window_manager.windows)):
        return False
    return not bpy.data.user_map(subset=[image]).get(image)


def _free_editor(image: bpy.types.Image | None, window: bpy.types.Window | None) -> tuple[bpy.types.Area, Any] | None:
    """The best Image Editor for a job's image, with its space. None means that none is free."""
    windows = sorted(bpy.context.window_manager.windows, key=lambda other: other != window)
    ranked = [(_rank(space, image), area, space) for area, space in editors(windows)]
    ranked = [found for found in ranked if found[0] is not None]
    return min(ranked, key=lambda found: found[0])[1:] if ranked else None


def _new_editor(window: bpy.types.Window | None) -> tuple[bpy.types.Area, Any] | None:
    """An Image Editor in a new window. None means that the artist wants no new windows for renders either."""
    context = bpy.context
    if bpy.app.background or window is None or context.preferences.view.render_display_type == "NONE":
        return None
    before = set(context.window_manager.windows)
    with context.temp_override(window=window, area=window.screen.areas[0]):
        bpy.ops.wm.window_new()
    for new in set(context.window_manager.windows) - before:
        area = new.screen.areas[0]
        area.ui_type = "IMAGE_EDITOR"
        return area, area.spaces.active
    return None


def _rank(space: Any, image: bpy.types.Image | None) -> int | None:
    """How well the image fits there: 0 is best. None means that the artist has something else there."""
    shown = space.image
    if shown is not None and shown == image:
        return 0
    if space.use_image_pin or space.mode != "VIEW":
        return None
    if shown is None:
        return 3
    if shown.type == RENDER_RESULT:
        return 1
    return 2 if JOB_TAG in shown else None


def check(path: Path, footage: Footage) -> None:
    """Raise `FootageError` when Blender cannot read a file."""
    bpy.data.images.remove(_read(path, footage))


def _read(path: Path, footage: Footage) -> bpy.types.Image:
    """Load a file. Raises `FootageError` when Blender cannot read it as an image."""
    image = None
    try:
        image = bpy.data.images.load(written_path(path))
        size: Any = image.size
        if size[0]:
            return image
    except RuntimeError:
        # the file is missing, or may not be read
        pass
    if image is not None:
        bpy.data.images.remove(image)
    raise FootageError(
        Message(
            "Blender cannot read {}, a frame of “{}”. Delete the file, and use Download to fetch it again.",
            path,
            footage.name,
        )
    )


def _blank_frames(footage: Footage, sequence: ImageSequence) -> tuple[Message, ...]:
    """A warning about a job whose frames do not follow each other."""
    wanted = [frame for frame in footage.wanted if sequence.start <= frame < sequence.start + sequence.duration]
    if len(wanted) >= sequence.duration - len(sequence.left_out):
        return ()
    warning = Message(
        "“{}” does not render every frame: an image sequence shows nothing in between. "
        "The Video Sequencer shows each frame until the next one.",
        footage.name,
    )
    return (warning,)
