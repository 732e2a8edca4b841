# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of the scene in front of the artist: what it finds, what its buttons do, and the receipt above them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from renderjuice.tests.blender.scene_parts import compositor_of, output_node, shown_node, strips_of


@pytest.fixture
def scene(project: Path) -> bpy.types.Scene:
    return bpy.context.scene


def findings(load: Callable[[str], ModuleType]) -> list[object]:
    bpy.ops.renderjuice.check()
    return list(load("live.scene_check").findings(bpy.context.scene))


def a_material_with(image: bpy.types.Image) -> bpy.types.Material:
    """A material on the cube that shows an image."""
    material = bpy.data.materials.new("Painted")
    if material.node_tree is None:
        # from 5.0 on it has nodes from the start
        material.use_nodes = True
    shown_node(material, "ShaderNodeTexImage").image = image
    bpy.data.objects["Cube"].data.materials.append(material)
    return material


def an_image_file(path: Path) -> bpy.types.Image:
    image = bpy.data.images.new("painted", 4, 4)
    image.filepath_raw, image.file_format = str(path), "PNG"
    image.save()
    return image


def test_nothing_is_found_in_a_sound_scene(scene: bpy.types.Scene, load: Callable[[str], ModuleType]) -> None:
    assert findings(load) == []


def test_a_missing_camera_is_found_and_given_back_by_its_button(
    scene: bpy.types.Scene, load: Callable[[str], ModuleType]
) -> None:
    scene.camera = None
    (found,) = findings(load)
    assert (found.datablock, found.collection, found.remedy) == (scene.name, "scenes", "use_camera")
    assert bpy.ops.renderjuice.fix(remedy=found.remedy, name=found.datablock) == {"FINISHED"}
    assert scene.camera is bpy.data.objects["Camera"]
    assert findings(load) == []


def test_a_scene_without_any_camera_gets_no_button(scene: bpy.types.Scene, load: Callable[[str], ModuleType]) -> None:
    bpy.data.objects.remove(bpy.data.objects["Camera"])
    (found,) = findings(load)
    assert found.remedy is None
    with pytest.raises(RuntimeError, match=r"There is no camera in the scene\. Add one\."):
        bpy.ops.renderjuice.fix(remedy="use_camera", name=scene.name)


