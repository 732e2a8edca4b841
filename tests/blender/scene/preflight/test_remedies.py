# SPDX-License-Identifier: GPL-3.0-or-later
"""The buttons beside the findings: what they change, what they refuse, and that Undo takes it back in every mode."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from renderjuice.tests.blender.scene.preflight.scene_parts import compositor_of, library_with, nodes_of, render_through

Find = Callable[[], list[Any]]
Load = Callable[[str], ModuleType]
MODES = ("OBJECT", "EDIT", "SCULPT", "TEXTURE_PAINT", "VERTEX_PAINT", "WEIGHT_PAINT")
UNDO_HANDLERS = ("undo_pre", "redo_pre", "undo_post", "redo_post")


@pytest.fixture
def handlers(load: Load) -> Iterator[None]:
    """What listens to Undo where there is a window."""
    ours = [(name, handler) for name, handler in load("live.handlers").HANDLERS if name in UNDO_HANDLERS]
    for name, handler in ours:
        getattr(bpy.app.handlers, name).append(handler)
    yield
    for name, handler in ours:
        getattr(bpy.app.handlers, name).remove(handler)


def fix(remedy: str, name: str) -> set[str]:
    """Press a button as an artist does, with a step of Undo."""
    pressed: set[str] = bpy.ops.renderjuice.fix("EXEC_DEFAULT", True, remedy=remedy, name=name)
    return pressed


def select(collection: str, name: str) -> set[str]:
    pressed: set[str] = bpy.ops.renderjuice.select_datablock(collection=collection, name=name)
    return pressed


def active(name: str) -> bpy.types.Object:
    thing = bpy.data.objects[name]
    bpy.context.view_layer.objects.active = thing
    return thing


def painted(project: Path | None = None) -> bpy.types.Image:
    """An image with paint in it that the cube shows; from a file if a project is given."""
    image = bpy.data.images.new("painted", 4, 4)
    if project is not None:
        image.filepath_raw, image.file_format = str(project / "painted.png"), "PNG"
        image.save()
        bpy.data.images.remove(image)
        image = bpy.data.images.load("//painted.png")
    paint(image)
    show(image)
    return image


def paint(image: bpy.types.Image) -> None:
    image.pixels[0] = 0.5
    image.update()
    assert image.is_dirty


def show(image: bpy.types.Image) -> bpy.types.Material:
    """Have the cube show an image."""
    material = bpy.data.materials.new("Shown")
    nodes_of(material).nodes.new("ShaderNodeTexImage").image = image
    bpy.data.objects["Cube"].data.materials.append(material)
    return material


@pytest.mark.parametrize("is_from_file", [False, True])
def test_packed_paint_is_found_again_when_packing_is_undone(
    scene: bpy.types.Scene, find: Find, handlers: None, project: Path, is_from_file: bool
) -> None:
    name = painted(project if is_from_file else None).name
    bpy.ops.ed.undo_push(message="Painted")
    before = find()
    assert [found.remedy for found in before] == ["pack_image"]
    assert fix("pack_image", name) == {"FINISHED"}
    assert find() == []
    for _ in range(2):
        bpy.ops.ed.undo()
        assert bpy.data.images[name].packed_file is None
        assert bpy.data.images[name].pixels[0] == pytest.approx(0.5, abs=0.01)
        assert find() == before
        bpy.ops.ed.redo()
        assert bpy.data.images[name].packed_file is not None
        assert find() == []
    bpy.ops.ed.undo()
    assert fix("pack_image", name) == {"FINISHED"}
    assert find() == []
    bpy.ops.wm.save_mainfile()
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)
    assert bpy.data.images[name].pixels[0] == pytest.approx(0.5, abs=0.01)


def test_other_steps_of_undo_change_no_image(scene: bpy.types.Scene, find: Find, handlers: None, project: Path) -> None:
    image = painted(project)
    bpy.ops.ed.undo_push(message="Painted")
    fix("pack_image", image.name)
    bpy.ops.ed.undo()
    bpy.data.images["painted.png"].save()
    assert find() == []
    bpy.data.objects["Cube"].location.x = 3
    bpy.ops.ed.undo_push(message="Moved")
    bpy.ops.ed.undo()
    assert find() == []


def test_the_handlers_are_registered_together(load: Load) -> None:
    names = [name for name, handler in load("live.handlers").HANDLERS if handler.__name__.startswith("_undo_")]
    assert sorted(names) == sorted(UNDO_HANDLERS)


def test_a_painted_override_is_not_packed(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    image = painted(project)
    image.save()
    material = bpy.data.materials["Shown"]
    library = library_with(project / "library.blend", image)
    bpy.data.images.remove(image)
    with bpy.data.libraries.load(str(library), link=True, relative=True) as (_, wanted):
        wanted.images = ["painted.png"]
    override = wanted.images[0].override_create(remap_local_usages=True)
    nodes_of(material).nodes.new("ShaderNodeTexImage").image = override
    paint(override)
    (found,) = find()
    assert (found.severity, found.remedy, found.collection) == ("error", None, "images")
    assert "Make the image local" in found.fix
    with pytest.raises(RuntimeError, match="is a library override"):
        fix("pack_image", override.name)
    assert override.packed_file is None
    override.make_local()
    (found,) = find()
    fix(found.remedy, found.datablock)
    assert find() == []


def test_paint_that_no_render_reads_is_no_problem(scene: bpy.types.Scene, find: Find) -> None:
    image = bpy.data.images.new("scratch", 4, 4)
    image.use_fake_user = True
    paint(image)
    assert find() == []
    texture = bpy.data.textures.new("stroke", "IMAGE")
    texture.image = image
    brush = bpy.data.brushes.new("brush")
    brush.texture = texture
    assert find() == []
    scene.tool_settings.image_paint.canvas = image
    assert find() == []
    material = bpy.data.materials.new("old")
    material.use_fake_user = True
    nodes_of(material).nodes.new("ShaderNodeTexImage").image = image
    other = bpy.data.scenes.new("Other")
    assert find() == []
    light = bpy.data.objects.new("Lit", bpy.data.meshes.new("Lit"))
    light.data.materials.append(material)
    other.collection.objects.link(light)
    assert find() == []
    instances = bpy.data.objects.new("Instances", None)
    instances.instance_type, instances.instance_collection = "COLLECTION", bpy.data.collections.new("Far")
    instances.instance_collection.objects.link(light)
    scene.collection.objects.link(instances)
    assert [found.datablock for found in find()] == ["scratch"]


def test_paint_in_nodes_that_are_off(scene: bpy.types.Scene, find: Find) -> None:
    painted()
    assert len(find()) == 1
    if bpy.app.version < (5, 0, 0):
        # from 5.0 on they cannot be switched off
        bpy.data.materials["Shown"].use_nodes = False
        assert find() == []


def test_paint_in_the_compositor(scene: bpy.types.Scene, find: Find) -> None:
    image = bpy.data.images.new("painted", 4, 4)
    paint(image)
    tree = compositor_of(scene)
    render_through(tree, scene)
    node = tree.nodes.new("CompositorNodeImage")
    node.image = image
    assert find() == []
    tree.links.new(node.outputs["Image"], tree.nodes.new("CompositorNodeBlur").inputs[0])
    assert [found.datablock for found in find()] == ["painted"]


@pytest.mark.parametrize("mode", MODES)
def test_undo_takes_a_fix_back_in_every_mode(scene: bpy.types.Scene, mode: str) -> None:
    scene.render.resolution_percentage = 10
    active("Cube")
    bpy.ops.ed.undo_push(message="Start")
    if mode != "OBJECT":
        bpy.ops.object.mode_set("EXEC_DEFAULT", True, mode=mode)
    assert fix("render_full_size", scene.name) == {"FINISHED"}
    assert bpy.context.scene.render.resolution_percentage == 100
    bpy.ops.ed.undo()
    assert bpy.context.scene.render.resolution_percentage == 10
    bpy.ops.ed.redo()
    assert bpy.context.scene.render.resolution_percentage == 100


@pytest.mark.parametrize("mode", MODES)
def test_undo_takes_packing_back_in_every_mode(scene: bpy.types.Scene, find: Find, handlers: None, mode: str) -> None:
    name = painted().name
    active("Cube")
    bpy.ops.ed.undo_push(message="Start")
    if mode != "OBJECT":
        bpy.ops.object.mode_set("EXEC_DEFAULT", True, mode=mode)
    fix("pack_image", name)
    assert bpy.data.images[name].packed_file is not None
    bpy.ops.ed.undo()
    assert bpy.data.images[name].packed_file is None
    assert len(find()) == 1


def test_a_mode_that_cannot_be_left(scene: bpy.types.Scene) -> None:
    scene.render.resolution_percentage = 10
    cube = active("Cube")
    bpy.ops.object.mode_set(mode="SCULPT")
    cube.hide_viewport = True
    bpy.context.view_layer.update()
    with pytest.raises(RuntimeError, match="Go to Object Mode first"):
        fix("render_full_size", scene.name)
    assert scene.render.resolution_percentage == 10
    assert select("objects", "Camera") == {"CANCELLED"}


@pytest.mark.parametrize(
    "remedy",
    [
        "make_output_relative",
        "render_whole_frame",
        "render_full_size",
        "turn_off_simplify",
        "turn_on_compositing",
        "turn_on_sequencer",
        "use_preview_range",
        "use_camera",
        "write_images",
        "use_open_image_denoise",
    ],
)
def test_what_is_mended_already_is_said(scene: bpy.types.Scene, remedy: str) -> None:
    scene.frame_preview_start, scene.frame_preview_end = scene.frame_start, scene.frame_end
    assert fix(remedy, scene.name) == {"CANCELLED"}


def test_a_camera_that_was_chosen_meanwhile_stays(scene: bpy.types.Scene) -> None:
    other = bpy.data.objects.new("Another", bpy.data.cameras.new("Another"))
    scene.collection.objects.link(other)
    scene.camera = other
    assert fix("use_camera", scene.name) == {"CANCELLED"}
    assert scene.camera == other


def test_what_is_packed_already_is_said(scene: bpy.types.Scene) -> None:
    image = painted()
    assert fix("pack_image", image.name) == {"FINISHED"}
    assert fix("pack_image", image.name) == {"CANCELLED"}


def test_files_are_looked_for_in_a_window_only(scene: bpy.types.Scene) -> None:
    bpy.ops.ed.undo_push(message="Start")
    with pytest.raises(RuntimeError, match="no window to choose a folder in"):
        fix("find_files", "gone")


def test_a_linked_scene_is_left_alone(scene: bpy.types.Scene, project: Path) -> None:
    other = bpy.data.scenes.new("Other")
    other.render.resolution_percentage = 10
    library = str(project / "library.blend")
    bpy.ops.wm.save_as_mainfile(filepath=library, copy=True)
    bpy.data.scenes.remove(other)
    with bpy.data.libraries.load(library, link=True) as (_, wanted):
        wanted.scenes = ["Other"]
    with pytest.raises(RuntimeError, match="“Other” is linked from a library"):
        fix("render_full_size", "Other")
    assert wanted.scenes[0].render.resolution_percentage == 10
    own = bpy.data.scenes.new("Other")
    own.render.resolution_percentage = 10
    if own.name == "Other":
        # datablocks of different files may have the same name
        assert fix("render_full_size", "Other") == {"FINISHED"}
        assert (own.render.resolution_percentage, wanted.scenes[0].render.resolution_percentage) == (100, 10)


def output_node(tree: Any, folder: str) -> Any:
    """A File Output node that writes a color to a folder."""
    color, node = tree.nodes.new("CompositorNodeRGB"), tree.nodes.new("CompositorNodeOutputFile")
    if hasattr(node, "file_output_items"):
        node.file_output_items.new("RGBA", "Image")
    tree.links.new(color.outputs[0], node.inputs[0])
    setattr(node, folder_property(node), folder)
    return node


def folder_property(node: Any) -> str:
    return "directory" if hasattr(node, "directory") else "base_path"


def folders(*nodes: Any) -> list[str]:
    return [getattr(node, folder_property(node)) for node in nodes]


def test_outputs_stay_apart(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    tree = compositor_of(scene)
    written = ("//Mist", "/a/beauty", "/b/beauty/", "/b/beauty", f"{project}/beauty_2", "/c/mist", "/")
    nodes = [output_node(tree, folder) for folder in written]
    muted, unlinked = output_node(tree, "/muted"), output_node(tree, "/unlinked")
    muted.mute = True
    for link in list(unlinked.inputs[0].links):
        tree.links.remove(link)
    found = find()
    assert [finding.remedy for finding in found] == ["make_output_relative"] * 6
    fix("make_output_relative", scene.name)
    assert folders(*nodes) == [
        "//Mist",
        "//beauty/",
        "//beauty_3/",
        "//beauty_3/",
        "//beauty_2/",
        "//mist_2/",
        "//output/",
    ]
    assert folders(muted, unlinked) == ["/muted", "/unlinked"]
    assert find() == []


@pytest.mark.parametrize(
    ("written", "project", "expected"),
    [
        (r"C:\renders\shot 1\beauty", "/shots", "//beauty"),
        ("D:/renders/beauty/", "C:\\shots", "//beauty"),
        (r"C:\Shots\out\a", r"c:\shots", "//out/a"),
        (r"\\server\share\out", r"C:\shots", "//out"),
        ("C:\\", r"C:\shots", "//output"),
        ("/shots/../passes", "/shots", "//passes"),
        ("/shots/a/../b//c/", "/shots", "//b/c"),
        ("/shots", "/shots", "//"),
        ("passes", "/shots", "//passes"),
        ("/shots/passes", "", "//passes"),
    ],
)
def test_folders_of_every_system(load: Load, written: str, project: str, expected: str) -> None:
    given = load("scene_edits.relative_folders").relative_folders([written], project)
    assert given == {written: expected}


def test_the_name_of_a_file_of_layers_stays_a_name(scene: bpy.types.Scene) -> None:
    tree = compositor_of(scene)
    node = output_node(tree, "/elsewhere/layers_")
    is_folder = hasattr(node, "directory")
    if is_folder:
        node.format.media_type = "MULTI_LAYER_IMAGE"
    node.format.file_format = "OPEN_EXR_MULTILAYER"
    # before 5.0 the node has other sockets for layers
    (color,) = (other for other in tree.nodes if other.bl_idname == "CompositorNodeRGB")
    tree.links.new(color.outputs[0], node.inputs[0])
    assert fix("make_output_relative", scene.name) == {"FINISHED"}
    assert folders(node) == ["//layers_/" if is_folder else "//layers_"]


@pytest.fixture
def without_open_image_denoise(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a Blender that was built without it."""
    import _cycles

    monkeypatch.setattr(_cycles, "with_openimagedenoise", False)


