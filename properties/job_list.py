# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of the list of jobs. They hold ids only; the jobs themselves are known to `live.jobs`.

They belong to the window manager, so that no .blend holds them and no undo touches them (4.2 to 5.2).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import bpy

on_choice: list[Callable[[], None]] = []
"""Called when another row is chosen."""
tooltip_of: list[Callable[[str], str]] = []
"""What gives a row's tooltip, from its job's id."""


def _tooltip(row: RENDERJUICE_PG_job_row) -> str:
    return next((tell(row.name) for tell in tooltip_of), "")


def _note_choice(_listed: RENDERJUICE_PG_job_list, _context: bpy.types.Context) -> None:
    for tell in on_choice:
        tell()


class RENDERJUICE_PG_job_row(bpy.types.PropertyGroup):
    """One row: the job's id is the item's name."""

    tooltip: bpy.props.StringProperty(name="About the Job", description="What the row has no room for", get=_tooltip)


class RENDERJUICE_PG_job_list(bpy.types.PropertyGroup):
    """`window_manager.renderjuice`: the rows, the chosen one, and which jobs are listed."""

    rows: bpy.props.CollectionProperty(type=RENDERJUICE_PG_job_row)
    active: bpy.props.IntProperty(name="Job", description="The job whose details are shown", update=_note_choice)
    show_all: bpy.props.BoolProperty(
        name="Jobs of All Files",
        description="Show the jobs of every file, not only those of the file that is open",
        default=True,
    )


def get(context: bpy.types.Context) -> RENDERJUICE_PG_job_list:
    """The list of this Blender."""
    return context.window_manager.renderjuice


def chosen_id(context: bpy.types.Context) -> str:
    """The id of the chosen job, or "" when none is."""
    listed = get(context)
    return listed.rows[listed.active].name if 0 <= listed.active < len(listed.rows) else ""


def sync(context: bpy.types.Context, job_ids: Sequence[str], preferred: str = "") -> None:
    """Give each of these jobs a row. Not allowed while drawing.

    The chosen job stays chosen, unless the `preferred` one is new, or none was chosen before.
    """
    listed = get(context)
    before = [row.name for row in listed.rows]
    if before == list(job_ids):
        return
    chosen = chosen_id(context)
    listed.rows.clear()
    for job_id in job_ids:
        listed.rows.add().name = job_id
    if preferred not in before or chosen not in job_ids:
        chosen = preferred
    listed.active = job_ids.index(chosen) if chosen in job_ids else 0


def choose(context: bpy.types.Context, job_id: str) -> None:
    """Choose the row of a job, if there is one. Not allowed while drawing."""
    listed = get(context)
    names = [row.name for row in listed.rows]
    if job_id in names:
        listed.active = names.index(job_id)


classes = (RENDERJUICE_PG_job_row, RENDERJUICE_PG_job_list)
_register_classes, _unregister_classes = bpy.utils.register_classes_factory(classes)


def register() -> None:
    """Make the list known to Blender, as `window_manager.renderjuice`."""
    _register_classes()
    bpy.types.WindowManager.renderjuice = bpy.props.PointerProperty(type=RENDERJUICE_PG_job_list)


def unregister() -> None:
    """Undo `register`."""
    del bpy.types.WindowManager.renderjuice
    _unregister_classes()
