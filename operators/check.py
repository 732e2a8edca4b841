# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the scene before it is sent, selects what a finding is about, and solves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import bpy

from ..live import scene_check
from ..messages.message import Message, message_of
from ..properties import preferences
from ..scene.preflight.finding import LABELS, Finding, Remedy, Severity
from ..translations import translate
from .json_file import write_json

REMEDY_ITEMS = tuple((remedy.value, LABELS[remedy], "") for remedy in Remedy)


class RENDERJUICE_OT_check(bpy.types.Operator):
    """Look for whatever would keep the scene from being rendered as it is here; nothing is sent"""

    bl_idname = "renderjuice.check"
    bl_label = "Check Scene"

    filepath: bpy.props.StringProperty(
        name="File Path",
        description="A file that the findings are also written to, as JSON; for scripts",
        subtype="FILE_PATH",
        options={"SKIP_SAVE", *preferences.BLEND_RELATIVE},
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Check the scene and report what was found.

        Errors are reported as warnings, too: the check did not fail, it found what it was asked to find.
        """
        scene_check.check({context.scene})
        found = scene_check.findings(context.scene) or ()
        if self.filepath.strip():
            try:
                write_json(self.filepath.strip(), to_json(found))
            except (ValueError, OSError) as error:
                self.report({"ERROR"}, translate(message_of(error)))
                return {"CANCELLED"}
        for finding in found:
            self.report({"WARNING"}, translate(finding.sentence))
        errors = sum(finding.severity is Severity.ERROR for finding in found)
        if errors == 1:
            summary = Message("One problem has to be solved before this scene can be sent.")
        elif errors:
            summary = Message("{} problems have to be solved before this scene can be sent.", str(errors))
        else:
            summary = Message("Nothing keeps this scene from being sent.")
        self.report({"WARNING"} if errors else {"INFO"}, translate(summary))
        return {"FINISHED"}


def to_json(found: Sequence[Finding]) -> dict[str, Any]:
    """The findings for scripts: how many `errors` and `warnings`, and `findings` with the fields of each."""
    errors = sum(finding.severity is Severity.ERROR for finding in found)
    return {"errors": errors, "warnings": len(found) - errors, "findings": [asdict(finding) for finding in found]}


class FindingOperator:
    """What the buttons beside a finding share: the name of the datablock that it is about."""

    name: bpy.props.StringProperty(name="Name", description="Name of the datablock", options={"SKIP_SAVE"})


class RENDERJUICE_OT_select_datablock(FindingOperator, bpy.types.Operator):
    """Select what this is about, or the objects that use it"""

    bl_idname = "renderjuice.select_datablock"
    bl_label = "Select"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    collection: bpy.props.StringProperty(
        name="Kind", description="Where in bpy.data the datablock is", options={"SKIP_SAVE"}
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Select it, or say why not."""
        # loaded when it is first needed, as all that changes the file
        from ..scene_edits.selection import NothingToSelect, select_datablock

        try:
            done = select_datablock(context, self.collection, self.name)
        except (NothingToSelect, RuntimeError) as error:
            self.report({"WARNING"}, translate(message_of(error)).strip())
            return {"CANCELLED"}
        self.report({"INFO"}, translate(done))
        return {"FINISHED"}


class RENDERJUICE_OT_fix(FindingOperator, bpy.types.Operator):
    """Solve this problem; Undo takes it back"""

    bl_idname = "renderjuice.fix"
    bl_label = "Fix"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    remedy: bpy.props.EnumProperty(
        name="Remedy",
        description="What to do",
        items=REMEDY_ITEMS,
        options={"SKIP_SAVE"},
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Do it, or say why not. Where Blender asks for a folder first, there is nothing to undo yet."""
        from ..scene_edits.remedies import NoRemedy, NothingToDo, apply_remedy, find_files, send_without_files

        remedy = Remedy(self.remedy)
        try:
            if remedy is Remedy.FIND_FILES:
                find_files()
                return {"INTERFACE"}
            if remedy is Remedy.SEND_WITHOUT_FILES:
                done = send_without_files(context.scene, scene_check.lack(context.scene))
            else:
                done = apply_remedy(remedy, self.name)
        except NothingToDo as error:
            # what the button beside it says is no longer so
            scene_check.note_change()
            self.report({"INFO"}, translate(message_of(error)))
            return {"CANCELLED"}
        except (NoRemedy, RuntimeError, TypeError) as error:
            self.report({"ERROR"}, translate(message_of(error)).strip())
            return {"CANCELLED"}
        scene_check.note_change()
        self.report({"INFO"}, translate(done))
        return {"FINISHED"}


classes = (RENDERJUICE_OT_check, RENDERJUICE_OT_select_datablock, RENDERJUICE_OT_fix)
