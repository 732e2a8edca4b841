# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenes that use files, and what was found in them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy
import pytest

from renderjuice.tests.blender.scene_parts import nodes_of, strips_of


@dataclass(frozen=True)
class Found:
    """What `find_dependencies` gave, with files named from the project's folder on."""

    dependencies: Any
    folder: Path

    @property
    def files(self) -> list[str]:
        """The files that travel."""
        return sorted(self._name(path) for path in self.dependencies.files)

    @property
    def missing(self) -> list[str]:
        """The files that are not there."""
        return sorted(self._name(path) for found in self.dependencies.missing for path in found.missing)

    @property
    def refused(self) -> list[tuple[str, str]]:
        """Kind and path of what cannot travel."""
        return [(found.kind, self._name(found.path)) for found, _reason in self.dependencies.refused]

    def _name(self, path: str) -> str:
        return os.path.relpath(path, self.folder)


Find = Callable[..., Found]


def touch(folder: Path, *names: str) -> None:
    """Files whose content nobody looks at."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def vast_file(path: Path, size: int) -> None:
    """A file that is nothing but a hole."""
    if sys.platform == "win32":
        pytest.skip("there it takes its room on the disk")
    path.parent.mkdir(exist_ok=True)
    path.touch()
    os.truncate(path, size)


def add_image(path: str, source: str = "FILE") -> bpy.types.Image:
    """An image of a material on the cube."""
    image = bpy.data.images.new("picture", 4, 4, tiled=source == "TILED")
    image.source = source
    image.filepath_raw = path
    add_image_node(image)
    return image


def add_image_node(image: bpy.types.Image) -> Any:
    """A node that shows an image in a material of the cube's own."""
    material = bpy.data.materials.new("shows it")
    tree = nodes_of(material)
    node = tree.nodes.new("ShaderNodeTexImage")
    node.image = image
    shader = next(each for each in tree.nodes if each.type == "BSDF_PRINCIPLED")
    tree.links.new(node.outputs["Color"], shader.inputs["Base Color"])
    bpy.data.objects["Cube"].data.materials.append(material)
    return node


def add_strip(scene: bpy.types.Scene, kind: str, path: str, **settings: Any) -> Any:
    """A strip of pictures ("image") or of a movie, from frame 1 on."""
    return getattr(strips_of(scene), f"new_{kind}")(name=kind, filepath=path, channel=1, frame_start=1, **settings)


def add_scene_strip(shown: bpy.types.Scene) -> Any:
    """A strip of the open scene that shows another one, from frame 1 on."""
    return strips_of(bpy.context.scene).new_scene(name=shown.name, scene=shown, channel=5, frame_start=1)


def paint(path: Path, red: float) -> None:
    """A picture of one color, by which it is known again in a render."""
    picture = bpy.data.images.new("painted", 4, 4)
    picture.pixels = [red, 0.0, 0.0, 1.0] * 16
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.filepath_raw, picture.file_format = str(path), "PNG"
    picture.save()
    bpy.data.images.remove(picture)


def render_color(frame: int) -> tuple[float, ...]:
    """The color of a frame's middle, rendered from the files on the disk: the file is saved and loaded again first."""
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)
    scene = bpy.context.scene
    scene.render.engine, scene.cycles.samples, scene.cycles.use_denoising = "CYCLES", 1, False
    scene.render.resolution_x = scene.render.resolution_y = 8
    scene.render.image_settings.file_format = "PNG"
    scene.render.filepath = str(Path(bpy.data.filepath).with_name("render") / "frame.png")
    scene.frame_set(frame)
    bpy.ops.render.render(write_still=True)
    picture = bpy.data.images.load(scene.render.filepath)
    middle = 4 * (8 * 4 + 4)
    color = tuple(round(each, 2) for each in picture.pixels[middle : middle + 4])
    bpy.data.images.remove(picture)
    return color
