# SPDX-License-Identifier: GPL-3.0-or-later
"""Render settings that give other frames than most artists mean to have from a farm."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import bpy

from ..config.notices import color_notice, movie_notice
from .compositor import nodes_in_use
from .finding import Remedy
from .request import Findings, Request, objects_of

PLAIN_NODES = frozenset(
    {"R_LAYERS", "COMPOSITE", "VIEWER", "SPLITVIEWER", "GROUP_INPUT", "GROUP_OUTPUT", "GROUP", "REROUTE", "FRAME"}
)
"""Nodes of the compositor that change no pixel."""
SMALL = 50
"""A percentage of the resolution below which nobody wants an animation."""
NEARLY = 1e-4
SUBDIVIDING = frozenset({"SUBSURF", "MULTIRES"})


def check_movie(request: Request) -> Findings:
    """An output that no farm can give: frames are rendered by many machines."""
    notice = movie_notice(request.scene, request.overrides)
    if notice is not None:
        yield request.warning(notice.what, notice.fix, Remedy.WRITE_IMAGES)


def check_switches(request: Request) -> Findings:
    """A compositor with nodes that change the picture, and that is switched off where nobody looks."""
    if request.scene.render.use_compositing:
        return
    if any(_changes_pixels(node) for node in nodes_in_use(request.scene)):
        what = "The scene has compositor nodes, and is rendered without them."
        fix = "Turn on Compositing in the Output properties, under Post Processing."
        yield request.warning(what, fix, Remedy.TURN_ON_COMPOSITING)


def check_oversights(request: Request) -> Findings:
    """What is set for test renders, and forgotten when the whole animation is rendered."""
    render = request.scene.render
    if not request.is_animation:
        return
    if render.use_border and not render.use_crop_to_border and not _is_whole(render):
        what = "A render region is set: everything outside it stays empty in all frames."
        fix = "Turn off Render Region in the Output properties, under Format."
        yield request.warning(what, fix, Remedy.RENDER_WHOLE_FRAME)
    if render.resolution_percentage < SMALL and "resolution_percentage" not in request.overrides:
        what = f"All frames are rendered at {render.resolution_percentage} % of the resolution."
        fix = "Set the percentage in the Output properties, under Format."
        yield request.warning(what, fix, Remedy.RENDER_FULL_SIZE)
    if render.use_simplify and (yield from _is_simpler(request)):
        what = "Simplify takes all subdivisions or all child particles away from the render, too."
        fix = "Turn off Simplify in the Render properties, or raise its limits for the render."
        yield request.warning(what, fix, Remedy.TURN_OFF_SIMPLIFY)


def check_colors(request: Request) -> Findings:
    """An OpenColorIO config of one's own, which only the environment of this computer names."""
    notice = color_notice(request.overrides)
    if notice is not None:
        yield request.warning(notice.what, notice.fix)


def _changes_pixels(node: Any) -> bool:
    return node.type not in PLAIN_NODES and any(socket.is_linked for socket in node.outputs)


def _is_simpler(request: Request) -> Generator[None, None, bool]:
    """True when Simplify leaves nothing of something that is there."""
    render = request.scene.render
    if render.simplify_child_particles_render < NEARLY:
        kinds = (settings for settings in bpy.data.particles if settings.users and settings.child_type != "NONE")
        if any(settings.rendered_child_count for settings in kinds):
            return True
    if render.simplify_subdivision_render == 0:
        for piece in objects_of(request.scene):
            if any(_is_subdivided(modifier) for thing in piece for modifier in thing.modifiers):
                return True
            yield None
    return False


def _is_subdivided(modifier: Any) -> bool:
    return modifier.type in SUBDIVIDING and modifier.show_render and modifier.render_levels > 0


def _is_whole(render: Any) -> bool:
    left, right, bottom, top = render.border_min_x, render.border_max_x, render.border_min_y, render.border_max_y
    return max(left, bottom) < NEARLY and min(right, top) > 1 - NEARLY
