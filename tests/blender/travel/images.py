# SPDX-License-Identifier: GPL-3.0-or-later
"""Images in every form that Blender has for them."""

from __future__ import annotations

from pathlib import Path

import bpy

from .movies import write_movie
from .spot import WITHOUT_NODES, Spot, image_material, load_image, picture, pictures, written

RED, GREEN, BLUE, YELLOW = (230, 30, 30), (30, 230, 30), (30, 30, 230), (230, 230, 30)


def image(spot: Spot) -> list[Path]:
    path = picture(spot.folder / "image" / "wood.png", RED)
    spot.plane(image_material(load_image(path)))
    return [path]


def image_packed(spot: Spot) -> list[Path]:
    """Lies in the .blend; its file is gone."""
    path = picture(spot.folder / "packed" / "wood.png", GREEN)
    packed = load_image(path)
    packed.pack()
    spot.plane(image_material(packed))
    path.unlink()
    return []


def image_generated(spot: Spot) -> list[Path]:
    """Made by Blender when it is needed."""
    generated = bpy.data.images.new("generated", 8, 8)
    generated.generated_type = "COLOR_GRID"
    spot.plane(image_material(generated))
    return []


def udim_tiles(spot: Spot) -> list[Path]:
    tiles = [picture(spot.folder / "tiles" / f"skin.{number}.png", c) for number, c in ((1001, RED), (1002, BLUE))]
    tiled = load_image(tiles[0])
    tiled.source = "TILED"
    tiled.tiles.new(1002)
    tiled.filepath = written(spot.folder / "tiles" / "skin.<UDIM>.png")
    layer = spot.plane(image_material(tiled)).data.uv_layers[0]
    for corner in layer.data:
        corner.uv.x *= 2.0
    return tiles


def image_sequence(spot: Spot) -> list[Path]:
    frames = pictures(spot.folder / "sequence", (RED, GREEN, BLUE, YELLOW))
    sequence = load_image(frames[0])
    sequence.source = "SEQUENCE"
    _play(spot, sequence, len(frames))
    return frames[1:3]


def image_of_layers(spot: Spot) -> list[Path]:
    """An OpenEXR file with several layers, of which one is shown."""
    path = _write_layers(spot.folder / "layers" / "rendered.exr")
    material = image_material(load_image(path))
    spot.plane(material)
    return [path]


def _write_layers(path: Path) -> Path:
    """What a scene of nothing but a blue sky renders, with its passes."""
    scene = bpy.data.scenes.new("Layers")
    scene.world = bpy.data.worlds.new("Blue")
    scene.world.color = (0.1, 0.2, 0.9)
    scene.camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    scene.collection.objects.link(scene.camera)
    render, settings = scene.render, scene.render.image_settings
    render.engine, scene.cycles.samples, scene.cycles.use_denoising = "CYCLES", 1, False
    render.resolution_x = render.resolution_y = 8
    scene.view_layers[0].use_pass_z = True
    if hasattr(settings, "media_type"):
        settings.media_type = "MULTI_LAYER_IMAGE"
    settings.file_format, render.filepath = "OPEN_EXR_MULTILAYER", str(path)
    bpy.ops.render.render(scene=scene.name, write_still=True)
    made = {scene.world, scene.camera, scene.camera.data}
    bpy.data.scenes.remove(scene)
    bpy.data.batch_remove(made)
    return path


def image_movie(spot: Spot) -> list[Path]:
    path = write_movie(spot.folder / "movie" / "sea.mp4")
    movie = load_image(path)
    movie.source = "MOVIE"
    _play(spot, movie, 4)
    return [path]


def environment(spot: Spot) -> list[Path]:
    """The world's image."""
    path = picture(spot.folder / "world" / "sky.png", BLUE)
    world = spot.scene.world = bpy.data.worlds.new("Sky")
    if WITHOUT_NODES:
        world.use_nodes = True
    world.cycles.sampling_method = "NONE"  # its lights would take a second to find
    tree = world.node_tree
    tree.nodes.clear()
    texture = tree.nodes.new("ShaderNodeTexEnvironment")
    texture.image = load_image(path)
    background, output = tree.nodes.new("ShaderNodeBackground"), tree.nodes.new("ShaderNodeOutputWorld")
    tree.links.new(texture.outputs["Color"], background.inputs["Color"])
    tree.links.new(background.outputs[0], output.inputs["Surface"])
    return [path]


def _play(spot: Spot, footage: bpy.types.Image, frames: int) -> None:
    material = image_material(footage)
    (node,) = (node for node in material.node_tree.nodes if node.bl_idname == "ShaderNodeTexImage")
    node.image_user.frame_duration, node.image_user.use_auto_refresh = frames, True
    spot.plane(material)
