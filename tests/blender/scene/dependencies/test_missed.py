# SPDX-License-Identifier: GPL-3.0-or-later
"""Lost files of every kind: they are missed where a rendered frame reads them, and nowhere else."""

from __future__ import annotations

import shutil
import wave
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from renderjuice.tests.blender.scene.dependencies.needed_files import (
    Find,
    add_scene_strip,
    add_strip,
    paint,
    touch,
)
from renderjuice.tests.blender.scene_parts import compositor_of, library_with, nodes_of, output_node, strips_of

Load = Callable[[str], ModuleType]
FONT = Path(bpy.utils.system_resource("DATAFILES"), "fonts", "Inter.woff2")


def linked_to_scene(data: Any, name: str = "Thing") -> bpy.types.Object:
    thing = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(thing)
    return thing


def lost_font(folder: Path) -> bpy.types.VectorFont:
    shutil.copyfile(FONT, folder / "letters.woff2")
    font = bpy.data.fonts.load(str(folder / "letters.woff2"))
    font.filepath = "//letters.woff2"
    (folder / "letters.woff2").unlink()
    return font


def text_object(folder: Path) -> bpy.types.Object:
    curve: Any = bpy.data.curves.new("Text", "FONT")
    curve.font = lost_font(folder)
    return linked_to_scene(curve)


def test_a_font(find: Find, folder: Path) -> None:
    text = text_object(folder)
    assert find().missing == ["letters.woff2"]
    text.hide_render = True
    assert find().missing == []


def test_a_font_of_a_hidden_parent(find: Find, folder: Path) -> None:
    text = text_object(folder)
    text.hide_render = True
    bpy.data.objects["Cube"].parent = text
    assert find().missing == []


def test_a_font_of_nobody(find: Find, folder: Path) -> None:
    lost_font(folder).use_fake_user = True
    assert find().missing == []


def test_a_font_of_a_strip(find: Find, folder: Path) -> None:
    length = {"length": 10} if bpy.app.version >= (5, 0) else {"frame_end": 15}
    strip = strips_of(bpy.context.scene).new_effect(name="title", type="TEXT", channel=1, frame_start=5, **length)
    strip.font = lost_font(folder)
    assert find(8).missing == ["letters.woff2"]
    assert find(1).missing == []
    strip.mute = True
    assert find(8).missing == []


def lost_cache(holder: bpy.types.Object) -> Any:
    modifier: Any = holder.modifiers.new("cache", "MESH_CACHE")
    modifier.cache_format, modifier.filepath = "PC2", "//gone.pc2"
    return modifier


def test_a_mesh_cache(find: Find) -> None:
    cube = bpy.data.objects["Cube"]
    modifier = lost_cache(cube)
    assert find().missing == ["gone.pc2"]
    modifier.show_render = False
    assert find().missing == []
    modifier.show_render, cube.hide_render = True, True
    assert find().missing == []


def test_a_mesh_cache_of_a_hidden_cage(find: Find) -> None:
    cage = linked_to_scene(bpy.data.meshes.new("Cage"), "Cage")
    lost_cache(cage)
    cage.hide_render = True
    bpy.data.objects["Cube"].parent = cage
    assert find().missing == []
    bend: Any = bpy.data.objects["Cube"].modifiers.new("bent", "SURFACE_DEFORM")
    bend.target = cage
    assert find().missing == ["gone.pc2"]
    bpy.data.objects["Cube"].hide_render = True
    assert find().missing == []


def test_a_light_from_a_file(find: Find) -> None:
    light: Any = bpy.data.lights["Light"]
    light.use_nodes = True
    node = light.node_tree.nodes.new("ShaderNodeTexIES")
    node.mode, node.filepath = "EXTERNAL", "//gone.ies"
    assert find().missing == []
    shine = next(each for each in light.node_tree.nodes if each.type == "EMISSION")
    light.node_tree.links.new(node.outputs[0], shine.inputs["Strength"])
    assert find().missing == ["gone.ies"]
    bpy.data.objects["Light"].hide_render = True
    assert find().missing == []


