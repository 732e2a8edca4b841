# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside Blender: `make_scenes.py -- FOLDER` makes the small .blend files that the tests submit.

`shot.blend` needs nothing else, `project/shot.blend` a texture beside it, and each frame of `slow.blend` takes hours.
"""

import os
import sys
from pathlib import Path

import bpy  # noqa: TID251 - this script runs inside Blender

SIZE = 32


def fresh_scene() -> bpy.types.Scene:
    """Give the factory scene, small and quick: Cycles, one sample."""
    bpy.ops.wm.read_factory_settings()
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.device, scene.cycles.samples, scene.cycles.use_denoising = "CPU", 1, False
    scene.render.resolution_x = scene.render.resolution_y = SIZE
    scene.frame_start, scene.frame_end = 1, 4
    scene.render.filepath = "//render/"
    return scene


def save(path: Path) -> None:
    """Save uncompressed, without moving any path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(path), compress=False, relative_remap=False)


def add_texture(scene: bpy.types.Scene, path: str, file: Path) -> None:
    """Let the cube glow with an image, which is written to `file`."""
    file.parent.mkdir(parents=True, exist_ok=True)
    image = bpy.data.images.new("texture", 4, 4)
    image.filepath_raw, image.file_format = str(file), "PNG"
    image.save()
    image.source, image.filepath = "FILE", path
    material = bpy.data.materials.new("glow")
    if bpy.app.version < (5, 0):
        material.use_nodes = True
    tree = material.node_tree
    texture = tree.nodes.new("ShaderNodeTexImage")
    texture.image = image
    tree.links.new(texture.outputs["Color"], tree.nodes["Principled BSDF"].inputs["Emission Color"])
    tree.nodes["Principled BSDF"].inputs["Emission Strength"].default_value = 1
    scene.objects["Cube"].data.materials[0] = material


def main(folder: Path) -> None:
    """Make everything in `folder`."""
    fresh_scene()
    save(folder / "shot.blend")
    scene = fresh_scene()
    add_texture(scene, "//textures/wood.png", folder / "project/textures/wood.png")
    save(folder / "project/shot.blend")
    scene = fresh_scene()
    scene.cycles.samples, scene.cycles.use_adaptive_sampling = 2**24, False
    scene.render.resolution_x = scene.render.resolution_y = 2048
    save(folder / "slow.blend")
    (folder / "made").touch()


if __name__ == "__main__":
    main(Path(sys.argv[sys.argv.index("--") + 1]))
    sys.stdout.flush()
    # Not sys.exit: some `bpy` modules (4.2, 4.5) crash or hang while they are torn down.
    os._exit(0)
