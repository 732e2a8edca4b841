# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of what is set for the render: engine, nodes, output, and what was forgotten from a test render."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from renderjuice.tests.blender.scene_parts import (
    compositor_of,
    library_with,
    nodes_of,
    red_strip,
    render_through,
    shown_node,
)

Find = Callable[[], list[Any]]
Press = Callable[[Any], None]
Load = Callable[[str], ModuleType]


def test_a_new_file_has_nothing_to_find(extension_name: str, find: Find) -> None:
    bpy.ops.wm.read_homefile(use_factory_startup=False)
    assert find() == []


def test_an_ordinary_scene_has_nothing_to_find(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    render = scene.render
    render.use_simplify = render.use_border = render.use_crop_to_border = True
    render.simplify_subdivision, render.border_max_x = 0, 0.5
    render.resolution_percentage = 50
    scene.use_preview_range = True
    render_through(compositor_of(scene), scene)
    render.use_compositing = False
    red_strip(scene)
    render.use_sequencer = False
    bpy.data.objects["Cube"].modifiers.new("round", "SUBSURF")
    text = bpy.data.texts.new("notes")
    text.write("frame_change_pre is what I mean to use")
    assert find() == []


def test_a_range_that_is_none(scene: bpy.types.Scene, find: Find) -> None:
    scene.frame_start, scene.frame_end = 1, 1_048_574
    (found,) = find()
    assert (found.severity, found.fix) == ("error", "Set the frame range in the Output properties.")
    assert "1,048,574 frames are more than one job can take" in found.what


def test_a_single_frame_of_an_animation(scene: bpy.types.Scene, find: Find) -> None:
    scene.frame_end = scene.frame_start
    (found,) = find()
    assert (found.severity, "although the file has animation" in found.what) == ("warning", True)
    bpy.data.objects["Cube"].animation_data_clear()
    for action in bpy.data.actions:
        bpy.data.actions.remove(action)
    assert find() == []


def test_animation_that_the_scene_does_not_use(scene: bpy.types.Scene, find: Find) -> None:
    scene.frame_end = scene.frame_start
    (action,) = bpy.data.actions
    cube = bpy.data.objects["Cube"]
    cube.animation_data_clear()
    action.use_fake_user = True
    assert find() == []
    thing = bpy.data.objects.new("Elsewhere", None)
    other = bpy.data.scenes.new("Other")
    other.collection.objects.link(thing)
    thing.animation_data_create().action = action
    assert find() == []
    scene.background_set = other
    assert len(find()) == 1


def test_animation_of_a_library_moves_nothing_by_itself(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    scene.frame_end = scene.frame_start
    (action,) = bpy.data.actions
    library = library_with(project / "library.blend", action)
    bpy.data.objects["Cube"].animation_data_clear()
    bpy.data.actions.remove(action)
    with bpy.data.libraries.load(str(library), link=True, relative=True) as (found, wanted):
        wanted.actions = found.actions
    bpy.data.objects["Camera"].animation_data_create().action = wanted.actions[0]
    assert find() == []


def test_frames_of_a_job_are_meant(scene: bpy.types.Scene, load: Load) -> None:
    dependencies = load("scene.dependencies.scan").find_dependencies(scene, (1,))
    assert load("scene.preflight.check").check_scene(scene, dependencies, (1,)) == ()


def test_frames_that_are_given_are_meant(scene: bpy.types.Scene, find: Find) -> None:
    scene.frame_end = scene.frame_start
    scene.renderjuice.use_frame_ranges, scene.renderjuice.frame_ranges = True, "1"
    assert find() == []


def test_a_preview_range_that_is_longer(scene: bpy.types.Scene, find: Find, press: Press) -> None:
    scene.frame_end = scene.frame_start
    scene.use_preview_range = True
    scene.frame_preview_start, scene.frame_preview_end = 5, 20
    (found,) = find()
    assert found.remedy == "use_preview_range"
    press(found)
    assert (scene.frame_start, scene.frame_end) == (5, 20)
    assert find() == []


def test_a_render_region_in_an_animation(scene: bpy.types.Scene, find: Find, press: Press) -> None:
    render = scene.render
    render.use_border = True
    assert find() == []
    render.border_max_x = 0.5
    (found,) = find()
    assert (found.severity, found.remedy) == ("warning", "render_whole_frame")
    scene.frame_end = scene.frame_start
    assert "render_whole_frame" not in [found.remedy for found in find()]
    scene.frame_end = 3
    press(found)
    assert find() == []


def test_a_tiny_resolution_in_an_animation(scene: bpy.types.Scene, find: Find, press: Press) -> None:
    scene.render.resolution_percentage = 10
    (found,) = find()
    assert ("at 10 % of" in found.what, found.remedy) == (True, "render_full_size")
    scene.renderjuice.use_resolution_percentage = True
    assert find() == []
    scene.renderjuice.use_resolution_percentage = False
    press(found)
    assert scene.render.resolution_percentage == 100


@pytest.mark.parametrize("limit", ["simplify_subdivision_render", "simplify_child_particles_render"])
def test_simplify_that_reaches_the_render(scene: bpy.types.Scene, find: Find, press: Press, limit: str) -> None:
    cube = bpy.data.objects["Cube"]
    setattr(scene.render, limit, 0)
    scene.render.use_simplify = True
    assert find() == []
    if limit == "simplify_subdivision_render":
        modifier = cube.modifiers.new("round", "SUBSURF")
        modifier.render_levels = 0
        assert find() == []
        modifier.render_levels = 1
    else:
        settings = cube.modifiers.new("hair", "PARTICLE_SYSTEM").particle_system.settings
        settings.type = "HAIR"
        assert find() == []
        settings.child_type = "SIMPLE"
    scene.render.use_simplify = False
    assert find() == []
    scene.render.use_simplify = True
    (found,) = find()
    press(found)
    assert not scene.render.use_simplify
    assert find() == []


def make_movie(scene: bpy.types.Scene) -> None:
    settings = scene.render.image_settings
    if hasattr(settings, "media_type"):
        settings.media_type = "VIDEO"
    settings.file_format = "FFMPEG"


def test_a_movie(scene: bpy.types.Scene, find: Find, press: Press, load: Load) -> None:
    make_movie(scene)
    (found,) = find()
    assert (found.severity, found.remedy) == ("warning", "write_images")
    assert found.sentence == load("scene.config.notices").MOVIE.sentence
    press(found)
    assert (scene.render.is_movie_format, scene.render.image_settings.file_format) == (False, "PNG")
    assert find() == []


def test_a_movie_that_is_overridden(scene: bpy.types.Scene, find: Find) -> None:
    make_movie(scene)
    scene.renderjuice.use_output_format = True
    assert find() == []


def test_a_compositor_that_is_switched_off(scene: bpy.types.Scene, find: Find, press: Press) -> None:
    tree = compositor_of(scene)
    render_through(tree, scene, "CompositorNodeBlur")
    assert find() == []
    scene.render.use_compositing = False
    (found,) = find()
    assert (found.severity, found.remedy) == ("warning", "turn_on_compositing")
    (blur,) = [node for node in tree.nodes if node.type == "BLUR"]
    blur.mute = True
    assert find() == []
    blur.mute = False
    press(found)
    assert scene.render.use_compositing
    assert find() == []


def test_nodes_that_lead_to_a_viewer_only(scene: bpy.types.Scene, find: Find) -> None:
    tree = compositor_of(scene)
    render_through(tree, scene)
    scene.render.use_compositing = False
    blur = tree.nodes.new("CompositorNodeBlur")
    color = next(socket for socket in blur.inputs if socket.type == "RGBA")
    tree.links.new(next(node for node in tree.nodes if node.type == "R_LAYERS").outputs["Image"], color)
    tree.links.new(blur.outputs[0], tree.nodes.new("CompositorNodeViewer").inputs[0])
    assert find() == []


def test_nodes_in_a_group_change_the_picture(scene: bpy.types.Scene, find: Find) -> None:
    tree, inner = compositor_of(scene), bpy.data.node_groups.new("Look", "CompositorNodeTree")
    inner.interface.new_socket("Image", in_out="INPUT", socket_type="NodeSocketColor")
    inner.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
    blur, begin, end = map(inner.nodes.new, ("CompositorNodeBlur", "NodeGroupInput", "NodeGroupOutput"))
    color = next(socket for socket in blur.inputs if socket.type == "RGBA")
    inner.links.new(begin.outputs[0], color)
    inner.links.new(blur.outputs[0], end.inputs[0])
    render_through(tree, scene)
    group = tree.nodes.new("CompositorNodeGroup")
    group.node_tree = inner
    (link,) = tree.links
    source, target = link.from_socket, link.to_socket
    tree.links.new(source, group.inputs[0])
    tree.links.new(group.outputs[0], target)
    scene.render.use_compositing = False
    assert [found.remedy for found in find()] == ["turn_on_compositing"]
    group.mute = True
    assert find() == []


# from 5.0 on the compositor's nodes have no switch of their own
if bpy.app.version < (5, 0):

    def test_a_compositor_that_is_not_used_at_all(scene: bpy.types.Scene, find: Find) -> None:
        render_through(compositor_of(scene), scene, "CompositorNodeBlur")
        scene.use_nodes = scene.render.use_compositing = False
        assert find() == []


def file_output(tree: Any, folder: str) -> Any:
    node, color = tree.nodes.new("CompositorNodeOutputFile"), tree.nodes.new("CompositorNodeRGB")
    if hasattr(node, "file_output_items"):
        node.file_output_items.new("RGBA", "Image")
    tree.links.new(color.outputs[0], node.inputs[0])
    setattr(node, attribute_of(node), folder)
    return node


def attribute_of(node: Any) -> str:
    return "directory" if hasattr(node, "directory") else "base_path"


@pytest.mark.parametrize(("below", "expected"), [("passes", "//passes/"), ("../passes", "//passes/"), ("", "//")])
def test_a_file_output_node(
    scene: bpy.types.Scene, find: Find, press: Press, project: Path, below: str, expected: str
) -> None:
    node = file_output(compositor_of(scene), str((project / below).resolve()))
    (found,) = find()
    assert (found.severity, found.remedy) == ("warning", "make_output_relative")
    node.mute = True
    assert find() == []
    node.mute, scene.render.use_compositing = False, False
    assert "make_output_relative" not in [found.remedy for found in find()]
    scene.render.use_compositing = True
    press(found)
    assert getattr(node, attribute_of(node)) == expected
    assert find() == []


def test_a_file_output_node_that_gets_nothing(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    tree = compositor_of(scene)
    file_output(tree, str(project))
    tree.links.clear()
    assert find() == []


def test_a_file_output_node_in_a_group(scene: bpy.types.Scene, find: Find, press: Press, project: Path) -> None:
    tree, inner = compositor_of(scene), bpy.data.node_groups.new("Passes", "CompositorNodeTree")
    node = file_output(inner, str(project / "passes"))
    group = tree.nodes.new("CompositorNodeGroup")
    group.node_tree = inner
    (found,) = find()
    press(found)
    assert getattr(node, attribute_of(node)) == "//passes/"


def test_a_file_output_node_of_a_library(scene: bpy.types.Scene, find: Find, press: Press, project: Path) -> None:
    inner = bpy.data.node_groups.new("Passes", "CompositorNodeTree")
    file_output(inner, str(project / "passes"))
    library = library_with(project / "library.blend", inner)
    bpy.data.node_groups.remove(inner)
    with bpy.data.libraries.load(str(library), link=True, relative=True) as (_, wanted):
        wanted.node_groups = ["Passes"]
    tree = compositor_of(scene)
    tree.nodes.new("CompositorNodeGroup").node_tree = wanted.node_groups[0]
    (linked,) = find()
    assert linked.remedy is None
    file_output(tree, str(project / "passes"))
    (own,) = [found for found in find() if found.remedy]
    press(own)
    assert [found.remedy for found in find()] == [None]


def test_a_denoiser_of_another_computer(scene: bpy.types.Scene, find: Find, press: Press) -> None:
    scene.cycles.use_denoising = True
    assert find() == []
    raw = scene.cycles.bl_system_properties_get() if bpy.app.version >= (5, 0) else scene.cycles
    raw["denoiser"] = 1  # no denoiser has this number on any machine
    (found,) = find()
    assert (found.severity, found.remedy) == ("warning", "use_open_image_denoise")
    scene.cycles.use_denoising = False
    assert find() == []
    scene.cycles.use_denoising = True
    press(found)
    assert scene.cycles.denoiser == "OPENIMAGEDENOISE"
    assert find() == []


def test_a_color_config_of_ones_own(
    scene: bpy.types.Scene, find: Find, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OCIO", bpy.utils.system_resource("DATAFILES") + "/colormanagement/config.ocio")
    assert find() == []
    (project / "config.ocio").write_text("ocio_profile_version: 2\n")
    monkeypatch.setenv("OCIO", str(project / "config.ocio"))
    words = "environment variable OCIO, which a farm cannot see"
    assert any(words in found.what for found in find())
    scene.renderjuice.use_color_management_preset = True
    assert not any(words in found.what for found in find())


class AnEngine(bpy.types.RenderEngine):
    """An engine as an add-on may bring it."""

    bl_idname = "AN_ENGINE"
    bl_label = "An Engine"


@pytest.fixture
def engine() -> Iterator[str]:
    """Another engine, registered."""
    bpy.utils.register_class(AnEngine)
    yield AnEngine.bl_idname
    bpy.utils.unregister_class(AnEngine)


def test_an_engine_that_no_farm_can_know(scene: bpy.types.Scene, find: Find, engine: str) -> None:
    scene.render.engine = engine
    (found,) = find()
    assert (found.severity, found.what) == ("error", "A farm cannot know the render engine “AN_ENGINE”.")
    scene.renderjuice.use_render_engine = True
    assert find() == []
    scene.renderjuice.use_render_engine = False
    scene.render.engine = "CYCLES"


class ANode(bpy.types.ShaderNode):
    """A node as an add-on may bring it."""

    bl_idname = "AnAddOnsNode"
    bl_label = "Add-on's Node"

    def init(self, _context: bpy.types.Context) -> None:
        self.outputs.new("NodeSocketColor", "Color")


def test_a_node_of_an_add_on_and_one_whose_add_on_is_gone(scene: bpy.types.Scene, find: Find, project: Path) -> None:
    material = bpy.data.materials.new("Foreign")
    bpy.data.objects["Cube"].data.materials.append(material)
    tree = nodes_of(material)
    bpy.utils.register_class(ANode)
    try:
        node = tree.nodes.new(ANode.bl_idname)
        assert find() == []
        tree.links.new(node.outputs[0], tree.nodes["Principled BSDF"].inputs["Base Color"])
        (found,) = find()
        assert (found.severity, found.datablock, found.collection) == ("warning", "Foreign", "materials")
        assert "has a node of an add-on" in found.what
        bpy.ops.wm.save_mainfile()
        bpy.data.objects["Cube"].data.materials.clear()
        assert find() == []
        bpy.ops.wm.read_homefile(use_factory_startup=False)
    finally:
        bpy.utils.unregister_class(ANode)
    bpy.ops.wm.open_mainfile(filepath=str(project / "shot.blend"))
    (found,) = find()
    assert (found.severity, "has a node that this Blender does not know" in found.what) == ("warning", True)


def test_a_relative_path_in_a_file_that_was_never_saved(scene: bpy.types.Scene, find: Find) -> None:
    bpy.ops.wm.read_homefile(use_factory_startup=False)
    image = bpy.data.images.new("picture", 4, 4)
    image.source, image.filepath_raw = "FILE", "//gone.png"
    material = bpy.data.materials.new("shows it")
    shown_node(material, "ShaderNodeTexImage").image = image
    bpy.data.objects["Cube"].data.materials.append(material)
    (found,) = [found for found in find() if "gone.png" in found.what]
    assert (found.severity, found.datablock, found.remedy) == ("error", "picture", None)
    assert "has a path relative to the file, which was never saved: //gone.png." in found.what


@pytest.mark.parametrize(
    ("kind", "library", "fix"),
    [
        ("Image", "", "Pack it, or remove its use."),
        ("Image", "//library.blend", "Choose it again"),
        ("Library", "", "Make what it brings local"),
        ("Volume", "", "Choose it again"),
    ],
)
def test_what_cannot_be_packed_is_not_to_be_packed(
    scene: bpy.types.Scene, load: Load, kind: str, library: str, fix: str
) -> None:
    module = load("scene.dependencies.dependency")
    dependency = module.Dependency(module.DependencyKind(kind), "Cube", "//x", "/x", library=library)
    dependencies = load("scene.dependencies.scan").Dependencies((), (), ((dependency, "it is refused"),))
    (found,) = load("scene.preflight.check").check_scene(scene, dependencies)
    assert (found.what, found.fix.startswith(fix)) == (f"{kind} “Cube” cannot be sent: it is refused (//x).", True)
