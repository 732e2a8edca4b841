# SPDX-License-Identifier: GPL-3.0-or-later
"""Overrides in a real Blender: saved with the scene, given to an operator, passed by a script."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

EEVEE = "BLENDER_EEVEE" if bpy.app.version >= (5, 0, 0) else "BLENDER_EEVEE_NEXT"

EXAMPLES: dict[str, Any] = {
    "color_management_preset": "aces",
    "frame_ranges": "1-9x4, 20",
    "notes": "Shot 7, second take",
    "render_engine": "CYCLES",
    "compositor_device": "CPU",
    "compute_device_type": "CUDA",
    "gpu_count": 4,
    "sample_count": 77,
    "denoising_enabled": False,
    "denoiser_type": "OPTIX",
    "resolution": (640, 360),
    "resolution_percentage": 150,
    "output_format": "OPEN_EXR",
    "fps": 23.976,
    "use_tiling": False,
    "tile_size": 512,
    "color_mode": "RGB",
    "color_depth": "32",
    "exr_codec": "DWAA",
    "tiff_codec": "LZW",
    "compression": 80,
    "quality": 45,
    "minimum_ram": 64.5,
}
"""A value for every field, none of them the default of its property or of a scene."""

CHECKED = EXAMPLES | {"frame_ranges": (1, 5, 9, 20)}
"""The same after the checks."""


@pytest.fixture
def module(extension_name: str) -> ModuleType:
    return importlib.import_module(f"{extension_name}.scene.config.overrides")


@pytest.fixture
def properties(extension_name: str) -> dict[str, Any]:
    return importlib.import_module(f"{extension_name}.properties.render_settings").PROPERTIES


@pytest.fixture
def field_names(extension_name: str) -> list[str]:
    config = importlib.import_module(f"{extension_name}.api.render_config").RenderConfig
    return [field.name for field in fields(config)]


@pytest.fixture
def scene() -> Iterator[bpy.types.Scene]:
    scene = bpy.data.scenes.new("Shot")
    yield scene
    bpy.data.scenes.remove(scene)


def switch_on(scene: bpy.types.Scene, values: dict[str, Any]) -> None:
    for field, value in values.items():
        setattr(scene.renderjuice, field, value)
        setattr(scene.renderjuice, f"use_{field}", True)


def test_every_field_has_a_property_a_switch_a_row_and_an_example(
    extension_name: str, properties: dict[str, Any], field_names: list[str], scene: bpy.types.Scene
) -> None:
    settings = importlib.import_module(f"{extension_name}.properties.render_settings")
    others = {"rna_type", "name", "output_dir", "open_with", "without_files", "rows"}
    registered = set(scene.renderjuice.bl_rna.properties.keys()) - others
    assert registered == {*field_names, *(f"use_{field}" for field in field_names)}
    rows = [field for group in settings.GROUPS.values() for field in group]
    assert sorted(rows) == sorted(field_names) == sorted(properties) == sorted(EXAMPLES)
    assert all(settings.row_label(field) for field in rows)


TYPES = {
    "BOOLEAN": "BOOLEAN",
    "WHOLE_NUMBER": "INT",
    "NUMBER": "FLOAT",
    "CHOICE": "ENUM",
    "TEXT": "STRING",
    "FRAME_RANGES": "STRING",
    "SIZE": "INT",
}
"""Blender's type of property for each kind of field."""


def test_properties_have_the_kind_the_limits_and_the_choices_of_their_fields(
    extension_name: str, scene: bpy.types.Scene
) -> None:
    known_fields = importlib.import_module(f"{extension_name}.api.render_config").FIELDS
    choices = importlib.import_module(f"{extension_name}.scene.config.choices").choices
    for field, known in known_fields.items():
        prop = scene.renderjuice.bl_rna.properties[field]
        assert prop.type == TYPES[known.kind.name], field
        if prop.type == "ENUM":
            assert {item.identifier for item in prop.enum_items} == set(choices(field)), field
        if prop.type in ("INT", "FLOAT"):
            assert (prop.hard_min, prop.hard_max) == (known.minimum, known.maximum), field
            assert prop.array_length == (2 if known.kind.name == "SIZE" else 0), field


def test_labels_and_tooltips_follow_blender(scene: bpy.types.Scene) -> None:
    for prop in scene.renderjuice.bl_rna.properties:
        if prop.identifier in ("rna_type", "name", "rows"):
            continue
        assert prop.name and all(word[0].isupper() or not word[0].isalpha() for word in prop.name.split()), prop.name
        assert prop.description[0].isupper() and not prop.description.endswith("."), prop.description
        assert not prop.is_animatable, f"{prop.identifier}: a job has one value for all frames"


