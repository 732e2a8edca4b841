# SPDX-License-Identifier: GPL-3.0-or-later
"""Overrides: the render settings that a job shall have instead of the scene's.

The settings saved in the .blend, the arguments of an operator and the mapping of a script are three ways to say them,
and go through the same checks, whose limits are those of `render_settings.PROPERTIES`.
"""

from __future__ import annotations

import difflib
import numbers
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import bpy

from ..scene.config.consistency import OverrideError
from ..scene.config.consistency import apply_overrides as apply_overrides
from ..scene.config.frames import FrameListError, checked_frames, parse_frames
from .render_settings import EEVEE_NAMES, PROPERTIES, eevee
from .render_settings import override_fields as override_fields


def overrides_from_settings(settings: Any) -> dict[str, Any]:
    """The overrides that are switched on in `scene.renderjuice`. Raises `OverrideError`."""
    return overrides_from_mapping(
        {field: _plain(getattr(settings, field)) for field in PROPERTIES if getattr(settings, f"use_{field}")}
    )


def overrides_from_operator(properties: bpy.types.OperatorProperties) -> dict[str, Any]:
    """The overrides that the caller of an operator gave as arguments. Raises `OverrideError`.

    The operator takes its annotations from `PROPERTIES`; an argument that was not given overrides nothing.
    """
    return overrides_from_mapping(
        {
            field: _plain(getattr(properties, field))
            for field in PROPERTIES
            if hasattr(properties, field) and properties.is_property_set(field)
        }
    )


def overrides_from_mapping(values: Mapping[str, Any]) -> dict[str, Any]:
    """Checked overrides for `read_scene` and `apply_overrides`; None and empty notes override nothing.

    Frames are a list as artists type it, or a sequence of frame numbers or of such lists; they come back as a tuple
    of frame numbers. Raises `OverrideError`, which names the field and what it may be.
    """
    return {
        field: _checked(field, value)
        for field, value in values.items()
        if _known_field(field) and value is not None and not (field == "notes" and value == "")
    }


def _known_field(field: str) -> bool:
    if field in PROPERTIES:
        return True
    near = difflib.get_close_matches(field, PROPERTIES, n=1)
    hint = f"Did you mean “{near[0]}”?" if near else f"The fields are {', '.join(PROPERTIES)}."
    raise OverrideError(field, f"“{field}” is not a render setting of a job. {hint}")


def _checked(field: str, value: Any) -> Any:
    """The value in the type and within the limits of its field."""
    if field == "frame_ranges":
        return _checked_frames(value)
    if field == "render_engine" and value in EEVEE_NAMES:
        return eevee()
    deferred = PROPERTIES[field]
    try:
        return _CHECKS[deferred.function](value, deferred.keywords)
    except _UnfitError as error:
        raise OverrideError(field, f"{deferred.keywords['name']} ({field}) must be {error}, not {value!r}.") from error


def _checked_frames(value: Any) -> tuple[int, ...]:
    try:
        if isinstance(value, str):
            return parse_frames(value)
        parts = list(value) if isinstance(value, Sequence) else [value]
        if parts and all(isinstance(part, str) for part in parts):
            return parse_frames(", ".join(parts))
        return checked_frames(parts)
    except FrameListError as error:
        raise OverrideError("frame_ranges", f"Frames (frame_ranges): {error}") from error


class _UnfitError(Exception):
    """What the value should have been, as the end of a sentence."""


def _boolean(value: Any, _: Mapping[str, Any]) -> bool:
    if not isinstance(value, bool):
        raise _UnfitError("True or False")
    return value


def _text(value: Any, _: Mapping[str, Any]) -> str:
    if not isinstance(value, str):
        raise _UnfitError("text")
    return value


def _choice(value: Any, limits: Mapping[str, Any]) -> str:
    identifiers = [item[0] for item in limits["items"]]
    if value not in identifiers:
        raise _UnfitError(f"one of {', '.join(identifiers)}")
    return value


def _whole(value: Any, limits: Mapping[str, Any]) -> int:
    try:
        number = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = None
    if number is None or not limits["min"] <= number <= limits["max"]:
        raise _UnfitError(f"a whole number from {limits['min']} to {limits['max']}")
    return number


def _number(value: Any, limits: Mapping[str, Any]) -> float:
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not is_number or not limits["min"] <= value <= limits["max"]:
        raise _UnfitError(f"a number from {limits['min']:g} to {limits['max']:g}")
    return float(value)


def _wholes(value: Any, limits: Mapping[str, Any]) -> tuple[int, ...]:
    size = limits["size"]
    try:
        if isinstance(value, str) or len(value) != size:
            raise _UnfitError
        return tuple(_whole(number, limits) for number in value)
    except (_UnfitError, TypeError) as error:
        raise _UnfitError(f"{size} whole numbers from {limits['min']} to {limits['max']}") from error


_CHECKS: dict[Any, Callable[[Any, Mapping[str, Any]], Any]] = {
    bpy.props.BoolProperty: _boolean,
    bpy.props.EnumProperty: _choice,
    bpy.props.FloatProperty: _number,
    bpy.props.IntProperty: _whole,
    bpy.props.IntVectorProperty: _wholes,
    bpy.props.StringProperty: _text,
}


def _plain(value: Any) -> Any:
    """A property's value as Python: arrays as tuples, floats without the noise of Blender's single precision."""
    if isinstance(value, float):
        return float(f"{value:.7g}")
    return value if isinstance(value, bool | int | str) else tuple(value)