def test_a_missing_texture_leads_to_the_object_that_shows_it(
    scene: bpy.types.Scene, load: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    image = an_image_file(tmp_path / "painted.png")
    a_material_with(image)
    image.filepath = "//gone.png"
    for thing in scene.objects:
        thing.select_set(False)
    bpy.context.view_layer.objects.active = bpy.data.objects["Light"]
    (found,) = findings(load)
    assert (found.datablock, found.collection, found.remedy) == ("painted", "images", "find_files")
    assert bpy.ops.renderjuice.select_datablock(collection=found.collection, name=found.datablock) == {"FINISHED"}
    assert [thing.name for thing in bpy.context.selected_objects] == ["Cube"]
    assert bpy.context.view_layer.objects.active.name == "Cube"


def test_an_absolute_path_is_nothing_to_mend(
    scene: bpy.types.Scene, load: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    image = an_image_file(tmp_path / "painted.png")
    a_material_with(image)
    image.filepath = str(tmp_path / "painted.png")
    assert findings(load) == []


def test_a_painted_image_is_packed(scene: bpy.types.Scene, load: Callable[[str], ModuleType], tmp_path: Path) -> None:
    image = an_image_file(tmp_path / "painted.png")
    image.filepath = "//painted.png"
    a_material_with(image)
    image.pixels[0] = 0.5
    image.update()
    assert image.is_dirty
    (found,) = findings(load)
    bpy.ops.renderjuice.fix(remedy=found.remedy, name=found.datablock)
    assert image.packed_file
    assert findings(load) == []


def test_what_is_gone_meanwhile_is_said(scene: bpy.types.Scene, extension_name: str) -> None:
    assert bpy.ops.renderjuice.select_datablock(collection="images", name="gone") == {"CANCELLED"}
    with pytest.raises(RuntimeError, match="“gone” is not in this file any more"):
        bpy.ops.renderjuice.fix(remedy="pack_image", name="gone")


def test_a_check_asks_for_no_key_and_no_network(scene: bpy.types.Scene, preferences: object) -> None:
    bpy.context.preferences.system.use_online_access = False
    preferences.api_key = ""
    assert bpy.ops.renderjuice.check() == {"FINISHED"}


def test_the_receipt_says_what_will_be_sent(scene: bpy.types.Scene, load: Callable[[str], ModuleType]) -> None:
    receipt = load("scene.config.receipt").make_receipt(scene, {})
    assert receipt.lines == ("Camera · Cycles · 48×32 · 2 samples", "1-3 (3 frames) · PNG RGBA")
    assert receipt.remarks == ()


def test_the_receipt_is_short_and_exact(scene: bpy.types.Scene, load: Callable[[str], ModuleType]) -> None:
    make = load("scene.config.receipt").make_receipt
    scene.cycles.samples = 1
    scene.camera.name = "Camera of the second unit"
    scene.render.image_settings.color_depth = "16"
    assert make(scene, {}).lines == (
        "Camera of the s… · Cycles · 48×32 · 1 sample",
        "1-3 (3 frames) · PNG RGBA 16 bit",
    )
    scene.render.image_settings.file_format = "OPEN_EXR"
    scene.render.image_settings.color_depth = "16"
    assert make(scene, {}).lines[1].endswith("OpenEXR RGBA")
    other = bpy.data.objects.new("Other", bpy.data.cameras.new("Other"))
    for frame, camera in ((1, scene.camera), (2, other)):
        scene.timeline_markers.new("cut", frame=frame).camera = camera
    assert make(scene, {}).lines[0].startswith("2 cameras · Cycles")
    scene.camera = None
    scene.timeline_markers.clear()
    assert make(scene, {}).lines[0].startswith("Cycles")


def test_the_receipt_marks_what_an_artist_may_have_forgotten(
    scene: bpy.types.Scene, load: Callable[[str], ModuleType]
) -> None:
    render = scene.render
    render.resolution_percentage, render.use_border, render.use_simplify = 50, True, True
    scene.frame_end = scene.frame_start
    receipt = load("scene.config.receipt").make_receipt(
        scene, {"sample_count": 64, "tile_size": scene.cycles.tile_size}
    )
    assert receipt.lines == ("Camera · Cycles · 24×16 · 64 samples", "Frame 1 · PNG RGBA")
    assert tuple(remark.text for remark in receipt.remarks) == (
        "Resolution is at 50 %",
        "The frame range is a single frame",
        "Only a render region is rendered",
        "Simplify is on",
    )


def test_what_the_check_warns_of_is_no_second_remark(scene: bpy.types.Scene, load: Callable[[str], ModuleType]) -> None:
    """The panel leaves out a remark of the receipt when a finding is about the same setting."""
    render = scene.render
    if hasattr(render.image_settings, "media_type"):
        render.image_settings.media_type = "VIDEO"
    render.image_settings.file_format = "FFMPEG"
    render.use_border, render.border_max_x, render.resolution_percentage = True, 0.5, 25
    warned = {finding.about for finding in findings(load)}
    remarked = {remark.about for remark in load("scene.config.receipt").make_receipt(scene, {}).remarks}
    assert warned == remarked == {"movie", "region", "resolution_percentage"}
    scene.frame_end = scene.frame_start
    assert "frames" in {finding.about for finding in findings(load)}
    remarks = load("scene.config.receipt").make_receipt(scene, {}).remarks
    assert "frames" in {remark.about for remark in remarks}


def test_a_preset_of_overrides_leaves_the_frames_alone(scene: bpy.types.Scene, extension_name: str) -> None:
    settings = scene.renderjuice
    settings.use_sample_count, settings.sample_count = True, 77
    settings.use_resolution, settings.resolution = True, (640, 360)
    settings.use_frame_ranges, settings.frame_ranges = True, "5"
    bpy.ops.renderjuice.override_preset_add(name="Draft of Mine")
    settings.sample_count, settings.resolution, settings.frame_ranges = 1, (8, 8), "9"
    settings.use_sample_count = False
    scripts = Path(bpy.utils.user_resource("SCRIPTS"))
    (preset,) = [path for path in scripts.rglob("*.py") if "draft" in path.name.lower()]
    bpy.ops.script.execute_preset(filepath=str(preset), menu_idname="RENDERJUICE_PT_override_presets")
    assert (settings.use_sample_count, settings.sample_count, tuple(settings.resolution)) == (True, 77, (640, 360))
    assert settings.frame_ranges == "9"
    # Blender shows the name of the chosen preset in the place of the panel's
    bpy.types.RENDERJUICE_PT_override_presets.bl_label = "Override Presets"


def a_sequence(folder: Path) -> bpy.types.Image:
    """Two frames beside the file, loaded as an image sequence."""
    for name in ("0001.png", "0002.png"):
        an_image_file(folder / name)
    sequence = bpy.data.images.load("//0001.png")
    sequence.source = "SEQUENCE"
    return sequence


def a_movie(scene: bpy.types.Scene, folder: Path) -> Path:
    """A movie of two frames, rendered here."""
    settings = scene.render.image_settings
    before = settings.file_format
    if hasattr(settings, "media_type"):
        settings.media_type = "VIDEO"
    settings.file_format = "FFMPEG"
    scene.render.filepath = str(folder / "movie")
    scene.frame_end = 2
    bpy.ops.render.render(animation=True)
    if hasattr(settings, "media_type"):
        settings.media_type = "IMAGE"
    settings.file_format = before
    (movie,) = folder.glob("movie*")
    return movie


def test_frames_that_are_only_looked_at_keep_nothing_from_being_sent(
    scene: bpy.types.Scene, load: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    sequence = a_sequence(tmp_path)
    sequence.use_fake_user = True
    bpy.data.movieclips.load(str(tmp_path / "0001.png")).use_fake_user = True
    for name in ("0001.png", "0002.png"):
        (tmp_path / name).unlink()
    assert findings(load) == []
    tree = compositor_of(scene)
    node = tree.nodes.new("CompositorNodeImage")
    node.image = sequence
    assert findings(load) == []
    blur = tree.nodes.new("CompositorNodeBlur")
    tree.links.new(node.outputs["Image"], blur.inputs[0])
    assert findings(load) == []
    tree.links.new(blur.outputs["Image"], output_node(tree).inputs[0])
    (found,) = findings(load)
    assert (found.datablock, "0001.png" in found.what) == (sequence.name, True)


def test_what_is_only_looked_at_stays_here_and_as_it_was(scene: bpy.types.Scene, project: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    a_sequence(tmp_path)
    for name in ("0001.png", "0002.png"):
        (tmp_path / name).rename(elsewhere / name)
    sequence, clip = bpy.data.images["0001.png"], bpy.data.movieclips.load(str(elsewhere / "0001.png"))
    sequence.filepath = str(elsewhere / "0001.png")
    sequence.use_fake_user = clip.use_fake_user = True
    clip.frame_start = 7
    strips = strips_of(scene)
    strip = strips.new_image("frames", str(elsewhere / "0001.png"), channel=1, frame_start=1)
    strip.elements.append("0002.png")
    movie = strips.new_movie("movie", str(a_movie(scene, elsewhere)), channel=2, frame_start=1)
    strip.mute = movie.mute = True

    def shown() -> tuple[object, ...]:
        files = (strip.directory, [element.filename for element in strip.elements], len(strip.elements))
        pictures = (sequence.filepath, sequence.source, sequence.size[:], clip.filepath, clip.source, movie.filepath)
        return *files, *pictures, clip.frame_start, clip.frame_duration

    before = shown()
    assert bpy.ops.renderjuice.submit(frames="1", output_dir=str(project / "farm"), wait=True) == {"FINISHED"}
    assert shown() == before


def test_strips_count_only_where_the_sequencer_renders(
    scene: bpy.types.Scene, load: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    a_sequence(tmp_path)
    strip = strips_of(scene).new_image("frames", "//0001.png", channel=1, frame_start=1)

    def missed() -> list[Any]:
        return [found for found in findings(load) if found.remedy != "render_scene"]

    assert missed() == []
    (tmp_path / "0001.png").unlink()
    assert len(missed()) == 1
    strip.mute = True
    assert missed() == []
    strip.mute, scene.render.use_sequencer = False, False
    assert findings(load) == []