def test_a_blender_without_a_denoiser(scene: bpy.types.Scene, find: Find, without_open_image_denoise: None) -> None:
    scene.cycles.use_denoising = True
    assert scene.cycles.denoiser == ""
    assert find() == []
    with pytest.raises(RuntimeError, match="built without OpenImageDenoise"):
        fix("use_open_image_denoise", scene.name)
    set_denoiser(scene, 1)
    (found,) = find()
    assert (found.severity, found.remedy) == ("warning", None)


def set_denoiser(scene: bpy.types.Scene, number: int) -> None:
    raw = scene.cycles.bl_system_properties_get() if bpy.app.version >= (5, 0) else scene.cycles
    raw["denoiser"] = number


def test_a_denoiser_that_an_override_turns_on(scene: bpy.types.Scene, find: Find) -> None:
    set_denoiser(scene, 1)
    assert find() == []
    settings = scene.renderjuice
    settings.use_denoising_enabled, settings.denoising_enabled = True, True
    assert [found.remedy for found in find()] == ["use_open_image_denoise"]
    scene.cycles.use_denoising, settings.denoising_enabled = True, False
    assert find() == []


def test_a_hidden_object_is_not_claimed_to_be_selected(scene: bpy.types.Scene) -> None:
    cube, camera = bpy.data.objects["Cube"], active("Camera")
    for thing in scene.objects:
        thing.select_set(thing == camera)
    for hide, undo in (
        (lambda: cube.hide_set(True), lambda: cube.hide_set(False)),
        (lambda: setattr(cube, "hide_viewport", True), lambda: setattr(cube, "hide_viewport", False)),
        (lambda: setattr(cube, "hide_select", True), lambda: setattr(cube, "hide_select", False)),
    ):
        hide()
        bpy.context.view_layer.update()
        assert select("objects", "Cube") == {"CANCELLED"}
        # what was selected is so still
        assert (bpy.context.selected_objects, bpy.context.view_layer.objects.active) == ([camera], camera)
        undo()
        bpy.context.view_layer.update()
    assert select("objects", "Cube") == {"FINISHED"}
    assert (bpy.context.selected_objects, bpy.context.view_layer.objects.active) == ([cube], cube)


