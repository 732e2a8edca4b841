# SPDX-License-Identifier: GPL-3.0-or-later
"""Rendering: applies the requested configuration, renders frame by frame, and reports each file as it is ready."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy

from .failures import JobFailed
from .missing_files import fail_without, missing_files
from .open_file import open_blend
from .outputs import NodeFolder, literal, redirect_nodes, view_of, view_suffixes
from .preview import write_preview
from .scene_config import apply_config, read_config


def main(request: dict[str, Any], report: Callable[..., None]) -> None:
    """Report `started` (frames, configuration in use), then `begins` and `frame` for each that is not done.

    Raises JobFailed when Blender cannot, and when a file is missing: only now is known which frames count.
    """
    scene = open_blend(request["blend"])
    apply_config(scene, request["config"])
    frames = request["frames"] or list(range(scene.frame_start, scene.frame_end + 1, scene.frame_step))
    lacks = missing_files(scene, request["root"], frames, are_requested=True)
    fail_without(lacks, request["strict"], report)
    outputs = Path(request["outputs"])
    nodes = redirect_nodes(scene, outputs / "nodes")
    render = scene.render
    render.use_overwrite, render.use_placeholder = True, False
    own_path = render.filepath
    seen: dict[Path, tuple[int, int]] = {}
    report("started", frames=frames, config=read_config(scene))
    done = set(request["done"])
    for frame in frames:
        if frame in done:
            continue
        report("begins", frame=frame)
        render.filepath = own_path
        fresh = outputs / "rendering"
        _render_frame(scene, frame, fresh)
        files = _collect_frame(scene, fresh, outputs / "frames")
        node_files = _collect_nodes(scene, nodes, seen)
        writes_frames = getattr(render, "save_output", True)  # 5.2 and newer can switch it off
        if not files and (writes_frames or not node_files):
            raise JobFailed(f"Blender wrote no file for frame {frame}", "no_output")
        preview = write_preview(scene, outputs / "previews", frame) if files else None
        report("frame", frame=frame, files=files, nodes=node_files, preview=preview)


def _render_frame(scene: bpy.types.Scene, frame: int, folder: Path) -> None:
    """Render one frame into `folder`, with the name that Blender itself would give it."""
    render = scene.render
    try:
        name = Path(render.frame_path(frame=frame)).name
        if bpy.app.version >= (5, 0):
            # Only an animation numbers the files of File Output nodes here.
            render.filepath = literal(folder.as_posix()) + "/" + _name_part(render.filepath)
            result = bpy.ops.render.render(animation=True, frame_start=frame, frame_end=frame)
        else:
            # An animation cannot start below frame 0 here.
            scene.frame_set(frame)
            render.filepath = literal((folder / name).as_posix())
            result = bpy.ops.render.render(write_still=True)
    except (RuntimeError, ValueError) as error:
        raise JobFailed(f"Frame {frame}: {str(error).strip()}", "render_failed") from error
    if "FINISHED" not in result:
        raise JobFailed(f"Frame {frame}: Blender stopped rendering", "render_failed")


def _name_part(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


def _collect_frame(scene: bpy.types.Scene, fresh: Path, frames: Path) -> list[dict[str, Any]]:
    """Move what was just written among the frames: only complete files are ever seen there."""
    frames.mkdir(parents=True, exist_ok=True)
    suffixes = view_suffixes(scene)
    collected = []
    for path in sorted(fresh.glob("*")) if fresh.is_dir() else []:
        target = frames / path.name
        path.replace(target)
        collected.append({"path": str(target), "fileName": path.name, "view": view_of(path, suffixes)})
    return collected


def _collect_nodes(
    scene: bpy.types.Scene, nodes: list[NodeFolder], seen: dict[Path, tuple[int, int]]
) -> list[dict[str, Any]]:
    """Give the files that File Output nodes wrote since the last frame; `seen` remembers size and time."""
    suffixes = view_suffixes(scene)
    collected = []
    for node in nodes:
        for path in sorted(path for path in node.folder.rglob("*") if path.is_file()):
            state = (path.stat().st_size, path.stat().st_mtime_ns)
            if seen.get(path) == state:
                continue
            seen[path] = state
            collected.append(
                {
                    "path": str(path),
                    "fileName": path.name,
                    "view": view_of(path, suffixes),
                    "relativePath": path.relative_to(node.folder).as_posix(),
                    "compositeNodeName": node.node,
                }
            )
    return collected
