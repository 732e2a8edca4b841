# SPDX-License-Identifier: GPL-3.0-or-later
"""Submits the open scene, and waits for its frames if a script asks for that."""

from __future__ import annotations

import bpy

from ..jobs.records import JobRecord
from ..live import readiness, waiting
from ..messages.message import Message, message_of
from ..properties import preferences
from ..properties.render_settings import PROPERTIES
from ..scene.config.frames import describe
from ..translations import translate


class RENDERJUICE_OT_submit(bpy.types.Operator):
    """Send the scene as it is now to Renderjuice, and fetch the frames when they are rendered"""

    bl_idname = "renderjuice.submit"
    bl_label = "Render on Renderjuice"

    __annotations__ = {
        "frames": bpy.props.StringProperty(
            name="Frames",
            description="Frames to render, such as 1-100, 1-100x2 or 5, 9, 20-30; the scene's range if empty",
            options={"SKIP_SAVE"},
        ),
        "still": bpy.props.BoolProperty(
            name="Still", description="Render the current frame only", default=False, options={"SKIP_SAVE"}
        ),
        "output_dir": bpy.props.StringProperty(
            name="Output Folder",
            description="Folder that the frames are put into; a folder of the job's own beside the .blend if empty",
            subtype="DIR_PATH",
            options={"SKIP_SAVE", *preferences.BLEND_RELATIVE},
        ),
        "without_files": bpy.props.BoolProperty(
            name="Without Missing Files",
            description="Send the scene although files are missing or broken; the job's notes say which. For scripts",
            default=False,
            options={"SKIP_SAVE"},
        ),
        "wait": bpy.props.BoolProperty(
            name="Wait",
            description="Return when every frame is in the output folder; for scripts",
            default=False,
            options={"SKIP_SAVE"},
        ),
        **PROPERTIES,
    }

    @classmethod
    def description(cls, context: bpy.types.Context, properties: bpy.types.OperatorProperties) -> str:
        """The tooltip: which frames would be sent."""
        # loaded when it is first needed, because every start of Blender waits for what is loaded before
        from ..scene.config.scene_values import frames_in_force

        scene = context.scene
        if properties.still:
            text = Message(
                "Send the scene as it is now to Renderjuice, and fetch frame {} only when it is rendered",
                scene.frame_current,
            )
        else:
            text = Message(
                "Send the scene as it is now to Renderjuice, and fetch frames {} when they are rendered",
                frames_in_force(scene),
            )
        return translate(text)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Available with online access and a key."""
        return readiness.poll(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Submit; with `wait` also follow the job to its end. Every reason why not is an ERROR report."""
        # loaded when it is first needed, because every start of Blender waits for what is loaded before
        from ..live import submission
        from ..scene.config.overrides import overrides_from_operator

        try:
            asked = submission.Asked(
                frames=self.frames.strip(),
                is_still=self.still,
                output_dir=self.output_dir.strip(),
                overrides=overrides_from_operator(self.properties),
                without_files=self.without_files,
            )
            job, warnings = submission.submit(context, asked)
        except ValueError as error:
            self.report({"ERROR"}, translate(message_of(error)))
            return {"CANCELLED"}
        for warning in warnings:
            self.report({"WARNING"}, translate(warning))
        if self.wait:
            return self._wait(job)
        frames, folder = describe(job.frames), str(job.output_dir)
        self.report({"INFO"}, translate(Message("Submitted “{}”: {}, to {}", job.name, frames, folder)))
        return {"FINISHED"}

    def _wait(self, job: JobRecord) -> set[str]:
        outcome = waiting.wait_for_frames(job)
        for note in outcome.notes:
            self.report({"WARNING"}, translate(note))
        if outcome.failure:
            self.report({"ERROR"}, translate(outcome.failure))
            return {"CANCELLED"}
        self.report({"INFO"}, translate(outcome.done))
        return {"FINISHED"}


classes = (RENDERJUICE_OT_submit,)
