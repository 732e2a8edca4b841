# SPDX-License-Identifier: GPL-3.0-or-later
"""Real scenes in a real Blender, read as render configs."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

from renderjuice.tests.blender.scene_parts import compositor_of

ROOT = Path(__file__).resolve().parents[4]

EEVEE = "BLENDER_EEVEE" if bpy.app.version >= (5, 0, 0) else "BLENDER_EEVEE_NEXT"
ALL_MODES = ("BW", "RGB", "RGBA")
ALL_DEPTHS = ("8", "10", "12", "16", "32")
SETTINGS_THAT_CHANGE_A_FILE = {"quality": (10, 100), "compression": (0, 100), "tiff_codec": ("NONE", "DEFLATE")}


@pytest.fixture
def module(extension_name: str) -> ModuleType:
    return importlib.import_module(f"{extension_name}.scene.config.render_config")


@pytest.fixture
def notices(extension_name: str) -> ModuleType:
    return importlib.import_module(f"{extension_name}.scene.config.notices")


@pytest.fixture
def formats(extension_name: str) -> dict[str, Any]:
    return importlib.import_module(f"{extension_name}.scene.config.consistency").FORMATS


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Iterator[bpy.types.Scene]:
    """A new scene of its own, without a color management from the environment."""
    for variable in ("OCIO", "BLENDER_OCIO"):
        monkeypatch.delenv(variable, raising=False)
    scene = bpy.data.scenes.new("Shot")
    yield scene
    bpy.data.scenes.remove(scene)


def choose_format(scene: bpy.types.Scene, file_format: str) -> None:
    """Set the file format; from 5.0 on, the media type comes first."""
    image = scene.render.image_settings
    if hasattr(image, "media_type"):
        groups = {"FFMPEG": "VIDEO", "OPEN_EXR_MULTILAYER": "MULTI_LAYER_IMAGE"}
        image.media_type = groups.get(file_format, "IMAGE")
    image.file_format = file_format


def accepted(owner: Any, name: str, values: tuple[str, ...]) -> list[str]:
    """The values that Blender takes for an enum in its present state. Leaves the last of them set."""
    taken = []
    for value in values:
        try:
            setattr(owner, name, value)
        except TypeError:
            continue
        taken.append(value)
    return taken


def offered_formats() -> list[str]:
    items = bpy.types.ImageFormatSettings.bl_rna.properties["file_format"].enum_items
    return [item.identifier for item in items]


IMAGE_FORMATS = [name for name in offered_formats() if name != "FFMPEG"]


def test_a_new_scene(module: ModuleType, scene: bpy.types.Scene) -> None:
    reading = module.read_scene(scene)
    assert reading.frames == tuple(range(1, 251))
    assert reading.notices == ()
    assert reading.config.to_json() == {
        "colorManagementPreset": "default",
        "frameRanges": ["1-250"],
        "renderEngine": EEVEE,
        "sampleCount": 64,
        "resolution": [1920, 1080],
        "resolutionPercentage": 100,
        "outputFormat": "PNG",
        "fps": 24,
        "outputSettings": {"colorMode": "RGBA", "colorDepth": "8", "compression": 15},
    }


def test_reading_changes_nothing(module: ModuleType, scene: bpy.types.Scene) -> None:
    choose_format(scene, "FFMPEG")
    scene.render.engine = "CYCLES"
    scene.frame_set(17)

    def state() -> list[Any]:
        owners = [scene, scene.render, scene.render.image_settings, scene.cycles, scene.eevee, scene.view_settings]
        simple = ("BOOLEAN", "INT", "FLOAT", "STRING", "ENUM")
        return [
            (p.identifier, str(getattr(owner, p.identifier)))
            for owner in owners
            for p in owner.bl_rna.properties
            if p.type in simple and not getattr(p, "is_array", False) and p.identifier != "use_nodes"
        ]

    before = state()
    module.read_scene(scene, overrides={"render_engine": EEVEE, "output_format": "JPEG", "sample_count": 3})
    assert state() == before


def test_cycles(module: ModuleType, scene: bpy.types.Scene) -> None:
    scene.render.engine = "CYCLES"
    scene.cycles.samples = 17
    scene.cycles.tile_size = 256
    config = module.read_scene(scene).config
    assert (config.render_engine, config.sample_count) == ("CYCLES", 17)
    assert (config.denoising_enabled, config.denoiser_type) == (True, "OPENIMAGEDENOISE")
    assert (config.use_tiling, config.tile_size) == (True, 256)

    scene.cycles.use_denoising = False
    scene.cycles.use_auto_tile = False
    config = module.read_scene(scene).config
    assert (config.denoising_enabled, config.denoiser_type) == (False, None)
    assert (config.use_tiling, config.tile_size) == (False, None)


def test_a_denoiser_of_another_machine_is_left_out(module: ModuleType, scene: bpy.types.Scene) -> None:
    scene.render.engine = "CYCLES"
    raw = scene.cycles
    if hasattr(raw, "bl_system_properties_get"):
        raw = raw.bl_system_properties_get(do_create=True)
    raw["denoiser"] = 1  # no denoiser has this number on any machine
    assert scene.cycles.denoiser == ""
    config = module.read_scene(scene).config
    assert (config.denoising_enabled, config.denoiser_type) == (True, None)


def test_cycles_without_its_add_on(module: ModuleType, scene: bpy.types.Scene) -> None:
    bpy.ops.preferences.addon_disable(module="cycles")
    try:
        config = module.read_scene(scene, overrides={"render_engine": "CYCLES"}).config
    finally:
        bpy.ops.preferences.addon_enable(module="cycles")
    assert (config.render_engine, config.sample_count, config.use_tiling) == ("CYCLES", None, None)


def test_eevee_and_workbench(module: ModuleType, scene: bpy.types.Scene) -> None:
    scene.render.engine = EEVEE
    scene.eevee.taa_render_samples = 9
    config = module.read_scene(scene).config
    assert (config.render_engine, config.sample_count, config.denoising_enabled) == (EEVEE, 9, None)
    assert (config.use_tiling, config.tile_size, config.denoiser_type) == (None, None, None)

    scene.render.engine = "BLENDER_WORKBENCH"
    config = module.read_scene(scene).config
    assert (config.render_engine, config.sample_count, config.use_tiling) == ("BLENDER_WORKBENCH", None, None)


def test_an_engine_that_no_farm_can_know(module: ModuleType, scene: bpy.types.Scene) -> None:
    engine = type("ShotEngine", (bpy.types.RenderEngine,), {"bl_idname": "SHOT_ENGINE", "bl_label": "Shot"})
    bpy.utils.register_class(engine)
    try:
        scene.render.engine = "SHOT_ENGINE"
        with pytest.raises(module.UnknownEngine, match="A farm cannot know the render engine “SHOT_ENGINE”") as error:
            module.read_scene(scene)
        assert isinstance(error.value, ValueError)
        assert error.value.engine == "SHOT_ENGINE"
        assert module.read_scene(scene, overrides={"render_engine": "CYCLES"}).config.render_engine == "CYCLES"
    finally:
        bpy.utils.unregister_class(engine)


def test_frames_of_the_scene(module: ModuleType, scene: bpy.types.Scene) -> None:
    scene.frame_start, scene.frame_end, scene.frame_step = 3, 9, 2
    reading = module.read_scene(scene)
    assert reading.frames == (3, 5, 7, 9)
    assert reading.config.frame_ranges == ("3", "5", "7", "9")


def test_a_still_is_the_current_frame(module: ModuleType, scene: bpy.types.Scene) -> None:
    scene.frame_set(-5)
    reading = module.read_scene(scene, still=True, frames=[1, 2], overrides={"frame_ranges": (8, 9)})
    assert (reading.frames, reading.config.frame_ranges, reading.notices) == ((-5,), ("-5",), ())


def test_frames_win_over_overrides_and_these_over_the_scene(module: ModuleType, scene: bpy.types.Scene) -> None:
    overrides = {"frame_ranges": (8, 9)}
    reading = module.read_scene(scene, frames=[2, 1, 2], overrides=overrides)
    assert (reading.frames, reading.config.frame_ranges) == ((1, 2), ("1-2",))
    reading = module.read_scene(scene, overrides=overrides)
    assert (reading.frames, reading.config.frame_ranges) == ((8, 9), ("8-9",))


def test_no_frames_are_a_clear_error(module: ModuleType, scene: bpy.types.Scene) -> None:
    with pytest.raises(ValueError, match="No frames are given"):
        module.read_scene(scene, frames=[])
    scene.frame_step = 0
    with pytest.raises(ValueError, match="frame step of the scene is 0"):
        module.read_scene(scene)
    scene.frame_step, scene.frame_end = 1, 1_048_574
    with pytest.raises(ValueError, match="more than one job can take"):
        module.read_scene(scene)


def test_resolution_is_told_apart_from_its_percentage(module: ModuleType, scene: bpy.types.Scene) -> None:
    scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage = 640, 360, 50
    config = module.read_scene(scene).config
    assert (config.resolution, config.resolution_percentage) == ((640, 360), 50)


@pytest.mark.parametrize(
    ("fps", "base", "sent"),
    [
        (24, 1.0, 24),
        (25, 1.0, 25),
        (24, 1.001, None),
        (30, 1.001, None),
        (60, 1.001, None),
        (2400, 100.0, 24),
        (25, 0.5, 50),
        (1, 2.0, None),
        (1, 1000000.0, None),
        (15, 2.0, None),
    ],
)
def test_only_whole_frame_rates_are_sent(
    module: ModuleType, scene: bpy.types.Scene, fps: int, base: float, sent: int | None
) -> None:
    scene.render.fps, scene.render.fps_base = fps, base
    assert module.read_scene(scene).config.fps == sent


@pytest.mark.parametrize("device", ["CPU", "GPU"])
def test_the_compositor_s_device_counts_only_when_it_works(
    module: ModuleType, scene: bpy.types.Scene, device: str
) -> None:
    scene.render.compositor_device = device
    assert module.read_scene(scene).config.compositor_device is None
    assert not module.compositor_in_use(scene)
    compositor_of(scene)
    assert module.compositor_in_use(scene)
    assert module.read_scene(scene).config.compositor_device == device
    scene.render.use_compositing = False
    assert module.read_scene(scene).config.compositor_device is None


def test_the_table_holds_every_image_format_of_this_blender(formats: dict[str, Any]) -> None:
    assert set(IMAGE_FORMATS) <= set(formats)
    assert set(formats) - set(IMAGE_FORMATS) <= {"AVIF"}, "AVIF came with 5.1"


@pytest.mark.parametrize("file_format", IMAGE_FORMATS)
def test_formats_with_every_color_mode_and_depth(
    module: ModuleType, formats: dict[str, Any], scene: bpy.types.Scene, file_format: str
) -> None:
    choose_format(scene, file_format)
    image = scene.render.image_settings
    modes, depths = accepted(image, "color_mode", ALL_MODES), accepted(image, "color_depth", ALL_DEPTHS)
    assert tuple(depths) == formats[file_format].color_depths
    assert set(formats[file_format].color_modes) <= set(modes)
    for mode in modes:
        for depth in depths:
            image.color_mode, image.color_depth = mode, depth
            reading = module.read_scene(scene)
            config = reading.config
            sent_mode = None if file_format == "OPEN_EXR_MULTILAYER" else mode
            assert (config.output_format, config.color_mode, config.color_depth) == (file_format, sent_mode, depth)
            assert reading.notices == ()


@pytest.mark.parametrize("file_format", IMAGE_FORMATS)
def test_formats_get_the_settings_they_have_and_no_other(
    module: ModuleType, formats: dict[str, Any], scene: bpy.types.Scene, file_format: str
) -> None:
    choose_format(scene, file_format)
    image = scene.render.image_settings
    image.compression, image.quality, image.tiff_codec, image.exr_codec = 31, 47, "LZW", "DWAB"
    expected = {"compression": 31, "quality": 47, "tiff_codec": "LZW", "exr_codec": "DWAB"}
    config = module.read_scene(scene).config
    for field, value in expected.items():
        has_it = field in formats[file_format].settings
        assert getattr(config, field) == (value if has_it else None), field


@pytest.mark.parametrize("file_format", [name for name in IMAGE_FORMATS if "EXR" not in name])
def test_the_table_s_settings_are_those_that_change_the_file(
    formats: dict[str, Any], scene: bpy.types.Scene, file_format: str, tmp_path: Path
) -> None:
    choose_format(scene, file_format)
    settings = scene.render.image_settings
    picture = bpy.data.images.new("Ramp", 64, 64, float_buffer=True)
    picture.pixels = [(index * 7919 % 1009) / 1009 for index in range(64 * 64 * 4)]

    def written(field: str, value: Any) -> bytes:
        setattr(settings, field, value)
        path = tmp_path / "written"
        picture.save_render(str(path), scene=scene)
        return path.read_bytes()

    def changes(field: str, low: Any, high: Any) -> bool:
        """Whether the files differ. Cineon has the second of its writing in it: both have to be of the same one."""
        while True:
            first, other, again = written(field, low), written(field, high), written(field, low)
            if first == again:
                return first != other

    changing = {field for field, (low, high) in SETTINGS_THAT_CHANGE_A_FILE.items() if changes(field, low, high)}
    bpy.data.images.remove(picture)
    assert changing == formats[file_format].settings


@pytest.mark.parametrize("file_format", ["OPEN_EXR", "OPEN_EXR_MULTILAYER"])
def test_exr_codecs(module: ModuleType, scene: bpy.types.Scene, file_format: str) -> None:
    choose_format(scene, file_format)
    image = scene.render.image_settings
    image.color_depth = "16"
    offered = [i.identifier for i in bpy.types.ImageFormatSettings.bl_rna.properties["exr_codec"].enum_items]
    assert accepted(image, "exr_codec", tuple(offered)) == offered
    for codec in offered:
        image.exr_codec = codec
        config = module.read_scene(scene).config
        assert config.exr_codec == codec
        assert config.quality == (90 if codec in ("DWAA", "DWAB") else None)

    image.exr_codec, image.color_depth = "B44", "32"
    assert image.exr_codec == "", "Blender hides a codec that 32 bit files cannot have"
    assert module.read_scene(scene).config.exr_codec is None


@pytest.mark.parametrize("codec", ["NONE", "DEFLATE", "LZW", "PACKBITS"])
def test_tiff_codecs(module: ModuleType, scene: bpy.types.Scene, codec: str) -> None:
    choose_format(scene, "TIFF")
    scene.render.image_settings.tiff_codec = codec
    assert module.read_scene(scene).config.tiff_codec == codec


def test_movies_become_png_frames(module: ModuleType, notices: ModuleType, scene: bpy.types.Scene) -> None:
    choose_format(scene, "FFMPEG")
    scene.render.ffmpeg.format, scene.render.ffmpeg.codec = "MKV", "FFV1"
    image = scene.render.image_settings
    depths = accepted(image, "color_depth", ALL_DEPTHS)
    assert "8" in depths
    for mode in ALL_MODES:
        for depth in depths:
            image.color_mode, image.color_depth = mode, depth
            reading = module.read_scene(scene)
            config = reading.config
            expected = ("PNG", mode, "8" if depth == "8" else "16")
            assert (config.output_format, config.color_mode, config.color_depth) == expected
            assert (config.compression, config.quality, config.exr_codec, config.tiff_codec) == (15, None, None, None)
            assert reading.notices == (notices.MOVIE.sentence,)
    assert module.read_scene(scene, still=True).notices == (notices.MOVIE.sentence,)


def test_a_chosen_format_takes_the_place_of_a_movie_without_a_notice(
    module: ModuleType, scene: bpy.types.Scene
) -> None:
    choose_format(scene, "FFMPEG")
    reading = module.read_scene(scene, overrides={"output_format": "OPEN_EXR"})
    config = reading.config
    assert (config.output_format, config.color_mode, config.color_depth) == ("OPEN_EXR", "RGB", "16")
    assert reading.notices == ()


def test_the_scene_is_read_for_the_overridden_engine_and_format(module: ModuleType, scene: bpy.types.Scene) -> None:
    scene.render.engine = "CYCLES"
    scene.cycles.samples = 4000
    scene.eevee.taa_render_samples = 12
    scene.render.image_settings.quality = 33
    config = module.read_scene(scene, overrides={"render_engine": EEVEE, "output_format": "JPEG"}).config
    assert (config.render_engine, config.sample_count, config.use_tiling) == (EEVEE, 12, None)
    assert (config.output_format, config.color_mode, config.quality, config.compression) == ("JPEG", "RGB", 33, None)


def test_switching_on_brings_back_what_the_scene_has(module: ModuleType, scene: bpy.types.Scene) -> None:
    scene.render.engine = "CYCLES"
    scene.cycles.use_auto_tile, scene.cycles.tile_size, scene.cycles.use_denoising = False, 512, False
    config = module.read_scene(scene, overrides={"use_tiling": True, "denoising_enabled": True}).config
    assert (config.use_tiling, config.tile_size) == (True, 512)
    assert (config.denoising_enabled, config.denoiser_type) == (True, "OPENIMAGEDENOISE")


def test_an_override_without_meaning_is_told(module: ModuleType, scene: bpy.types.Scene) -> None:
    scene.render.engine = "BLENDER_WORKBENCH"
    reading = module.read_scene(scene, overrides={"sample_count": 12, "quality": 50, "compression": 70})
    assert (reading.config.sample_count, reading.config.quality, reading.config.compression) == (None, None, 70)
    assert reading.notices == (
        "The override of sample count is left out: Workbench does not use it.",
        "The override of quality is left out: PNG does not have it.",
    )


def views_of(scene: bpy.types.Scene) -> list[str]:
    """The view transforms that Blender offers for the scene's display."""
    with pytest.raises(TypeError) as error:
        scene.view_settings.view_transform = "No such view"
    return re.findall(r"'([^']+)'", str(error.value))


