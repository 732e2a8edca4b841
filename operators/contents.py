# SPDX-License-Identifier: GPL-3.0-or-later
"""Listing what will be sent, before it is sent."""

from __future__ import annotations

from typing import Any

import bpy

from ..live import contents
from ..properties import preferences
from ..scene.config.overrides import overrides_from_settings
from ..scene.config.render_config import read_scene
from ..scene.contents import Item, list_contents, total_size
from ..scene.dependencies.scan import find_dependencies
from ..scene.preflight import size_findings
from ..translations import translate
from .json_file import write_json


class RENDERJUICE_OT_list_files(bpy.types.Operator):
    """List every file that will be sent with the scene, with its size and what uses it; nothing is sent"""

    bl_idname = "renderjuice.list_files"
    bl_label = "List Files for Renderjuice"

    filepath: bpy.props.StringProperty(
        name="File Path",
        description="A file that the list is also written to, as JSON; for scripts",
        subtype="FILE_PATH",
        options={"SKIP_SAVE", *preferences.BLEND_RELATIVE},
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Look, show the list in the panel, and report the total."""
        try:
            reading = read_scene(context.scene, overrides=overrides_from_settings(context.scene.renderjuice))
            dependencies = find_dependencies(context.scene, reading.frames)
            items = list_contents(context.scene, dependencies)
            if self.filepath.strip():
                write_json(self.filepath.strip(), to_json(items))
            findings = tuple(size_findings(total_size(items), preferences.free_bytes()))
        except (ValueError, OSError) as error:
            self.report({"ERROR"}, translate(str(error)))
            return {"CANCELLED"}
        contents.show(context, dependencies, items)
        for finding in findings:
            self.report({"WARNING"}, translate(finding.sentence))
        self.report({"INFO"}, translate(contents.total_in_words(items)))
        return {"FINISHED"}


def to_json(items: tuple[Item, ...]) -> dict[str, Any]:
    """The list for scripts: `files` with `path`, `size` in bytes and `users`, and the `total`."""
    return {"total": total_size(items), "files": [item.to_json() for item in items]}


classes = (RENDERJUICE_OT_list_files,)
