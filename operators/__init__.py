# SPDX-License-Identifier: GPL-3.0-or-later
"""What the artist and scripts can do: one file a family. Operators gather, call, and report."""

from __future__ import annotations

import bpy

from . import check, contents, jobs, outputs, preferences, presets, submit

classes = (
    *submit.classes,
    *check.classes,
    *contents.classes,
    *jobs.classes,
    *outputs.classes,
    *preferences.classes,
    *presets.classes,
)
_register_classes, _unregister_classes = bpy.utils.register_classes_factory(classes)


def register() -> None:
    """Make the operators known to Blender."""
    _register_classes()
    outputs.register()


def unregister() -> None:
    """Undo `register`."""
    outputs.unregister()
    _unregister_classes()
