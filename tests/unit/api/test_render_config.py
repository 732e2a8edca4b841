# SPDX-License-Identifier: GPL-3.0-or-later
"""The render config speaks exactly the documented names, there and back."""

from __future__ import annotations

import json

import pytest

from renderjuice.api.render_config import FIELD_OF_JSON, RenderConfig

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
