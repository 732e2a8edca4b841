# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside Blender: makes the small .blend files that the tests send to the farm, and renders one by itself.

`make_scenes.py FOLDER` writes
`shot.blend` (self-contained, Zstandard-compressed) and `direct.png`, its frame 2 rendered without any farm;
`project/shot.blend`, `project/parts/part.blend`, `project/textures/*.png`: a linked library, textures beside it, a
File Output node, two views and a marker that changes the camera;
`second.blend` (two scenes), `no_camera.blend`, `absolute.blend` (a texture by absolute path),
`movie.blend` (saved with a movie format) and `slow.blend` (frames that would take hours).
"""

import os
import sys
from pathlib import Path

import bpy  # noqa: TID251 - this script runs inside Blender
from compositing import new_compositor

SIZE = (32, 16)
IS_NEW = bpy.app.version >= (5, 0)


def fresh_scene() -> bpy.types.Scene:
    """Give the factory scene, small and quick: Cycles, one sample, a fixed seed."""
    bpy.ops.wm.read_factory_settings()
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.samples, scene.cycles.seed, scene.cycles.use_denoising = 1, 7, False
    scene.render.resolution_x, scene.render.resolution_y = SIZE
    scene.render.resolution_percentage = 100
    scene.render.compositor_device = "CPU"
    scene.frame_start, scene.frame_end, scene.frame_step = 1, 3, 2
    scene.render.filepath = "//render/shot_####"
    return scene


def save(path: Path, compress: bool) -> None:
    """Save without moving any path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(path), compress=compress, relative_remap=False)


def textured_material(name: str, path: str, file: Path) -> bpy.types.Material:
    """Give a material that glows with the image at `path`, which is written to `file` first."""
    file.parent.mkdir(parents=True, exist_ok=True)
    image = bpy.data.images.new(name, 4, 4)
    image.pixels = [0.9, 0.1, 0.2, 1.0] * 16
    image.filepath_raw, image.file_format = str(file), "PNG"
    image.save()
    image.source, image.filepath = "FILE", path
    material = bpy.data.materials.new(name)
    if not IS_NEW:
        material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    texture, shader = nodes.new("ShaderNodeTexImage"), nodes.new("ShaderNodeEmission")
    texture.image = image
    links.new(texture.outputs["Color"], shader.inputs["Color"])
    links.new(shader.outputs["Emission"], nodes["Material Output"].inputs["Surface"])
    return material


def add_file_output(scene: bpy.types.Scene) -> None:
    """Let the compositor pass the picture on, and write it through a File Output node as well."""
    tree, final = new_compositor(scene)
    layers, writer = tree.nodes.new("CompositorNodeRLayers"), tree.nodes.new("CompositorNodeOutputFile")
    writer.name = "Passes"
    if IS_NEW:
        writer.format.media_type = "IMAGE"
        writer.directory, writer.file_name = "//passes/deep/", "shot_"
        writer.file_output_items.new("RGBA", "beauty")
    else:
        writer.base_path = "//passes/deep/"
        writer.file_slots.clear()
        writer.file_slots.new("shot_beauty")
    writer.format.file_format = "PNG"
    for target in (final.inputs[0], writer.inputs[0]):
        tree.links.new(layers.outputs["Image"], target)


def make_shot(folder: Path) -> None:
    """`shot.blend` and its frame as Blender renders it."""
    scene = fresh_scene()
    save(folder / "shot.blend", compress=True)
    scene.frame_set(2)
    scene.render.filepath = str(folder / "direct.png")
    bpy.ops.render.render(write_still=True)


def make_project(folder: Path) -> None:
    """`project/`: a scene that needs a library, the library's texture and one of its own."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    textured_material("part", "//../textures/part.png", folder / "textures/part.png").use_fake_user = True
    save(folder / "parts/part.blend", compress=False)
    scene = fresh_scene()
    cube = scene.objects["Cube"]
    save(folder / "shot.blend", compress=False)
    with bpy.data.libraries.load(str(folder / "parts/part.blend"), link=True, relative=True) as (_, wanted):
        wanted.materials = ["part"]
    cube.data.materials.append(bpy.data.materials["part"])
    own = textured_material("own", "//textures/own.png", folder / "textures/own.png")
    cube.data.materials.append(own)
    away = scene.camera.copy()
    away.name, away.rotation_euler = "Away", (3.14159, 0.0, 0.0)
    scene.collection.objects.link(away)
    for frame, camera in ((1, scene.camera), (3, away)):
        scene.timeline_markers.new(camera.name, frame=frame).camera = camera
    scene.render.use_multiview = True
    scene.render.views_format = "MULTIVIEW"
    add_file_output(scene)
    save(folder / "shot.blend", compress=False)


def make_second_scene(folder: Path) -> None:
    """`second.blend`: the scene that was open when it was saved is not the one called "Scene"."""
    scene = fresh_scene()
    scene.render.resolution_x = 8
    bpy.ops.scene.new(type="LINK_COPY")
    second = bpy.context.scene
    second.name, second.frame_start, second.frame_end = "Second", 5, 5
    save(folder / "second.blend", compress=True)


def make_faulty(folder: Path) -> None:
    """Files that a farm has to refuse, change or wait for."""
    scene = fresh_scene()
    scene.camera = None
    save(folder / "no_camera.blend", compress=False)
    scene = fresh_scene()
    file = folder / "elsewhere.png"
    scene.objects["Cube"].data.materials.append(textured_material("elsewhere", str(file), file))
    save(folder / "absolute.blend", compress=True)
    scene = fresh_scene()
    scene.render.filepath = "//"
    if IS_NEW:
        scene.render.image_settings.media_type = "VIDEO"
    scene.render.image_settings.file_format = "FFMPEG"
    save(folder / "movie.blend", compress=True)
    scene = fresh_scene()
    scene.cycles.samples, scene.cycles.use_adaptive_sampling = 2**24, False
    scene.render.resolution_x = scene.render.resolution_y = 2048
    save(folder / "slow.blend", compress=True)


def main(folder: Path) -> None:
    """Make everything in `folder`."""
    make_shot(folder)
    make_project(folder / "project")
    make_second_scene(folder)
    make_faulty(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
    sys.stdout.flush()
    # Not sys.exit: some `bpy` modules (4.2, 4.5) crash or hang while they are torn down.
    os._exit(0)
