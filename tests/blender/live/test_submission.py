# SPDX-License-Identifier: GPL-3.0-or-later
"""What is handed over: the scene that was asked for, whatever the windows show, and its files as they are now."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import bpy
import numpy
import pytest
from PIL import Image

Load = Callable[[str], ModuleType]
RED, GREEN = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)


def write_picture(path: Path, color: tuple[float, float, float]) -> None:
    image = bpy.data.images.new("new", 4, 4)
    image.pixels = [*color, 1.0] * 16
    image.filepath_raw, image.file_format = str(path), "PNG"
    image.save()
    bpy.data.images.remove(image)


def shining_plane(name: str, picture: str) -> bpy.types.Object:
    """A plane below the camera that shines with a picture beside the open file."""
    material = bpy.data.materials.new(name)
    if bpy.app.version < (5, 0, 0):
        material.use_nodes = True
    tree = material.node_tree
    tree.nodes.clear()
    texture, light, end = (tree.nodes.new(f"ShaderNode{kind}") for kind in ("TexImage", "Emission", "OutputMaterial"))
    texture.image = bpy.data.images.load(picture)
    tree.links.new(texture.outputs[0], light.inputs[0])
    tree.links.new(light.outputs[0], end.inputs[0])
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([(-9, -9, 0), (9, -9, 0), (9, 9, 0), (-9, 9, 0)], [], [(0, 1, 2, 3)])
    mesh.materials.append(material)
    return bpy.data.objects.new(name, mesh)


def scene_of(name: str, picture: str) -> bpy.types.Scene:
    """A tiny scene of one color."""
    scene = bpy.data.scenes.new(name)
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    camera.location.z = 5
    for thing in (camera, shining_plane(name, picture)):
        scene.collection.objects.link(thing)
    scene.camera = camera
    scene.render.engine = "CYCLES"
    scene.cycles.samples, scene.cycles.use_denoising = 1, False
    scene.render.resolution_x, scene.render.resolution_y = 8, 8
    scene.render.image_settings.file_format = "PNG"
    scene.view_settings.view_transform = "Standard"
    return scene


@pytest.fixture
def scenes(project: Path) -> tuple[bpy.types.Scene, bpy.types.Scene]:
    """A red scene, which the window shows, and a green one."""
    write_picture(project / "red.png", RED)
    write_picture(project / "green.png", GREEN)
    red, green = scene_of("Red", "//red.png"), scene_of("Green", "//green.png")
    bpy.context.window.scene = red
    bpy.ops.wm.save_mainfile()
    return red, green


def color(path: Path) -> str:
    with Image.open(path) as image:
        return ("red", "green", "blue")[int(numpy.asarray(image)[4, 4][:3].argmax())]


def state() -> tuple[object, ...]:
    windows = bpy.context.window_manager.windows
    return (
        [(window.scene, window.view_layer.name, window.workspace.name) for window in windows],
        bpy.context.scene,
        bpy.data.filepath,
        bpy.data.is_dirty,
        [(image.name, image.filepath) for image in bpy.data.images],
    )


def test_the_scene_of_the_context_is_rendered(project: Path, scenes: tuple[bpy.types.Scene, bpy.types.Scene]) -> None:
    before = state()
    for number, scene in enumerate(scenes):
        folder = str(project / str(number))
        with bpy.context.temp_override(scene=scene):
            assert bpy.ops.renderjuice.submit(frames="1", output_dir=folder, wait=True) == {"FINISHED"}
    assert state() == before
    assert [color(project / str(number) / "0001.png") for number in range(2)] == ["red", "green"]


def test_a_linked_scene_of_the_same_name_is_rendered(
    project: Path, scenes: tuple[bpy.types.Scene, bpy.types.Scene]
) -> None:
    library = project / "library.blend"
    bpy.data.scenes["Green"].name = "Shot"
    bpy.ops.wm.save_as_mainfile(filepath=str(library), copy=True)
    bpy.data.scenes.remove(bpy.data.scenes["Shot"])
    scenes[0].name = "Shot"
    with bpy.data.libraries.load(str(library), link=True, relative=True) as (_offered, wanted):
        wanted.scenes = ["Shot"]
    linked = next(scene for scene in bpy.data.scenes if scene.library)
    bpy.ops.wm.save_mainfile()
    with bpy.context.temp_override(scene=linked):
        bpy.ops.renderjuice.submit(frames="1", output_dir=str(project / "farm"), wait=True)
    assert color(project / "farm" / "0001.png") == "green"


def test_a_second_blender_is_needed_for_another_scene_only(
    project: Path, scenes: tuple[bpy.types.Scene, bpy.types.Scene], load: Load
) -> None:
    find, make = load("scene.dependencies.scan").find_dependencies, load("live.submission").make_manifest
    red, green = (make(Path(bpy.data.filepath), find(scene, (1,)), scene) for scene in scenes)
    assert (red.scene, red.is_remapped) == ("", False)
    assert (green.scene, green.is_remapped) == ("Green", True)


def test_the_manifest_has_the_files_as_they_are(
    project: Path, scenes: tuple[bpy.types.Scene, bpy.types.Scene], load: Load
) -> None:
    """But not the artist's own file, which a library links, and of which the snapshot is sent."""
    library = project / "library.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(library), copy=True)
    dependencies = load("scene.dependencies.scan").find_dependencies(scenes[0], (1,))
    picture, shot = project / "red.png", Path(bpy.data.filepath)
    (image,) = (use for use in dependencies.used if use.path == str(picture))
    circle = image._replace(path=str(shot), files=(str(shot),), blend=str(library))
    dependencies = dataclasses.replace(dependencies, used=(*dependencies.used, circle))
    manifest = load("live.submission").make_manifest(shot, dependencies)
    status = {path: path.stat() for path in (picture, project / "green.png")}
    assert manifest.states == {path: (each.st_size, each.st_mtime_ns) for path, each in status.items()}
