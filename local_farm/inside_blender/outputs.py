# SPDX-License-Identifier: GPL-3.0-or-later
"""Where Blender writes: names as the file has them, everything inside the job's own folder."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import bpy


@dataclass(frozen=True)
class NodeFolder:
    """A compositor File Output node and the folder that now takes everything it writes."""

    node: str
    folder: Path


def literal(path: str) -> str:
    """Give a path that Blender takes as it is: from 4.5 on, braces in a path are templates."""
    return path.replace("{", "{{").replace("}", "}}") if bpy.app.version >= (4, 5) else path


def redirect_nodes(scene: bpy.types.Scene, folder: Path) -> list[NodeFolder]:
    """Let each File Output node write below its own numbered folder, with the relative path that it has."""
    redirected = []
    for number, node in enumerate(_file_output_nodes(_compositor_tree(scene), set())):
        own = folder / str(number)
        target = literal(own.as_posix()) + "/"
        if hasattr(node, "base_path"):  # up to 4.5; with multi-layer EXR it also carries the file's name
            node.base_path = target + relative_path(node.base_path)
            for slot in node.file_slots:
                slot.path = relative_path(slot.path)
        else:
            node.directory = target + relative_path(node.directory)
            node.file_name = relative_path(node.file_name)
        redirected.append(NodeFolder(node.name, own))
    return redirected


def relative_path(path: str) -> str:
    """Give what of an output path holds on any machine: the part below the .blend; of an absolute path, the name."""
    path = path.replace("\\", "/")
    if path.startswith("//"):
        path = path.removeprefix("//").lstrip("/")
    elif path.startswith("/") or path[1:2] == ":":
        path = path.rpartition("/")[2]
    kept = "/".join(part for part in PurePosixPath(path).parts if part not in {"..", "/"})
    return kept + "/" if path.endswith("/") and kept else kept


def view_suffixes(scene: bpy.types.Scene) -> dict[str, str]:
    """Give the views that this scene writes to files of their own, name by file name suffix."""
    render = scene.render
    if not render.use_multiview:
        return {}
    views = [view for view in render.views if view.use]
    if render.views_format == "STEREO_3D":
        views = [view for view in views if view.name in {"left", "right"}]
    return {view.file_suffix: view.name for view in views if view.file_suffix}


def view_of(path: Path, suffixes: dict[str, str]) -> str | None:
    """Give the view whose suffix the file's name ends with, or None."""
    return next((name for suffix, name in suffixes.items() if path.stem.endswith(suffix)), None)


def _compositor_tree(scene: bpy.types.Scene) -> bpy.types.NodeTree | None:
    if bpy.app.version >= (5, 0):
        return scene.compositing_node_group
    return scene.node_tree if scene.use_nodes else None


def _file_output_nodes(tree: bpy.types.NodeTree | None, seen: set[str]) -> Iterator[bpy.types.Node]:
    if tree is None or tree.name_full in seen:
        return
    seen.add(tree.name_full)
    for node in tree.nodes:
        if node.bl_idname == "CompositorNodeOutputFile":
            yield node
        elif node.bl_idname == "CompositorNodeGroup":
            yield from _file_output_nodes(node.node_tree, seen)
