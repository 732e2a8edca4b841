# SPDX-License-Identifier: GPL-3.0-or-later
"""What this Blender has and a farm's has not: engines and nodes of add-ons, and denoisers; and the other way round."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..consistency import ENGINE_FIELDS
from .finding import Finding, Remedy, Severity
from .request import Findings, Request, pieces, place_of

OWNERS = ("materials", "worlds", "lights", "scenes", "node_groups")
TREES = frozenset({"ShaderNodeTree", "GeometryNodeTree", "CompositorNodeTree", "TextureNodeTree"})
"""Blender's own kinds of nodes; those of add-ons do not render by themselves."""
MODULES = frozenset({"bpy.types", "bpy_types", "_bpy_types"})
"""Where the classes of Blender's own nodes say they are (4.2 to 5.2)."""
UNDEFINED = "NodeUndefined"
OWNERS_AT_ONCE = 20


def check_engine(request: Request) -> Findings:
    """A render engine that no farm can know."""
    engine = request.scene.render.engine
    if engine in ENGINE_FIELDS or "render_engine" in request.overrides:
        return
    named = f"the render engine “{engine}”" if engine else "the scene's render engine, whose add-on is not enabled"
    fix = "Choose Cycles, EEVEE or Workbench in the Render properties."
    yield request.finding(Severity.ERROR, f"A farm cannot know {named}.", fix)


def check_nodes(_request: Request) -> Findings:
    """Nodes of add-ons, and nodes whose add-on is not here either."""
    for collection in OWNERS:
        for piece in pieces(collection, OWNERS_AT_ONCE):
            for owner in piece:
                yield from _foreign_nodes(owner, collection)
            yield None


def check_denoiser(request: Request) -> Findings:
    """A denoiser that only another computer has. Reading it has Blender log a warning, so that no panel may do it."""
    scene = request.scene
    if scene.render.engine != "CYCLES" or not hasattr(scene, "cycles"):
        return
    if {"denoiser_type", "denoising_enabled", "render_engine"} & request.overrides.keys():
        return
    if scene.cycles.use_denoising and not scene.cycles.denoiser:
        what = "The scene asks for a denoiser that this computer does not have; a farm may take another one."
        fix = "Choose a denoiser in the Render properties, under Sampling."
        yield request.warning(what, fix, Remedy.USE_OPEN_IMAGE_DENOISE)


def _foreign_nodes(owner: Any, collection: str) -> Iterator[Finding]:
    tree = owner if collection == "node_groups" else getattr(owner, "node_tree", None)
    if tree is None or not owner.users or tree.bl_idname not in TREES:
        return
    foreign = [node for node in tree.nodes if type(node).__module__ not in MODULES or node.bl_idname == UNDEFINED]
    used = [node for node in foreign if any(socket.is_linked for socket in node.outputs)]
    if not used:
        return
    if used[0].bl_idname == UNDEFINED:
        what = f"“{owner.name}” has a node that this Blender does not know: “{used[0].name}”."
        fix = "Enable the add-on that it comes from and look at the render, or replace the node."
    else:
        what = f"“{owner.name}” has a node of an add-on, which a farm does not have: “{used[0].name}”."
        fix = "Replace the node by nodes of Blender itself."
    yield Finding(Severity.WARNING, what, owner.name, fix, place_of(owner, collection))