def test_some_of_the_users_are_hidden(scene: bpy.types.Scene, load: Load) -> None:
    cube = bpy.data.objects["Cube"]
    twin = bpy.data.objects.new("Twin", cube.data)
    scene.collection.objects.link(twin)
    cube.hide_set(True)
    done = load("scene_edits.selection").select_datablock(bpy.context, "meshes", "Cube")
    assert done == "1 of 2 objects that use “Cube” selected: the others are hidden or not selectable."
    assert bpy.context.selected_objects == [twin]
    cube.hide_set(False)
    assert (
        load("scene_edits.selection").select_datablock(bpy.context, "meshes", "Cube").startswith("2 objects that use")
    )


@pytest.mark.parametrize("mode", MODES)
def test_select_in_every_mode(scene: bpy.types.Scene, mode: str) -> None:
    active("Cube")
    bpy.ops.object.mode_set(mode=mode)
    assert select("objects", "Camera") == {"FINISHED"}
    assert bpy.context.selected_objects == [bpy.data.objects["Camera"]]


def test_an_object_of_a_library_with_the_same_name(scene: bpy.types.Scene, project: Path) -> None:
    cube = bpy.data.objects["Cube"]
    cube.name = "Own"
    linked = bpy.data.objects.new("Cube", bpy.data.meshes.new("Linked"))
    library = library_with(project / "library.blend", linked)
    bpy.data.objects.remove(linked)
    cube.name = "Cube"
    with bpy.data.libraries.load(str(library), link=True, relative=True) as (_, wanted):
        wanted.objects = ["Cube"]
    bpy.data.scenes.new("Elsewhere").collection.objects.link(wanted.objects[0])
    active("Camera")
    assert select("libraries", "library.blend") == {"CANCELLED"}
    assert select("objects", "Cube") == {"FINISHED"}
    assert bpy.context.selected_objects == [cube]


