# SPDX-License-Identifier: GPL-3.0-or-later
"""Checking the scene before it is sent, and doing something about what was found."""

from __future__ import annotations

import bpy

from ..properties import scene_check
from ..scene.preflight import Remedy, Severity
from ..scene.remedies import LABELS, NoRemedy, apply_remedy
from ..scene.selection import NothingToSelect, select_datablock
from ..translations import translate

REMEDY_ITEMS = tuple((remedy.value, LABELS[remedy], "") for remedy in Remedy)


class RENDERJUICE_OT_check(bpy.types.Operator):
    """Look for whatever would keep the scene from being rendered as it is here; nothing is sent"""

    bl_idname = "renderjuice.check"
    bl_label = "Check Scene for Renderjuice"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Check the scene and report what was found."""
        scene_check.check({context.scene})
        found = scene_check.findings(context.scene) or ()
        for finding in found:
            self.report({"WARNING"}, translate(finding.sentence))
        errors = sum(finding.severity is Severity.ERROR for finding in found)
        if errors == 1:
            self.report({"WARNING"}, translate("One problem has to be solved before this scene can be sent."))
        elif errors:
            self.report({"WARNING"}, translate(f"{errors} problems have to be solved before this scene can be sent."))
        else:
            self.report({"INFO"}, translate("Nothing keeps this scene from being sent."))
        return {"FINISHED"}


class FindingOperator:
    """What the buttons beside a finding share: the datablock that it is about."""

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
        try:
            done = select_datablock(context, self.collection, self.name)
        except NothingToSelect as error:
            self.report({"WARNING"}, translate(str(error)))
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
        """Do it, or say why not."""
        try:
            done = apply_remedy(Remedy(self.remedy), self.name)
        except (NoRemedy, RuntimeError) as error:
            self.report({"ERROR"}, translate(str(error).strip()))
            return {"CANCELLED"}
        scene_check.note_change()
        self.report({"INFO"}, translate(done))
        return {"FINISHED"}


classes = (RENDERJUICE_OT_check, RENDERJUICE_OT_select_datablock, RENDERJUICE_OT_fix)
