# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panel "Overrides" shows and changes: `scene.renderjuice.rows`. Nothing of it is saved.

The settings beside it stay what scripts and presets know: a value and a switch for each field. Here is how they look to
the artist. A field that the scene has gets a check box, which starts from the scene's value when it is ticked. A field
that only a farm has needs none: it has a value that leaves it to the farm.
"""

from __future__ import annotations

from typing import Any

import bpy

from ..messages.message import Message
from ..scene.config.choices import FARM_FIELDS
from .render_settings import PROPERTIES

AUTOMATIC = ("AUTOMATIC", str(Message("Automatic")), str(Message("Leave it to the farm")), 0)
FARM_NUMBERS = {
    "gpu_count": Message("Graphics cards that work on one frame; 0 leaves it to the farm"),
    "minimum_ram": Message(
        "Memory that a computer of the farm must have at least, in gigabytes; 0 leaves it to the farm"
    ),
}
"""Tooltips of the numbers whose 0 asks for nothing."""


def _scene_value(rows: Any, field: str) -> Any:
    # loaded when it is first needed, because every start of Blender waits for what is loaded before
    from ..scene.config.scene_values import scene_value

    return scene_value(rows.id_data, field)


def _enum_numbers(field: str) -> dict[str, int]:
    return {identifier: number for identifier, _, _, number in PROPERTIES[field].keywords.get("items", ())}


def _made_from(field: str, **own: Any) -> Any:
    """The field's property with functions in place of a value of its own."""
    keywords = {name: value for name, value in PROPERTIES[field].keywords.items() if name != "default"}
    return PROPERTIES[field].function(**{**keywords, **own})


def _check_box(field: str) -> Any:
    """The check box that begins with what the scene has."""
    numbers = _enum_numbers(field)

    def is_overridden(rows: Any) -> bool:
        return getattr(rows.id_data.renderjuice, f"use_{field}")

    def switch(rows: Any, is_on: bool) -> None:
        settings = rows.id_data.renderjuice
        value = _scene_value(rows, field)
        # an engine of an add-on is none of ours
        is_known = value in numbers if numbers else value is not None
        if is_on and is_known and not is_overridden(rows):
            setattr(settings, field, value)
        setattr(settings, f"use_{field}", is_on)

    return bpy.props.BoolProperty(
        name=PROPERTIES[field].keywords["name"],
        description="Render with this value instead of the scene's",
        get=is_overridden,
        set=switch,
        options=set(),
    )


def _value_of_scene(field: str) -> Any:
    """What the scene has, to be read only."""
    numbers = _enum_numbers(field)

    def get(rows: Any) -> Any:
        value = _scene_value(rows, field)
        if value is None:
            value = getattr(rows.id_data.renderjuice, field)
        return numbers.get(value, -1) if numbers else value

    return _made_from(field, get=get)


def _asked_of_farm(field: str) -> Any:
    """What is asked of the farm; the neutral value asks for nothing."""
    numbers = _enum_numbers(field)
    identifiers = {number: identifier for identifier, number in numbers.items()}
    neutral = "" if field == "notes" else 0

    def get(rows: Any) -> Any:
        settings = rows.id_data.renderjuice
        if not getattr(settings, f"use_{field}"):
            return neutral
        value = getattr(settings, field)
        return numbers.get(value, 0) if numbers else value

    def ask(rows: Any, value: Any) -> None:
        settings = rows.id_data.renderjuice
        is_asked = value != neutral
        setattr(settings, f"use_{field}", is_asked)
        if is_asked:
            setattr(settings, field, identifiers[value] if numbers else value)

    own: dict[str, Any] = {"get": get, "set": ask}
    if numbers:
        own["items"] = [AUTOMATIC, *PROPERTIES[field].keywords["items"]]
    elif field != "notes":
        own["min"] = 0
        own["description"] = str(FARM_NUMBERS[field])
    return _made_from(field, **own)


class RENDERJUICE_PG_override_rows(bpy.types.PropertyGroup):
    """`override_<field>` and `scene_<field>` for what the scene has, `asked_<field>` for what only a farm has."""

    # as texts, which Blender evaluates: 4.2 crashes at exit when a class holds properties that have functions
    __annotations__ = {f"asked_{field}": f"_asked_of_farm({field!r})" for field in FARM_FIELDS} | {
        f"{kind}_{field}": f"{made}({field!r})"
        for field in PROPERTIES
        if field not in FARM_FIELDS
        for kind, made in (("override", "_check_box"), ("scene", "_value_of_scene"))
    }


classes = (RENDERJUICE_PG_override_rows,)
