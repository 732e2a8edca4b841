# SPDX-License-Identifier: GPL-3.0-or-later
"""Frames whose shade tells their number, and ways to see which of them Blender shows at a scene frame."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import numpy
from PIL import Image

from renderjuice.tests.blender.scene_parts import strips_of

SIZE = 8
NOTHING = 0
"""The shade of a frame that shows no file."""
SEQUENCE_LISTS = {
    "all": (1, 2, 3),
    "from_zero": (0, 1, 2),
    "stepped": (1, 3, 5, 7),
    "gaps": (5, 9, 20, 21, 22),
    "five_digits": (9998, 9999, 10000, 10001),
    "only_five_digits": (10000, 10001),
}


def shade(frame: int) -> int:
    """The gray value of a frame. Its neighbours' are further away than what is lost by rounding."""
    return 60 + frame % 60 * 3


def blender_name(frame: int, suffix: str = ".png") -> str:
    """The name that Blender gives a frame."""
    return f"{'-' if frame < 0 else ''}{abs(frame):04d}{suffix}"


def write(path: Path, value: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (SIZE, SIZE), (value, value, value)).save(path)
    return path


def write_exr(path: Path, value: float) -> Path:
    """A file of linear colors."""
    image = bpy.data.images.new("linear", SIZE, SIZE, float_buffer=True)
    image.colorspace_settings.name = "Non-Color"
    image.pixels.foreach_set(numpy.tile(numpy.array([value, value, value, 1.0], numpy.float32), SIZE * SIZE))
    image.filepath_raw, image.file_format = str(path), "OPEN_EXR"
    image.save()
    bpy.data.images.remove(image)
    return path


def write_frames(folder: Path, frames: Iterable[int]) -> dict[int, Path]:
    return {frame: write(folder / blender_name(frame), shade(frame)) for frame in frames}


def job_of(footage: ModuleType, frames: dict[int, Path], wanted: Iterable[int] = (), **changes: Any) -> Any:
    return footage.Footage(job_id="job1", name="shot", frames=frames, wanted=tuple(wanted or frames), **changes)


def rendered_pixels(scene: bpy.types.Scene, frame: int, folder: Path) -> numpy.ndarray:
    shown, bpy.context.window.scene = bpy.context.window.scene, scene
    scene.frame_set(frame)
    scene.render.filepath = str(folder / "rendered.png")
    bpy.ops.render.render(write_still=True)
    bpy.context.window.scene = shown
    return numpy.asarray(Image.open(folder / "rendered.png").convert("RGBA")).copy()


def rendered_shade(scene: bpy.types.Scene, frame: int, folder: Path) -> int:
    """The gray value that a render of the scene gives, NOTHING for black or transparent."""
    red, _, _, alpha = rendered_pixels(scene, frame, folder)[SIZE // 2, SIZE // 2]
    return int(red) if alpha else NOTHING


def assert_shown(scene: bpy.types.Scene, folder: Path, expected: dict[int, int | None]) -> None:
    """Each scene frame renders the file of that frame; None where nothing is to be seen."""
    for at, frame in expected.items():
        found = rendered_shade(scene, at, folder)
        wanted = NOTHING if frame is None else shade(frame)
        assert abs(found - wanted) <= 1, f"scene frame {at} shows {found} instead of {wanted}"


def compositor_output(scene: bpy.types.Scene) -> tuple[Any, Any]:
    """The compositor's nodes, and the socket that a render is taken from."""
    if hasattr(scene, "compositing_node_group"):
        tree = scene.compositing_node_group
        return tree, next(node for node in tree.nodes if node.bl_idname == "NodeGroupOutput").inputs[0]
    tree = scene.node_tree
    return tree, next(node for node in tree.nodes if node.bl_idname == "CompositorNodeComposite").inputs[0]


def render_node(scene: bpy.types.Scene, node: Any) -> None:
    """Have renders give what a node shows."""
    tree, socket = compositor_output(scene)
    tree.links.new(node.outputs[0], socket)


def image_nodes(scene: bpy.types.Scene) -> list[Any]:
    tree, _ = compositor_output(scene)
    return [node for node in tree.nodes if node.bl_idname == "CompositorNodeImage"]


def image_of(job_id: str = "job1") -> bpy.types.Image:
    """The image that shows a job's frames."""
    (image,) = (image for image in bpy.data.images if image.get("renderjuice_job") == job_id)
    return image


def frames_scene(rendered: bpy.types.Scene | None = None) -> bpy.types.Scene:
    """The scene in whose sequencer the frames of a scene are."""
    name = (rendered or bpy.context.scene).name
    (scene,) = (scene for scene in bpy.data.scenes if scene.get("renderjuice_frames_of") == name)
    return scene


def strips(scene: bpy.types.Scene) -> list[Any]:
    editor = scene.sequence_editor
    return list(editor.strips if hasattr(editor, "strips") else editor.sequences)


def begin(strip: Any) -> int:
    return int(strip.left_handle if hasattr(strip, "left_handle") else strip.frame_final_start)


def end(strip: Any) -> int:
    return int(strip.right_handle if hasattr(strip, "right_handle") else strip.frame_final_end)


def new_strip(scene: bpy.types.Scene, path: Path, channel: int, frame: int) -> Any:
    return strips_of(scene).new_image("artist", str(path), channel, frame)


def become(area_type: str, index: int = 0) -> Any:
    """Turn an editor of the window into another; gives its space."""
    area = bpy.context.window.screen.areas[index]
    area.ui_type = area_type
    return area.spaces.active


def shown_file(image: bpy.types.Image, user: Any, frame: int) -> str:
    bpy.context.scene.frame_set(frame)
    return Path(image.filepath_from_user(image_user=user)).name
