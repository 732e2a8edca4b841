# SPDX-License-Identifier: GPL-3.0-or-later
"""The `requestedRenderConfig` of the API: one dataclass with exactly the documented fields.

Source of every name and type: the "Start render" page of Renderjuice's API reference.
A field that is None is left out of the request; the service then uses what validation detected in the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Self

OUTPUT_SETTINGS = ("color_mode", "color_depth", "exr_codec", "tiff_codec", "compression", "quality")
"""The fields that the API nests under `outputSettings`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderConfig:
    """What a job is asked to render.

    Enums carry Blender's own identifiers. `frame_ranges` holds `"1-250"` and `"7"`, the two forms that
    are safe (the grammar is documented nowhere). `resolution` is (width, height) in pixels.
    `minimum_ram` is taken as gigabytes. `compression` and `quality` are percentages.
    """

    color_management_preset: str = "default"
    frame_ranges: tuple[str, ...] | None = None
    notes: str | None = None
    render_engine: str | None = None
    compositor_device: str | None = None
    compute_device_type: str | None = None
    gpu_count: int | None = None
    sample_count: int | None = None
    denoising_enabled: bool | None = None
    denoiser_type: str | None = None
    resolution: tuple[int, int] | None = None
    resolution_percentage: int | None = None
    output_format: str | None = None
    fps: float | None = None
    use_tiling: bool | None = None
    tile_size: int | None = None
    color_mode: str | None = None
    color_depth: str | None = None
    exr_codec: str | None = None
    tiff_codec: str | None = None
    compression: float | None = None
    quality: float | None = None
    minimum_ram: float | None = None

    def to_json(self) -> dict[str, Any]:
        """The object that `POST /jobs/{id}/render` expects under `requestedRenderConfig`."""
        body: dict[str, Any] = {}
        output: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if value is None:
                continue
            if isinstance(value, tuple):
                value = list(value)
            target = output if field.name in OUTPUT_SETTINGS else body
            target[json_name(field.name)] = value
        if output:
            body["outputSettings"] = output
        return body

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """The config that `to_json` wrote. Raises `KeyError` for a name that is not documented."""
        flat = {name: value for name, value in body.items() if name != "outputSettings"}
        flat |= body.get("outputSettings", {})
        values: dict[str, Any] = {
            FIELD_OF_JSON[name]: tuple(value) if isinstance(value, list) else value for name, value in flat.items()
        }
        return cls(**values)

    def without(self, field_name: str) -> Self:
        """The same config with one optional field left out."""
        left_out: dict[str, Any] = {field_name: None}
        return replace(self, **left_out)


def json_name(field_name: str) -> str:
    """The API's spelling of a field: `frame_ranges` is `frameRanges`."""
    head, *tail = field_name.split("_")
    return head + "".join(word.capitalize() for word in tail)


FIELD_OF_JSON = {json_name(field.name): field.name for field in fields(RenderConfig)}
"""The field of `RenderConfig` for each of the API's names, those under `outputSettings` included."""