def test_nothing_is_overridden_at_first(module: ModuleType, scene: bpy.types.Scene) -> None:
    assert module.overrides_from_settings(scene.renderjuice) == {}
    scene.renderjuice.sample_count = 5
    assert module.overrides_from_settings(scene.renderjuice) == {}


@pytest.mark.parametrize("field", ["frame_ranges", "notes"])
def test_a_text_that_is_empty_overrides_nothing(module: ModuleType, scene: bpy.types.Scene, field: str) -> None:
    switch_on(scene, {field: "  "})
    assert module.overrides_from_settings(scene.renderjuice) == {}


def test_an_artist_is_told_in_the_panel_s_words(module: ModuleType, scene: bpy.types.Scene) -> None:
    switch_on(scene, {"frame_ranges": "12a"})
    with pytest.raises(module.OverrideError, match=r"^Frames: “12a” is not a frame"):
        module.overrides_from_settings(scene.renderjuice)


@pytest.mark.parametrize("field", EXAMPLES)
def test_each_field_is_overridden_by_its_switch(module: ModuleType, scene: bpy.types.Scene, field: str) -> None:
    switch_on(scene, {field: EXAMPLES[field]})
    assert module.overrides_from_settings(scene.renderjuice) == {field: CHECKED[field]}


def test_a_script_s_mapping_means_the_same_as_the_settings(module: ModuleType, scene: bpy.types.Scene) -> None:
    switch_on(scene, EXAMPLES)
    assert module.overrides_from_mapping(EXAMPLES) == CHECKED
    assert module.overrides_from_settings(scene.renderjuice) == CHECKED


def test_overrides_reach_the_config(module: ModuleType, extension_name: str, scene: bpy.types.Scene) -> None:
    reader = importlib.import_module(f"{extension_name}.scene.config.render_config")
    meaningful = {f: v for f, v in EXAMPLES.items() if f not in ("tiff_codec", "compression")}
    meaningful |= {"denoising_enabled": True, "use_tiling": True}
    switch_on(scene, meaningful)
    reading = reader.read_scene(scene, overrides=module.overrides_from_settings(scene.renderjuice))
    expected = meaningful | {"frame_ranges": ("1", "5", "9", "20")}
    assert {field: getattr(reading.config, field) for field in expected} == expected
    assert reading.frames == (1, 5, 9, 20)
    assert reading.notices == ()


def test_the_settings_are_saved_in_the_blend_file(module: ModuleType, scene: bpy.types.Scene, tmp_path: Path) -> None:
    switch_on(scene, EXAMPLES)
    path = tmp_path / "shot.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True, compress=False)
    with bpy.data.libraries.load(str(path)) as (_, wanted):
        wanted.scenes = [scene.name]
    (loaded,) = wanted.scenes
    try:
        assert loaded is not scene
        assert module.overrides_from_settings(loaded.renderjuice) == CHECKED
    finally:
        bpy.data.scenes.remove(loaded)


def test_arguments_of_an_operator(module: ModuleType, properties: dict[str, Any]) -> None:
    seen: list[dict[str, Any]] = []

    def execute(self: bpy.types.Operator, _: bpy.types.Context) -> set[str]:
        seen.append(module.overrides_from_operator(self.properties))
        return {"FINISHED"}

    operator = type(
        "RENDERJUICE_OT_take_overrides",
        (bpy.types.Operator,),
        {
            "bl_idname": "renderjuice.take_overrides",
            "bl_label": "Take Overrides",
            "__annotations__": dict(properties),
            "execute": execute,
        },
    )
    bpy.utils.register_class(operator)
    try:
        bpy.ops.renderjuice.take_overrides()
        bpy.ops.renderjuice.take_overrides(sample_count=128, notes="")
        bpy.ops.renderjuice.take_overrides(**EXAMPLES)
    finally:
        bpy.utils.unregister_class(operator)
    assert seen == [{}, {"sample_count": 128}, CHECKED]


@pytest.mark.parametrize(
    ("given", "frames"),
    [("1-3", (1, 2, 3)), ([3, 1, 2], (1, 2, 3)), (["1-2", "7"], (1, 2, 7)), (range(3), (0, 1, 2)), (7, (7,))],
)
def test_frames_may_be_numbers_or_lists_as_typed(module: ModuleType, given: Any, frames: tuple[int, ...]) -> None:
    assert module.overrides_from_mapping({"frame_ranges": given}) == {"frame_ranges": frames}


