# SPDX-License-Identifier: GPL-3.0-or-later
"""Overrides: the render settings that a job gets instead of the scene's.

There are three ways to give them: the settings saved in the .blend, the arguments of an operator, and a script's
mapping. All of them go through the same checks, which take kinds, limits and choices from `FIELDS`.
"""

from __future__ import annotations

import difflib
import numbers
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import bpy

from ...api.render_config import FIELDS, Kind
from ...messages.message import Message, message_of
from .choices import EEVEE_NAMES, choices, eevee
from .consistency import OverrideError
from .frames import FrameListError, checked_frames, parse_frames

WRITTEN_KINDS = frozenset({Kind.TEXT, Kind.FRAME_RANGES})
"""The kinds of fields that an artist types letters into."""


def overrides_from_settings(settings: Any) -> dict[str, Any]:
    """The overrides that are switched on in `scene.renderjuice`. A text that is empty overrides nothing.

    Raises `OverrideError`, which calls the field what the panel calls it.
    """
    values = {field: _plain(getattr(settings, field)) for field in FIELDS if getattr(settings, f"use_{field}")}
    return {
        field: _checked(field, value, FIELDS[field].label)
        for field, value in values.items()
        if not (isinstance(value, str) and not value.strip() and FIELDS[field].kind in WRITTEN_KINDS)
    }


def overrides_from_operator(properties: bpy.types.OperatorProperties) -> dict[str, Any]:
    """The overrides that the caller of an operator gave as arguments. Raises `OverrideError`.

    The operator has an argument for each field; one that was not given overrides nothing.
    """
    return overrides_from_mapping(
        {
            field: _plain(getattr(properties, field))
            for field in FIELDS
            if hasattr(properties, field) and properties.is_property_set(field)
        }
    )


def overrides_from_mapping(values: Mapping[str, Any]) -> dict[str, Any]:
    """Checked overrides for `read_scene` and `apply_overrides`; None and empty notes override nothing.

    Frames are a list as artists type it, or a sequence of frame numbers or of such lists. They come back as a tuple of
    frame numbers. Raises `OverrideError`, which names the field and what it may be.
    """
    return {
        field: _checked(field, value, Message("{} ({})", FIELDS[field].label, field))
        for field, value in values.items()
        if _known_field(field) and value is not None and not (field == "notes" and value == "")
    }


def _known_field(field: str) -> bool:
    if field in FIELDS:
        return True
    near = difflib.get_close_matches(field, FIELDS, n=1)
    hint = Message("Did you mean “{}”?", near[0]) if near else Message("The fields are {}.", ", ".join(FIELDS))
    raise OverrideError(field, Message("“{}” is not a render setting of a job. {}", field, hint))


def _checked(field: str, value: Any, named: Message) -> Any:
    """The value in the type and within the limits of its field, which an error calls as it is `named`."""
    known = FIELDS[field]
    if known.kind is Kind.FRAME_RANGES:
        return _checked_frames(value, named)
    if field == "render_engine" and value in EEVEE_NAMES:
        return eevee()
    try:
        return _CHECKS[known.kind](field, value)
    except _UnfitError as error:
        sentence = Message("{} must be {}, not {}.", named, message_of(error), repr(value))
        raise OverrideError(field, sentence) from error


def _checked_frames(value: Any, named: Message) -> tuple[int, ...]:
    try:
        if isinstance(value, str):
            return parse_frames(value)
        parts = list(value) if isinstance(value, Sequence) else [value]
        if parts and all(isinstance(part, str) for part in parts):
            return parse_frames(", ".join(parts))
        return checked_frames(parts)
    except FrameListError as error:
        raise OverrideError("frame_ranges", Message("{}: {}", named, message_of(error))) from error


class _UnfitError(Exception):
    """What the value should have been, as the end of a sentence."""


def _boolean(_: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _UnfitError(Message("True or False"))
    return value


def _text(_: str, value: Any) -> str:
    if not isinstance(value, str):
        raise _UnfitError(Message("text"))
    return value


def _choice(field: str, value: Any) -> str:
    if value not in choices(field):
        raise _UnfitError(Message("one of {}", ", ".join(choices(field))))
    return value


def _whole(field: str, value: Any) -> int:
    limits = FIELDS[field]
    try:
        number = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = None
    if number is None or not limits.minimum <= number <= limits.maximum:
        raise _UnfitError(Message("a whole number from {} to {}", limits.minimum, limits.maximum))
    return number


def _number(field: str, value: Any) -> float:
    limits = FIELDS[field]
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not is_number or not limits.minimum <= value <= limits.maximum:
        raise _UnfitError(Message("a number from {} to {}", limits.minimum, limits.maximum))
    return float(value)


def _size(field: str, value: Any) -> tuple[int, int]:
    try:
        if isinstance(value, str):
            raise _UnfitError
        width, height = value
        return _whole(field, width), _whole(field, height)
    except (_UnfitError, TypeError, ValueError) as error:
        limits = FIELDS[field]
        raise _UnfitError(Message("{} whole numbers from {} to {}", 2, limits.minimum, limits.maximum)) from error


_CHECKS: Mapping[Kind, Callable[[str, Any], Any]] = {
    Kind.BOOLEAN: _boolean,
    Kind.CHOICE: _choice,
    Kind.NUMBER: _number,
    Kind.WHOLE_NUMBER: _whole,
    Kind.SIZE: _size,
    Kind.TEXT: _text,
}


def _plain(value: Any) -> Any:
    """A property's value as Python: arrays as tuples, floats without the noise of Blender's single precision."""
    if isinstance(value, float):
        return float(f"{value:.7g}")
    return value if isinstance(value, bool | int | str) else tuple(value)
