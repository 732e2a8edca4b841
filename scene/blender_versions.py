# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender 4.2 to 5.2 call things: one answer for each thing that has been renamed or moved."""

from __future__ import annotations

from typing import Any

import bpy

from .animation import animated_paths


def compositor_tree(scene: bpy.types.Scene) -> Any:
    """The scene's compositor nodes, used or not; None means that it has none. From 5.0 on they are a node group."""
    return scene.compositing_node_group if hasattr(scene, "compositing_node_group") else scene.node_tree


def has_compositor_switch(scene: bpy.types.Scene) -> bool:
    """True when Use Nodes switches the compositor's nodes off. From 5.0 on there is no such switch."""
    return not hasattr(scene, "compositing_node_group")


def active_compositor_tree(scene: bpy.types.Scene) -> Any:
    """The compositor nodes, unless they are switched off at all times; None without any."""
    is_on = not has_compositor_switch(scene) or scene.use_nodes or "use_nodes" in animated_paths(scene)
    return compositor_tree(scene) if is_on else None


def are_nodes_used(owner: bpy.types.ID) -> bool:
    """False where Use Nodes is off. From 5.0 on nodes are always used, and asking prints a warning in the console."""
    return bpy.app.version >= (5, 0, 0) or getattr(owner, "use_nodes", True)


def file_output_folder(node: Any) -> str:
    """Which property of a File Output node is its folder. It is called `directory` from 5.0 on."""
    return "directory" if hasattr(node, "directory") else "base_path"


def names_a_file(node: Any) -> bool:
    """True where a File Output node's folder is the begin of a file's name: OpenEXR MultiLayer, before 5.0."""
    return file_output_folder(node) == "base_path" and node.format.file_format == "OPEN_EXR_MULTILAYER"


def sequencer_scene(window: bpy.types.Window) -> bpy.types.Scene | None:
    """The scene whose strips a window shows. From 5.0 on each workspace has its own, or none."""
    workspace: Any = window.workspace
    return workspace.sequencer_scene if hasattr(workspace, "sequencer_scene") else window.scene


def workspace_sequencer_scene(window: bpy.types.Window) -> bpy.types.Scene | None:
    """The scene that the window's workspace has chosen for its strips. None means none, as always before 5.0."""
    scene: bpy.types.Scene | None = getattr(window.workspace, "sequencer_scene", None)
    return scene


def top_strips(editor: Any) -> Any:
    """The strips of a sequencer that are in no meta strip. They are called sequences before 4.4."""
    return editor.strips if hasattr(editor, "strips") else editor.sequences


def all_strips(scene: bpy.types.Scene) -> tuple[Any, ...]:
    """All strips of a scene's sequencer, those inside meta strips included."""
    editor = scene.sequence_editor
    if editor is None:
        return ()
    # `sequences_all` became `strips_all` in 4.4 and went in 5.0
    return tuple(editor.strips_all if hasattr(editor, "strips_all") else editor.sequences_all)


def first_frame(strip: Any) -> float:
    """The frame at a strip's left handle, which is the first one that shows it. Renamed in 5.1."""
    return float(strip.left_handle if hasattr(strip, "left_handle") else strip.frame_final_start)


def end_frame(strip: Any) -> float:
    """The frame at a strip's right handle, which is the first one after it. Renamed in 5.1."""
    return float(strip.right_handle if hasattr(strip, "right_handle") else strip.frame_final_end)
