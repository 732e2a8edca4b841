# SPDX-License-Identifier: GPL-3.0-or-later
"""Which fields of a render config depend on each other, and what an override of one means for the others.

The tables were measured with Blender 4.2 to 5.2: what `image_settings` accepts for each format, and which settings
change the bytes of a written file. Nothing here imports bpy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...api.frame_ranges import frame_ranges
from ...api.render_config import FIELDS, RenderConfig
from ...messages.message import Message, small
from .names import engine_name, format_name

ENGINE_FIELDS: Mapping[str, frozenset[str]] = {
    "CYCLES": frozenset(
        {"sample_count", "denoising_enabled", "denoiser_type", "use_tiling", "tile_size", "compute_device_type"}
    ),
    "BLENDER_EEVEE": frozenset({"sample_count"}),
    "BLENDER_EEVEE_NEXT": frozenset({"sample_count"}),
    "BLENDER_WORKBENCH": frozenset(),
}
"""The engines a farm can know, and the fields that mean something to each. EEVEE is called
`BLENDER_EEVEE_NEXT` in 4.2 to 4.5 and `BLENDER_EEVEE` from 5.0 on. Workbench has smoothing passes, not samples."""

ANY_ENGINE_FIELDS = frozenset().union(*ENGINE_FIELDS.values())
"""The fields whose meaning depends on the engine."""


@dataclass(frozen=True)
class ImageFormat:
    """What one of Blender's file formats can carry; `settings` are the fields that change what is written."""

    color_modes: tuple[str, ...] = ("BW", "RGB", "RGBA")
    color_depths: tuple[str, ...] = ("8",)
    settings: frozenset[str] = frozenset()


FORMATS: Mapping[str, ImageFormat] = {
    "AVIF": ImageFormat(color_depths=("8", "10", "12"), settings=frozenset({"quality"})),
    # Blender 4.2 writes no alpha into a BMP; 4.5 does. What all versions can do is the safe choice.
    "BMP": ImageFormat(color_modes=("BW", "RGB")),
    "CINEON": ImageFormat(color_modes=("BW", "RGB"), color_depths=("10",)),
    "DPX": ImageFormat(color_depths=("8", "10", "12", "16")),
    "HDR": ImageFormat(color_modes=("BW", "RGB"), color_depths=("32",)),
    "IRIS": ImageFormat(),
    "JPEG": ImageFormat(color_modes=("BW", "RGB"), settings=frozenset({"quality"})),
    "JPEG2000": ImageFormat(color_depths=("8", "12", "16"), settings=frozenset({"quality"})),
    "OPEN_EXR": ImageFormat(color_depths=("16", "32"), settings=frozenset({"exr_codec", "quality"})),
    # All channels of all passes are written whatever the color mode says.
    "OPEN_EXR_MULTILAYER": ImageFormat(
        color_modes=(), color_depths=("16", "32"), settings=frozenset({"exr_codec", "quality"})
    ),
    "PNG": ImageFormat(color_depths=("8", "16"), settings=frozenset({"compression"})),
    "TARGA": ImageFormat(),
    "TARGA_RAW": ImageFormat(),
    "TIFF": ImageFormat(color_depths=("8", "16"), settings=frozenset({"tiff_codec"})),
    "WEBP": ImageFormat(settings=frozenset({"quality"})),
}
"""Blender's image formats. Movies are not here: a farm renders frames."""

FORMAT_SETTINGS = frozenset({"exr_codec", "tiff_codec", "compression", "quality"})
"""The fields that only some formats have."""

CODECS_WITH_QUALITY = frozenset({"DWAA", "DWAB"})
"""The EXR codecs that read `quality` (from some version between 4.2 and 4.5 on; 4.2 ignores it)."""

HALF_FLOAT_CODECS = frozenset({"B44", "B44A"})
"""The EXR codecs that only exist for 16 bits a channel."""


class OverrideError(ValueError):
    """An override that is not possible. `field` is the name in `RenderConfig`; the message has the artist's word."""

    def __init__(self, field: str, message: Message) -> None:
        super().__init__(message)
        self.field = field


def fit_color_mode(color_mode: str | None, output_format: str) -> str | None:
    """The color mode, or the nearest one that the format has; None for a format that has none."""
    image_format = FORMATS.get(output_format)
    if image_format is None or color_mode in image_format.color_modes:
        return color_mode
    return "RGB" if "RGB" in image_format.color_modes else None


