# SPDX-License-Identifier: GPL-3.0-or-later
"""Metadata that is drawn into the picture, and that is something else on a farm."""

from __future__ import annotations

from ...messages.message import Message, sentences
from .checked_scene import CheckedScene, Findings

DIFFERENT_ON_A_FARM = {
    "use_stamp_filename": Message("File Name"),
    "use_stamp_hostname": Message("Hostname"),
    "use_stamp_date": Message("Date"),
    "use_stamp_render_time": Message("Render Time"),
    "use_stamp_memory": Message("Memory"),
}
"""The switches of what is not of the scene, and their labels in Blender. The file's name is its whole path."""


def check_burnt_in(checked: CheckedScene) -> Findings:
    """Metadata that is burnt into the picture and speaks of the computer that renders."""
    render = checked.scene.render
    if not render.use_stamp:
        return
    labels = [label for name, label in DIFFERENT_ON_A_FARM.items() if getattr(render, name)]
    if labels:
        what = Message(
            "What is burnt into the pictures will be that of the farm: {}.", sentences(*labels, separator=", ")
        )
        fix = Message("Turn it off in the Output properties, under Metadata.")
        yield checked.warning(what, fix)
