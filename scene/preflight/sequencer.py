# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the strips of the sequencer are rendered, which is easily overlooked in a scene that has objects, too."""

from __future__ import annotations

from ...messages.message import Message
from ..rendered.sequencer import FRAMES_OF, renders_sequencer, strips_of_ours
from .checked_scene import CheckedScene, Findings
from .finding import Remedy


def check_sequencer(checked: CheckedScene) -> Findings:
    """Strips that are rendered instead of the scene; an error if they show frames that Renderjuice rendered before."""
    scene = checked.scene
    if not renders_sequencer(scene):
        return
    yield None
    strips = strips_of_ours(scene)
    if strips:
        fix = Message("Render the scene, remove the strip, or add the frames' files to the sequencer yourself.")
        rendered = scene.get(FRAMES_OF)
        if rendered:
            fix = Message("This scene is there to look at frames. Render “{}” instead.", rendered)
        yield checked.error(
            Message("The sequencer's strip “{}” is rendered, and shows frames of an earlier job.", strips[0].name),
            fix,
            None if rendered else Remedy.RENDER_SCENE,
        )
    else:
        yield checked.warning(
            Message("The sequencer's strips are rendered, not the scene."),
            Message("If the scene is meant, turn off Sequencer in the Output properties, under Post Processing."),
            Remedy.RENDER_SCENE,
        )