def test_a_library_that_another_scene_has(find: Find, folder: Path) -> None:
    path = library_with(folder / "lib.blend", bpy.data.objects["Cube"])
    other = bpy.data.scenes.new("Other")
    with bpy.data.libraries.load(str(path), link=True, relative=True) as (_, wanted):
        wanted.objects = ["Cube"]
    other.collection.objects.link(wanted.objects[0])
    path.unlink()
    assert find().missing == []
    bpy.context.scene.collection.objects.link(wanted.objects[0])
    assert find().missing == ["lib.blend"]


def test_what_was_appended_is_not_read_again(find: Find, folder: Path) -> None:
    """Blender lists the file that it came from (`ID.library_weak_reference`), as it does after a paste."""
    bpy.data.objects["Cube"].name = "Chair"
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "chair.blend"), copy=True)
    bpy.data.objects.remove(bpy.data.objects["Chair"])
    bpy.ops.wm.append(directory=str(folder / "chair.blend" / "Object") + "/", filename="Chair")
    listed = [path for path in bpy.utils.blend_paths(absolute=True) if "chair.blend" in path]
    assert listed
    for _ in range(2):
        assert (find().files, find().missing, find().refused) == ([], [], [])
        (folder / "chair.blend").unlink(missing_ok=True)


@pytest.mark.parametrize("path", ["./script.py", "C:\\work\\script.py", "//../script.py"])
def test_a_text_lies_in_the_file(find: Find, path: str) -> None:
    bpy.data.texts.new("script.py").filepath = path
    assert find().refused == []


def test_the_icon_of_a_brush(find: Find, folder: Path) -> None:
    brush: Any = bpy.data.brushes.new("Mine", mode="SCULPT")
    if not hasattr(brush, "icon_filepath"):
        pytest.skip("brushes have no icon files here")
    touch(folder, "mine.png")
    brush.use_custom_icon, brush.icon_filepath, brush.use_fake_user = True, str(folder / "mine.png"), True
    assert find().refused == []


