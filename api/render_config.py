# SPDX-License-Identifier: GPL-3.0-or-later
"""The `requestedRenderConfig` of the API: one dataclass with exactly the documented fields.

Source of every name and type: the "Start render" page of Renderjuice's API reference. What is known of a field stands
beside it, and everything else that has to know a field's kind, limits or choices takes them from here (`FIELDS`).
A field that is None is left out of the request; the service then uses what validation detected in the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import Enum, auto
from typing import Any, Self

from ..messages.message import Message

OUTPUT_SETTINGS = "outputSettings"
"""The object that the API nests some fields in."""

MAX_SAMPLES = 16_777_216
MAX_PIXELS = 65_536
"""Width or height of a frame."""


class Kind(Enum):
    """What the values of a field are."""

    BOOLEAN = auto()
    WHOLE_NUMBER = auto()
    NUMBER = auto()
    CHOICE = auto()
    """An identifier: one of Blender's own, but for the color management preset."""
    TEXT = auto()
    FRAME_RANGES = auto()
    """`"1-250"` and `"7"`: the two forms that are safe, for the grammar is documented nowhere."""
    SIZE = auto()
    """Width and height in pixels."""


@dataclass(frozen=True, kw_only=True)
class ConfigField:
    """What is known of a field of `RenderConfig`.

    `label` is the field's name for the artist. `container` is the object that the API nests the field in, "" for none.
    `minimum` and `maximum` are the limits of numbers and sizes: the API's or, where those are tighter, Blender's.
    `choices` is () where the API takes any of Blender's identifiers. `is_essential`: without it the frames would not be
    what the artist asked for, so it is never left out after a refusal.
    """

    kind: Kind
    label: Message
    container: str = ""
    minimum: int = 0
    maximum: int = 0
    choices: tuple[str, ...] = ()
    is_essential: bool = False


def _field(kind: Kind, label: Message, *, default: Any = None, **known: Any) -> Any:
    return field(default=default, metadata={"known": ConfigField(kind=kind, label=label, **known)})


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderConfig:
    """What a job is asked to render. `resolution` is (width, height); `minimum_ram` is taken as gigabytes."""

    frame_ranges: tuple[str, ...] | None = _field(Kind.FRAME_RANGES, Message("Frames"), is_essential=True)
    color_management_preset: str = _field(
        Kind.CHOICE, Message("Color Management"), default="default", choices=("default", "aces"), is_essential=True
    )
    notes: str | None = _field(Kind.TEXT, Message("Notes"))
    render_engine: str | None = _field(Kind.CHOICE, Message("Render Engine"))
    compositor_device: str | None = _field(Kind.CHOICE, Message("Compositor Device"), choices=("CPU", "GPU"))
    compute_device_type: str | None = _field(
        Kind.CHOICE, Message("Compute Device"), choices=("CUDA", "OPTIX", "HIP", "METAL", "ONEAPI")
    )
    gpu_count: int | None = _field(Kind.WHOLE_NUMBER, Message("GPUs"), minimum=1, maximum=1024)
    sample_count: int | None = _field(
        Kind.WHOLE_NUMBER, Message("Samples"), minimum=1, maximum=MAX_SAMPLES, is_essential=True
    )
    denoising_enabled: bool | None = _field(Kind.BOOLEAN, Message("Denoise"))
    denoiser_type: str | None = _field(Kind.CHOICE, Message("Denoiser"), choices=("OPTIX", "OPENIMAGEDENOISE"))
    resolution: tuple[int, int] | None = _field(
        Kind.SIZE, Message("Resolution"), minimum=4, maximum=MAX_PIXELS, is_essential=True
    )
    resolution_percentage: int | None = _field(
        Kind.WHOLE_NUMBER, Message("Resolution Percentage"), minimum=1, maximum=32_767, is_essential=True
    )
    output_format: str | None = _field(Kind.CHOICE, Message("File Format"))
    fps: float | None = _field(Kind.NUMBER, Message("Frame Rate"), minimum=1, maximum=32_767)
    use_tiling: bool | None = _field(Kind.BOOLEAN, Message("Use Tiling"))
    tile_size: int | None = _field(Kind.WHOLE_NUMBER, Message("Tile Size"), minimum=8, maximum=8192)
    color_mode: str | None = _field(
        Kind.CHOICE, Message("Color Mode"), container=OUTPUT_SETTINGS, choices=("BW", "RGB", "RGBA")
    )
    color_depth: str | None = _field(
        Kind.CHOICE, Message("Color Depth"), container=OUTPUT_SETTINGS, choices=("8", "10", "12", "16", "32")
    )
    exr_codec: str | None = _field(Kind.CHOICE, Message("EXR Codec"), container=OUTPUT_SETTINGS)
    tiff_codec: str | None = _field(Kind.CHOICE, Message("TIFF Codec"), container=OUTPUT_SETTINGS)
    # the API takes any number for these two percentages, and Blender has whole ones
    compression: float | None = _field(
        Kind.WHOLE_NUMBER, Message("Compression"), container=OUTPUT_SETTINGS, minimum=0, maximum=100
    )
    quality: float | None = _field(
        Kind.WHOLE_NUMBER, Message("Quality"), container=OUTPUT_SETTINGS, minimum=0, maximum=100
    )
    minimum_ram: float | None = _field(Kind.NUMBER, Message("Minimum Memory (GB)"), minimum=1, maximum=65_536)

    def to_json(self) -> dict[str, Any]:
        """The object that `POST /jobs/{id}/render` expects under `requestedRenderConfig`."""
        body: dict[str, Any] = {}
        for name, known in FIELDS.items():
            value = getattr(self, name)
            if value is None:
                continue
            target = body.setdefault(known.container, {}) if known.container else body
            target[json_name(name)] = list(value) if isinstance(value, tuple) else value
        return body

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """The config that `to_json` wrote. Raises `KeyError` for a name that is not documented."""
        flat = {name: value for name, value in body.items() if name not in CONTAINERS}
        for container in CONTAINERS:
            flat |= body.get(container, {})
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


FIELDS: Mapping[str, ConfigField] = {each.name: each.metadata["known"] for each in fields(RenderConfig)}
"""What is known of each field of `RenderConfig`, in their order."""
CONTAINERS = frozenset(known.container for known in FIELDS.values() if known.container)
"""The objects that the API nests fields in."""
FIELD_OF_JSON = {json_name(name): name for name in FIELDS}
"""The field of `RenderConfig` for each of the API's names, nested ones included."""
