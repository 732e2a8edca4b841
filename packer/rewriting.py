# SPDX-License-Identifier: GPL-3.0-or-later
"""Rewrites the paths in copies of .blend files, so that they hold in the package. Runs in the packer's Blender.

Files are opened where they are, and copies saved where the plan says; nothing else is written but the report.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bpy

from ..messages.message import Message, message_of, sentences, to_json
from ..package_layout.layout import Layout, relative_path, works
from ..package_layout.manifest import UnreadMovie
from ..scene.blender_versions import all_strips
from ..scene.dependencies.dependency import DependencyKind, absolute
from ..scene.dependencies.kinds.libraries import packed_library_places
from ..scene.dependencies.kinds.places import path_places
from ..scene.dependencies.path_setting import KeySetting, PathSetting
from .clips import found_in_package
from .line_styles import pack_images_of_lines

PLAIN_BLEND = b"BLENDER"
CHANGING = re.compile(r"[<#\d]")
"""Where the part of a file's name begins that is another one for each tile or frame."""
COPIES_THAT_MUST_FIT = 2
"""How many times the size of a file has to be free for its copy to be saved for sure."""

REPORTS_TOLD = 3
"""Reports of Blender about one file that are passed on: there may be one for each datablock."""


class CannotRewrite(Exception):
    """A file cannot be rewritten; the text tells the artist why and what to do."""


def carry_out(plan_path: Path) -> int:
    """Carry out a plan (see jobs/packaging/run_packer.py); gives the exit code.

    The report says what was done, or why it was not.
    """
    plan = json.loads(plan_path.read_text(encoding="ascii"))
    layout, report_path = Layout.from_json(plan["layout"]), Path(plan["report"])
    unread = [UnreadMovie(*movie) for movie in plan.get("unread", ())]
    report: dict[str, Any] = {"files": [], "current": "", "error": "", "is_done": False}
    try:
        for file in plan["files"]:
            if not _is_running(plan["worker"]):
                # it was killed, and the next one begins anew
                return 1
            report["current"] = file["blend"]
            _write(report_path, report)
            paths = Path(file["blend"]), Path(file["source"]), Path(file["target"])
            report["files"].append(rewrite(layout, *paths, scene=plan.get("scene", ""), unread=unread))
        report["is_done"] = True
    except CannotRewrite as error:
        report["error"] = to_json(message_of(error))
    _write(report_path, report)
    return 0 if report["is_done"] else 1


def rewrite(
    layout: Layout, blend: Path, source: Path, target: Path, *, scene: str = "", unread: Iterable[UnreadMovie] = ()
) -> dict[str, Any]:
    """Save a copy of a .blend in which all known paths hold in the package; gives what changed for the report.

    `blend` is the file's own path, `source` what is opened in its place: the snapshot of the artist's file, or the
    library itself, which is not saved when it has no path to change. `scene` is the full name of the one that becomes
    the current one of the artist's file; "" means that it stays. Raises `CannotRewrite`.
    """
    is_library = blend != layout.blend
    with _told(
        Message("Blender cannot open {} to rewrite its paths", blend),
        lambda: Message("Mend the file or remove its use, and submit again."),
        is_done=lambda: _is_open(source),
    ) as reports:
        # The window of the artist's file says which view layer is the active one. No scripts that it holds are run.
        bpy.ops.wm.open_mainfile(filepath=str(source), load_ui=not is_library, use_scripts=False)
    if scene and not is_library:
        _make_current(scene, blend)
    changed: list[tuple[str, str, str, str]] = [] if is_library else _clear(unread)
    changed += pack_images_of_lines()
    unknown: set[str] = set()
    changes: list[tuple[PathSetting, str]] = []
    clips: list[Path] = []
    for place in [*path_places(), *packed_library_places()]:
        written = place.written
        path = _leads_to(layout, written, [source.parent, blend.parent]) if written else None
        new = _new_path(layout, blend, written, path) if path is not None else None
        if written and new is None:
            unknown.add(written)
        elif path is not None and new is not None and new != written:
            changes.append((place, new))
            if place.kind is DependencyKind.MOVIE_CLIP:
                clips.append(path)
    with found_in_package(layout, blend, clips, target.parent, lambda own: _save(blend, source, own, is_copy=False)):
        for place, new in changes:
            changed.append((place.kind, place.datablock.name, place.written, new))
            _change(place, new, blend)
        is_saved = bool(changed) or not is_library
        if is_saved:
            reports += _save(blend, source, target)
    notes = [Message("Blender reports of {}, here as on the farm: {}.", blend.name, report) for report in reports]
    return {
        "blend": str(blend),
        "is_saved": is_saved,
        "changed": changed,
        "unknown": sorted(unknown),
        "notes": [to_json(note) for note in notes],
    }


def _make_current(name: str, blend: Path) -> None:
    """Have the first window show a scene, because a file that is opened begins with the scene of that (4.2 to 5.2)."""
    scene = next((scene for scene in bpy.data.scenes if scene.name_full == name), None)
    windows = bpy.context.window_manager.windows
    if scene is not None and windows:
        windows[0].scene = scene
    if scene is None or not windows or windows[0].scene != scene:
        raise CannotRewrite(
            Message(
                "The scene “{}” of {} cannot be made the one that a farm renders. "
                "Show it in the first window, and submit again.",
                name,
                blend,
            )
        )


def _clear(unread: Iterable[UnreadMovie]) -> list[tuple[str, str, str, str]]:
    """Take the paths from the movies that no render reads, whose files do not travel; gives what changed.

    The artist's open file keeps them: to set such a path there loads the movie again, and may change the length of a
    strip (4.2, 5.2).
    """
    changed: list[tuple[str, str, str, str]] = []
    for movie in unread:
        kind, thing = _movie(movie)
        if thing is not None and thing.filepath:
            changed.append((kind, thing.name, thing.filepath, ""))
            thing.filepath = ""
    return changed


