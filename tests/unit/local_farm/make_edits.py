# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside Blender: makes scenes whose sequencer reads files in ways that are easy to overlook, and the files.

`make_edits.py FOLDER` writes
`edit/`: `shot.blend` with muted strips that an effect and a mask read, muted ones that nobody reads, a strip with keyed
timing, a clip as a strip, and strips of a scene that renders without sequencer and is shown in this one;
`views/`: `shot.blend` with strips that have a file for each of three views; `card/`: with an image that has.
"""

import os
import sys
from pathlib import Path
from typing import Any

import bpy  # noqa: TID251 - this script runs inside Blender

VERSION = bpy.app.version


def fresh_scene(blend: Path) -> bpy.types.Scene:
    """Give the factory scene, saved at its place."""
    bpy.ops.wm.read_factory_settings()
    bpy.context.preferences.filepaths.save_version = 0
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = 1, 4
    blend.parent.mkdir(parents=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(blend), compress=False)
    return scene


def strips_of(scene: bpy.types.Scene) -> Any:
    """Give the strips of a scene."""
    editor = scene.sequence_editor_create()
    return editor.strips if hasattr(editor, "strips") else editor.sequences


def picture(name: str) -> None:
    """Put a small picture beside the .blend."""
    made = bpy.data.images.new("picture", 4, 4)
    made.filepath_raw, made.file_format = bpy.path.abspath(f"//{name}"), "PNG"
    made.save()
    bpy.data.images.remove(made)


def strip(scene: bpy.types.Scene, channel: int, *names: str) -> Any:
    """Give a strip of pictures that are there."""
    for name in names:
        picture(name)
    made = strips_of(scene).new_image(names[0], bpy.path.abspath(f"//{names[0]}"), channel, 1)
    for name in names[1:]:
        made.elements.append(name)
    made.directory = "//"
    made.frame_final_duration = 4
    return made


def make_edit(folder: Path) -> None:
    """`edit/`."""
    scene = fresh_scene(folder / "edit/shot.blend")
    base = strip(scene, 1, "base.png")
    blurred, mask, silent = (strip(scene, channel, f"{channel}.png") for channel in (2, 3, 4))
    blurred.mute = mask.mute = silent.mute = True
    silent.directory = "//gone/"
    given = {"seq1" if VERSION < (4, 4) else "input1": blurred}
    given |= {"length": 4} if VERSION >= (5, 0) else {"frame_end": 5}
    strips_of(scene).new_effect(name="blur", type="GAUSSIAN_BLUR", channel=5, frame_start=1, **given)
    modifier = base.modifiers.new("masked", "BRIGHT_CONTRAST")
    modifier.input_mask_type, modifier.input_mask_strip = "STRIP", mask
    strip(scene, 6, *(f"keyed_{number}.png" for number in range(1, 5))).keyframe_insert("strobe", frame=1)
    for number in range(1, 5):
        picture(f"clip_{number}.png")
    clip = bpy.data.movieclips.load(bpy.path.abspath("//clip_1.png"))
    clip.filepath = "//clip_1.png"
    strips_of(scene).new_clip("clip", clip, 7, -1)
    titles = bpy.data.scenes.new("titles")
    titles.render.use_sequencer = False
    strip(titles, 1, "title.png")
    strips_of(scene).new_scene("titles", titles, 8, 1).scene_input = "SEQUENCER"
    unseen = bpy.data.scenes.new("unseen")
    strip(unseen, 1, "unseen.png").directory = "//gone/"
    bpy.ops.wm.save_mainfile()


def with_views(blend: Path) -> bpy.types.Scene:
    """Give a scene of three views."""
    scene = fresh_scene(blend)
    render = scene.render
    render.use_multiview, render.views_format = True, "MULTIVIEW"
    for view, suffix in zip(render.views, ("_a", "_b"), strict=True):
        view.file_suffix = suffix
    render.views.new("third").file_suffix = "_c"
    return scene


def make_views(folder: Path) -> None:
    """`views/`."""
    scene = with_views(folder / "views/shot.blend")
    for suffix in "abc":
        Path(bpy.path.abspath(f"//movie_{suffix}.mp4")).write_bytes(b"something")
        for number in range(1, 5):
            picture(f"{number}_{suffix}.png")
    edit = strip(scene, 1, *(f"{number}_a.png" for number in range(1, 5)))
    movie = strips_of(scene).new_movie("movie", bpy.path.abspath("//movie_a.mp4"), 2, 1)
    movie.filepath, movie.frame_final_duration = "//movie_a.mp4", 4
    for holder in (edit, movie):
        holder.use_multiview, holder.views_format = True, "INDIVIDUAL"
    bpy.ops.wm.save_mainfile()


def make_card(folder: Path) -> None:
    """`card/`."""
    scene = with_views(folder / "card/shot.blend")
    for suffix in "abc":
        picture(f"card_{suffix}.png")
    card = bpy.data.images.load(bpy.path.abspath("//card_a.png"))
    card.filepath = "//card_a.png"
    card.use_multiview, card.views_format = True, "INDIVIDUAL"
    material = bpy.data.materials.new("card")
    if material.node_tree is None:
        material.use_nodes = True
    node = material.node_tree.nodes.new("ShaderNodeTexImage")
    node.image = card
    material.node_tree.links.new(node.outputs[0], material.node_tree.nodes["Principled BSDF"].inputs[0])
    scene.objects["Cube"].data.materials.append(material)
    bpy.ops.wm.save_mainfile()


if __name__ == "__main__":
    make_edit(Path(sys.argv[1]))
    make_views(Path(sys.argv[1]))
    make_card(Path(sys.argv[1]))
    sys.stdout.flush()
    # Not sys.exit: some `bpy` modules (4.2, 4.5) crash or hang while they are torn down.
    os._exit(0)
