# SPDX-License-Identifier: GPL-3.0-or-later
"""What grease pencils read: their modifiers and effects name other objects, and their materials have images.

Nothing of it can be rendered without a graphics card. So each shape is also held against what Blender works out itself.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from renderjuice.tests.blender.scene_parts import nodes_of

IS_OLD = hasattr(bpy.types, "GpencilModifier")
"""Until 4.2 a grease pencil has modifiers in a list of their own."""
PLACES = {
    "LATTICE": "object",
    "SHRINKWRAP": "target",
    "HOOK": "object",
    "MIRROR": "object",
    "ARRAY": "offset_object",
    "BUILD": "object",
    "OUTLINE": "object",
    "TINT": "object",
    "WEIGHT_PROXIMITY": "object",
    "LINEART": "source_object",
}
"""Where each modifier names another object."""
CERTAIN = frozenset({"LATTICE", "SHRINKWRAP"})
"""Modifiers whose strokes have a shape from the other object, seen or not."""
CACHE = "bend.pc2"

Look = Callable[[], Any]


@pytest.fixture
def look(scene: bpy.types.Scene, load: Callable[[str], ModuleType]) -> Look:
    """Gives what is found in the open scene."""
    return lambda: load("scene.dependencies.scan").find_dependencies(bpy.context.scene, (1,))


def missing(found: Any) -> list[tuple[str, bool]]:
    """The names of the files that are missed, and whether that is certain."""
    return [(Path(path).name, each.is_certain) for each in found.missing for path in each.missing]


def pencil() -> bpy.types.Object:
    """A visible pencil with one stroke above the ground."""
    places = [(-0.5, 0.1, 0.3), (0.0, 0.2, 0.3), (0.5, 0.3, 0.3)]
    data: Any = getattr(bpy.data, "grease_pencils_v3", bpy.data.grease_pencils).new("Pencil")
    layer = data.layers.new("Lines")
    frame = layer.frames.new(1)
    if IS_OLD:
        stroke = frame.strokes.new()
        stroke.points.add(len(places))
        for point, place in zip(stroke.points, places, strict=True):
            point.co = place
    else:
        frame.drawing.add_strokes([len(places)])
        for point, place in zip(frame.drawing.strokes[0].points, places, strict=True):
            point.position = place
    thing = bpy.data.objects.new("Pencil", data)
    bpy.context.scene.collection.objects.link(thing)
    return thing


def modifiers_of(thing: Any) -> Any:
    return thing.grease_pencil_modifiers if IS_OLD else thing.modifiers


def add_modifier(thing: bpy.types.Object, kind: str, other: bpy.types.Object) -> Any:
    if IS_OLD:
        kind_of_version = kind if kind == "SHRINKWRAP" else f"GP_{kind}"
    else:
        prefix = {"LINEART": "", "WEIGHT_PROXIMITY": "GREASE_PENCIL_VERTEX_"}.get(kind, "GREASE_PENCIL_")
        kind_of_version = f"{prefix}{kind}"
    modifier = modifiers_of(thing).new("Reads", kind_of_version)
    if kind == "LINEART":
        modifier.source_type = "OBJECT"
        modifier.target_layer = "Lines"
        material = bpy.data.materials.new("Line")
        bpy.data.materials.create_gpencil_data(material)
        thing.data.materials.append(material)
        modifier.target_material = material
    setattr(modifier, PLACES[kind], other)
    return modifier


def other_object(kind: str, folder: Path) -> bpy.types.Object:
    """An object that nobody sees, whose shape is a file's."""
    data: Any = bpy.data.lattices.new("Other") if kind == "LATTICE" else bpy.data.meshes.new("Other")
    if kind != "LATTICE":
        corners = [(-1.0, -1.0, 0.0), (1.0, -1.0, 0.0), (1.0, 1.0, 0.0), (-1.0, 1.0, 0.0)]
        data.from_pydata(corners, [], [(0, 1, 2, 3)])
    thing = bpy.data.objects.new("Other", data)
    bpy.context.scene.collection.objects.link(thing)
    write(folder / CACHE, thing, 0.0)
    modifier: Any = thing.modifiers.new("Moved", "MESH_CACHE")
    modifier.cache_format, modifier.filepath = "PC2", f"//{CACHE}"
    thing.hide_render = thing.hide_viewport = True
    return thing


