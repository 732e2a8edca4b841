# SPDX-License-Identifier: GPL-3.0-or-later
"""A job's frames in the project: in the Image Editor, the sequencer, the compositor or as a movie clip.

Runs in Blender's process. Whatever shows them is marked with the job's id, so that it is found again: after undo, and
in a file that was saved and opened. No reference to any of it is kept.
"""

from __future__ import annotations

from dataclasses import replace

import bpy

from ...scene.blender_versions import all_strips, compositor_tree
from . import clip, compositor, image, strips
from .files import Footage, FootageError, Opened, frames_in_words, image_sequence

WAYS = ("IMAGE_EDITOR", "SEQUENCER", "COMPOSITOR", "MOVIE_CLIP")
"""How frames can be opened: the identifiers of `scene.renderjuice.open_with`."""
FPS_PRECISION = 0.001

__all__ = ["WAYS", "Footage", "FootageError", "Opened", "open_footage", "refresh", "shown_jobs"]


def open_footage(
    scene: bpy.types.Scene,
    footage: Footage,
    how: str,
    *,
    window: bpy.types.Window | None = None,
    rendered: bpy.types.Scene | None = None,
    may_open_window: bool = False,
) -> Opened:
    """Open a job's frames in one of the WAYS, for a scene: at its frame N the job's frame N is shown.

    What shows the job already is brought up to date instead of made again. Frames that are not in their folder any more
    are left out. `window` is where editors are looked for first. `rendered` is the scene whose color management the
    frames were written with, the same one if None. With `may_open_window` a new one is made where no editor is free.
    Raises `FootageError`.
    """
    known = len(footage.frames)
    footage = footage.present()
    if not footage.frames:
        raise FootageError(_nothing_there(footage, known))
    if scene.library is not None:
        raise FootageError(
            f"“{scene.name}” is linked from another file, so nothing can be added to it. Switch to one of this file."
        )
    rendered = rendered or scene
    match how:
        case "IMAGE_EDITOR":
            opened = image.show(rendered, footage, window, may_open_window=may_open_window)
        case "SEQUENCER":
            opened = strips.add(scene, footage, rendered, window)
        case "COMPOSITOR":
            opened = compositor.add_node(scene, footage, rendered)
        case "MOVIE_CLIP":
            opened = clip.load(rendered, footage, window)
        case _:
            raise ValueError(how)
    return replace(opened, warnings=(*_gone(footage, known), *_other_rate(scene, footage), *opened.warnings))


def refresh(footage: Footage) -> None:
    """Bring everything up to date that shows a job's frames. Raises `FootageError`."""
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
    return frozenset(str(owner[image.TAG]) for owner in owners if image.TAG in owner)


def _own_scenes() -> list[bpy.types.Scene]:
    return [scene for scene in bpy.data.scenes if scene.library is None]


def _nothing_there(footage: Footage, known: int) -> str:
    if not known:
        return f"No frame of “{footage.name}” is here yet. Wait until the first one has come, and try again."
    return (
        f"The frames of “{footage.name}” are not where they were put any more. "
        "Put them back, or use Download to fetch them again."
    )


def _gone(footage: Footage, known: int) -> tuple[str, ...]:
    gone = known - len(footage.frames)
    if not gone:
        return ()
    return (
        f"{frames_in_words(gone)} of “{footage.name}” cannot be found in the folder any more. "
        "Use Download to fetch what is missing.",
    )


def _other_rate(scene: bpy.types.Scene, footage: Footage) -> tuple[str, ...]:
    """A warning when the frames were made to be played at another rate than the scene's."""
    rate = scene.render.fps / scene.render.fps_base
    if footage.fps is None or len(footage.frames) == 1 or abs(rate - footage.fps) < FPS_PRECISION:
        return ()
    return (
        f"“{footage.name}” was rendered for {footage.fps:g} frames per second, and “{scene.name}” plays {rate:g}. "
        "Frames are shown one by one, so they play at the scene's rate.",
    )
