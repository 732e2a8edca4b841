# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares what the farm rendered with to what it was asked for. Only what is understood on both sides is compared.

The shape of the service's `finalConfig` is documented nowhere; it may be any JSON.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ...api.render_config import FIELDS, Kind, RenderConfig, json_name

RANGE = re.compile(r"\s*(-?\d{1,9})(?:\s*(?:-|\.\.|:|–)\s*(-?\d{1,9}))?\s*", re.ASCII)  # noqa: RUF001 - a dash that people type
SIZE = re.compile(r"\s*(\d{1,9})\s*[x×*,]\s*(\d{1,9})\s*", re.ASCII | re.IGNORECASE)
MAX_NUMBER = 1e9
"""No setting is larger."""
BOOLEAN_WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
SAME_ENGINE = {"BLENDER_EEVEE_NEXT": "BLENDER_EEVEE"}
"""EEVEE's name from Blender 4.2 to 4.5."""
RELATIVE_TOLERANCE = 1e-4
"""Two numbers this close are the same: 23.976 frames per second are 24000/1001, and not 24."""

Reader = Callable[[Any], Any]
"""Turns a value into one that can be compared. None means that the value is not understood."""


@dataclass(frozen=True)
class Difference:
    """A field of `RenderConfig` whose value on the farm differs: what was asked, and the farm's value as it gave it."""

    field: str
    asked: Any
    used: Any


def differences(asked: RenderConfig, used: Any) -> tuple[Difference, ...]:
    """The fields whose value in the service's final config differs from what was asked, in the order of `FIELDS`.

    A value that was not asked for, is missing, or is not understood is no difference. Never raises.
    """
    given = _by_field(used)
    found = []
    for field, read in READINGS.items():
        wanted = getattr(asked, field)
        if wanted is None or field not in given:
            continue
        ours, theirs = read(wanted), read(given[field])
        if ours is not None and theirs is not None and not _is_same(ours, theirs):
            found.append(Difference(field, wanted, given[field]))
    if _pixels(asked.resolution, asked.resolution_percentage) == _pixels(
        given.get("resolution"), given.get("resolution_percentage")
    ):
        # 50 % of 1920 x 1080 are as many pixels as 960 x 540
        found = [each for each in found if each.field not in ("resolution", "resolution_percentage")]
    return tuple(found)


def _by_field(used: Any) -> dict[str, Any]:
    """The values of a final config by the field names of `RenderConfig`.

    Names may be spelled otherwise, and the whole config may be wrapped in objects of one member.
    """
    while isinstance(used, Mapping) and len(used) == 1 and isinstance(inner := next(iter(used.values())), Mapping):
        used = inner
    flat = _plainly_named(used)
    given = {}
    for field, known in FIELDS.items():
        name = _plain(json_name(field))
        nested = _plainly_named(flat.get(_plain(known.container))).get(name) if known.container else None
        value = flat.get(name) if nested is None else nested
        if value is not None:
            given[field] = value
    return given


def _plainly_named(value: Any) -> dict[str, Any]:
    """The members of an object by their plain names; nothing for what is no object."""
    return {_plain(name): each for name, each in value.items()} if isinstance(value, Mapping) else {}


def _plain(name: Any) -> str:
    """A name in lower case, letters and digits only, so that `frameRanges` equals `frame_ranges`."""
    return re.sub(r"[^a-z0-9]", "", str(name).lower())


def _is_same(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, float) and isinstance(theirs, float) and not (ours.is_integer() and theirs.is_integer()):
        return math.isclose(ours, theirs, rel_tol=RELATIVE_TOLERANCE)
    return bool(ours == theirs)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) <= MAX_NUMBER else None


def _boolean(value: Any) -> bool | None:
    if isinstance(value, str):
        return BOOLEAN_WORDS.get(value.strip().lower())
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
        plain = _plainly_named(value)
        value = plain.get("width", plain.get("x")), plain.get("height", plain.get("y"))
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        return None
    width, height = _number(value[0]), _number(value[1])
    return None if width is None or height is None else (width, height)


def _pixels(size: Any, percentage: Any) -> tuple[int, int] | float:
    """Width and height of a rendered frame. NaN, which equals nothing, when they are unknown."""
    read, percent = _size(size), _number(percentage)
    if read is None or percent is None:
        return math.nan
    return int(read[0] * percent / 100), int(read[1] * percent / 100)


def _frames(value: Any) -> tuple[tuple[int, int], ...] | None:
    """The frames as runs (first, last), sorted and joined: order and notation of the ranges do not matter."""
    if isinstance(value, (str, int)):
        value = [value]
    if not isinstance(value, (list, tuple)) or not value:
        return None
    runs: list[tuple[int, int]] = []
    for part in (part for each in value for part in _parts(each)):
        found = RANGE.fullmatch(part)
        if found is None:
            return None
        first = int(found[1])
        last = int(found[2]) if found[2] is not None else first
        if last < first:
            return None
        runs.append((first, last))
    return _joined(runs)


def _parts(value: Any) -> Iterable[str]:
    """The ranges in one item of the list. `?`, which is no range, makes the whole list unreadable."""
    if isinstance(value, str):
        return value.split(",")
    if isinstance(value, bool) or not isinstance(value, int):
        return ["?"]
    return [str(value) if abs(value) < 10**9 else "?"]


def _joined(runs: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The same frames in as few runs as possible."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(runs):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = joined[-1][0], max(last, joined[-1][1])
        else:
            joined.append((first, last))
    return tuple(joined)


READERS: Mapping[Kind, Reader] = {
    Kind.BOOLEAN: _boolean,
    Kind.WHOLE_NUMBER: _number,
    Kind.NUMBER: _number,
    Kind.CHOICE: _identifier,
    Kind.FRAME_RANGES: _frames,
    Kind.SIZE: _size,
}
"""How the values of each kind are read. Text is not compared: it is words between people."""
READINGS: Mapping[str, Reader] = {name: READERS[known.kind] for name, known in FIELDS.items() if known.kind in READERS}
"""How each field is read."""
