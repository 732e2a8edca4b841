# SPDX-License-Identifier: GPL-3.0-or-later
"""Functions that only this Blender calls with each frame: of add-ons, and of scripts that were run by hand."""

from __future__ import annotations

import bpy

from ...messages.message import Message
from .checked_scene import CheckedScene, Findings
from .finding import Finding, Severity
from .origins import Origin, OriginKind, origin_of

HANDLERS = (
    "frame_change_pre",
    "frame_change_post",
    "depsgraph_update_pre",
    "depsgraph_update_post",
    "render_init",
    "render_pre",
    "render_post",
    "render_write",
    "composite_pre",
    "composite_post",
)
"""What Blender calls before or between rendered frames. Those that it calls at the end of a render change no frame."""


def check_handlers(_checked: CheckedScene) -> Findings:
    """Add-ons and scripts that may change each frame, which a farm does not have. No add-on of Blender's own does."""
    for origin, names in sorted(foreign_handlers().items()):
        if origin.kind is OriginKind.ADD_ON:
            what = Message(
                "The add-on “{}” may change each frame ({}), and a farm does not have it.",
                origin.name,
                ", ".join(names),
            )
            fix = Message("Bake what it does to keyframes or caches. If it changes no frame, all is well.")
            yield Finding(severity=Severity.WARNING, what=what, fix=fix)
        elif not origin.runs_with_the_file:
            what = Message("The script “{}” was run here and changes frames; a farm does not run it.", origin.name)
            fix = Message("Bake what it does to keyframes, or do without it.")
            name = origin.name if origin.kind is OriginKind.TEXT else ""
            yield Finding(severity=Severity.WARNING, what=what, fix=fix, datablock=name)


def foreign_handlers() -> dict[Origin, list[str]]:
    """The handlers that are neither Blender's nor ours, by where they come from."""
    found: dict[Origin, list[str]] = {}
    for name in HANDLERS:
        for origin in dict.fromkeys(origin_of(function) for function in getattr(bpy.app.handlers, name)):
            if origin.kind not in (OriginKind.BLENDER, OriginKind.OURS):
                found.setdefault(origin, []).append(name)
    return found
