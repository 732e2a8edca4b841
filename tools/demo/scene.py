# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the demo's scene: balloons over painted hills. Run by Blender's Python: `python scene.py FOLDER`.

FOLDER/balloons.blend    the scene, its hills painted with textures/fields.png
FOLDER/library/balloon.blend    the balloon, linked by the scene, with library/textures/stripes.png of its own
"""

import math
import sys
from pathlib import Path

import bpy
import numpy as np
from mathutils import Vector

FRAMES = 24
SIZE = (480, 270)
SAMPLES = 16

BALLOONS = (
    # (start, movement over all frames, size, turn at the start in radians)
    ((-1.9, 0.6, 2.1), (2.4, -0.5, 1.5), 1.0, 0.4),
    ((3.4, 6.5, 4.3), (-1.6, 0.0, 0.8), 0.9, 2.0),
    ((-5.2, 10.0, 5.2), (2.2, 0.0, -1.0), 0.8, 4.1),
)


def main(folder: Path) -> None:
    """Make library and scene in `folder`, which must be there and empty."""
    bpy.context.preferences.filepaths.save_version = 0  # no backup files beside the scene
    library = folder / "library" / "balloon.blend"
    make_library(library)
    bpy.ops.wm.read_homefile(use_empty=True)
    scene_file = folder / "balloons.blend"
    # Saved before anything is linked, so that all paths are relative from the start.
    bpy.ops.wm.save_as_mainfile(filepath=str(scene_file))
    scene = bpy.context.scene
    add_hills(scene, save_image(fields(256), folder / "textures" / "fields.png"))
    add_balloons(scene, library)
    add_light(scene)
    add_camera(scene)
    set_render(scene)
    bpy.ops.wm.save_as_mainfile(filepath=str(scene_file), compress=True)


def make_library(path: Path) -> None:
    """A file with one collection, "Balloon": envelope, ropes and basket, about two units high."""
    bpy.ops.wm.read_homefile(use_empty=True)
    path.parent.mkdir(parents=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    collection = bpy.data.collections.new("Balloon")
    collection.use_fake_user = True
    envelope = bpy.data.objects.new("Envelope", revolve("Envelope", ENVELOPE, 48))
    envelope.data.materials.append(
        textured("Cloth", save_image(stripes(512), path.parent / "textures" / "stripes.png"), roughness=0.45)
    )
    wood = plain("Wicker", (0.20, 0.10, 0.04))
    basket = bpy.data.objects.new("Basket", revolve("Basket", ((0.0, -0.42), (0.13, -0.42), (0.16, -0.2)), 16))
    basket.data.materials.append(wood)
    rope = revolve("Rope", ((0.008, 0.0), (0.008, 0.36)), 6)
    rope.materials.append(wood)
    objects = [envelope, basket]
    for corner in range(4):
        angle = math.pi / 4 + corner * math.pi / 2
        line = bpy.data.objects.new(f"Rope {corner + 1}", rope)
        line.location = (0.14 * math.cos(angle), 0.14 * math.sin(angle), -0.22)
        objects.append(line)
    for item in objects:
        collection.objects.link(item)
    bpy.ops.wm.save_as_mainfile(filepath=str(path), compress=True)


ENVELOPE = tuple(
    (0.74 * math.sin(math.pi * t) ** 0.8 * (0.42 + 0.75 * t) + 0.13 * (1 - t), 0.1 + 1.75 * t)
    for t in (step / 28 for step in range(29))
)
"""The balloon's profile: (radius, height) from its mouth to its crown."""


def revolve(name: str, profile: tuple[tuple[float, float], ...], segments: int) -> bpy.types.Mesh:
    """A smooth mesh that turns `profile`, (radius, height) from below, about the vertical axis; UV runs once around."""
    points, faces, coordinates = [], [], []
    for radius, height in profile:
        for segment in range(segments):
            angle = 2 * math.pi * segment / segments
            points.append((radius * math.cos(angle), radius * math.sin(angle), height))
    for ring in range(len(profile) - 1):
        for segment in range(segments):
            after = (segment + 1) % segments
            low, high = ring * segments, (ring + 1) * segments
            faces.append((low + segment, low + after, high + after, high + segment))
            left, right = segment / segments, (segment + 1) / segments
            bottom, top = ring / (len(profile) - 1), (ring + 1) / (len(profile) - 1)
            coordinates += [left, bottom, right, bottom, right, top, left, top]
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(points, [], faces)
    mesh.uv_layers.new(name="UVMap").data.foreach_set("uv", coordinates)
    mesh.shade_smooth()
    return mesh


