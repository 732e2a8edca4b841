# SPDX-License-Identifier: GPL-3.0-or-later
"""Engines, nodes and denoisers that only one of the two has: this Blender, or a farm's."""

from __future__ import annotations

import sys
from typing import Any

import bpy

from ...messages.message import Message
from ..blender_versions import are_nodes_used
from ..chunks import datablocks_in_chunks
from ..config.notices import engine_notice
from .checked_scene import CheckedScene, Findings
from .finding import Finding, Remedy, Severity, finding_about
from .needed import needed_by
from .removed_nodes import was_of_blender

NODE_OWNERS = ("materials", "worlds", "lights", "scenes", "node_groups")
BLENDER_TREES = frozenset({"ShaderNodeTree", "GeometryNodeTree", "CompositorNodeTree", "TextureNodeTree"})
"""Blender's own kinds of node trees; those of add-ons do not render by themselves."""
BLENDER_MODULES = frozenset({"bpy.types", "bpy_types", "_bpy_types"})
"""Where the classes of Blender's own nodes say they are (4.2 to 5.2)."""
UNDEFINED = "NodeUndefined"
OWNERS_A_STEP = 20
"""Owners of nodes that are looked at in one step: each may have many nodes."""


def check_engine(checked: CheckedScene) -> Findings:
    """A render engine that no farm can know."""
    notice = engine_notice(checked.scene, checked.overrides)
    if notice is not None:
        yield checked.error(notice.what, notice.fix)


def check_nodes(checked: CheckedScene) -> Findings:
    """Nodes of add-ons that the render needs, including those whose add-on is not enabled here."""
    found: dict[bpy.types.ID, Finding] = {}
    for collection in NODE_OWNERS:
        for chunk in datablocks_in_chunks(collection, OWNERS_A_STEP):
            for owner in chunk:
                finding = _foreign_node(owner, collection)
                if finding is not None:
                    found[owner] = finding
            yield None
    for owner in (yield from needed_by(checked.scene, tuple(found))):
        yield found[owner]


def check_denoiser(checked: CheckedScene) -> Findings:
    """A denoiser that this computer does not have. No panel may ask: Blender logs a warning when it is read."""
    scene = checked.scene
    if scene.render.engine != "CYCLES" or not hasattr(scene, "cycles"):
        return
    if {"denoiser_type", "render_engine"} & checked.overrides.keys():
        return
    if not checked.overrides.get("denoising_enabled", scene.cycles.use_denoising):
        return
    # a Blender that was built without OpenImageDenoise has no name for the one that scenes begin with
    if scene.cycles.denoiser or not (has_open_image_denoise() or scene.cycles.is_property_set("denoiser")):
        return
    what = Message("The scene asks for a denoiser that this computer does not have; a farm may take another one.")
    fix = Message("Choose a denoiser in the Render properties, under Sampling.")
    remedy: Remedy | None = Remedy.USE_OPEN_IMAGE_DENOISE
    if not has_open_image_denoise():
        fix = Message("Turn off Denoise in the Render properties, under Sampling, to have no farm use one.")
        remedy = None
    yield checked.warning(what, fix, remedy)


def has_open_image_denoise() -> bool:
    """True when this Blender was built with OpenImageDenoise, as nearly all are."""
    return bool(getattr(sys.modules.get("_cycles"), "with_openimagedenoise", False))


def _foreign_node(owner: Any, collection: str) -> Finding | None:
    tree = owner if collection == "node_groups" else getattr(owner, "node_tree", None)
    if tree is None or not owner.users or tree.bl_idname not in BLENDER_TREES or not are_nodes_used(owner):
        return None
    foreign = [
        node for node in tree.nodes if type(node).__module__ not in BLENDER_MODULES or node.bl_idname == UNDEFINED
    ]
    used = [node for node in foreign if any(socket.is_linked for socket in node.outputs)]
    if not used:
        return None
    if used[0].bl_idname == UNDEFINED and was_of_blender(tree.bl_idname, used[0].name):
        what = Message("“{}” has a node that Blender does not have any more: “{}”.", owner.name, used[0].name)
        fix = Message(
            "A farm renders without it, as this Blender does. Replace the node, or use a Blender that has it."
        )
    elif used[0].bl_idname == UNDEFINED:
        what = Message("“{}” has a node that this Blender does not know: “{}”.", owner.name, used[0].name)
        fix = Message("Replace the node, or enable the add-on or use the Blender that it comes from.")
    else:
        what = Message("“{}” has a node of an add-on, which a farm does not have: “{}”.", owner.name, used[0].name)
        fix = Message("Replace the node by nodes of Blender itself.")
    return finding_about(owner, collection, severity=Severity.WARNING, what=what, fix=fix)
