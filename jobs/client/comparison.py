# SPDX-License-Identifier: GPL-3.0-or-later
"""What the farm rendered with, against what it was asked for: only where both can be understood, and differ.

The shape of the service's `finalConfig` is documented nowhere; it may be any JSON.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from ...api.render_config import OUTPUT_SETTINGS, RenderConfig, json_name

RANGE = re.compile(r"\s*(-?\d{1,9})(?:\s*(?:-|\.\.|:|–)\s*(-?\d{1,9}))?\s*", re.ASCII)  # noqa: RUF001 - a dash that people type
SIZE = re.compile(r"\s*(\d{1,9})\s*[x×*,]\s*(\d{1,9})\s*", re.ASCII | re.IGNORECASE)
MOST = 1e9
"""No setting is larger."""
WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
SAME_ENGINE = {"BLENDER_EEVEE_NEXT": "BLENDER_EEVEE"}
"""EEVEE's name from Blender 4.2 to 4.5."""
CLOSE = 1e-4
"""Relative: 23.976 frames per second are 24000/1001, and not 24."""

Reading = Callable[[Any], Any]
"""Turns a value into one that can be compared with another, or into None when it cannot be understood."""


@dataclass(frozen=True)
class Difference:
    """A field of `RenderConfig` that the farm took otherwise: what was asked, and its own value as it gave it."""

    field: str
    asked: Any
    used: Any


def differences(asked: RenderConfig, used: Any) -> tuple[Difference, ...]:
    """Where the service's final config says something else than was asked, in the order of `RenderConfig`'s fields.

    What was not asked for, what is missing, and what is not understood is no difference. Never raises.
    """
    given = _by_field(used)
    found = []
    for field in fields(asked):
        read = READINGS.get(field.name)
        wanted = getattr(asked, field.name)
        if read is None or wanted is None or field.name not in given:
            continue
        ours, theirs = read(wanted), read(given[field.name])
        if ours is not None and theirs is not None and not _is_same(ours, theirs):
            found.append(Difference(field.name, wanted, given[field.name]))
    if _pixels(asked.resolution, asked.resolution_percentage) == _pixels(
        given.get("resolution"), given.get("resolution_percentage")
    ):
        # 50 % of 1920 x 1080 are as many pixels as 960 x 540
        found = [each for each in found if each.field not in ("resolution", "resolution_percentage")]
    return tuple(found)


def _by_field(used: Any) -> dict[str, Any]:
    """The values of a final config by the names of `RenderConfig`, however they are spelled or wrapped."""
    while isinstance(used, Mapping) and len(used) == 1 and isinstance(inner := next(iter(used.values())), Mapping):
        used = inner
    if not isinstance(used, Mapping):
        return {}
    plain = {_plain(name): value for name, value in used.items()}
    output = plain.get("outputsettings")
    nested = {_plain(name): value for name, value in output.items()} if isinstance(output, Mapping) else {}
    given = {}
    for field in fields(RenderConfig):
        name = _plain(json_name(field.name))
        value = nested.get(name) if field.name in OUTPUT_SETTINGS else None
        value = plain.get(name) if value is None else value
        if value is not None:
            given[field.name] = value
    return given


def _plain(name: Any) -> str:
    """A name without what only its spelling adds: `frameRanges` is `frame_ranges`."""
    return re.sub(r"[^a-z0-9]", "", str(name).lower())


def _is_same(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, float) and isinstance(theirs, float) and not (ours.is_integer() and theirs.is_integer()):
        return math.isclose(ours, theirs, rel_tol=CLOSE)
    return bool(ours == theirs)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) <= MOST else None


def _truth(value: Any) -> bool | None:
    if isinstance(value, str):
        return WORDS.get(value.strip().lower())
    return bool(value) if isinstance(value, (bool, int)) and value in (0, 1) else None


def _identifier(value: Any) -> str | None:
    """An item of an enum. A color depth may come as a number."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    word = str(value).strip().upper() if isinstance(value, str) or abs(value) < 1000 else ""
    return SAME_ENGINE.get(word, word) or None


def _size(value: Any) -> tuple[float, float] | None:
    """Width and height, from a pair, from names, or from text such as `1920x1080`."""
    if isinstance(value, str):
        found = SIZE.fullmatch(value)
        value = found.groups() if found else None
    elif isinstance(value, Mapping):
        plain = {_plain(name): each for name, each in value.items()}
        value = plain.get("width", plain.get("x")), plain.get("height", plain.get("y"))
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        return None
    width, height = _number(value[0]), _number(value[1])
    return None if width is None or height is None else (width, height)


def _pixels(size: Any, percentage: Any) -> tuple[int, int] | float:
    """Width and height of a frame; NaN, which is like nothing, when they are not told."""
    read, percent = _size(size), _number(percentage)
    if read is None or percent is None:
        return math.nan
    return int(read[0] * percent / 100), int(read[1] * percent / 100)


def _frames(value: Any) -> tuple[tuple[int, int], ...] | None:
    """The frames as spans, sorted and joined, whatever the order and the writing of the ranges."""
    if isinstance(value, (str, int)):
        value = [value]
    if not isinstance(value, (list, tuple)) or not value:
        return None
    spans: list[tuple[int, int]] = []
    for part in (part for each in value for part in _parts(each)):
        found = RANGE.fullmatch(part)
        if found is None:
            return None
        first = int(found[1])
        last = int(found[2]) if found[2] is not None else first
        if last < first:
            return None
        spans.append((first, last))
    return _joined(spans)


def _parts(value: Any) -> Iterable[str]:
    """The ranges in one item of the list; one that is no range makes the whole list unreadable."""
    if isinstance(value, str):
        return value.split(",")
    if isinstance(value, bool) or not isinstance(value, int):
        return ["?"]
    return [str(value) if abs(value) < 10**9 else "?"]


def _joined(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    joined: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = joined[-1][0], max(last, joined[-1][1])
        else:
            joined.append((first, last))
    return tuple(joined)


READINGS: Mapping[str, Reading] = {
    "color_management_preset": _identifier,
    "frame_ranges": _frames,
    "render_engine": _identifier,
    "compositor_device": _identifier,
    "compute_device_type": _identifier,
    "gpu_count": _number,
    "sample_count": _number,
    "denoising_enabled": _truth,
    "denoiser_type": _identifier,
    "resolution": _size,
    "resolution_percentage": _number,
    "output_format": _identifier,
    "fps": _number,
    "use_tiling": _truth,
    "tile_size": _number,
    "color_mode": _identifier,
    "color_depth": _identifier,
    "exr_codec": _identifier,
    "tiff_codec": _identifier,
    "compression": _number,
    "quality": _number,
    "minimum_ram": _number,
}
"""How each field is read; `notes` are words between people."""
