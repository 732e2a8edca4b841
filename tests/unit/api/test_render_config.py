# SPDX-License-Identifier: GPL-3.0-or-later
"""The render config speaks exactly the documented names, there and back."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest

from renderjuice.api.render_config import CONTAINERS, FIELD_OF_JSON, FIELDS, Kind, RenderConfig

FULL = {
    "colorManagementPreset": "aces",
    "frameRanges": ["1-250", "7"],
    "notes": "final",
    "renderEngine": "CYCLES",
    "compositorDevice": "CPU",
    "computeDeviceType": "CUDA",
    "gpuCount": 1,
    "sampleCount": 128,
    "denoisingEnabled": False,
    "denoiserType": "OPTIX",
    "resolution": [1920, 1080],
    "resolutionPercentage": 100,
    "outputFormat": "PNG",
    "fps": 25,
    "useTiling": True,
    "tileSize": 2048,
    "outputSettings": {
        "colorMode": "BW",
        "colorDepth": "8",
        "exrCodec": "NONE",
        "tiffCodec": "NONE",
        "compression": 15,
        "quality": 90,
    },
    "minimumRam": 1,
}


def test_every_documented_name_and_no_other() -> None:
    config = RenderConfig.from_json(FULL)
    assert config.to_json() == FULL
    assert set(FIELD_OF_JSON) == (set(FULL) - {"outputSettings"}) | set(FULL["outputSettings"])


def test_round_trip_through_text() -> None:
    config = RenderConfig.from_json(json.loads(json.dumps(FULL)))
    assert RenderConfig.from_json(json.loads(json.dumps(config.to_json()))) == config
    assert config.resolution == (1920, 1080)


def test_what_is_not_set_is_left_out() -> None:
    assert RenderConfig().to_json() == {"colorManagementPreset": "default"}


def test_false_and_zero_are_not_left_out() -> None:
    config = RenderConfig(denoising_enabled=False, compression=0)
    assert config.to_json() == {
        "colorManagementPreset": "default",
        "denoisingEnabled": False,
        "outputSettings": {"compression": 0},
    }


def test_without_leaves_one_field_out() -> None:
    config = RenderConfig.from_json(FULL).without("denoiser_type")
    assert "denoiserType" not in config.to_json()
    assert config.to_json() | {"denoiserType": "OPTIX"} == FULL


def test_an_undocumented_name_is_an_error() -> None:
    with pytest.raises(KeyError):
        RenderConfig.from_json({"colorManagementPreset": "default", "denoiser": "OPTIX"})


EXAMPLE_TYPES = {
    Kind.BOOLEAN: bool,
    Kind.WHOLE_NUMBER: int,
    Kind.NUMBER: (int, float),
    Kind.CHOICE: str,
    Kind.TEXT: str,
    Kind.FRAME_RANGES: tuple,
    Kind.SIZE: tuple,
}


def test_the_kind_of_every_field_fits_the_documented_example() -> None:
    config = RenderConfig.from_json(FULL)
    assert list(FIELDS) == [field.name for field in fields(RenderConfig)]
    for name, known in FIELDS.items():
        value = getattr(config, name)
        assert isinstance(value, EXAMPLE_TYPES[known.kind]), name
        assert isinstance(value, bool) == (known.kind is Kind.BOOLEAN), name
        if known.choices:
            assert value in known.choices, name
        if known.kind in (Kind.WHOLE_NUMBER, Kind.NUMBER):
            assert known.minimum <= value <= known.maximum, name


def test_labels_are_there_and_differ() -> None:
    labels = [known.label for known in FIELDS.values()]
    assert all(labels) and len(set(labels)) == len(labels)


def test_output_settings_are_the_one_object_that_is_nested() -> None:
    assert {"outputSettings"} == CONTAINERS
    nested = {name for name, known in FIELDS.items() if known.container}
    assert nested == {FIELD_OF_JSON[name] for name in FULL["outputSettings"]}


def test_frames_size_and_samples_are_essential() -> None:
    assert {name for name, known in FIELDS.items() if known.is_essential} == {
        "color_management_preset",
        "frame_ranges",
        "resolution",
        "resolution_percentage",
        "sample_count",
    }
