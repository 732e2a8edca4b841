# SPDX-License-Identifier: GPL-3.0-or-later
"""What the compositor and the sequencer read, and fonts."""

from __future__ import annotations

import shutil
import wave
from pathlib import Path
from typing import Any

import bpy

from .images import BLUE, GREEN, RED, YELLOW
from .movies import add_effect, strips, write_movie
from .spot import PIXELS, Spot, picture, pictures, shape_material, written

LENGTH = 4


def font(spot: Spot) -> list[Path]:
    path = _font_file(spot.folder / "font" / "own.woff2")
    curve = bpy.data.curves.new("Text", "FONT")
    curve.body, curve.align_x, curve.align_y, curve.size = "Qg", "CENTER", "CENTER", 1.4
    curve.font = bpy.data.fonts.load(written(path))
    curve.materials.append(shape_material())
    spot.show(bpy.data.objects.new("Text", curve))
    return [path]


def movie_clip(spot: Spot) -> list[Path]:
    """In the compositor."""
    path = write_movie(spot.folder / "clip" / "sea.mp4")
    node = _compositor(spot.scene, "CompositorNodeMovieClip")
    node.clip = bpy.data.movieclips.load(written(path))
    return [path]


def compositor_image(spot: Spot) -> list[Path]:
    """An image that nothing but the compositor reads."""
    path = picture(spot.folder / "plate" / "plate.png", RED)
    node = _compositor(spot.scene, "CompositorNodeImage")
    node.image = bpy.data.images.load(written(path))
    return [path]


def strip_image(spot: Spot) -> list[Path]:
    path = picture(spot.folder / "still" / "still.png", RED)
    strip = strips(spot.scene).new_image("still", written(path), _channel(spot), 1)
    if hasattr(strip, "right_handle"):  # 5.2
        strip.right_handle = LENGTH + 1
    else:
        strip.frame_final_end = LENGTH + 1
    _place(spot, strip)
    return [path]


def strip_image_sequence(spot: Spot) -> list[Path]:
    frames = pictures(spot.folder / "shots", (RED, GREEN, BLUE, YELLOW))
    strip = strips(spot.scene).new_image("shots", written(frames[0]), _channel(spot), 1)
    for frame in frames[1:]:
        strip.elements.append(frame.name)
    _place(spot, strip)
    return frames[1:3]


def strip_movie(spot: Spot) -> list[Path]:
    path = write_movie(spot.folder / "cut" / "sea.mp4")
    _place(spot, strips(spot.scene).new_movie("sea", written(path), _channel(spot), 1))
    return [path]


def strip_text(spot: Spot) -> list[Path]:
    """A text strip with a font of its own."""
    path = _font_file(spot.folder / "titles" / "own.woff2")
    strip = add_effect(spot.scene, "TEXT", _channel(spot), 1, LENGTH)
    strip.text, strip.font_size = "Qg", PIXELS
    strip.font = bpy.data.fonts.load(written(path))
    _place(spot, strip)
    return [path]


def sound(spot: Spot) -> list[Path]:
    """No pixel depends on it."""
    path = spot.folder / "sound" / "beep.wav"
    path.parent.mkdir(parents=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(range(256)) * 20)
    speaker = bpy.data.speakers.new("Speaker")
    speaker.sound = bpy.data.sounds.load(written(path))
    spot.show(bpy.data.objects.new("Speaker", speaker))
    return []


def _font_file(path: Path) -> Path:
    path.parent.mkdir(parents=True)
    shutil.copyfile(Path(bpy.utils.system_resource("DATAFILES"), "fonts", "Inter.woff2"), path)
    return path


def _compositor(scene: bpy.types.Scene, node_type: str) -> Any:
    """A compositor that gives what one node gives."""
    if hasattr(scene, "compositing_node_group"):
        tree = scene.compositing_node_group = bpy.data.node_groups.new("Compositing", "CompositorNodeTree")
        tree.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
        output = tree.nodes.new("NodeGroupOutput")
    else:
        scene.use_nodes = True
        tree = scene.node_tree
        tree.nodes.clear()
        output = tree.nodes.new("CompositorNodeComposite")
    node = tree.nodes.new(node_type)
    tree.links.new(node.outputs["Image"], output.inputs[0])
    return node


def _channel(spot: Spot) -> int:
    """Every strip of a scene has its own."""
    return len(strips(spot.scene)) + 1


def _place(spot: Spot, strip: Any) -> None:
    """Move a strip that fills the middle of the picture into its square, over the others."""
    render = spot.scene.render
    middle = spot.column * PIXELS + PIXELS / 2
    strip.blend_type = "ALPHA_OVER"
    strip.transform.offset_x = middle - render.resolution_x / 2