def write(path: Path, thing: Any, height: float) -> None:
    """A cache of one frame, whose points are all somewhere else."""
    count = len(thing.data.points if thing.type == "LATTICE" else thing.data.vertices)
    head = b"POINTCACHE2\0" + struct.pack("<iiffi", 1, count, 1.0, 1.0, 1)
    points = [(number * 0.3, 0.2 * (number % 3), height + 0.1 * number) for number in range(count)]
    path.write_bytes(head + b"".join(struct.pack("<fff", *point) for point in points))


def strokes() -> list[tuple[float, ...]]:
    """The points of the pencil as Blender works them out from the saved file."""
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)
    data: Any = bpy.data.objects["Pencil"].evaluated_get(bpy.context.evaluated_depsgraph_get()).data
    frames = [frame for layer in data.layers for frame in layer.frames]
    lines = [line for frame in frames for line in (frame.strokes if IS_OLD else frame.drawing.strokes)]
    points = [point.co if IS_OLD else point.position for line in lines for point in line.points]
    return [tuple(round(value, 3) for value in point) for point in points]


@pytest.mark.parametrize("kind", PLACES)
def test_a_modifier_reads_the_object_that_it_names(project: Path, look: Look, kind: str) -> None:
    add_modifier(pencil(), kind, other_object(kind, project))
    bpy.ops.wm.save_mainfile()
    before = strokes()
    write(project / CACHE, bpy.data.objects["Other"], 0.9)
    assert (strokes() != before) == (kind in CERTAIN)
    (project / CACHE).unlink()
    assert missing(look()) == [(CACHE, kind in CERTAIN)]
    (modifier,) = modifiers_of(bpy.data.objects["Pencil"])
    modifier.show_render = False
    assert missing(look()) == []
    modifier.keyframe_insert("show_render", frame=5)
    assert missing(look()) == []
    modifier.show_render = True
    modifier.keyframe_insert("show_render", frame=1)
    modifier.show_render = False
    assert missing(look()) == [(CACHE, kind in CERTAIN)]
    bpy.data.objects["Pencil"].hide_render = True
    assert missing(look()) == []


def lost_image(folder: Path, name: str) -> bpy.types.Image:
    """An image whose file is gone."""
    (folder / name).write_bytes(b"x")
    image = bpy.data.images.load(f"//{name}")
    (folder / name).unlink()
    return image


def test_what_lines_are_drawn_around_shows_no_material(project: Path, look: Look) -> None:
    other = other_object("LINEART", project)
    other.modifiers.clear()
    material = bpy.data.materials.new("Painted")
    tree = nodes_of(material)
    node = tree.nodes.new("ShaderNodeTexImage")
    node.image = lost_image(project, "paint.png")
    output = next((each for each in tree.nodes if each.type == "OUTPUT_MATERIAL"), None)
    tree.links.new(node.outputs[0], (output or tree.nodes.new("ShaderNodeOutputMaterial")).inputs["Surface"])
    other.data.materials.append(material)
    add_modifier(pencil(), "LINEART", other)
    assert missing(look()) == []
    other.hide_render = False
    assert missing(look()) == [("paint.png", True)]


@pytest.mark.parametrize("name", ["fill_image", "stroke_image"])
def test_the_images_of_a_pencils_material(project: Path, look: Look, name: str) -> None:
    thing, material = pencil(), bpy.data.materials.new("Ink")
    bpy.data.materials.create_gpencil_data(material)
    setattr(material.grease_pencil, name, lost_image(project, "ink.png"))
    thing.data.materials.append(material)
    assert missing(look()) == [("ink.png", True)]
    thing.hide_render = True
    assert missing(look()) == []


@pytest.mark.parametrize("way", ["effect", "layer"])
def test_what_places_strokes_is_read(project: Path, look: Look, way: str) -> None:
    empty, thing = bpy.data.objects.new("Empty", None), pencil()
    bpy.context.scene.collection.objects.link(empty)
    empty.hide_render = True
    (project / "0001.png").write_bytes(b"x")
    clip = bpy.data.movieclips.load(str(project / "0001.png"))
    follow: Any = empty.constraints.new("FOLLOW_TRACK")
    follow.use_active_clip, follow.clip = False, clip
    assert clip in look().unread
    if way == "layer":
        thing.data.layers[0].parent = empty
    else:
        effect = thing.shader_effects.new("Swirl", "FX_SWIRL")
        effect.object, effect.show_render = empty, False
        assert clip in look().unread
        effect.show_render = True
    assert clip not in look().unread
