# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables in braces: those that Blender cannot fill in are found before anything is sent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from renderjuice.tests.blender.scene_parts import compositor_of

Find = Callable[[], list[Any]]

KNOWS_TEMPLATES = bpy.app.version >= (4, 5)
KNOWS_THE_FOLDER = bpy.app.version >= (5, 0)
needs_templates = pytest.mark.skipif(not KNOWS_TEMPLATES, reason="braces are no variables in this Blender")


def file_output(scene: bpy.types.Scene, folder: str, name: str = "") -> Any:
    """A File Output node that gets a color."""
    tree = compositor_of(scene)
    node, color = tree.nodes.new("CompositorNodeOutputFile"), tree.nodes.new("CompositorNodeRGB")
    if hasattr(node, "file_output_items"):
        node.file_output_items.new("RGBA", "Image")
        node.directory, node.file_name = folder, name
    else:
        node.base_path, node.file_slots[0].path = folder, name
    tree.links.new(color.outputs[0], node.inputs[0])
    return node


@needs_templates
@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("//out/{project}_####", "{project}"),
        ("//{blend_name.stem}", "{blend_name.stem}"),
        ("//{fps:wide}_", "{fps:wide}"),
        ("//{scene", "{scene"),
        ("//scene}", "}"),
        ("//{node_name}", "{node_name}"),
    ],
)
def test_an_output_path_that_cannot_be_filled_in(
    scene: bpy.types.Scene, find: Find, jobs: ModuleType, project: Path, path: str, wrong: str
) -> None:
    scene.render.filepath = path
    (found,) = find()
    assert (found.severity, found.datablock) == ("error", "Scene")
    assert found.what == f"The output path has “{wrong}”, which Blender cannot fill in: {path}."
    before = jobs.session().journal.jobs()
    with pytest.raises(RuntimeError, match="cannot fill in"):
        bpy.ops.renderjuice.submit(output_dir=str(project / "farm"))
    assert jobs.session().journal.jobs() == before


@needs_templates
def test_a_node_that_writes_nothing(scene: bpy.types.Scene, find: Find) -> None:
    tree = compositor_of(scene)
    inner: Any = bpy.data.node_groups.new("Passes", "CompositorNodeTree")
    node, color = inner.nodes.new("CompositorNodeOutputFile"), inner.nodes.new("CompositorNodeRGB")
    if hasattr(node, "file_output_items"):
        node.file_output_items.new("RGBA", "Image")
        node.directory = "//{project}"
    else:
        node.base_path = "//{project}"
    inner.links.new(color.outputs[0], node.inputs[0])
    group = tree.nodes.new("CompositorNodeGroup")
    group.node_tree = inner
    # it needs no links to write a file
    assert len(find()) == 1
    group.mute = True
    assert find() == []


def test_an_output_path_that_is_fine(scene: bpy.types.Scene, find: Find) -> None:
    paths = ["//out/####", "/frames/{blend_name}_{fps}_{resolution_x:####}_", "//{{project}}", "//out/{{"]
    if KNOWS_THE_FOLDER:
        paths += ["{blend_dir}/{scene_name}_{camera_name}", "{blend_dir_lib}/x"]
    for path in paths:
        scene.render.filepath = path
        assert find() == [], path


@needs_templates
@pytest.mark.parametrize("has_camera", [True, False])
def test_blender_itself_says_the_same(
    scene: bpy.types.Scene, load: Callable[[str], ModuleType], has_camera: bool
) -> None:
    unfilled = load("scene.preflight.templates").unfilled
    names = ("blend_name", "blend_dir", "blend_name_lib", "blend_dir_lib", "scene_name", "camera_name", "node_name",
             "fps", "resolution_x", "resolution_y", "frame", "view_layer", "FPS", "fps ", "", "a/b")  # fmt: skip
    formats = ("", ":", ":#", ":##.##", ":.##", ":##.", ":.", ":#.#.#", ":#,#", ":# ", ":03")
    paths = [f"//{{{name}{digits}}}" for name in names for digits in formats]
    paths += ["{{{fps}}}", "{x{fps}", "{fps}}", "{{fps}", "{fps:{}}", "{fps:#}{", "{{}}", "}}{{", "}{", "{fps:##.##}}}",
              "{{{{{fps}}}}}", "{", "}", "{{{", "}}}", "#{fps}#", "plain", ""]  # fmt: skip
    if not has_camera:
        scene.camera = None
    for path in paths:
        scene.render.filepath = path
        try:
            scene.render.frame_path(frame=1)
            expected = ""
        except RuntimeError as error:
            expected = next(line for line in str(error).splitlines() if line.startswith("- "))
        said = unfilled(scene, scene.render, "filepath")
        assert bool(said) == bool(expected) and f"'{said}'" in (expected or "''"), (path, said, expected)


@pytest.mark.skipif(not KNOWS_THE_FOLDER, reason="this variable comes with 5.0")
def test_a_variable_that_has_no_value_in_this_scene(scene: bpy.types.Scene, find: Find) -> None:
    scene.render.filepath, scene.camera = "//{camera_name}_", None
    assert [found.what for found in find() if "{camera_name}" in found.what]


@pytest.mark.skipif(KNOWS_TEMPLATES, reason="braces are variables in this Blender")
def test_braces_are_plain_letters_in_older_versions(scene: bpy.types.Scene, find: Find) -> None:
    scene.render.filepath = "//{project}_####"
    file_output(scene, "//{project}", "{pass}")
    assert find() == []


@pytest.mark.skipif(bpy.app.version < (5, 2), reason="the output is always saved in this Blender")
def test_an_output_path_that_is_not_written_to(scene: bpy.types.Scene, find: Find) -> None:
    scene.render.filepath = "//{project}"
    assert len(find()) == 1
    scene.render.save_output = False
    assert find() == []


@needs_templates
@pytest.mark.parametrize(("folder", "name"), [("//passes", "{project}_"), ("//{project}", "beauty")])
def test_a_file_output_node_that_cannot_be_filled_in(
    scene: bpy.types.Scene, find: Find, folder: str, name: str
) -> None:
    node = file_output(scene, folder, name)
    (found,) = find()
    assert found.severity == "error"
    assert found.what.startswith(f"The File Output node “{node.name}” has “{{project}}” in its path")
    node.mute = True
    assert find() == []
    node.mute, scene.render.use_compositing = False, False
    assert not [found for found in find() if "project" in found.what]


@pytest.mark.skipif(not KNOWS_THE_FOLDER, reason="this variable comes with 5.0")
@pytest.mark.parametrize("folder", ["{blend_dir}/passes", "{blend_dir}", "{blend_dir_lib}/passes", "//{node_name}"])
def test_a_folder_beside_the_file_is_none_of_this_computer(scene: bpy.types.Scene, find: Find, folder: str) -> None:
    file_output(scene, folder, "{blend_name}_{scene_name}_{node_name}_")
    assert find() == []


@needs_templates
def test_a_folder_of_this_computer_stays_one(scene: bpy.types.Scene, find: Find, tmp_path: Path) -> None:
    file_output(scene, f"{tmp_path}/{{blend_name}}", "beauty")
    assert [found.remedy for found in find()] == ["make_output_relative"]
