# SPDX-License-Identifier: GPL-3.0-or-later
"""Does this render read it? What we say of an image is what Blender's own render shows when its file is another one.

Each case is rendered with two files of the same name. Where the pixels differ, the image is read: nothing else may be
said of it than that, or that it is doubtful. Where they do not, what is said stands beside the case.
"""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy
import pytest
from PIL import Image

from renderjuice.tests.blender.scene.rendered import (  # noqa: F401 - they add their cases
    modifier_cases,
    node_cases,
    object_cases,
    scene_cases,
    script_cases,
)
from renderjuice.tests.blender.scene.rendered.stage import (
    CASES,
    FRAME,
    READ_BUT_DOUBTFUL,
    Load,
    Stage,
    plane_mesh,
    write,
)
from renderjuice.tests.blender.scene_parts import nodes_of


@pytest.fixture
def stage(extension_name: str, project: Path) -> Stage:
    bpy.ops.wm.read_homefile(use_factory_startup=False, use_empty=True)
    scene = bpy.context.scene
    bpy.ops.wm.save_as_mainfile(filepath=str(project / "shot.blend"))
    scene.world = None
    scene.render.engine, scene.render.resolution_x, scene.render.resolution_y = "CYCLES", 8, 8
    scene.cycles.samples, scene.cycles.use_denoising, scene.render.threads_mode = 1, False, "AUTO"
    scene.render.image_settings.file_format = "PNG"
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    camera.data.type, camera.data.ortho_scale, camera.location = "ORTHO", 2.0, (0.0, 0.0, 5.0)
    scene.collection.objects.link(camera)
    scene.camera = camera
    write(project, (1.0, 0.0, 0.0))
    image = bpy.data.images.load("//paint.png")
    material = bpy.data.materials.new("Shines")
    tree = nodes_of(material)
    tree.nodes.clear()
    node, shine, end = (tree.nodes.new(f"ShaderNode{kind}") for kind in ("TexImage", "Emission", "OutputMaterial"))
    node.image = image
    tree.links.new(node.outputs["Color"], shine.inputs["Color"])
    tree.links.new(shine.outputs[0], end.inputs["Surface"])
    return Stage(scene, image, material, node, bpy.data.objects.new("Plane", plane_mesh(material)))


def pixels(folder: Path) -> numpy.ndarray:
    """The picture that comes of the saved file, as a farm opens it."""
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath, use_scripts=True)
    scene = bpy.context.scene
    scene.render.filepath = str(folder / "rendered.png")
    scene.frame_set(FRAME)
    bpy.ops.render.render(write_still=True)
    return numpy.asarray(Image.open(folder / "rendered.png").convert("RGBA")).astype(int)


@pytest.mark.parametrize("name", CASES)
def test_what_is_said_is_what_is_rendered(stage: Stage, load: Load, project: Path, name: str) -> None:
    build, expected = CASES[name]
    build(stage)
    stage.image.use_fake_user = stage.material.use_fake_user = True
    bpy.ops.wm.save_mainfile()
    before = pixels(project)
    write(project, (0.0, 1.0, 1.0))
    is_read = bool(numpy.abs(pixels(project) - before).max() > 3)
    (project / "paint.png").unlink()
    # the artist may look at any frame
    bpy.context.scene.frame_set(FRAME + 3)
    found = load("scene.dependencies.scan").find_dependencies(bpy.context.scene, (FRAME,))
    said = "UNREAD" if not found.missing else "READ" if found.missing[0].is_certain else "DOUBTFUL"
    assert (said, is_read) == (expected, expected == "READ" or name in READ_BUT_DOUBTFUL)
    assert (bpy.data.images["paint.png"] in found.unread) == (said == "UNREAD")


def test_a_large_tree_is_looked_at_in_steps(load: Load, stage: Stage) -> None:
    stage.scene.collection.objects.link(stage.plane)
    unread_among = load("scene.rendered.reading").unread_among
    few = len(list(unread_among(stage.scene, [stage.image])))
    for _ in range(400):
        stage.material.node_tree.nodes.new("ShaderNodeValue")
    assert len(list(unread_among(stage.scene, [stage.image]))) > few + 5