def test_a_sound_changes_no_pixel(find: Find, folder: Path) -> None:
    with wave.open(str(folder / "voice.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\0\0" * 800)
    speaker: Any = bpy.data.speakers.new("Speaker")
    speaker.sound = bpy.data.sounds.load(str(folder / "voice.wav"))
    speaker.sound.filepath = "//voice.wav"
    linked_to_scene(speaker)
    if bpy.app.build_options.audaspace:
        strips_of(bpy.context.scene).new_sound("music", str(folder / "voice.wav"), 1, 1)
    assert find().files == ["voice.wav"]
    (folder / "voice.wav").unlink()
    assert find().missing == []


@pytest.mark.skipif(bpy.app.version < (5, 2), reason="nodes read no sound before")
def test_a_sound_that_nodes_read(find: Find, folder: Path) -> None:
    with wave.open(str(folder / "voice.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\0\0" * 800)
    sound = bpy.data.sounds.load(str(folder / "voice.wav"))
    sound.filepath = "//voice.wav"
    (folder / "voice.wav").unlink()
    tree: Any = bpy.data.node_groups.new("Beat", "GeometryNodeTree")
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    node, point = tree.nodes.new("GeometryNodeSampleSoundFrequencies"), tree.nodes.new("GeometryNodePoints")
    next(socket for socket in node.inputs if socket.type == "SOUND").default_value = sound
    output = tree.nodes.new("NodeGroupOutput")
    tree.links.new(point.outputs[0], output.inputs[0])
    bpy.data.objects["Cube"].modifiers.new("beat", "NODES").node_group = tree
    assert find().missing == []
    tree.links.new(node.outputs[0], point.inputs["Radius"])
    assert find().missing == ["voice.wav"]
    # 5.2 dies when it frees a file whose nodes have a sound
    bpy.data.node_groups.remove(tree)
    bpy.data.sounds.remove(sound)


def lost_strip(folder: Path, begin: int = 1, channel: int = 1, name: str = "gone") -> Any:
    touch(folder, f"{name}.png")
    strip = strips_of(bpy.context.scene).new_image(name, str(folder / f"{name}.png"), channel, begin)
    strip.directory = "//"
    (folder / f"{name}.png").unlink()
    return strip


def test_a_strip_at_other_times(find: Find, folder: Path) -> None:
    lost_strip(folder, begin=5)
    (missed,) = find(5).dependencies.missing
    assert (missed.name, missed.user, missed.is_certain) == ("gone", "Scene", True)
    assert find(1).missing == []
    # right after the rendered frame: it may be sent along, but is not missed
    assert find(4).missing == []
    assert find(1).dependencies.unread != ()


def test_a_strip_in_a_muted_channel(find: Find, folder: Path) -> None:
    strip = lost_strip(folder, channel=2)
    bpy.context.scene.sequence_editor.channels[2].mute = True
    assert find().missing == []
    length = {"length": 3} if bpy.app.version >= (5, 0) else {"frame_end": 4}
    taken = {"input1" if bpy.app.version >= (4, 4) else "seq1": strip}
    # an effect shows what it takes, muted or not
    blur = strips_of(bpy.context.scene).new_effect(
        name="blur", type="GAUSSIAN_BLUR", channel=3, frame_start=1, **length, **taken
    )
    assert find().missing == ["gone.png"]
    blur.mute = True
    assert find().missing == []


def test_a_strip_that_is_muted_at_times_is_perhaps_missed(find: Find, folder: Path) -> None:
    strip = lost_strip(folder)
    strip.keyframe_insert("mute", frame=1)
    assert [missing.is_certain for missing in find().dependencies.missing] == [False]


@pytest.mark.parametrize("muted", ["meta", "channel of the meta", "strip", "channel in the meta"])
def test_a_strip_in_a_meta_strip(find: Find, folder: Path, muted: str) -> None:
    strip, editor = lost_strip(folder), bpy.context.scene.sequence_editor
    meta = strips_of(bpy.context.scene).new_meta("meta", channel=4, frame_start=1)
    strip.move_to_meta(meta)
    assert find().missing == ["gone.png"]
    match muted:
        case "meta":
            meta.mute = True
        case "channel of the meta":
            editor.channels[meta.channel].mute = True
        case "strip":
            strip.mute = True
        case _:
            meta.channels[strip.channel].mute = True
    assert find().missing == []


def test_the_cut_of_a_scene_that_is_not_shown(find: Find, folder: Path) -> None:
    other = bpy.data.scenes.new("Cut")
    touch(folder, "title.png")
    add_strip(other, "image", "//title.png").directory = "//"
    (folder / "title.png").unlink()
    assert find().missing == []
    strip = add_scene_strip(other)
    assert find().missing == []
    strip.scene_input = "SEQUENCER"
    assert find().missing == ["title.png"]
    assert [missed.is_certain for missed in find().dependencies.missing] == [False]
    strip.mute = True
    assert find().missing == []


def clip_of(folder: Path) -> bpy.types.MovieClip:
    for number in (1, 2, 3):
        paint(folder / f"{number:04}.png", number / 10)
    clip = bpy.data.movieclips.load(str(folder / "0001.png"))
    clip.filepath = "//0001.png"
    return clip


def hidden_follower(folder: Path) -> bpy.types.Object:
    """A hidden empty that stands where a clip has its track."""
    empty = linked_to_scene(None, "Empty")
    follow: Any = empty.constraints.new("FOLLOW_TRACK")
    follow.use_active_clip, follow.clip = False, clip_of(folder)
    empty.hide_render = True
    return empty


def test_what_an_empty_follows_moves_its_children(find: Find, folder: Path) -> None:
    empty = hidden_follower(folder)
    bpy.data.objects["Cube"].parent = empty
    assert "0001.png" in find().files
    empty.hide_render = False
    assert "0001.png" in find().files
    empty.hide_render = bpy.data.objects["Cube"].hide_render = True
    assert find().files == []


def test_a_clip_of_a_constraint_that_is_off(find: Find, folder: Path) -> None:
    follow: Any = bpy.data.objects["Cube"].constraints.new("FOLLOW_TRACK")
    follow.clip = clip_of(folder)
    follow.clip.filepath = "//gone.png"
    assert find().missing == ["gone.png"]
    follow.mute = True
    assert find().missing == []
    follow.mute, follow.influence = False, 0.0
    assert find().missing == []
    follow.keyframe_insert("influence", frame=1)
    assert find().missing == ["gone.png"]


def test_what_a_bone_follows_moves_what_hangs_on_it(find: Find, folder: Path) -> None:
    rig = linked_to_scene(bpy.data.armatures.new("Rig"), "Rig")
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    bone = rig.data.edit_bones.new("Bone")
    bone.tail = (0.0, 0.0, 1.0)
    bpy.ops.object.mode_set(mode="OBJECT")
    solver: Any = rig.pose.bones["Bone"].constraints.new("OBJECT_SOLVER")
    solver.use_active_clip, solver.clip = False, clip_of(folder)
    rig.hide_render = True
    assert find().files == []
    cube = bpy.data.objects["Cube"]
    cube.parent, cube.parent_type, cube.parent_bone = rig, "BONE", "Bone"
    assert "0001.png" in find().files


def test_what_drives_by_way_of_a_hidden_object(find: Find, folder: Path) -> None:
    empty = hidden_follower(folder)
    assert find().files == []
    material = bpy.data.objects["Cube"].data.materials[0]
    curve = nodes_of(material).nodes["Principled BSDF"].inputs["Roughness"].driver_add("default_value")
    variable = curve.driver.variables.new()
    variable.type, variable.targets[0].id = "TRANSFORMS", empty
    assert "0001.png" in find().files


def test_a_clip_in_a_strip_and_in_a_node_that_leads_nowhere(find: Find, folder: Path) -> None:
    clip, scene = clip_of(folder), bpy.context.scene
    compositor_of(scene).nodes.new("CompositorNodeMovieClip").clip = clip
    assert find().files == []
    strip = strips_of(scene).new_clip("clip", clip, 1, 1)
    assert find().files == ["0001.png", "0002.png", "0003.png"]
    strip.mute = True
    assert find().files == []


def test_a_stabilized_camera_reads_its_clip(find: Find, folder: Path) -> None:
    solver: Any = bpy.context.scene.camera.constraints.new("CAMERA_SOLVER")
    solver.use_active_clip, solver.clip = False, clip_of(folder)
    bpy.context.scene.camera.hide_render = True
    assert "0001.png" in find().files


@pytest.mark.parametrize("kind", ["FOLLOW_TRACK", "CAMERA_SOLVER"])
def test_what_follows_the_active_clip_names_no_clip(find: Find, folder: Path, kind: str) -> None:
    """Where an object stands depends on the size of the clip, which is another one without its file."""
    scene = bpy.context.scene
    scene.active_clip = clip_of(folder)
    assert find().files == []
    follow: Any = scene.camera.constraints.new(kind)
    assert follow.use_active_clip
    assert "0001.png" in find().files
    follow.use_active_clip = False
    assert find().files == []


def test_an_object_that_stands_on_the_root_of_its_overrides(find: Find, folder: Path) -> None:
    scene, root = bpy.context.scene, linked_to_scene(bpy.data.meshes.new("Root"), "Root")
    lost_cache(root)
    bpy.data.objects["Cube"].modifiers.new("Clings", "SHRINKWRAP").target = root
    bpy.data.objects["Cube"].parent, root.hide_render = root, True
    path = library_with(folder / "rig.blend", bpy.data.objects["Cube"], root)
    bpy.data.objects.remove(bpy.data.objects["Cube"])
    bpy.data.objects.remove(root)
    with bpy.data.libraries.load(str(path), link=True, relative=True) as (_, wanted):
        wanted.objects = ["Root", "Cube"]
    linked_root, linked_cube = wanted.objects
    scene.collection.objects.link(linked_root)
    scene.collection.objects.link(linked_cube)
    linked_root.override_hierarchy_create(scene, bpy.context.view_layer)
    for linked in (linked_root, linked_cube):
        if linked.name in scene.collection.objects:
            scene.collection.objects.unlink(linked)
    cube = bpy.data.objects["Cube", None]
    assert cube.override_library.hierarchy_root == cube.parent == bpy.data.objects["Root", None]
    if cube.name not in scene.objects:
        scene.collection.objects.link(cube)
    assert "gone.pc2" in find().missing


def test_an_object_that_is_hidden_at_times_by_a_strip_in_a_meta_strip(find: Find, folder: Path) -> None:
    text = text_object(folder)
    text.hide_render = True
    text.keyframe_insert("hide_render", frame=5)
    moves, window = text.animation_data, bpy.context.window_manager.windows[0]
    track = moves.nla_tracks.new()
    track.strips.new("Hides", 1, moves.action)
    moves.action = None
    text.select_set(True)
    bpy.context.view_layer.objects.active = text
    area = window.screen.areas[0]
    area.type = "NLA_EDITOR"
    region = next(region for region in area.regions if region.type == "WINDOW")
    with bpy.context.temp_override(window=window, area=area, region=region):
        bpy.ops.nla.select_all(action="SELECT")
        bpy.ops.nla.meta_add()
    assert [strip.type for strip in track.strips] == ["META"]
    assert find().missing == ["letters.woff2"]


def linked_holder(folder: Path) -> bpy.types.Object:
    """An empty that is linked from a library."""
    holder = bpy.data.objects.new("Holder", None)
    path = library_with(folder / "places.blend", holder)
    bpy.data.objects.remove(holder)
    with bpy.data.libraries.load(str(path), link=True, relative=True) as (_, wanted):
        wanted.objects = ["Holder"]
    return wanted.objects[0]


def test_a_library_that_tells_a_place_only(find: Find, folder: Path) -> None:
    holder = linked_holder(folder)
    (folder / "places.blend").unlink()
    bpy.context.scene.collection.objects.link(holder)
    holder.hide_render = True
    assert find().missing == []
    bpy.data.objects["Cube"].parent = holder
    assert find().missing == ["places.blend"]


def test_a_library_of_the_shapes_that_bones_have_in_the_window(find: Find, folder: Path) -> None:
    ring = bpy.data.objects.new("Ring", None)
    path = library_with(folder / "shapes.blend", ring)
    bpy.data.objects.remove(ring)
    with bpy.data.libraries.load(str(path), link=True, relative=True) as (_, wanted):
        wanted.objects = ["Ring"]
    path.unlink()
    rig = linked_to_scene(bpy.data.armatures.new("Rig"), "Rig")
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    rig.data.edit_bones.new("Root").tail = (0.0, 0.0, 1.0)
    bpy.ops.object.mode_set(mode="OBJECT")
    rig.pose.bones["Root"].custom_shape = wanted.objects[0]
    assert find().missing == []
    rig.parent = wanted.objects[0]
    assert find().missing == ["shapes.blend"]


def test_the_library_of_an_object_that_is_overridden(find: Find, folder: Path) -> None:
    bpy.context.scene.collection.objects.link(linked_holder(folder).override_create())
    (folder / "places.blend").unlink()
    assert find().missing == ["places.blend"]


def test_a_hidden_camera_that_is_found_by_its_name(find: Find, folder: Path) -> None:
    """Blender renders the view of the right eye with `Camera_R`, which nothing names (4.2, 5.2)."""
    scene = bpy.context.scene
    other = linked_to_scene(bpy.data.cameras.new("Camera_R"), "Camera_R")
    follow: Any = other.constraints.new("FOLLOW_TRACK")
    follow.use_active_clip, follow.clip = False, clip_of(folder)
    other.hide_render = True
    assert find().files == []
    scene.render.use_multiview, scene.render.views_format = True, "MULTIVIEW"
    assert "0001.png" in find().files


def test_what_drives_the_compositor(find: Find, folder: Path) -> None:
    empty = hidden_follower(folder)
    tree = compositor_of(bpy.context.scene)
    contrast = tree.nodes.new("CompositorNodeBrightContrast")
    tree.links.new(contrast.outputs[0], output_node(tree).inputs[0])
    assert find().files == []
    curve = contrast.inputs[1].driver_add("default_value")
    variable = curve.driver.variables.new()
    variable.type, variable.targets[0].id = "TRANSFORMS", empty
    assert "0001.png" in find().files


def test_the_fill_of_a_pencil_that_stands_in_a_node_too(find: Find, folder: Path) -> None:
    touch(folder, "fill.png")
    material = bpy.data.objects["Cube"].data.materials[0]
    image = bpy.data.images.load("//fill.png")
    nodes_of(material).nodes.new("ShaderNodeTexImage").image = image
    (folder / "fill.png").unlink()
    assert find().missing == []
    bpy.data.materials.create_gpencil_data(material)
    material.grease_pencil.fill_image = image
    assert find().missing == ["fill.png"]


def test_of_many_lost_images_in_one_material_those_that_lead_to_its_output(find: Find, folder: Path) -> None:
    tree = nodes_of(bpy.data.objects["Cube"].data.materials[0])
    reader = tree.nodes["Principled BSDF"].inputs["Base Color"]
    for number in range(20):
        touch(folder, f"{number:02}.png")
        node = tree.nodes.new("ShaderNodeTexImage")
        node.image = bpy.data.images.load(f"//{number:02}.png")
        (folder / f"{number:02}.png").unlink()
        if number % 2:
            tree.links.new(node.outputs["Color"], reader)
            reader = node.inputs["Vector"]
    assert find().missing == [f"{number:02}.png" for number in range(1, 20, 2)]


def test_a_modifier_that_is_off_misses_nothing_beside_one_that_is_on(find: Find) -> None:
    cube = bpy.data.objects["Cube"]
    for name, is_on in (("on", True), ("off", False)):
        cache = cube.modifiers.new(name, "MESH_CACHE")
        cache.filepath, cache.show_render = f"//{name}.mdd", is_on
    assert find().missing == ["on.mdd"]


def test_a_modifier_without_nodes_hands_over_nothing(find: Find, folder: Path) -> None:
    cube = bpy.data.objects["Cube"]
    cube.modifiers.new("Empty", "NODES")
    empty = hidden_follower(folder)
    cube.parent = empty
    assert "0001.png" in find().files


def test_a_script_may_switch_on_what_is_off(find: Find) -> None:
    modifier = lost_cache(bpy.data.objects["Cube"])
    modifier.show_render = False
    assert find().missing == []
    text = bpy.data.texts.new("switches.py")
    text.write("import bpy\nbpy.app.handlers.frame_change_pre.append(print)\n")
    assert find().missing == []
    text.use_module = True
    assert [(missed.user, missed.is_certain) for missed in find().dependencies.missing] == [("Cube", False)]


def test_what_a_driver_names_in_its_expression(find: Find, folder: Path) -> None:
    """Blender knows of its variables only; a hidden object tells its place to whoever asks for it by name."""
    hidden_follower(folder)
    cube = bpy.data.objects["Cube"]
    driver = cube.driver_add("location", 0).driver
    driver.expression = 'bpy.data.objects["Camera"].matrix_world[0][3]'
    assert find().files == []
    driver.expression = 'bpy.data.objects["Empty"].matrix_world[0][3]'
    assert "0001.png" in find().files
    cube.hide_render = True
    assert find().files == []
