# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside Blender (`blender --python back_door.py -- FOLDER`): answers questions about Blender's state.

A question is a file `NUMBER.py` in FOLDER, run in Blender's main thread; the value of its last expression goes into
`NUMBER.json`. It is for reading state and for setting up, never for what a test says that a person does. Questions may
use the functions of this file.
"""

from __future__ import annotations

import ast
import json
import sys
import traceback
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Any

import bpy

EXTENSION = "bl_ext.user_default.renderjuice"
INTERVAL = 0.02
PANEL_SHARE = 0.42
"""How much of the 3D viewport's width the Properties editor gets."""


def jobs() -> list[dict[str, Any]]:
    """The jobs as Blender knows them, newest first."""
    known = module("live.jobs").jobs()
    names = ("id", "name", "stage", "status", "fraction", "frames_rendered", "frames_downloaded", "output_dir")
    return [
        {name: getattr(job, name) for name in names}
        | {"is_live": job.is_live, "failure": job.failure and job.failure.sentence, "trouble": job.trouble}
        for job in known
    ]


def module(name: str) -> Any:
    """A module of the extension, such as "live.readiness"."""
    return import_module(f"{EXTENSION}.{name}")


def preferences() -> Any:
    """The extension's preferences."""
    return bpy.context.preferences.addons[EXTENSION].preferences


def sign_in(server: str, key: str) -> None:
    """Set up the account, as if the connection had been tested."""
    if not (preferences().server == server and module("live.readiness").is_ready(bpy.context)):
        preferences().server = server
        preferences().api_key = key
        module("properties.connection_check").require(False)


def cancel_all() -> None:
    """Have every job that is not over canceled."""
    for job in jobs():
        if job["is_live"]:
            bpy.ops.renderjuice.cancel(job=job["id"])


def worker() -> int:
    """The process id of the worker that was last at work; 0 when there is none."""
    journal = module("live.jobs").session().journal
    told = journal.setting(module("jobs.journal.journal").Setting.WORKER)
    return int(told) if told.isdecimal() else 0


def handlers() -> list[str]:
    """The extension's functions that Blender calls by itself when something happens."""
    lists = (getattr(bpy.app.handlers, name) for name in dir(bpy.app.handlers))
    functions = chain.from_iterable(found for found in lists if isinstance(found, list))
    return [function.__qualname__ for function in functions if function.__module__.startswith(EXTENSION)]


def new_project(path: str, frames: int) -> None:
    """Save the default scene there, as an animation that renders in a moment."""
    bpy.ops.wm.read_homefile(use_factory_startup=False)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.samples = 2
    scene.cycles.use_denoising = False
    scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage = 48, 32, 100
    scene.render.image_settings.file_format = "PNG"
    scene.frame_start, scene.frame_end = 1, frames
    cube = bpy.data.objects["Cube"]
    for frame, angle in ((1, 0.0), (10, 2.0)):
        cube.rotation_euler.z = angle
        cube.keyframe_insert("rotation_euler", frame=frame)
    bpy.ops.wm.save_as_mainfile(filepath=path)


def split_viewport(width: int | None = None) -> None:
    """Make a part of the 3D viewport a Properties editor, of some pixels or of a person's usual width."""
    window = bpy.context.window_manager.windows[0]
    before = set(window.screen.areas)
    viewport = max(before, key=lambda area: area.width * area.height)
    with bpy.context.temp_override(window=window, area=viewport, region=viewport.regions[-1]):
        factor = width / viewport.width if width else PANEL_SHARE
        bpy.ops.screen.area_split(direction="VERTICAL", factor=factor)
    (new,) = set(window.screen.areas) - before
    new.type = "PROPERTIES"


def show_render_tab() -> bool:
    """Choose the Render tab in the Properties editor; False as long as the editor was never drawn."""
    window = bpy.context.window_manager.windows[0]
    area = _largest(window, "PROPERTIES")
    try:
        area.spaces.active.context = "RENDER"
    except TypeError:
        return False
    area.tag_redraw()
    return True


def redraw() -> None:
    """Have everything drawn again."""
    for area in bpy.context.window_manager.windows[0].screen.areas:
        area.tag_redraw()


def show_image_editor() -> None:
    """Make an Image Editor of the 3D viewport, for frames to be shown in."""
    _largest(bpy.context.window_manager.windows[0], "VIEW_3D").type = "IMAGE_EDITOR"


def pixels_of(path: str) -> list[float]:
    """What a picture shows."""
    image = bpy.data.images.load(path)
    pixels = list(image.pixels)
    bpy.data.images.remove(image)
    return pixels


def area_box(kind: str, number: int) -> list[int]:
    """Left, bottom, width and height on the screen of a window's largest area of a type, y growing upwards."""
    window = bpy.context.window_manager.windows[number]
    area = _largest(window, kind)
    return [window.x + area.x, window.y + area.y, area.width, area.height]


def close_other_windows() -> None:
    """Close all but the main window, as a window manager would do for a person."""
    for window in list(bpy.context.window_manager.windows)[1:]:
        with bpy.context.temp_override(window=window):
            bpy.ops.wm.window_close()


def _largest(window: Any, kind: str) -> Any:
    return max((area for area in window.screen.areas if area.type == kind), key=lambda area: area.width * area.height)


def evaluate(source: str) -> Any:
    """Run the statements; gives the value of the last one if it is an expression."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    names = dict(globals())
    exec(compile(tree, "<question>", "exec"), names)  # noqa: S102
    return eval(compile(ast.Expression(last.value), "<question>", "eval"), names) if last else None  # noqa: S307


def answer(question: Path) -> None:
    """Answer one question. What goes wrong is the answer then, and no line in Blender's output."""
    source = question.read_text(encoding="utf-8")
    question.unlink()
    try:
        said = {"value": evaluate(source)}
    except Exception:
        said = {"error": traceback.format_exc()}
    part = question.with_suffix(".said")
    part.write_text(json.dumps(said, default=str), encoding="utf-8")
    part.rename(question.with_suffix(".json"))


def main(folder: Path) -> None:
    """Answer for as long as Blender runs, whatever file it opens."""
    bpy.context.preferences.view.show_splash = False

    def look() -> float:
        for question in sorted(folder.glob("*.py")):
            answer(question)
        return INTERVAL

    bpy.app.timers.register(look, first_interval=INTERVAL, persistent=True)


if __name__ == "__main__":
    main(Path(sys.argv[sys.argv.index("--") + 1]))
