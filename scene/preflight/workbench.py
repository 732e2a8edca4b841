# SPDX-License-Identifier: GPL-3.0-or-later
"""Lights of Workbench that are on the artist's computer only."""

from __future__ import annotations

from .finding import Severity
from .request import Findings, Request

LIT_BY_A_FILE = frozenset({"STUDIO", "MATCAP"})


def check_workbench(request: Request) -> Findings:
    """A studio light or MatCap that the artist has installed: it is a preference, and no file of the scene names it."""
    shading = request.scene.display.shading
    if request.scene.render.engine != "BLENDER_WORKBENCH" or shading.light not in LIT_BY_A_FILE:
        return
    light = shading.selected_studio_light
    if light is not None and light.is_user_defined:
        what = f"Workbench lights the scene with “{light.name}”, which is installed on this computer only."
        fix = "Choose one that comes with Blender in the Render properties, under Lighting."
        yield request.finding(Severity.ERROR, what, fix)
