# SPDX-License-Identifier: GPL-3.0-or-later
"""What this Blender has and a farm's has not: engines and nodes of add-ons, and denoisers; and the other way round."""

from __future__ import annotations

import sys
from typing import Any

import bpy

from ..config.notices import engine_notice
from .finding import Finding, Remedy, Severity
from .needed import are_nodes_used, needed
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
    notice = engine_notice(request.scene, request.overrides)
    if notice is not None:
        yield request.finding(Severity.ERROR, notice.what, notice.fix)


def check_nodes(request: Request) -> Findings:
    """Nodes of add-ons that the render needs, and nodes whose add-on is not here either."""
    found: dict[bpy.types.ID, Finding] = {}
    for collection in OWNERS:
        for piece in pieces(collection, OWNERS_AT_ONCE):
            for owner in piece:
                finding = _foreign_node(owner, collection)
                if finding is not None:
                    found[owner] = finding
            yield None
    for owner in (yield from needed(request.scene, tuple(found))):
        yield found[owner]


def check_denoiser(request: Request) -> Findings:
    """A denoiser that only another computer has. Reading it has Blender log a warning, so that no panel may do it."""
    scene = request.scene
    if scene.render.engine != "CYCLES" or not hasattr(scene, "cycles"):
        return
    if {"denoiser_type", "render_engine"} & request.overrides.keys():
        return
    if not request.overrides.get("denoising_enabled", scene.cycles.use_denoising):
        return
    # a Blender that was built without OpenImageDenoise has no name for the one that scenes begin with
    if scene.cycles.denoiser or not (has_open_image_denoise() or scene.cycles.is_property_set("denoiser")):
        return
    what = "The scene asks for a denoiser that this computer does not have; a farm may take another one."
    fix, remedy = "Choose a denoiser in the Render properties, under Sampling.", Remedy.USE_OPEN_IMAGE_DENOISE
    if not has_open_image_denoise():
        fix, remedy = "Turn off Denoise in the Render properties, under Sampling, to have no farm use one.", None
    yield request.warning(what, fix, remedy)


def has_open_image_denoise() -> bool:
    """True when this Blender was built with OpenImageDenoise, as nearly all are."""
    return bool(getattr(sys.modules.get("_cycles"), "with_openimagedenoise", False))


def _foreign_node(owner: Any, collection: str) -> Finding | None:
    tree = owner if collection == "node_groups" else getattr(owner, "node_tree", None)
    if tree is None or not owner.users or tree.bl_idname not in TREES or not are_nodes_used(owner):
        return None
    foreign = [node for node in tree.nodes if type(node).__module__ not in MODULES or node.bl_idname == UNDEFINED]
    used = [node for node in foreign if any(socket.is_linked for socket in node.outputs)]
    if not used:
        return None
    if used[0].bl_idname == UNDEFINED:
        what = f"“{owner.name}” has a node that this Blender does not know: “{used[0].name}”."
        fix = "Enable the add-on that it comes from and look at the render, or replace the node."
    else:
        what = f"“{owner.name}” has a node of an add-on, which a farm does not have: “{used[0].name}”."
        fix = "Replace the node by nodes of Blender itself."
    return Finding(Severity.WARNING, what, owner.name, fix, place_of(owner, collection))
