# SPDX-License-Identifier: GPL-3.0-or-later
"""What the artist and scripts can do: gather, call, report. One file a family. Runs in Blender's process."""

from __future__ import annotations

import bpy

from . import check, contents, jobs, listed_jobs, outputs, preferences, presets, submit

classes = (
    *submit.classes,
    *check.classes,
    *contents.classes,
    *jobs.classes,
    *listed_jobs.classes,
    *outputs.classes,
    *preferences.classes,
    *presets.classes,
)
register, unregister = bpy.utils.register_classes_factory(classes)
