# SPDX-License-Identifier: GPL-3.0-or-later
"""Render settings with which a farm gives other frames than most artists expect."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import bpy

from ...messages.message import Message
from ..chunks import objects_in_chunks
from ..config.notices import color_notice, movie_notice
from ..rendered.compositor import nodes_in_use
from .checked_scene import CheckedScene, Findings
from .finding import Remedy

PLAIN_NODE_TYPES = frozenset(
    {"R_LAYERS", "COMPOSITE", "VIEWER", "SPLITVIEWER", "GROUP_INPUT", "GROUP_OUTPUT", "GROUP", "REROUTE", "FRAME"}
)
"""Nodes of the compositor that change no pixel."""
MIN_ANIMATION_PERCENTAGE = 50
"""An animation at a lower percentage of the resolution is probably a forgotten test."""
TOLERANCE = 1e-4
"""What Blender's numbers may differ from 0 or 1 by."""
SUBDIVIDING_MODIFIERS = frozenset({"SUBSURF", "MULTIRES"})


def check_movie(checked: CheckedScene) -> Findings:
    """A movie as output. No farm can write one: many machines render the frames."""
    notice = movie_notice(checked.scene, checked.overrides)
    if notice is not None:
        yield checked.warning(notice.what, notice.fix, Remedy.WRITE_IMAGES, about="movie")


def check_switches(checked: CheckedScene) -> Findings:
    """A compositor whose nodes change the image, and that is switched off in the Output properties."""
    if checked.scene.render.use_compositing:
        return
    if any(_changes_pixels(node) for node in nodes_in_use(checked.scene)):
        what = Message("The scene has compositor nodes, and is rendered without them.")
        fix = Message("Turn on Compositing in the Output properties, under Post Processing.")
        yield checked.warning(what, fix, Remedy.TURN_ON_COMPOSITING, about="compositing")


def check_oversights(checked: CheckedScene) -> Findings:
    """Settings for test renders that were forgotten before the whole animation is rendered."""
    render = checked.scene.render
    if not checked.is_animation:
        return
    if render.use_border and not render.use_crop_to_border and not _is_whole_frame(render):
        what = Message("A render region is set: everything outside it stays empty in all frames.")
        fix = Message("Turn off Render Region in the Output properties, under Format.")
        yield checked.warning(what, fix, Remedy.RENDER_WHOLE_FRAME, about="region")
    if render.resolution_percentage < MIN_ANIMATION_PERCENTAGE and "resolution_percentage" not in checked.overrides:
        what = Message("All frames are rendered at {} % of the resolution.", render.resolution_percentage)
        fix = Message("Set the percentage in the Output properties, under Format.")
        yield checked.warning(what, fix, Remedy.RENDER_FULL_SIZE, about="resolution_percentage")
    if render.use_simplify and (yield from _simplify_removes_all(checked)):
        what = Message("Simplify takes all subdivisions or all child particles away from the render, too.")
        fix = Message("Turn off Simplify in the Render properties, or raise its limits for the render.")
        yield checked.warning(what, fix, Remedy.TURN_OFF_SIMPLIFY, about="simplify")


def check_colors(checked: CheckedScene) -> Findings:
    """An OpenColorIO config of the artist's own, which only an environment variable of this computer names."""
    notice = color_notice(checked.overrides)
    if notice is not None:
        yield checked.warning(notice.what, notice.fix)


def _changes_pixels(node: Any) -> bool:
    return node.type not in PLAIN_NODE_TYPES and any(socket.is_linked for socket in node.outputs)


def _simplify_removes_all(checked: CheckedScene) -> Generator[None, None, bool]:
    """True when Simplify takes away all subdivisions or all child particles of something."""
    render = checked.scene.render
    if render.simplify_child_particles_render < TOLERANCE:
        kinds = (settings for settings in bpy.data.particles if settings.users and settings.child_type != "NONE")
        if any(settings.rendered_child_count for settings in kinds):
            return True
    if render.simplify_subdivision_render == 0:
        for chunk in objects_in_chunks(checked.scene):
            if any(_is_subdivided(modifier) for thing in chunk for modifier in thing.modifiers):
                return True
            yield None
    return False


def _is_subdivided(modifier: Any) -> bool:
    return modifier.type in SUBDIVIDING_MODIFIERS and modifier.show_render and modifier.render_levels > 0


def _is_whole_frame(render: Any) -> bool:
    left, right, bottom, top = render.border_min_x, render.border_max_x, render.border_min_y, render.border_max_y
    return max(left, bottom) < TOLERANCE and min(right, top) > 1 - TOLERANCE