@pytest.mark.parametrize("name", ["BLENDER_EEVEE", "BLENDER_EEVEE_NEXT"])
def test_both_names_of_eevee_mean_the_one_of_this_blender(module: ModuleType, name: str) -> None:
    assert module.overrides_from_mapping({"render_engine": name}) == {"render_engine": EEVEE}


def test_eevee_s_name_is_one_that_blender_takes(module: ModuleType, scene: bpy.types.Scene) -> None:
    items = scene.renderjuice.bl_rna.properties["render_engine"].enum_items
    for identifier in items.keys():  # noqa: SIM118 - Blender's collection yields its items
        scene.render.engine = identifier
        assert scene.render.engine == identifier


def test_choices_are_those_of_this_blender_without_movies(scene: bpy.types.Scene) -> None:
    image = bpy.types.ImageFormatSettings.bl_rna.properties
    ours = scene.renderjuice.bl_rna.properties
    for setting, mine in (("exr_codec", "exr_codec"), ("tiff_codec", "tiff_codec"), ("file_format", "output_format")):
        theirs = {item.identifier: item.value for item in image[setting].enum_items}
        theirs.pop("FFMPEG", None)
        assert {item.identifier: item.value for item in ours[mine].enum_items} == theirs


def test_none_overrides_nothing(module: ModuleType) -> None:
    assert module.overrides_from_mapping({"sample_count": None, "fps": 25, "notes": ""}) == {"fps": 25.0}


BAD_VALUES = [
    ("sample_count", 0, "a whole number from 1 to 16777216, not 0"),
    ("sample_count", 1.5, "a whole number"),
    ("sample_count", True, "a whole number"),
    ("sample_count", "12", "a whole number"),
    ("gpu_count", 0, "a whole number from 1"),
    ("tile_size", 4, "a whole number from 8 to 8192"),
    ("resolution_percentage", 32768, "a whole number from 1 to 32767"),
    ("resolution", (640,), "2 whole numbers from 4 to 65536"),
    ("resolution", (640, 0), "2 whole numbers from 4 to 65536"),
    ("resolution", 640, "2 whole numbers"),
    ("resolution", "64", "2 whole numbers"),
    ("fps", 0.5, "a number from 1 to 32767"),
    ("fps", float("nan"), "a number"),
    ("fps", False, "a number"),
    ("compression", 101, "a whole number from 0 to 100"),
    ("quality", -1, "a whole number from 0 to 100"),
    ("minimum_ram", 0, "a number from 1"),
    ("denoising_enabled", 1, "True or False"),
    ("use_tiling", "yes", "True or False"),
    ("notes", 3, "text"),
    ("output_format", "FFMPEG", "one of "),
    ("output_format", "png", "one of "),
    ("render_engine", "LUXCORE", "one of CYCLES, "),
    ("color_management_preset", "ACES", "one of default, aces"),
    ("color_depth", 8, "one of 8, 10, 12, 16, 32, not 8"),
    ("frame_ranges", "12a", "“12a” is not a frame"),
    ("frame_ranges", "", "No frames"),
    ("frame_ranges", [], "No frames"),
    ("frame_ranges", 1.5, "whole numbers"),
    ("frame_ranges", ["1-2", 7], "whole numbers"),
]


@pytest.mark.parametrize(("field", "value", "words"), BAD_VALUES)
def test_errors_name_the_field_and_what_it_may_be(module: ModuleType, field: str, value: Any, words: str) -> None:
    with pytest.raises(module.OverrideError) as error:
        module.overrides_from_mapping({field: value})
    assert isinstance(error.value, ValueError)
    assert error.value.field == field
    assert field in str(error.value)
    assert words in str(error.value)


def test_unknown_fields_are_named_with_the_nearest_known_one(module: ModuleType) -> None:
    with pytest.raises(module.OverrideError, match=r"“samples_count” is not .* Did you mean “sample_count”"):
        module.overrides_from_mapping({"samples_count": 5})
    with pytest.raises(module.OverrideError, match=r"“xyzzy” is not .* The fields are frame_ranges, "):
        module.overrides_from_mapping({"xyzzy": None})


def test_a_choice_of_a_newer_blender_is_an_error(module: ModuleType, scene: bpy.types.Scene) -> None:
    switch_on(scene, {"exr_codec": "ZIP"})
    settings = scene.renderjuice
    raw = (
        settings.bl_system_properties_get(do_create=True) if hasattr(settings, "bl_system_properties_get") else settings
    )
    raw["exr_codec"] = 99
    with pytest.raises(module.OverrideError, match=r"EXR Codec must be one of"):
        module.overrides_from_settings(settings)