def fit_color_depth(color_depth: str | None, output_format: str) -> str | None:
    """The color depth, or the next finer one that the format has, or the finest."""
    image_format = FORMATS.get(output_format)
    if image_format is None or color_depth is None or color_depth in image_format.color_depths:
        return color_depth
    finer = [depth for depth in image_format.color_depths if int(depth) >= int(color_depth)]
    return finer[0] if finer else image_format.color_depths[-1]


def apply_overrides(config: RenderConfig, overrides: Mapping[str, Any]) -> RenderConfig:
    """The config with the overrides in it, and without anything that contradicts them.

    `overrides` is what `overrides_from_mapping` gives: field names with checked values, and frame numbers under
    `frame_ranges`. The scene's values are fitted to the overrides: another format's color depth, another engine's
    samples. An override that means nothing for the engine or the format is left out; `meaningless_fields` of the
    result gives the reason.

    Raises `OverrideError` for a color mode, a color depth or a codec that the output format lacks.
    """
    wanted = dict(overrides)
    if "frame_ranges" in wanted:
        wanted["frame_ranges"] = frame_ranges(wanted["frame_ranges"])
    values = {field: getattr(config, field) for field in FIELDS}
    if wanted.get("render_engine", config.render_engine) != config.render_engine:
        values |= dict.fromkeys(ANY_ENGINE_FIELDS)
    if "output_format" in wanted:
        values["color_mode"] = fit_color_mode(config.color_mode, wanted["output_format"])
        values["color_depth"] = fit_color_depth(config.color_depth, wanted["output_format"])
    values |= wanted
    if not _codec_fits_depth(values) and "exr_codec" not in wanted:
        values["exr_codec"] = None
    _check_output(values, wanted)
    merged = RenderConfig(**values)
    for field in meaningless_fields(merged):
        merged = merged.without(field)
    return merged


def meaningless_fields(config: RenderConfig) -> dict[str, Message]:
    """The fields that mean nothing for the config's engine, its format or one of its switches, each with the reason."""
    reasons = fields_not_had(config.render_engine, config.output_format)
    image_format = FORMATS.get(config.output_format or "")
    has_codec = image_format is not None and "exr_codec" in image_format.settings
    if has_codec and config.exr_codec not in CODECS_WITH_QUALITY:
        reasons["quality"] = Message("only the EXR codecs DWAA and DWAB have it")
    if config.denoising_enabled is False:
        reasons["denoiser_type"] = Message("denoising is off")
    if config.use_tiling is False:
        reasons["tile_size"] = Message("tiling is off")
    return reasons


def fields_not_had(render_engine: str | None, output_format: str | None) -> dict[str, Message]:
    """The fields that this engine or this format does not have at all, each with the reason. None has all fields."""
    reasons: dict[str, Message] = {}
    if render_engine is not None:
        unused = ANY_ENGINE_FIELDS - ENGINE_FIELDS.get(render_engine, ANY_ENGINE_FIELDS)
        reasons |= dict.fromkeys(unused, Message("{} does not use it", engine_name(render_engine)))
    image_format = FORMATS.get(output_format or "")
    if image_format is not None:
        unused = FORMAT_SETTINGS - image_format.settings
        reasons |= dict.fromkeys(unused, Message("{} does not have it", format_name(output_format)))
        if not image_format.color_modes:
            reasons["color_mode"] = Message("{} always writes all channels", format_name(output_format))
    return reasons


def _codec_fits_depth(values: Mapping[str, Any]) -> bool:
    return not (values["exr_codec"] in HALF_FLOAT_CODECS and values["color_depth"] == "32")


def field_in_sentence(field: str) -> str:
    """What a field is called inside a sentence: its words, as the label that has the same words where there is one."""
    words, label = field.replace("_", " "), FIELDS[field].label
    return small(label) if label.lower() == words else words


def _check_output(values: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Raise `OverrideError` for an overridden color mode, color depth or codec that the output format lacks."""
    output_format = values["output_format"]
    image_format = FORMATS.get(output_format or "")
    if image_format is None:
        return
    for field, allowed in (("color_mode", image_format.color_modes), ("color_depth", image_format.color_depths)):
        if field in wanted and allowed and values[field] not in allowed:
            raise OverrideError(
                field,
                Message(
                    "{} has no {} {}. Choose {}, or another file format.",
                    format_name(output_format),
                    field_in_sentence(field),
                    values[field],
                    ", ".join(allowed),
                ),
            )
    if "exr_codec" in image_format.settings and "exr_codec" in wanted and not _codec_fits_depth(values):
        raise OverrideError(
            "exr_codec",
            Message(
                "The EXR codec {} only exists for 16 bits a channel. Choose a color depth of 16, or another codec.",
                values["exr_codec"],
            ),
        )
