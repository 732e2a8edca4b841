# SPDX-License-Identifier: GPL-3.0-or-later
"""Overrides of fields that depend on each other, and the page that explains the fields."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path

import pytest

from renderjuice.api.render_config import RenderConfig
from renderjuice.scene.config.consistency import (
    FORMATS,
    OverrideError,
    apply_overrides,
    fit_color_depth,
    fit_color_mode,
    meaningless_fields,
)

DOCS = Path(__file__).resolve().parents[4] / "docs" / "render-config.md"

CYCLES_PNG = RenderConfig(
    frame_ranges=("1-250",),
    render_engine="CYCLES",
    sample_count=4096,
    denoising_enabled=True,
    denoiser_type="OPENIMAGEDENOISE",
    resolution=(1920, 1080),
    output_format="PNG",
    use_tiling=True,
    tile_size=2048,
    color_mode="RGBA",
    color_depth="8",
    compression=15,
)


def test_without_overrides_nothing_changes() -> None:
    assert apply_overrides(CYCLES_PNG, {}) == CYCLES_PNG


def test_overrides_replace_values() -> None:
    overrides = {"sample_count": 16, "resolution": (64, 32), "notes": "shot 7", "color_management_preset": "aces"}
    assert apply_overrides(CYCLES_PNG, overrides) == replace(CYCLES_PNG, **overrides)


def test_frames_become_the_api_s_ranges() -> None:
    assert apply_overrides(CYCLES_PNG, {"frame_ranges": (-1, 3, 4, 5)}).frame_ranges == ("-1", "3-5")


def test_another_engine_drops_what_was_read_for_the_first() -> None:
    config = apply_overrides(CYCLES_PNG, {"render_engine": "BLENDER_EEVEE"})
    assert (config.sample_count, config.denoising_enabled, config.denoiser_type) == (None, None, None)
    assert (config.use_tiling, config.tile_size) == (None, None)
    assert config.compression == 15, "what has nothing to do with the engine stays"


def test_another_engine_keeps_what_is_overridden_with_it() -> None:
    config = apply_overrides(CYCLES_PNG, {"render_engine": "BLENDER_EEVEE", "sample_count": 32})
    assert config.sample_count == 32


def test_overriding_the_engine_with_the_same_one_drops_nothing() -> None:
    assert apply_overrides(CYCLES_PNG, {"render_engine": "CYCLES"}) == CYCLES_PNG


@pytest.mark.parametrize(
    ("engine", "name", "field", "value"),
    [
        ("BLENDER_WORKBENCH", "Workbench", "sample_count", 8),
        ("BLENDER_EEVEE", "EEVEE", "denoising_enabled", True),
        ("BLENDER_EEVEE_NEXT", "EEVEE", "tile_size", 64),
        ("BLENDER_EEVEE", "EEVEE", "compute_device_type", "CUDA"),
    ],
)
def test_an_override_without_meaning_for_the_engine_is_left_out(
    engine: str, name: str, field: str, value: object
) -> None:
    config = apply_overrides(CYCLES_PNG, {"render_engine": engine, field: value})
    assert getattr(config, field) is None
    assert meaningless_fields(config)[field] == f"{name} does not use it"


def test_switches_that_are_off_drop_what_they_switch() -> None:
    config = apply_overrides(CYCLES_PNG, {"denoising_enabled": False, "use_tiling": False})
    assert (config.denoising_enabled, config.denoiser_type) == (False, None)
    assert (config.use_tiling, config.tile_size) == (False, None)


@pytest.mark.parametrize(
    ("mode", "depth", "output_format", "fitted"),
    [
        ("RGBA", "8", "JPEG", ("RGB", "8")),
        ("BW", "8", "JPEG", ("BW", "8")),
        ("RGBA", "16", "JPEG", ("RGB", "8")),
        ("RGBA", "8", "OPEN_EXR", ("RGBA", "16")),
        ("RGBA", "32", "PNG", ("RGBA", "16")),
        ("RGB", "10", "PNG", ("RGB", "16")),
        ("RGBA", "8", "HDR", ("RGB", "32")),
        ("RGB", "10", "AVIF", ("RGB", "10")),
        ("RGB", "16", "AVIF", ("RGB", "12")),
        ("RGBA", "16", "OPEN_EXR_MULTILAYER", (None, "16")),
        ("RGBA", "16", "A_FORMAT_OF_TOMORROW", ("RGBA", "16")),
        (None, None, "PNG", ("RGB", None)),
    ],
)
def test_color_is_fitted_to_the_format(
    mode: str | None, depth: str | None, output_format: str, fitted: tuple[str | None, str | None]
) -> None:
    assert (fit_color_mode(mode, output_format), fit_color_depth(depth, output_format)) == fitted


def test_another_format_drops_the_settings_it_lacks() -> None:
    exr = replace(
        CYCLES_PNG, output_format="OPEN_EXR", color_depth="32", compression=None, exr_codec="DWAA", quality=45
    )
    config = apply_overrides(exr, {"output_format": "PNG"})
    assert (config.color_mode, config.color_depth) == ("RGBA", "16")
    assert (config.exr_codec, config.quality, config.compression) == (None, None, None)
    assert apply_overrides(exr, {"output_format": "JPEG"}).quality == 45
    assert apply_overrides(exr, {"exr_codec": "ZIP"}).quality is None


@pytest.mark.parametrize("output_format", sorted(FORMATS))
def test_every_format_takes_every_value_of_its_own(output_format: str) -> None:
    known = FORMATS[output_format]
    for depth in known.color_depths:
        for mode in known.color_modes:
            wanted = {"output_format": output_format, "color_mode": mode, "color_depth": depth}
            config = apply_overrides(CYCLES_PNG, wanted)
            assert (config.output_format, config.color_mode, config.color_depth) == (output_format, mode, depth)


@pytest.mark.parametrize(
    ("overrides", "field"),
    [
        ({"output_format": "JPEG", "color_mode": "RGBA"}, "color_mode"),
        ({"output_format": "OPEN_EXR", "color_depth": "8"}, "color_depth"),
        ({"color_depth": "32"}, "color_depth"),
        ({"output_format": "OPEN_EXR", "color_depth": "32", "exr_codec": "B44"}, "exr_codec"),
    ],
)
def test_overrides_that_contradict_the_format_are_errors(overrides: dict[str, str], field: str) -> None:
    with pytest.raises(OverrideError) as error:
        apply_overrides(CYCLES_PNG, overrides)
    assert error.value.field == field
    assert overrides[field] in str(error.value)
    assert "_" not in str(error.value)


def test_a_codec_of_the_scene_gives_way_to_an_overridden_depth() -> None:
    exr = replace(CYCLES_PNG, output_format="OPEN_EXR", color_depth="16", compression=None, exr_codec="B44")
    assert apply_overrides(exr, {"color_depth": "32"}).exr_codec is None
    assert apply_overrides(exr, {}).exr_codec == "B44"


def test_an_override_without_meaning_for_the_format_is_left_out() -> None:
    config = apply_overrides(CYCLES_PNG, {"quality": 50, "tiff_codec": "LZW", "exr_codec": "B44"})
    assert config == CYCLES_PNG
    multilayer = {"output_format": "OPEN_EXR_MULTILAYER", "color_mode": "BW"}
    config = apply_overrides(CYCLES_PNG, multilayer)
    assert config.color_mode is None
    assert "all channels" in meaningless_fields(config)["color_mode"]


def test_the_page_has_one_row_for_each_field() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", DOCS.read_text(encoding="utf-8").split("## Frame lists")[0], re.MULTILINE)
    assert sorted(rows) == sorted(field.name for field in fields(RenderConfig))