def test_what_is_no_collection_or_only_linked(scene: bpy.types.Scene, project: Path) -> None:
    library = library_with(project / "library.blend", bpy.data.materials.new("Linked"))
    bpy.data.materials.remove(bpy.data.materials["Linked"])
    with bpy.data.libraries.load(str(library), link=True, relative=True) as (_, wanted):
        wanted.materials = ["Linked"]
    assert select("materials", "Linked") == {"CANCELLED"}
    assert select("nothing", "Linked") == {"CANCELLED"}


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
    nodes_of(material).nodes.new("ShaderNodeGroup").node_tree = group
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


def test_scripts_get_the_findings_as_json(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    scene.camera = None
    scene.render.resolution_percentage = 10
    assert bpy.ops.renderjuice.check(filepath="//found.json") == {"FINISHED"}
    written = json.loads((project / "found.json").read_text(encoding="utf-8"))
    assert (written["errors"], written["warnings"]) == (1, 1)
    error, warning = written["findings"]
    assert (error["severity"], error["remedy"], error["datablock"], error["collection"]) == (
        "error",
        "use_camera",
        scene.name,
        "scenes",
    )
    assert error["what"].startswith("The scene")
    assert warning["severity"] == "warning"
    with pytest.raises(RuntimeError, match="nowhere"):
        bpy.ops.renderjuice.check(filepath="//nowhere/found.json")
