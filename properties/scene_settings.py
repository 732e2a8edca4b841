# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of a scene for its renders on Renderjuice, saved in the .blend: overrides, and where the frames go.

No secret may be here: whoever gets the .blend gets these, too.
"""

from __future__ import annotations

from typing import Any

import bpy

from .override_rows import RENDERJUICE_PG_override_rows
from .preferences import BLEND_RELATIVE
from .render_settings import PROPERTIES


def _switch(field: str) -> Any:
    """The check box that turns the override of a field on."""
    label = PROPERTIES[field].keywords["name"]
    return bpy.props.BoolProperty(
        name=label,
        description="Render with this value instead of the scene's",
        options=set(),
    )


OPENING: dict[str, Any] = {
    "output_dir": bpy.props.StringProperty(
        name="Output Folder",
        description="Where frames of this scene go, each job in a folder of its own; the preferences' folder if empty",
        subtype="DIR_PATH",
        options=BLEND_RELATIVE,
    ),
    "open_with": bpy.props.EnumProperty(
        name="When Done",
        description="How the frames are opened in this project when all of them are here",
        items=[
            ("NOTHING", "Do Nothing", "Leave the frames in their folder", "BLANK1", 0),
            ("IMAGE_EDITOR", "Show in Image Editor", "Show the frames in an Image Editor that is free", "IMAGE", 1),
            ("SEQUENCER", "Add to Sequencer", "Add the frames as strips to a scene of their own", "SEQUENCE", 2),
            (
                "COMPOSITOR",
                "Add to Compositor",
                "Add the frames as an image node in the compositor",
                "NODE_COMPOSITING",
                3,
            ),
            ("MOVIE_CLIP", "Load as Movie Clip", "Load the frames as a movie clip for tracking", "TRACKER", 4),
        ],
        default="IMAGE_EDITOR",
        options=set(),
    ),
}
"""Where the frames of a scene go, and how they are opened. The numbers are saved in .blend files: never change one."""


AGREED: dict[str, Any] = {
    "without_files": bpy.props.StringProperty(
        name="Without Files",
        description="Which files are missing or broken that the scene is sent without; asked again when others are",
        options={"HIDDEN"},
    ),
}
"""What the artist has agreed to."""


class RENDERJUICE_PG_scene(bpy.types.PropertyGroup):
    """`scene.renderjuice`: what is in OPENING and AGREED, and a property for each field of `RenderConfig`.

    A field is overridden when its `use_<field>` is set. `rows` is how the panel shows that.
    """

    __annotations__ = (
        PROPERTIES
        | {f"use_{field}": _switch(field) for field in PROPERTIES}
        | OPENING
        | AGREED
        | {"rows": bpy.props.PointerProperty(type=RENDERJUICE_PG_override_rows, name="Override Rows")}
    )


classes = (RENDERJUICE_PG_override_rows, RENDERJUICE_PG_scene)
_register_classes, _unregister_classes = bpy.utils.register_classes_factory(classes)


def register() -> None:
    """Make the settings known to Blender, as `scene.renderjuice`."""
    _register_classes()
    bpy.types.Scene.renderjuice = bpy.props.PointerProperty(
        type=RENDERJUICE_PG_scene, name="Renderjuice", description="How this scene is rendered on Renderjuice"
    )


def unregister() -> None:
    """Undo `register`."""
    del bpy.types.Scene.renderjuice
    _unregister_classes()