def test_views_of_blender_s_own(module: ModuleType, scene: bpy.types.Scene) -> None:
    views = views_of(scene)
    assert {"Standard", "AgX", "Filmic", "Raw"} <= set(views)
    for view in views:
        scene.view_settings.view_transform = view
        expected = "aces" if view in ("ACES 1.3", "ACES 2.0") else "default"
        assert module.read_scene(scene).config.color_management_preset == expected, view


def test_a_view_of_the_output_alone(module: ModuleType, scene: bpy.types.Scene) -> None:
    view = next((name for name in views_of(scene) if name.startswith("ACES")), None)
    image = scene.render.image_settings
    image.color_management = "OVERRIDE"
    assert module.read_scene(scene).config.color_management_preset == "default"
    if view is not None:
        image.view_settings.view_transform = view
        assert module.read_scene(scene).config.color_management_preset == "aces"
        image.color_management = "FOLLOW_SCENE"
        assert module.read_scene(scene).config.color_management_preset == "default"


def test_the_working_space_of_the_file(module: ModuleType, scene: bpy.types.Scene) -> None:
    """Every Blender that can set a working space is read for it; those before 5.0 cannot."""
    colorspace = getattr(bpy.data, "colorspace", None)
    assert (colorspace is not None) == (bpy.app.version >= (5, 0, 0))
    spaces = {"Linear Rec.709": "default"}
    if colorspace is not None:
        spaces = {"ACEScg": "aces", "Linear Rec.2020": "default"} | spaces
    for space, expected in spaces.items():
        if colorspace is not None:
            bpy.ops.wm.set_working_color_space(working_space=space)
            assert colorspace.working_space == space
        assert module.read_scene(scene).config.color_management_preset == expected


