# SPDX-License-Identifier: GPL-3.0-or-later
"""What the farm took otherwise than it was asked: told where it can be understood, and only there."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderjuice.api.render_config import RenderConfig
from renderjuice.jobs.client.comparison import READINGS, Difference, differences
from renderjuice.tests.unit.jobs.artist import Artist, Farm

EVERYTHING = RenderConfig(
    frame_ranges=("1-3", "-5", "9"),
    notes="please",
    render_engine="CYCLES",
    compositor_device="CPU",
    compute_device_type="OPTIX",
    gpu_count=2,
    sample_count=128,
    denoising_enabled=True,
    denoiser_type="OPENIMAGEDENOISE",
    resolution=(1920, 1080),
    resolution_percentage=50,
    output_format="OPEN_EXR",
    fps=23.976,
    use_tiling=False,
    tile_size=2048,
    color_mode="RGB",
    color_depth="16",
    exr_codec="ZIP",
    tiff_codec="LZW",
    compression=15.0,
    quality=90.0,
    minimum_ram=4.0,
)
NAMES = frozenset(RenderConfig.__dataclass_fields__) | {
    "frameRanges", "renderEngine", "resolutionPercentage", "outputSettings", "colorDepth", "sampleCount", "minimumRam",
}  # fmt: skip
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.just(10**400)
    | st.just("9" * 5000),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(sorted(NAMES)) | st.text(), inner),
    max_leaves=30,
)


def told(asked: RenderConfig, used: Any) -> dict[str, Any]:
    """The differing fields with the farm's values."""
    return {each.field: each.used for each in differences(asked, used)}


def test_every_field_but_the_notes_is_compared() -> None:
    assert {field.name for field in fields(RenderConfig)} - set(READINGS) == {"notes"}
    assert differences(EVERYTHING, EVERYTHING.to_json()) == ()


@pytest.mark.parametrize(
    ("field", "used"),
    [
        ("colorManagementPreset", "aces"),
        ("frameRanges", ["1-3", "9"]),
        ("renderEngine", "BLENDER_EEVEE"),
        ("compositorDevice", "GPU"),
        ("computeDeviceType", "NONE"),
        ("gpuCount", 0),
        ("sampleCount", 127),
        ("denoisingEnabled", False),
        ("denoiserType", "OPTIX"),
        ("resolution", [1920, 1082]),
        ("resolutionPercentage", 100),
        ("outputFormat", "PNG"),
        ("fps", 24),
        ("useTiling", True),
        ("tileSize", 512),
        ("colorMode", "RGBA"),
        ("colorDepth", "32"),
        ("exrCodec", "PIZ"),
        ("tiffCodec", "NONE"),
        ("compression", 16),
        ("quality", 89.5),
        ("minimumRam", 8),
    ],
)
def test_a_field_that_differs_is_told_with_both_values(field: str, used: Any) -> None:
    final = EVERYTHING.to_json()
    place = final["outputSettings"] if field in final["outputSettings"] else final
    assert field in place
    place[field] = used
    (difference,) = differences(EVERYTHING, final)
    name = next(each.name for each in fields(RenderConfig) if each.name.replace("_", "") == field.lower())
    assert difference == Difference(name, getattr(EVERYTHING, name), used)


@pytest.mark.parametrize(
    "used",
    [
        {"frame_ranges": ["9", "2-3", "1", "-5"], "Sample Count": "128", "fps": 24000 / 1001, "use_tiling": 0},
        {"frameRanges": "-5, 1..3, 9", "resolution": "1920x1080", "colorDepth": 16, "denoisingEnabled": "true"},
        {"frameRanges": [-5, 1, 2, 3, 9], "resolution": {"width": 1920, "height": 1080.0}, "renderEngine": "cycles"},
        {"renderConfig": {"sampleCount": 128.0, "outputSettings": {"color_depth": " 16 ", "quality": "90"}}},
        {"resolution": [960, 540], "resolutionPercentage": 100},
        {"resolution": {"x": "960", "y": "540"}, "resolutionPercentage": "100"},
        # nothing to recognise
        {"frameRanges": ["1-100x2"], "sampleCount": "auto", "resolution": [1920], "fps": {"num": 24}, "gpuCount": True},
        {"frameRanges": [], "sampleCount": None, "renderEngine": "", "denoisingEnabled": 2, "outputSettings": []},
        {"frameRanges": ["3-1"], "quality": float("nan"), "compression": 10**400, "tileSize": "9" * 5000,
         "resolution": ["1e308", 1]},
        {"samples": 64, "engine": "EEVEE"},
        None, [], "none", 5, True, {}, {"a": {"b": {}}}, [{"sampleCount": 1}],
    ],
)  # fmt: skip
def test_what_is_the_same_or_not_understood_is_no_difference(used: Any) -> None:
    assert told(EVERYTHING, used) == {}


def test_what_was_not_asked_for_is_no_difference() -> None:
    assert differences(RenderConfig(), EVERYTHING.to_json()) == ()


def test_eevee_is_one_engine_under_two_names() -> None:
    for ours, theirs in (("BLENDER_EEVEE_NEXT", "BLENDER_EEVEE"), ("BLENDER_EEVEE", "BLENDER_EEVEE_NEXT")):
        assert told(RenderConfig(render_engine=ours), {"renderEngine": theirs}) == {}
    assert told(RenderConfig(render_engine="CYCLES"), {"renderEngine": "BLENDER_EEVEE"})


def test_a_percentage_alone_is_compared_by_itself() -> None:
    asked = RenderConfig(resolution=(1920, 1080), resolution_percentage=50)
    assert told(asked, {"resolutionPercentage": 100}) == {"resolution_percentage": 100}
    both = {"resolution": [1280, 720], "resolutionPercentage": 100}
    assert told(asked, both) == {"resolution": [1280, 720], "resolution_percentage": 100}


@given(JSON)
def test_garbage_never_raises(used: Any) -> None:
    assert all(each.used is not None for each in differences(EVERYTHING, used))


def test_what_the_local_farm_answers(farm: Farm, scenes: Path, artists: Any) -> None:
    artist: Artist = artists(farm.api_url)
    config = RenderConfig(
        frame_ranges=("1",),
        render_engine="CYCLES",
        sample_count=2,
        resolution=(24, 12),
        resolution_percentage=50,
        fps=23.976,
        output_format="PNG",
        color_mode="RGB",
        compute_device_type="OPTIX",
        gpu_count=1,
        minimum_ram=4.0,
        notes="please",
    )
    job = artist.ends(artist.submit(scenes / "shot.blend", config=config))
    assert job.config == config
    assert told(config, job.final_config) == {"compute_device_type": "NONE", "gpu_count": 0}
