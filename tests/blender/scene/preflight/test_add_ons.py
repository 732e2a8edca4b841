# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of what only one of the two has, this Blender or a farm's: denoisers and nodes of add-ons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import bpy
import pytest

from renderjuice.tests.blender.scene_parts import nodes_of, show_node

Find = Callable[[], list[Any]]


@pytest.fixture
def without_open_image_denoise(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a Blender that was built without it."""
    import _cycles

    monkeypatch.setattr(_cycles, "with_openimagedenoise", False)


def set_denoiser(scene: bpy.types.Scene, number: int) -> None:
    raw = scene.cycles.bl_system_properties_get() if bpy.app.version >= (5, 0) else scene.cycles
    raw["denoiser"] = number


def test_a_blender_without_a_denoiser(scene: bpy.types.Scene, find: Find, without_open_image_denoise: None) -> None:
    scene.cycles.use_denoising = True
    assert scene.cycles.denoiser == ""
    assert find() == []
    with pytest.raises(RuntimeError, match="built without OpenImageDenoise"):
        bpy.ops.renderjuice.fix(remedy="use_open_image_denoise", name=scene.name)
    set_denoiser(scene, 1)
    (found,) = find()
    assert (found.severity, found.remedy) == ("warning", None)


def test_a_denoiser_that_an_override_turns_on(scene: bpy.types.Scene, find: Find) -> None:
    set_denoiser(scene, 1)
    assert find() == []
    settings = scene.renderjuice
    settings.use_denoising_enabled, settings.denoising_enabled = True, True
    assert [found.remedy for found in find()] == ["use_open_image_denoise"]
    scene.cycles.use_denoising, settings.denoising_enabled = True, False
    assert find() == []


class ForeignNode(bpy.types.ShaderNodeCustomGroup):
    """A node of another add-on."""

    bl_idname = "RENDERJUICE_TEST_FOREIGN"
    bl_label = "Foreign"

    def init(self, _context: bpy.types.Context) -> None:
        self.node_tree = bpy.data.node_groups.new("inside", "ShaderNodeTree")
        self.node_tree.interface.new_socket("Color", in_out="OUTPUT", socket_type="NodeSocketColor")


@pytest.fixture
def foreign_material(scene: bpy.types.Scene) -> Iterator[bpy.types.Material]:
    """A material with a node of another add-on in a group."""
    bpy.utils.register_class(ForeignNode)
    group = bpy.data.node_groups.new("Foreign Group", "ShaderNodeTree")
    group.interface.new_socket("Color", in_out="OUTPUT", socket_type="NodeSocketColor")
    node, output = group.nodes.new(ForeignNode.bl_idname), group.nodes.new("NodeGroupOutput")
    group.links.new(node.outputs[0], output.inputs[0])
    material = bpy.data.materials.new("Foreign")
    in_material = nodes_of(material).nodes.new("ShaderNodeGroup")
    in_material.node_tree = group
    show_node(in_material)
    yield material
    bpy.ops.wm.read_homefile(use_factory_startup=False)
    bpy.utils.unregister_class(ForeignNode)


def test_a_node_of_an_add_on_that_no_render_needs(
    scene: bpy.types.Scene, find: Find, foreign_material: bpy.types.Material
) -> None:
    foreign_material.use_fake_user = True
    assert find() == []
    bpy.data.objects["Cube"].data.materials.append(foreign_material)
    assert [found.datablock for found in find()] == ["Foreign Group"]
    if bpy.app.version < (5, 0, 0):
        foreign_material.use_nodes = False
        assert find() == []


@pytest.mark.parametrize(
    ("base", "tree_kind", "name"),
    [
        ("ShaderNode", "ShaderNodeTree", "Point Density"),
        ("ShaderNode", "ShaderNodeTree", "Material"),
        ("GeometryNode", "GeometryNodeTree", "Point Distribute"),
        ("GeometryNode", "GeometryNodeTree", "Attribute Fill"),
        ("ShaderNode", "ShaderNodeTree", "Rust Maker"),
        ("GeometryNode", "GeometryNodeTree", "Point Density"),
    ],
)
def test_a_node_that_nobody_knows(scene: bpy.types.Scene, find: Find, base: str, tree_kind: str, name: str) -> None:
    """A file has nodes of a class that is not registered as unknown ones, and so those that Blender itself took out."""
    unknown = type("Unknown", (getattr(bpy.types, base),), {"bl_idname": "RENDERJUICE_TEST_UNKNOWN", "bl_label": name})
    bpy.utils.register_class(unknown)
    kind = "Geometry" if base == "GeometryNode" else "Color"
    group: Any = bpy.data.node_groups.new("Old Group", tree_kind)
    group.interface.new_socket(kind, in_out="OUTPUT", socket_type=f"NodeSocket{kind}")
    output = group.nodes.new("NodeGroupOutput")
    for _ in range(2):
        node = group.nodes.new(unknown.bl_idname)
        node.outputs.new(f"NodeSocket{kind}", kind)
    group.links.new(node.outputs[0], output.inputs[0])
    assert node.name == f"{name}.001"
    cube = bpy.data.objects["Cube"]
    if base == "GeometryNode":
        cube.modifiers.new("old", "NODES").node_group = group
    else:
        material = bpy.data.materials.new("Old")
        tree = nodes_of(material)
        tree.nodes.clear()
        outer, surface = tree.nodes.new("ShaderNodeGroup"), tree.nodes.new("ShaderNodeOutputMaterial")
        outer.node_tree = group
        tree.links.new(outer.outputs[0], surface.inputs["Surface"])
        cube.data.materials.append(material)
    bpy.ops.wm.save_mainfile()
    shot = bpy.data.filepath
    # a class whose nodes are open crashes 5.2 when it goes
    bpy.ops.wm.read_homefile(use_factory_startup=False)
    bpy.utils.unregister_class(unknown)
    bpy.ops.wm.open_mainfile(filepath=shot)
    assert bpy.data.node_groups["Old Group"].nodes[-1].bl_idname == "NodeUndefined"
    (found,) = find()
    assert (found.severity, found.datablock) == ("warning", "Old Group")
    if (tree_kind, name) in {("ShaderNodeTree", "Rust Maker"), ("GeometryNodeTree", "Point Density")}:
        assert found.what == f"“Old Group” has a node that this Blender does not know: “{name}.001”."
        assert "the add-on" in found.fix
    else:
        assert found.what == f"“Old Group” has a node that Blender does not have any more: “{name}.001”."
        assert "add-on" not in found.fix
