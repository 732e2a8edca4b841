# SPDX-License-Identifier: GPL-3.0-or-later
"""The words in German.

Runs in Blender's process. One module a room. They are those of Blender's own translation, and with “Sie”.
"""

from __future__ import annotations

from . import api, jobs, operators, panels, preflight, properties, scene

MESSAGES: dict[str, str] = {
    **api.MESSAGES,
    **jobs.MESSAGES,
    **operators.MESSAGES,
    **panels.MESSAGES,
    **preflight.MESSAGES,
    **properties.MESSAGES,
    **scene.MESSAGES,
}
