# SPDX-License-Identifier: GPL-3.0-or-later
"""What the import nodes of geometry nodes read, wherever their paths come from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from renderjuice.tests.blender.scene.dependencies.needed_files import Find

TRIANGLE = """solid a
facet normal 0 0 1
outer loop
vertex -9 -9 3
vertex 9 -9 3
vertex 0 9 3
endloop
endfacet
endsolid
"""
pytestmark = pytest.mark.skipif(not hasattr(bpy.types, "GeometryNodeImportSTL"), reason="they came with 4.5")


def put_shape(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(TRIANGLE)


def importing_tree() -> Any:
    """A tree that gives what its import node reads: the tree and the socket for the path."""
    tree: Any = bpy.data.node_groups.new("imports", "GeometryNodeTree")
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    reader, output = tree.nodes.new("GeometryNodeImportSTL"), tree.nodes.new("NodeGroupOutput")
    tree.links.new(reader.outputs[0], output.inputs[0])
    return tree, reader.inputs["Path"]


def add_input(tree: Any, socket: Any, default: str = "") -> str:
    """Have the path come from outside of the tree; gives the name of that input."""
    path = tree.interface.new_socket("Path", in_out="INPUT", socket_type="NodeSocketString")
    path.subtype, path.default_value = "FILE_PATH", default
    tree.links.new(tree.nodes.new("NodeGroupInput").outputs["Path"], socket)
    return str(path.identifier)


def add_string(tree: Any, path: str) -> Any:
    node = tree.nodes.new("FunctionNodeInputString")
    node.string = path
    return node.outputs[0]


def use(tree: Any) -> Any:
    modifier: Any = bpy.data.objects["Cube"].modifiers.new("nodes", "NODES")
    modifier.node_group = tree
    return modifier


def hand_over(modifier: Any, name: str, path: str) -> None:
    if bpy.app.version >= (5, 2):
        getattr(modifier.properties.inputs, name).value = path
    else:
        modifier[name] = path
    bpy.data.objects["Cube"].update_tag()


def wrapping_tree(inner: Any) -> Any:
    """A tree with another one in it: the tree and the node for the other one."""
    tree: Any = bpy.data.node_groups.new("wraps", "GeometryNodeTree")
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    node, output = tree.nodes.new("GeometryNodeGroup"), tree.nodes.new("NodeGroupOutput")
    node.node_tree = inner
    tree.links.new(node.outputs[0], output.inputs[0])
    return tree, node


def is_read() -> bool:
    """True when Blender has read the triangle."""
    cube = bpy.data.objects["Cube"].evaluated_get(bpy.context.evaluated_depsgraph_get())
    return len(cube.data.vertices) == 3


def by_modifier() -> None:
    tree, socket = importing_tree()
    name = add_input(tree, socket)
    hand_over(use(tree), name, "//geo/a.stl")


def by_default() -> None:
    tree, socket = importing_tree()
    add_input(tree, socket, "//geo/a.stl")
    use(tree)


def by_text() -> None:
    tree, socket = importing_tree()
    reroute = tree.nodes.new("NodeReroute")
    tree.links.new(add_string(tree, "//geo/a.stl"), reroute.inputs[0])
    tree.links.new(reroute.outputs[0], socket)
    use(tree)


def by_choice() -> None:
    tree, socket = importing_tree()
    switch = tree.nodes.new("GeometryNodeSwitch")
    switch.input_type = "STRING"
    switch.inputs["False"].default_value = "//geo/a.stl"
    tree.links.new(switch.outputs[0], socket)
    use(tree)


def by_group() -> None:
    """A node that stands for the importing tree has the path."""
    inner, socket = importing_tree()
    add_input(inner, socket)
    tree, node = wrapping_tree(inner)
    node.inputs["Path"].default_value = "//geo/a.stl"
    use(tree)


def by_two_modifiers() -> None:
    """A modifier's path goes through two trees."""
    inner, socket = importing_tree()
    add_input(inner, socket)
    tree, node = wrapping_tree(inner)
    name = add_input(tree, node.inputs["Path"])
    hand_over(use(tree), name, "//geo/a.stl")