def add_hills(scene: bpy.types.Scene, image: bpy.types.Image) -> None:
    """Rolling land, 60 by 60 units, that climbs away from the camera."""
    count, size = 120, 60.0
    steps = np.linspace(-size / 2, size / 2, count)
    x, y = np.meshgrid(steps, steps)
    y = y + 18
    z = 0.4 * np.sin(x * 0.42 + 0.6) * np.cos(y * 0.31) + 0.18 * np.sin(x * 0.9 + y * 0.5)
    z += 0.004 * np.clip(y - 6, 0, None) ** 2 * (1 + 0.35 * np.sin(x * 0.23 + 1.2)) - 0.9
    faces = [
        (row * count + column, row * count + column + 1, (row + 1) * count + column + 1, (row + 1) * count + column)
        for row in range(count - 1)
        for column in range(count - 1)
    ]
    mesh = bpy.data.meshes.new("Hills")
    mesh.from_pydata(np.stack([x, y, z], axis=-1).reshape(-1, 3).tolist(), [], faces)
    corners = np.empty(len(mesh.loops), dtype=np.int32)
    mesh.loops.foreach_get("vertex_index", corners)
    around = np.stack([corners % count, corners // count], axis=-1) / (count - 1) * 5
    mesh.uv_layers.new(name="UVMap").data.foreach_set("uv", around.astype(np.float32).ravel())
    mesh.shade_smooth()
    mesh.materials.append(textured("Fields", image, roughness=0.9))
    scene.collection.objects.link(bpy.data.objects.new("Hills", mesh))


def add_balloons(scene: bpy.types.Scene, library: Path) -> None:
    """Link the balloon and place it several times, each drifting and turning over the whole animation."""
    opened = bpy.data.libraries.load(str(library), link=True, relative=True)  # type: ignore[func-returns-value]
    with opened as (found, wanted):
        wanted.collections = list(found.collections)
    for number, (start, movement, size, turn) in enumerate(BALLOONS, 1):
        balloon = bpy.data.objects.new(f"Balloon {number}", None)
        balloon.instance_type = "COLLECTION"
        balloon.instance_collection = wanted.collections[0]
        balloon.scale = (size, size, size)
        scene.collection.objects.link(balloon)
        for frame, part in ((1, 0.0), (FRAMES, 1.0)):
            balloon.location = Vector(start) + Vector(movement) * part
            balloon.rotation_euler = (0.0, 0.06 * math.sin(turn + 4 * part), turn + 1.2 * part)
            balloon.keyframe_insert("location", frame=frame)
            balloon.keyframe_insert("rotation_euler", frame=frame)


def add_light(scene: bpy.types.Scene) -> None:
    """A low warm sun, and a sky that fades from cream to blue."""
    sun = bpy.data.lights.new("Sun", "SUN")
    sun.energy, sun.angle, sun.color = 4.2, 0.03, (1.0, 0.84, 0.64)
    lamp = bpy.data.objects.new("Sun", sun)
    lamp.rotation_euler = (math.radians(58), 0.0, math.radians(-52))
    scene.collection.objects.link(lamp)
    world = bpy.data.worlds.new("Sky")
    scene.world = world
    if bpy.app.version < (5, 0):  # later there is nothing but nodes
        world.use_nodes = True
    nodes, links = world.node_tree.nodes, world.node_tree.links
    direction, axes, ramp = (
        nodes.new(kind) for kind in ("ShaderNodeTexCoord", "ShaderNodeSeparateXYZ", "ShaderNodeValToRGB")
    )
    links.new(direction.outputs["Generated"], axes.inputs[0])
    links.new(axes.outputs["Z"], ramp.inputs["Fac"])
    links.new(ramp.outputs["Color"], nodes["Background"].inputs["Color"])
    ramp.color_ramp.elements[0].color = (0.95, 0.72, 0.48, 1.0)
    ramp.color_ramp.elements[1].color = (0.07, 0.22, 0.56, 1.0)
    ramp.color_ramp.elements[1].position = 0.55
    ramp.color_ramp.elements.new(0.16).color = (0.55, 0.66, 0.78, 1.0)


def add_camera(scene: bpy.types.Scene) -> None:
    """A camera low over the land, looking a little up."""
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    camera.data.lens = 34
    camera.location = (0.3, -8.2, 2.0)
    camera.rotation_euler = (Vector((0.0, 2.0, 3.1)) - camera.location).to_track_quat("-Z", "Y").to_euler()
    scene.collection.objects.link(camera)
    scene.camera = camera


def set_render(scene: bpy.types.Scene) -> None:
    """Cycles on the CPU, small enough for any machine."""
    scene.render.engine = "CYCLES"  # type: ignore[assignment]
    scene.cycles.device = "CPU"
    scene.cycles.samples = SAMPLES
    scene.cycles.use_denoising = False
    scene.render.resolution_x, scene.render.resolution_y = SIZE
    scene.render.resolution_percentage = 100
    scene.render.image_settings.file_format = "PNG"
    scene.render.fps = 24
    scene.frame_start, scene.frame_end = 1, FRAMES


def textured(name: str, image: bpy.types.Image, *, roughness: float) -> bpy.types.Material:
    """A material that shows `image`."""
    material = plain(name, (1.0, 1.0, 1.0), roughness=roughness)
    tree = material.node_tree
    picture = tree.nodes.new("ShaderNodeTexImage")
    picture.image = image
    tree.links.new(picture.outputs["Color"], tree.nodes["Principled BSDF"].inputs["Base Color"])
    return material


def plain(name: str, color: tuple[float, float, float], *, roughness: float = 0.8) -> bpy.types.Material:
    """A material of one linear color."""
    material = bpy.data.materials.new(name)
    if bpy.app.version < (5, 0):
        material.use_nodes = True
    shader = material.node_tree.nodes["Principled BSDF"]
    shader.inputs["Base Color"].default_value = (*color, 1.0)
    shader.inputs["Roughness"].default_value = roughness
    return material


def stripes(size: int) -> np.ndarray:
    """The balloon's cloth as (size, size, 3) sRGB in 0..1, lowest row first: gores in four colors between two bands."""
    colors = np.array([(0.91, 0.25, 0.17), (0.98, 0.80, 0.30), (0.93, 0.95, 0.90), (0.13, 0.42, 0.60)])
    around, up = np.meshgrid(np.arange(size) / size, np.arange(size) / size)
    gore = (around * 16 + 0.5 * np.sin(up * math.pi * 2)).astype(int) % 4
    cloth = colors[gore]
    cloth[(up > 0.47) & (up < 0.53)] = (0.16, 0.16, 0.30)
    cloth[(up < 0.08) | (up > 0.94)] = colors[0]
    return cloth


def fields(size: int) -> np.ndarray:
    """Farmland as (size, size, 3) sRGB in 0..1: patches of green, straw and earth with furrows."""
    random = np.random.default_rng(7)
    greens = [(0.38, 0.55, 0.22), (0.50, 0.62, 0.25), (0.28, 0.45, 0.22)]
    colors = np.array([*greens, (0.80, 0.70, 0.35), (0.62, 0.47, 0.30)])
    patches = random.integers(0, len(colors), (8, 8))
    column, row = np.meshgrid(np.arange(size), np.arange(size))
    patch = patches[row * 8 // size, column * 8 // size]
    furrow = 0.06 * np.sin(np.where(patch % 2, column, row) * 2 * math.pi / 8)
    land = colors[patch] + furrow[..., None] + random.normal(0, 0.015, (size, size, 1))
    hedge = ((row * 8) % size < 12) | ((column * 8) % size < 12)
    land[hedge] = (0.17, 0.30, 0.15)
    return land.clip(0, 1)


def save_image(pixels: np.ndarray, path: Path) -> bpy.types.Image:
    """Write (height, width, 3) sRGB in 0..1 to a PNG, and give it as an image with a path relative to the open file."""
    height, width, _ = pixels.shape
    path.parent.mkdir(parents=True, exist_ok=True)
    drawn = bpy.data.images.new(path.stem, width, height)
    drawn.pixels.foreach_set(np.dstack([pixels, np.ones((height, width))]).astype(np.float32).ravel())  # type: ignore[arg-type]
    drawn.filepath_raw = str(path)
    drawn.file_format = "PNG"
    drawn.save()
    bpy.data.images.remove(drawn)
    image = bpy.data.images.load(str(path))
    image.filepath = bpy.path.relpath(str(path))
    return image


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
