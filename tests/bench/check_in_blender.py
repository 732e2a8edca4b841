# SPDX-License-Identifier: GPL-3.0-or-later
"""Program: look at a scene of many objects and images, as submitting does and as the panel does."""

from __future__ import annotations

import importlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import addons
import bpy  # noqa: TID251
import stand_in
from measuring import ROUNDS

FOLDERS = 10
MODIFIED = 10
"""One in so many objects has a modifier."""
MATERIALS = 1_000


def build(folder: Path, objects: int, images: int) -> None:
    """A saved file whose images have small files in a few folders, and are in the materials of many objects."""
    bpy.ops.wm.read_homefile(use_factory_startup=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "shot.blend"))
    for number in range(images):
        path = folder / "textures" / str(number % FOLDERS) / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
        image = bpy.data.images.new(str(number), 1, 1)
        image.source = "FILE"
        image.filepath_raw = f"//textures/{number % FOLDERS}/{number}.png"
    mesh, pictures = bpy.data.objects["Cube"].data, list(bpy.data.images)
    for number in range(objects):
        thing = bpy.data.objects.new(str(number), mesh)
        bpy.context.scene.collection.objects.link(thing)
        if number % MODIFIED == 0:
            thing.modifiers.new("Subdivision", "SUBSURF")
    for number in range(MATERIALS):
        material = bpy.data.materials.new(str(number))
        if material.node_tree is None:
            material.use_nodes = True
        tree = material.node_tree
        shader = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
        for image, socket in zip(pictures[number::MATERIALS], shader.inputs, strict=False):
            texture = tree.nodes.new("ShaderNodeTexImage")
            texture.image = image
            tree.links.new(texture.outputs["Color"], socket)
        mesh.materials.append(material)


def milliseconds(function: Callable[[], object]) -> float:
    """What a call takes."""
    began = time.perf_counter()
    function()
    return (time.perf_counter() - began) * 1e3


def listing() -> None:
    """What Blender itself gives, and whether each of the files is there."""
    for path in bpy.utils.blend_paths(absolute=True, packed=False):
        os.path.exists(path)  # noqa: PTH110


def main(result: str, module: str, folder: str, objects: str, images: str) -> None:
    """Tell the milliseconds of each round: the whole search, the listing, the longest step of a check, and all."""
    addons.enable(module)
    dependencies = importlib.import_module(f"{module}.scene.dependencies.scan")
    needed_files = importlib.import_module(f"{module}.scene.dependencies.needed_files")
    preflight = importlib.import_module(f"{module}.scene.preflight.check")
    build(Path(folder), int(objects), int(images))
    scene, frames = bpy.context.scene, tuple(range(1, 251))

    def walk() -> list[float]:
        """The milliseconds of each step of a check."""
        steps = []

        def both():
            found = yield from needed_files.look_for_needed_files(scene, frames)
            yield from preflight.check_in_steps(scene, found, frames)

        each = both()
        while True:
            began = time.perf_counter()
            ended = next(each, each) is each
            steps.append((time.perf_counter() - began) * 1e3)
            if ended:
                return steps

    told = {"version": bpy.app.version_string, "scans": [], "listings": [], "longest": [], "checks": [], "steps": 0}
    walk(), dependencies.find_dependencies(scene, frames)
    for _ in range(ROUNDS):
        told["scans"].append(milliseconds(lambda: dependencies.find_dependencies(scene, frames)))
        told["listings"].append(milliseconds(listing))
        steps = walk()
        told["longest"].append(max(steps))
        told["checks"].append(sum(steps))
        told["steps"] = len(steps)
    addons.disable(module)
    stand_in.tell(result, told)


if __name__ == "__main__":
    main(*sys.argv[1:])
