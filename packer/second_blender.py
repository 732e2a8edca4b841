# SPDX-License-Identifier: GPL-3.0-or-later
"""How this Blender is started a second time, in the background."""

from __future__ import annotations

import sys

import bpy

BACKGROUND = ("--background", "--factory-startup", "--disable-autoexec", "--python-exit-code", "1", "--python")


def second_blender() -> tuple[str, ...]:
    """The command up to the place of a script's path: this Blender, or the Python that has it as a module."""
    program = bpy.app.binary_path
    return (program, *BACKGROUND) if program else (sys.executable, "-I")