def _movie(movie: UnreadMovie) -> tuple[DependencyKind, Any]:
    """The clip or strip of the open file. None means that it is not there."""
    if not movie.strip:
        return DependencyKind.MOVIE_CLIP, bpy.data.movieclips.get((movie.datablock, None))
    scene: Any = bpy.data.scenes.get((movie.datablock, None))
    strips = all_strips(scene) if scene else ()
    return DependencyKind.STRIP, next((strip for strip in strips if strip.name == movie.strip), None)


def _is_open(source: Path) -> bool:
    try:
        return bool(bpy.data.filepath) and source.samefile(bpy.data.filepath)
    except OSError:
        return False


def _save(blend: Path, source: Path, target: Path, *, is_copy: bool = True) -> list[str]:
    """Save the open file, compressed if its source is: what is saved then needs no more room than that.

    `is_copy` is False to have the open file lie there from then on. Gives what Blender reports of a file that it has
    saved all the same.
    """
    bpy.data.use_autopack = False
    _keep_all()
    with source.open("rb") as file:
        is_compressed = file.read(len(PLAIN_BLEND)) != PLAIN_BLEND

    def next_step() -> Message:
        try:
            is_full = shutil.disk_usage(target.parent).free < COPIES_THAT_MUST_FIT * source.stat().st_size
        except OSError:
            is_full = False
        if is_full:
            return Message("Make room on the disk, and retry.")
        return Message("Retry; if it happens again, make all paths in that file relative.")

    # Blender gives a file its name when it is complete
    with _told(Message("Blender could not save a copy of {}", blend), next_step, is_done=target.is_file) as reports:
        bpy.ops.wm.save_as_mainfile(
            filepath=str(target), copy=is_copy, compress=is_compressed, relative_remap=False, check_existing=False
        )
    return reports


def _keep_all() -> None:
    """Have what nothing in a library uses saved again, too: other files may link it."""
    for datablock in bpy.data.user_map():
        if not datablock.users and datablock.library is None:
            datablock.use_fake_user = True


def _new_path(layout: Layout, blend: Path, written: str, path: Path) -> str | None:
    """How what is `written` for this path has to be written in the package: as it is, if that holds.

    None for what is not in the package.
    """
    place, target = layout.place_of(blend), layout.place_of(path)
    if not place or not target:
        return None
    if works(written, place, target):
        return written
    new = relative_path(place, target)
    # the path of a folder may end with a slash, to which others are appended as text
    return f"{new}/" if written.endswith(("/", "\\")) and not new.endswith("/") else new


def _leads_to(layout: Layout, written: str, folders: Iterable[Path]) -> Path | None:
    """Where a path leads that has a place in the package, from the first of these folders that makes sense.

    A snapshot was saved with its paths remapped to where it lies, but Blender leaves out some kinds, which count from
    the artist's folder still.
    """
    paths = [Path(absolute(written, str(folder))) for folder in dict.fromkeys(folders)]
    known = [path for path in paths if layout.place_of(path)]
    return next(filter(_leads_somewhere, known), known[0]) if known else None


def _leads_somewhere(path: Path) -> bool:
    """True for what is there, and for a pattern, which is no file by itself, of files that are there."""
    start = CHANGING.split(path.name, maxsplit=1)[0]
    try:
        return path.exists() or any(
            other.name.startswith(start) and other.suffix == path.suffix for other in path.parent.iterdir()
        )
    except OSError:
        return False


def write_path(setting: PathSetting, path: str) -> None:
    """Put another path into a setting of the open file, which is a copy."""
    if isinstance(setting, KeySetting):
        setting.holder[setting.attribute] = path
    else:
        setattr(setting.holder, setting.attribute, path)


def _change(place: PathSetting, path: str, blend: Path) -> None:
    name = Message("“{}” in {}", place.datablock.name, blend)
    try:
        write_path(place, path)
    except (AttributeError, RuntimeError, TypeError, ValueError) as error:
        raise CannotRewrite(
            Message(
                "Blender cannot change the path {} of {} ({}). Make it relative, and submit again.",
                place.written,
                name,
                error,
            )
        ) from error
    if place.written != path:
        raise CannotRewrite(
            Message("The path {} is too long for {}. Move its file nearer to the scene, and submit again.", path, name)
        )


@contextmanager
def _told(what: Message, next_step: Callable[[], Message], *, is_done: Callable[[], bool]) -> Iterator[list[str]]:
    """Have what an operator reports told to the artist; gives what it reported of work that is done all the same.

    Blender raises for both: an old file opens with errors when a part of it cannot be read (4.2, 5.2).
    """
    reports: list[str] = []
    try:
        yield reports
    except RuntimeError as error:
        lines = [line.removeprefix("Error:").strip().rstrip(".") for line in str(error).splitlines()]
        reason = "; ".join([line for line in lines if line][:REPORTS_TOLD])
        if not is_done():
            raise CannotRewrite(sentences(Message("{}: {}.", what, reason), next_step())) from error
        reports.append(reason)


def _is_running(process: int) -> bool:
    """False once a process has ended, as far as this system tells: on Windows, its number says nothing."""
    if os.getppid() == process or sys.platform == "win32":
        return True
    try:
        # a launcher may stand between the two
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _write(path: Path, report: Mapping[str, Any]) -> None:
    """Write the report in one step: whoever reads it after this process died finds a whole one."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(report), encoding="ascii")
    part.replace(path)
