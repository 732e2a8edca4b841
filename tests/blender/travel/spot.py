# SPDX-License-Identifier: GPL-3.0-or-later
"""The square of the picture that one kind of file has for itself, and what is put there."""

from __future__ import annotations

import os
import struct
import wave
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

Color = tuple[int, int, int]
CELL = 2.0
"""The width of a square in Blender's units."""
PIXELS = 24
"""The width of a square in the picture."""
WITHOUT_NODES = bpy.app.version < (5, 0)
"""True where materials and worlds begin without nodes."""


@dataclass(frozen=True)
class Spot:
    """Where one kind shows itself: a square of the picture, counted from the left, in a scene of the project `folder`.

    `elsewhere` is a folder outside the project, `mount` one on another file system where this machine has one.
    """

    scene: bpy.types.Scene
    folder: Path
    elsewhere: Path
    mount: Path
    column: int = 0

    @property
    def place(self) -> tuple[float, float, float]:
        """The middle of the square, which the camera sees from above."""
        return (CELL * self.column, 0.0, 0.0)

    def show(self, thing: bpy.types.Object) -> bpy.types.Object:
        """Put an object into the square."""
        thing.location = self.place
        self.scene.collection.objects.link(thing)
        return thing

    def plane(self, material: bpy.types.Material | None = None, cuts: int = 1) -> bpy.types.Object:
        """A plane that fills most of the square, of `cuts` times `cuts` faces."""
        return self.show(bpy.data.objects.new("Plane", plane_mesh(material, cuts)))


Kind = Callable[[Spot], Iterable[Path]]
"""Builds one kind into the open file; gives the files and folders without which the picture is another."""


def written(path: Path) -> str:
    """The path as an artist's file has it: relative to the open .blend."""
    return bpy.path.relpath(str(path)).replace(os.sep, "/")


def picture(path: Path, color: Color) -> Path:
    """A new PNG file of one color."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = bpy.data.images.new("picture", 8, 8)
    image.pixels = [*(part / 255.0 for part in color), 1.0] * 64
    image.filepath_raw, image.file_format = str(path), "PNG"
    image.save()
    bpy.data.images.remove(image)
    return path


def write_sound(path: Path, heights: Sequence[int]) -> Path:
    """A new WAV file with one channel, 8000 heights of its wave a second, each of 16 bits."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(struct.pack(f"<{len(heights)}h", *heights))
    return path


def pictures(folder: Path, colors: Iterable[Color]) -> list[Path]:
    """A sequence of files, numbered from one."""
    return [picture(folder / f"{number:04d}.png", color) for number, color in enumerate(colors, 1)]


def plane_mesh(material: bpy.types.Material | None = None, cuts: int = 1) -> bpy.types.Mesh:
    """A square of 1.6 units with texture coordinates from 0 to 1."""
    mesh = bpy.data.meshes.new("Plane")
    side = range(cuts + 1)
    corners = [(column / cuts, row / cuts) for row in side for column in side]
    firsts = [row * (cuts + 1) + column for row in range(cuts) for column in range(cuts)]
    faces = [(first, first + 1, first + cuts + 2, first + cuts + 1) for first in firsts]
    mesh.from_pydata([(1.6 * u - 0.8, 1.6 * v - 0.8, 0.0) for u, v in corners], [], faces)
    layer = mesh.uv_layers.new()
    for loop in mesh.loops:
        layer.data[loop.index].uv = corners[loop.vertex_index]
    mesh.materials.append(material or shape_material())
    return mesh


def box_mesh(radius: float) -> bpy.types.Mesh:
    """A cube around the origin."""
    mesh = bpy.data.meshes.new("Box")
    ends = (-radius, radius)
    faces = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
    mesh.from_pydata([(x, y, z) for x in ends for y in ends for z in ends], [], faces)
    return mesh


def select(thing: bpy.types.Object) -> None:
    """Make an object the one that operators work on."""
    bpy.context.view_layer.update()
    for other in bpy.context.view_layer.objects:
        other.select_set(other == thing)
    bpy.context.view_layer.objects.active = thing


def new_material(name: str) -> tuple[bpy.types.Material, Any, Any]:
    """A material, its empty tree, and the socket that takes its surface."""
    material = bpy.data.materials.new(name)
    if WITHOUT_NODES:
        material.use_nodes = True
    tree = material.node_tree
    tree.nodes.clear()
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    return material, tree, output


def glow(node_type: str, output: str = "Color", name: str = "Glow") -> tuple[bpy.types.Material, Any]:
    """A material that shines with what a node gives, and that node."""
    material, tree, end = new_material(name)
    node, emission = tree.nodes.new(node_type), tree.nodes.new("ShaderNodeEmission")
    tree.links.new(emission.outputs[0], end.inputs["Surface"])
    if output in node.outputs:
        tree.links.new(node.outputs[output], emission.inputs["Color"])
    return material, node


def image_material(image: bpy.types.Image) -> bpy.types.Material:
    """A material that shines with an image."""
    material, node = glow("ShaderNodeTexImage", name=image.name)
    node.image = image
    node.interpolation = "Closest"
    return material


def shape_material() -> bpy.types.Material:
    """A material whose color tells where a point is: what moves or bends looks different."""
    return glow("ShaderNodeNewGeometry", "Position", "Shape")[0]


def smoke_material() -> bpy.types.Material:
    """A volume that shines the brighter, the denser it is."""
    material, tree, end = new_material("Smoke")
    density, emission = tree.nodes.new("ShaderNodeAttribute"), tree.nodes.new("ShaderNodeEmission")
    density.attribute_name = "density"
    tree.links.new(density.outputs["Fac"], emission.inputs["Strength"])
    tree.links.new(emission.outputs[0], end.inputs["Volume"])
    return material


def load_image(path: Path, absolute: bool = False) -> bpy.types.Image:
    return bpy.data.images.load(str(path) if absolute else written(path))
