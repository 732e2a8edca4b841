# SPDX-License-Identifier: GPL-3.0-or-later
"""Rewrites the paths in copies of .blend files, so that they hold in the package. Runs in the packer's Blender.

Files are opened where they are, and copies saved where the plan says; nothing else is written but the report.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

import bpy

from ..jobs.packaging.layout import Layout, relative_path, works
from .dependencies.path_place import PathPlace
from .dependencies.places import path_places
from .dependency import absolute


class CannotRewrite(Exception):
    """A file cannot be rewritten; the text tells the artist why and what to do."""


def carry_out(plan_path: Path) -> int:
    """Carry out a plan (see jobs/packaging/packing.py); gives the exit code.

    The report says what was done, or why it was not.
    """
    plan, worker = json.loads(plan_path.read_text(encoding="ascii")), os.getppid()
    layout, report_path = Layout.from_json(plan["layout"]), Path(plan["report"])
    report: dict[str, Any] = {"files": [], "current": "", "error": "", "is_done": False}
    try:
        for file in plan["files"]:
            if os.getppid() != worker:
                # it was killed, and the next one begins anew
                return 1
            report["current"] = file["blend"]
            _write(report_path, report)
            report["files"].append(rewrite(layout, Path(file["blend"]), Path(file["source"]), Path(file["target"])))
        report["is_done"] = True
    except CannotRewrite as error:
        report["error"] = str(error)
    _write(report_path, report)
    return 0 if report["is_done"] else 1


def rewrite(layout: Layout, blend: Path, source: Path, target: Path) -> dict[str, Any]:
    """Save a copy of a .blend in which all known paths hold in the package; gives what changed for the report.

    `blend` is the file's own path, `source` what is opened in its place: the snapshot of the artist's file, or the
    library itself, which is not saved when it has no path to change. Raises `CannotRewrite`.
    """
    with _told(
        f"Blender cannot open {blend} to rewrite its paths", "Mend the file or remove its use, and submit again."
    ):
        # without its interface, and without running what scripts it may hold
        bpy.ops.wm.open_mainfile(filepath=str(source), load_ui=False, use_scripts=False)
    changed: list[tuple[str, str, str, str]] = []
    unknown: set[str] = set()
    for place in list(path_places()):
        written = place.written
        new = _new_path(layout, blend, written, [source.parent, blend.parent])
        if new is None:
            unknown.add(written)
        elif new != written:
            _change(place, new, blend)
            changed.append((place.kind, place.datablock.name, written, new))
    is_saved = bool(changed) or source != blend
    if is_saved:
        bpy.data.use_autopack = False
        _keep_all()
        with _told(f"Blender could not save a copy of {blend}", "Make room on the disk, and retry."):
            bpy.ops.wm.save_as_mainfile(
                filepath=str(target), copy=True, compress=False, relative_remap=False, check_existing=False
            )
    return {"blend": str(blend), "is_saved": is_saved, "changed": changed, "unknown": sorted(unknown)}


def _keep_all() -> None:
    """Have what nothing in a library uses saved again, too: other files may link it."""
    for datablock in bpy.data.user_map():
        if not datablock.users and datablock.library is None:
            datablock.use_fake_user = True


def _new_path(layout: Layout, blend: Path, written: str, folders: Iterable[Path]) -> str | None:
    """How a path has to be written to hold in the package: as it is, if that does. None for one that leads nowhere."""
    place, target = layout.place_of(blend), _target(layout, written, folders)
    if not place or not target:
        return None
    if works(written, place, target):
        return written
    # the path of a folder may end with a slash, to which others are appended as text
    return relative_path(place, target) + ("/" if written.endswith(("/", "\\")) else "")


def _target(layout: Layout, written: str, folders: Iterable[Path]) -> PurePosixPath | None:
    """The place in the package of what a path leads to, from the first of these folders that makes sense.

    A snapshot was saved with its paths remapped to where it lies, but Blender leaves out some kinds, which count from
    the artist's folder still.
    """
    if not written:
        return None
    paths = [Path(absolute(written, str(folder))) for folder in dict.fromkeys(folders)]
    known = [path for path in paths if layout.place_of(path)]
    # a pattern is no file by itself
    path = next((path for path in known if path.exists()), known[0] if known else None)
    return layout.place_of(path) if path else None


def _change(place: PathPlace, path: str, blend: Path) -> None:
    name = f"“{place.datablock.name}” in {blend}"
    try:
        place.write(path)
    except (AttributeError, RuntimeError, TypeError) as error:
        raise CannotRewrite(
            f"Blender cannot change the path {place.written} of {name} ({error}). Make it relative, and submit again."
        ) from error
    if place.written != path:
        raise CannotRewrite(
            f"The path {path} is too long for {name}. Move its file nearer to the scene, and submit again."
        )


@contextmanager
def _told(what: str, next_step: str) -> Iterator[None]:
    """Have what an operator reports told to the artist."""
    try:
        yield
    except RuntimeError as error:
        reason = " ".join(str(error).removeprefix("Error:").split()).rstrip(".")
        raise CannotRewrite(f"{what}: {reason}. {next_step}") from error


def _write(path: Path, report: Mapping[str, Any]) -> None:
    """Write the report in one step: whoever reads it after this process died finds a whole one."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(report), encoding="ascii")
    part.replace(path)
