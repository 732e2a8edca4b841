# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists what will be sent, before it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bpy

from ..live import contents
from ..messages.message import message_of
from ..properties import preferences
from ..translations import translate
from .json_file import write_json

if TYPE_CHECKING:
    from ..live.scene_reading import FileList


class RENDERJUICE_OT_list_files(bpy.types.Operator):
    """List every file that will be sent with the scene, with its size and what uses it; nothing is sent"""

    bl_idname = "renderjuice.list_files"
    bl_label = "List Files"

    filepath: bpy.props.StringProperty(
        name="File Path",
        description="A file that the list is also written to, as JSON; for scripts",
        subtype="FILE_PATH",
        options={"SKIP_SAVE", *preferences.BLEND_RELATIVE},
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Look, show the list in the panel, and report the total."""
        # loaded when it is first needed, because every start of Blender waits for what is loaded before
        from ..live.scene_reading import list_files

        try:
            listing, findings = list_files(context.scene)
            if self.filepath.strip():
                write_json(self.filepath.strip(), to_json(listing))
        except (ValueError, OSError) as error:
            self.report({"ERROR"}, translate(message_of(error)))
            return {"CANCELLED"}
        contents.show(context.scene.session_uid, listing)
        for finding in findings:
            self.report({"WARNING"}, translate(finding.sentence))
        self.report({"INFO"}, translate(contents.total_in_words(listing)))
        return {"FINISHED"}


def to_json(listing: FileList) -> dict[str, Any]:
    """The list for scripts: `files` with `path`, `size` in bytes and `users`, and the `total`."""
    return {"total": listing.total, "files": [item.to_json() for item in listing.items]}


classes = (RENDERJUICE_OT_list_files,)