@pytest.mark.parametrize("variable", ["OCIO", "BLENDER_OCIO"])
def test_a_config_from_the_environment_is_taken_for_aces(
    module: ModuleType, scene: bpy.types.Scene, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "/studio/config.ocio")
    reading = module.read_scene(scene)
    assert reading.config.color_management_preset == "aces"
    assert len(reading.notices) == 1
    assert f"environment variable {variable}" in reading.notices[0]
    assert "/studio" not in reading.notices[0]

    reading = module.read_scene(scene, overrides={"color_management_preset": "default"})
    assert (reading.config.color_management_preset, reading.notices) == ("default", ())

    monkeypatch.setenv(variable, "")
    assert module.read_scene(scene).config.color_management_preset == "default"

    # a Blender with a window names its own config there
    monkeypatch.setenv(variable, bpy.utils.system_resource("DATAFILES", path="colormanagement") + "/config.ocio")
    reading = module.read_scene(scene)
    assert (reading.config.color_management_preset, reading.notices) == ("default", ())


VIEW_OF_ANOTHER_CONFIG = """
import os, sys, types
import bpy
del os.environ["OCIO"]
package = types.ModuleType("renderjuice")
package.__path__ = [sys.argv[1]]
sys.modules["renderjuice"] = package
from renderjuice.scene.config.render_config import read_scene
scene = bpy.context.scene
for view in ("ACES 1.0 - SDR Video", "Raw"):
    scene.view_settings.view_transform = view
    print("preset:", read_scene(scene).config.color_management_preset)
"""


def test_an_aces_view_of_a_studio_s_config(tmp_path: Path) -> None:
    """With the ACES config that OpenColorIO has built in. A config is loaded only at the start: hence the process.

    From 5.0 on the working space is asked too, which this config makes ACEScg whatever the view.
    """
    environment = os.environ | {
        "OCIO": "ocio://cg-config-v1.0.0_aces-v1.3_ocio-v2.1",
        "BLENDER_USER_RESOURCES": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-c", VIEW_OF_ANOTHER_CONFIG, str(ROOT)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert re.findall("preset: (.*)", done.stdout) == [
        "aces",
        "aces" if bpy.app.version >= (5, 0, 0) else "default",
    ]
