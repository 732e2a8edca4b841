# SPDX-License-Identifier: GPL-3.0-or-later
"""Images: single files, tiles, both eyes, and sequences that are cut to what the frames read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from renderjuice.tests.blender.scene.dependencies.needed_files import (
    Find,
    add_image,
    add_image_node,
    add_scene_strip,
    touch,
)
from renderjuice.tests.blender.scene_parts import compositor_of, output_node, render_through


def test_an_empty_scene_needs_nothing(find: Find) -> None:
    found = find()
    assert (found.files, found.missing, found.refused) == ([], [], [])


@pytest.mark.parametrize("written", ["//tex/a.png", "//tex//a.png", "//tex\\a.png", "//./tex/b/../a.png", "ABSOLUTE"])
def test_a_file_is_found_however_its_path_is_written(find: Find, folder: Path, written: str) -> None:
    touch(folder, "tex/a.png", "tex/b/other.png")
    add_image(str(folder / "tex" / "a.png") if written == "ABSOLUTE" else written)
    assert (find().files, find().missing) == (["tex/a.png"], [])


def test_what_is_not_there_is_named(find: Find, folder: Path) -> None:
    image = add_image("//tex/a.png")
    found = find()
    (missing,) = found.dependencies.missing
    assert (missing.user, missing.missing, missing.collection) == (image.name, (str(folder / "tex/a.png"),), "images")
    assert missing.blend == str(folder / "shot.blend")


def test_a_folder_is_no_picture(find: Find, folder: Path) -> None:
    (folder / "a.png").mkdir()
    add_image("//a.png")
    assert (find().files, find().missing) == ([], ["a.png"])


def test_many_files_of_one_folder_are_told_from_those_that_are_missing(find: Find, folder: Path) -> None:
    names = [f"{number}.png" for number in range(20)]
    touch(folder, *names[:-1])
    for name in names:
        add_image(f"//{name}")
    assert (len(find().files), find().missing) == (19, ["19.png"])


def test_packed_and_generated_images_need_no_file(find: Find, folder: Path) -> None:
    add_image("//a.png", "GENERATED")
    packed = bpy.data.images.new("packed", 4, 4)
    packed.pack()
    packed.filepath_raw = "//b.png"
    add_image_node(packed)
    assert (find().files, find().missing, find().refused) == ([], [], [])


@pytest.mark.parametrize(
    ("path", "files"),
    [
        ("//t.<UDIM>.png", ["t.1001.png", "t.1002.png", "t.1011.png"]),
        ("//t_<UVTILE>.png", ["t_u1_v1.png", "t_u1_v2.png", "t_u2_v1.png"]),
    ],
)
def test_all_tiles_are_found(find: Find, folder: Path, path: str, files: list[str]) -> None:
    touch(folder, *files, "t.1099.png")
    image = add_image(path, "TILED")
    for number in (1002, 1011, 1012):
        image.tiles.new(number)
    found = find()
    assert (found.files, len(found.missing)) == (files, 1)


def test_both_eyes_are_found(find: Find, folder: Path) -> None:
    touch(folder, "a_L.png", "a_R.png")
    image = add_image("//a_L.png")
    image.use_multiview, image.views_format = True, "INDIVIDUAL"
    assert find().files == ["a_L.png", "a_R.png"]


def a_sequence(folder: Path, count: int = 9) -> bpy.types.Image:
    """An image sequence that exists, with as many frames as it has files."""
    picture = bpy.data.images.new("frame", 4, 4)
    for number in range(1, count + 1):
        picture.filepath_raw, picture.file_format = str(folder / f"s_{number:03}.png"), "PNG"
        picture.save()
    bpy.data.images.remove(picture)
    image = bpy.data.images.load(str(folder / "s_001.png"))
    image.filepath, image.source = "//s_001.png", "SEQUENCE"
    return image


def test_a_sequence_is_cut_to_the_frames_and_their_neighbors(find: Find, folder: Path) -> None:
    node = add_image_node(a_sequence(folder))
    node.image_user.frame_duration, node.image_user.use_auto_refresh = 9, True
    assert find(4).files == ["s_003.png", "s_004.png", "s_005.png"]
    assert find(9).files == ["s_008.png", "s_009.png"]
    bpy.context.scene.render.use_motion_blur, bpy.context.scene.render.motion_blur_shutter = True, 1.5
    assert len(find(5).files) == 7


def test_a_gap_counts_only_where_a_frame_reads_it(find: Find, folder: Path) -> None:
    node = add_image_node(a_sequence(folder))
    node.image_user.frame_duration, node.image_user.use_auto_refresh = 9, True
    (folder / "s_005.png").unlink()
    assert find(4).missing == []
    assert find(5).missing == ["s_005.png"]


def test_before_its_first_frame_a_sequence_misses_nothing(find: Find, folder: Path) -> None:
    node = add_image_node(a_sequence(folder))
    node.image_user.frame_duration, node.image_user.frame_start, node.image_user.use_auto_refresh = 9, 5, True
    assert (find(3).missing, find(3).files) == ([], [])
    assert find(4).files == ["s_001.png"]


@pytest.mark.parametrize("why", ["animated", "remapped", "scene strip", "socket", "other user"])
def test_a_sequence_is_not_cut_when_nobody_knows_what_is_read(find: Find, folder: Path, why: str) -> None:
    image = a_sequence(folder)
    node = add_image_node(image)
    node.image_user.frame_duration = 9
    if why == "animated":
        node.image_user.keyframe_insert("frame_offset", frame=1)
    elif why == "remapped":
        bpy.context.scene.render.frame_map_new = 50
    elif why == "scene strip":
        add_scene_strip(bpy.data.scenes.new("other"))
    elif why == "socket":
        group = bpy.data.node_groups.new("geometry", "GeometryNodeTree")
        group.nodes.new("GeometryNodeImageTexture").inputs["Image"].default_value = image
    else:
        # a picture in the viewport makes no render read it, but it is no node either
        bpy.data.objects["Cube"]["picture"] = image
    assert len(find(4).files) == 9


def test_a_sequence_is_cut_when_the_sequencer_with_a_scene_renders_nothing(find: Find, folder: Path) -> None:
    node = add_image_node(a_sequence(folder))
    node.image_user.frame_duration, node.image_user.use_auto_refresh = 9, True
    add_scene_strip(bpy.data.scenes.new("other"))
    bpy.context.scene.render.use_sequencer = False
    assert find(4).files == ["s_003.png", "s_004.png", "s_005.png"]


@pytest.mark.parametrize("is_cyclic", [False, True])
@pytest.mark.parametrize(("start", "count", "offset"), [(1, 5, 0), (3, 4, 2), (-2, 1, 0), (2, 6, 1), (1, 0, 0)])
def test_the_number_is_the_one_that_blender_reads(
    load: Callable[[str], ModuleType], folder: Path, start: int, count: int, offset: int, is_cyclic: bool
) -> None:
    image_frames = load("scene.dependencies.kinds.image_frames")
    node = add_image_node(a_sequence(folder))
    timing = node.image_user
    timing.use_auto_refresh, timing.use_cyclic = True, is_cyclic
    timing.frame_start, timing.frame_duration, timing.frame_offset = start, count, offset
    material = bpy.data.objects["Cube"].data.materials[-1]
    for frame in range(-9, 20):
        bpy.context.scene.frame_set(frame)
        graph = bpy.context.evaluated_depsgraph_get()
        evaluated = material.evaluated_get(graph).node_tree.nodes[node.name].image_user
        assert image_frames.Timing.of(timing).number_at(frame) == evaluated.frame_current


def test_what_is_only_shown_or_painted_with_stays_here(find: Find, folder: Path) -> None:
    sequence = a_sequence(folder)
    sequence.use_fake_user = True
    bpy.data.movieclips.load(str(folder / "s_001.png")).use_fake_user = True
    assert find().files == []
    assert set(find().dependencies.unread) == {sequence, bpy.data.movieclips[0]}
    texture = bpy.data.textures.new("stamp", "IMAGE")
    texture.image = sequence
    brush = bpy.data.brushes.new("stamp", mode="TEXTURE_PAINT")
    brush.texture_slot.texture = texture
    assert find().files == []
    add_image_node(sequence)
    assert find().files != []


def in_image_editor(image: bpy.types.Image | None) -> None:
    area = bpy.context.window.screen.areas[0]
    area.ui_type = "IMAGE_EDITOR"
    area.spaces.active.image = image


@pytest.mark.parametrize(
    "order", ["shown only", "shown before", "shown", "kept only", "kept and shown", "kept and read"]
)
def test_a_still_that_nobody_but_editors_uses_stays_here(find: Find, folder: Path, order: str) -> None:
    touch(folder, "still.png")
    still = bpy.data.images.load("//still.png")
    if order.startswith("kept"):
        still.use_fake_user = True
    if order == "shown":
        add_image_node(still)
    if "shown" in order:
        in_image_editor(still)
        assert still.users
    if order == "shown before":
        # Blender counts the editor as a user until the file is opened again
        in_image_editor(None)
        assert still.users
    if order == "kept and read":
        add_image_node(still)
    found = find()
    is_read = order in ("shown", "kept and read")
    assert found.files == (["still.png"] if is_read else [])
    assert list(found.dependencies.unread) == ([] if is_read else [still])
    assert (found.missing, found.refused) == ([], [])
    add_image_node(still)
    assert find().files == ["still.png"]


def test_a_still_of_an_earlier_job_in_a_node_that_leads_nowhere(find: Find, folder: Path) -> None:
    touch(folder, "still.png")
    still = bpy.data.images.load("//still.png")
    scene = bpy.context.scene
    tree = compositor_of(scene)
    render_through(tree, scene)
    node = tree.nodes.new("CompositorNodeImage")
    node.image = still
    still["renderjuice_job"] = "job"
    assert find().files == []
    tree.links.new(node.outputs[0], output_node(tree).inputs[0])
    assert find().files == ["still.png"]


def test_pictures_behind_the_scene_are_only_shown(find: Find, folder: Path) -> None:
    sequence = a_sequence(folder)
    bpy.data.cameras["Camera"].background_images.new().image = sequence
    reference = bpy.data.objects.new("Reference", None)
    reference.empty_display_type, reference.data = "IMAGE", sequence
    bpy.context.collection.objects.link(reference)
    bpy.data.cameras["Camera"].background_images.new().image = bpy.data.images.new("lost", 4, 4)
    lost = bpy.data.images["lost"]
    lost.source, lost.filepath_raw = "FILE", "//gone.png"
    found = find()
    assert (found.files, found.missing, found.refused) == ([], [], [])
    assert set(found.dependencies.unread) == {sequence, lost}


def test_a_lost_picture_that_no_render_reads_is_not_missed(find: Find, folder: Path) -> None:
    image = bpy.data.images.new("seen once", 4, 4)
    image.source, image.filepath_raw, image.use_fake_user = "FILE", "//gone.png", True
    read = add_image("//gone too.png")
    found = find()
    assert found.missing == ["gone too.png"]
    assert list(found.dependencies.unread) == [image]
    assert found.refused == []
    read.source = "GENERATED"
    assert find().missing == []


def left_out(load: Callable[[str], ModuleType], *candidates: bpy.types.ID) -> frozenset[bpy.types.ID]:
    steps = load("scene.rendered.reading").unread_among(bpy.context.scene, candidates)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def test_what_only_a_fake_user_keeps_is_out_of_reach(load: Callable[[str], ModuleType], folder: Path) -> None:
    kept, read = bpy.data.images.new("kept", 4, 4), add_image("//gone.png")
    node = add_image_node(kept)
    material = bpy.data.objects["Cube"].data.materials.pop()
    assert node.id_data == material.node_tree
    material.use_fake_user = True
    assert left_out(load, kept, read) == {kept}
    assert left_out(load) == frozenset()


@pytest.mark.parametrize(
    "way", ["object", "instance", "nodes", "set", "strip", "compositor", "library", "particles", "override"]
)
def test_every_way_from_the_scene_is_known(load: Callable[[str], ModuleType], folder: Path, way: str) -> None:
    scene, other = bpy.context.scene, bpy.data.scenes.new("Other")
    image = bpy.data.images.new("read", 4, 4)
    add_image_node(image)
    material = bpy.data.objects["Cube"].data.materials.pop()
    mesh = bpy.data.meshes.new("shows it")
    mesh.materials.append(material)
    thing = bpy.data.objects.new("shows it", mesh)
    if way != "library":
        other.collection.objects.link(thing)
        assert left_out(load, image) == {image}
    match way:
        case "object":
            scene.collection.objects.link(thing)
        case "instance":
            shown = bpy.data.collections.new("shown")
            shown.objects.link(thing)
            instance = bpy.data.objects.new("instance", None)
            instance.instance_type, instance.instance_collection = "COLLECTION", shown
            scene.collection.objects.link(instance)
        case "nodes":
            tree: Any = bpy.data.node_groups.new("sets it", "GeometryNodeTree")
            outer: Any = bpy.data.node_groups.new("outer", "GeometryNodeTree")
            for inside, kind in ((tree, "GeometryNodeSetMaterial"), (outer, "GeometryNodeGroup")):
                inside.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
                node = inside.nodes.new(kind)
                if inside is outer:
                    node.node_tree = tree
                else:
                    node.inputs["Material"].default_value = material
                inside.links.new(node.outputs[0], inside.nodes.new("NodeGroupOutput").inputs[0])
            bpy.data.objects["Cube"].modifiers.new("nodes", "NODES").node_group = outer
        case "set":
            scene.background_set = other
        case "strip":
            add_scene_strip(other)
        case "compositor":
            compositor_of(scene).nodes.new("CompositorNodeRLayers").scene = other
        case "particles":
            cube = bpy.data.objects["Cube"]
            settings = cube.modifiers.new("particles", "PARTICLE_SYSTEM").particle_system.settings
            settings.render_type, settings.instance_object = "OBJECT", thing
        case "override":
            bpy.context.view_layer.material_override = material
        case "library":
            image.filepath_raw, image.source = "//gone.png", "FILE"
            bpy.data.libraries.write(str(folder / "library.blend"), {thing}, fake_user=True)
            bpy.data.images.remove(image)
            with bpy.data.libraries.load(str(folder / "library.blend"), link=True, relative=True) as (_, wanted):
                wanted.objects = ["shows it"]
            image = next(each for each in bpy.data.images if each.library)
            assert left_out(load, image) == {image}
            scene.collection.objects.link(wanted.objects[0])
    assert left_out(load, image) == frozenset()
