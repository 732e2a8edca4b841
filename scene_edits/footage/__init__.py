# SPDX-License-Identifier: GPL-3.0-or-later
"""A job's frames in the project: in the Image Editor, the sequencer, the compositor or as a movie clip.

Runs in Blender's process. Each datablock, node or strip that shows frames is marked with the job's id. So it is found
again after undo and in a file that was saved and opened, and no reference to it is kept.
"""

from __future__ import annotations

from dataclasses import replace

import bpy

from ...messages.message import Message
from ...scene.blender_versions import all_strips, compositor_tree
from ...scene.rendered.sequencer import JOB_TAG
from . import clip, compositor, frames_scene, image, strips
from .files import Footage, FootageError, Opened, frames_in_words, image_sequence
from .image import let_go

WAYS = ("IMAGE_EDITOR", "SEQUENCER", "COMPOSITOR", "MOVIE_CLIP")
"""How frames can be opened: the identifiers of `scene.renderjuice.open_with`."""
FPS_TOLERANCE = 0.001

__all__ = ["WAYS", "Footage", "FootageError", "Opened", "let_go", "open_footage", "refresh", "shown_jobs"]


def open_footage(
    scene: bpy.types.Scene,
    footage: Footage,
    how: str,
    *,
    window: bpy.types.Window | None = None,
    rendered: bpy.types.Scene | None = None,
    may_open_window: bool = False,
) -> Opened:
    """Open the frames of a job in one of the WAYS, so that frame N of the scene shows frame N of the job.

    What shows the job already is brought up to date instead of made again. Frames whose files are gone are left out.
    Editors are looked for in `window` first; with `may_open_window` a new window is opened when none is free.
    `rendered` is the scene that the frames are of; None means `scene`. Strips are added to a scene of their own, so
    that no other scene renders them. Raises `FootageError`.
    """
    known = len(footage.frames)
    footage = footage.present()
    if not footage.frames:
        raise FootageError(_nothing_there(footage, known))
    if scene.library is not None:
        raise FootageError(
            Message(
                "“{}” is linked from another file, so nothing can be added to it. Switch to one of this file.",
                scene.name,
            )
        )
    rendered = rendered or scene
    match how:
        case "IMAGE_EDITOR":
            opened = image.show(rendered, footage, window, may_open_window=may_open_window)
        case "SEQUENCER":
            image.check(footage.first, footage)
            scene = frames_scene.scene_for(rendered, footage)
            opened = strips.add(scene, footage, rendered, window)
        case "COMPOSITOR":
            opened = compositor.add_node(scene, footage, rendered)
        case "MOVIE_CLIP":
            opened = clip.load(rendered, footage, window)
        case _:
            raise ValueError(how)
    if not opened.is_shown:
        return opened
    return replace(opened, warnings=(*_gone(footage, known), *_other_rate(scene, footage), *opened.warnings))


def refresh(footage: Footage) -> None:
    """Bring everything that shows frames of a job up to date. Raises `FootageError`."""
    footage = footage.present()
    if not footage.frames:
        return
    for scene in _own_scenes():
        if scene.sequence_editor is not None:
            strips.refresh(scene, footage)
    picture = image.find(bpy.data.images, footage.job_id)
    movie_clip = image.find(bpy.data.movieclips, footage.job_id)
    if picture is None and movie_clip is None:
        return
    sequence = image_sequence(footage)
    if movie_clip is not None:
        clip.update(movie_clip, sequence)
    if picture is None:
        return
    image.update(picture, sequence)
    for scene in _own_scenes():
        tree = compositor_tree(scene)
        for node in compositor.nodes_of(tree, footage.job_id) if tree is not None else ():
            compositor.update(node, picture, sequence)


def shown_jobs() -> frozenset[str]:
    """The ids of the jobs whose frames are shown anywhere in the open file."""
    owners = [*bpy.data.images, *bpy.data.movieclips]
    for scene in _own_scenes():
        owners += all_strips(scene)
    return frozenset(str(owner[JOB_TAG]) for owner in owners if JOB_TAG in owner)


def _own_scenes() -> list[bpy.types.Scene]:
    return [scene for scene in bpy.data.scenes if scene.library is None]


def _nothing_there(footage: Footage, known: int) -> Message:
    if not known:
        return Message("No frame of “{}” is here yet. Wait until the first one has come, and try again.", footage.name)
    return Message(
        "The frames of “{}” are not where they were put any more. Put them back, or use Download to fetch them again.",
        footage.name,
    )


def _gone(footage: Footage, known: int) -> tuple[Message, ...]:
    """A warning about frames whose files are gone, of the `known` ones."""
    gone = known - len(footage.frames)
    if not gone:
        return ()
    warning = Message(
        "{} of “{}” cannot be found in the folder any more. Use Download to fetch what is missing.",
        frames_in_words(gone),
        footage.name,
    )
    return (warning,)


def _other_rate(scene: bpy.types.Scene, footage: Footage) -> tuple[Message, ...]:
    """A warning when the frames were made to be played at another rate than the scene's."""
    rate = scene.render.fps / scene.render.fps_base
    if footage.fps is None or len(footage.frames) == 1 or abs(rate - footage.fps) < FPS_TOLERANCE:
        return ()
    warning = Message(
        "“{}” was rendered for {} frames per second, and “{}” plays {}. "
        "Frames are shown one by one, so they play at the scene's rate.",
        footage.name,
        f"{footage.fps:g}",
        scene.name,
        f"{rate:g}",
    )
    return (warning,)
