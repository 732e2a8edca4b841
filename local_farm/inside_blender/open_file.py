# SPDX-License-Identifier: GPL-3.0-or-later
"""Opening the job's .blend file, without running any of its scripts."""

from pathlib import Path

import bpy

from .failures import JobFailed


def open_blend(path: str) -> bpy.types.Scene:
    """Open the file and give its active scene. Raises JobFailed when Blender cannot read it."""
    try:
        bpy.ops.wm.open_mainfile(filepath=path, use_scripts=False)
    except RuntimeError as error:
        # Blender also raises when a part of the file is missing; that has its own check.
        if not bpy.data.filepath or Path(bpy.data.filepath).resolve() != Path(path).resolve():
            raise JobFailed(
                f"Blender {bpy.app.version_string} cannot open the file: {error}", "unreadable_file"
            ) from error
    return bpy.context.scene