def by_result() -> None:
    """Another tree gives the path."""
    giver: Any = bpy.data.node_groups.new("gives", "GeometryNodeTree")
    giver.interface.new_socket("Path", in_out="OUTPUT", socket_type="NodeSocketString")
    giver.links.new(add_string(giver, "//geo/a.stl"), giver.nodes.new("NodeGroupOutput").inputs[0])
    tree, socket = importing_tree()
    node = tree.nodes.new("GeometryNodeGroup")
    node.node_tree = giver
    tree.links.new(node.outputs[0], socket)
    use(tree)


def by_covered_socket() -> None:
    """What stands in a linked socket is not read."""
    tree, socket = importing_tree()
    socket.default_value = "//gone.stl"
    tree.links.new(add_string(tree, "//geo/a.stl"), socket)
    use(tree)


@pytest.mark.parametrize(
    "make", [by_modifier, by_default, by_text, by_choice, by_group, by_two_modifiers, by_result, by_covered_socket]
)
def test_a_path_is_found_where_it_comes_from(
    find: Find, load: Callable[[str], ModuleType], folder: Path, make: Callable[[], None]
) -> None:
    put_shape(folder / "geo/a.stl")
    make()
    assert is_read()
    assert (find().files, find().missing, find().refused) == (["geo/a.stl"], [], [])
    # and the packer can change it
    put_shape(folder / "elsewhere/a.stl")
    for place in load("scene.dependencies.kinds.places").path_places():
        if place.written == "//geo/a.stl":
            load("packer.rewriting").write_path(place, "//elsewhere/a.stl")
    assert find().files == ["elsewhere/a.stl"]
    (folder / "elsewhere/a.stl").unlink()
    assert find().missing == ["elsewhere/a.stl"]


def test_a_path_counts_from_the_file_of_the_nodes(
    find: Find, load: Callable[[str], ModuleType], folder: Path, tmp_path: Path
) -> None:
    put_shape(folder / "lib/geo/a.stl")
    tree, socket = importing_tree()
    name = add_input(tree, socket)
    bpy.data.libraries.write(str(folder / "lib/nodes.blend"), {tree}, fake_user=True)
    bpy.data.node_groups.remove(tree)
    with bpy.data.libraries.load(str(folder / "lib/nodes.blend"), link=True, relative=True) as (_, wanted):
        wanted.node_groups = ["imports"]
    modifier = use(wanted.node_groups[0])
    hand_over(modifier, name, "//geo/a.stl")
    assert is_read()
    assert find().files == ["lib/geo/a.stl", "lib/nodes.blend"]
    (found,) = [found for found in find().dependencies.used if found.kind == "File"]
    assert (found.user, found.library, found.blend) == ("Cube", "//lib/nodes.blend", str(folder / "lib/nodes.blend"))
    assert "File" not in {place.kind for place in load("scene.dependencies.kinds.places").path_places()}
    # the packer could write no path that counts from the library's place
    hand_over(modifier, name, str(folder / "lib/geo/a.stl"))
    assert find().refused == [("File", "lib/geo/a.stl")]


def test_a_path_that_nodes_make_is_told(find: Find, load: Callable[[str], ModuleType], folder: Path) -> None:
    tree, socket = importing_tree()
    join = tree.nodes.new("GeometryNodeStringJoin")
    tree.links.new(add_string(tree, "//geo/a.stl"), join.inputs["Strings"])
    tree.links.new(join.outputs[0], socket)
    modifier = use(tree)
    assert (find().files, find().refused) == ([], [])
    check = load("scene.preflight.linked_paths").check_linked_paths
    (finding,) = filter(None, check(None))
    assert (finding.severity, finding.datablock, finding.collection) == ("warning", "imports", "node_groups")
    modifier.node_group = None
    assert not [*filter(None, check(None))]
