# SPDX-License-Identifier: GPL-3.0-or-later
"""All checks of a scene, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from typing import Any

import bpy

from ..config.frames import FrameListError, frames_of_range
from ..dependencies.scan import Dependencies
from ..steps import collected, result_of
from .add_ons import check_denoiser, check_engine, check_nodes
from .camera import check_camera, check_markers
from .file_output import check_file_output
from .files import check_files
from .finding import Finding, Severity
from .frame_range import check_frames
from .images import check_images
from .libraries import check_libraries, check_linked
from .linked_paths import check_linked_paths
from .output import check_colors, check_movie, check_oversights, check_switches
from .request import Findings, Request
from .scripts import check_drivers, check_handlers, check_texts
from .simulations import check_rigid_bodies, check_simulations
from .usd import check_usd
from .workbench import check_workbench

CHECKS: tuple[Callable[[Request], Findings], ...] = (
    check_camera,
    check_frames,
    check_engine,
    check_files,
    check_images,
    check_libraries,
    check_linked,
    check_linked_paths,
    check_usd,
    check_workbench,
    check_simulations,
    check_rigid_bodies,
    check_drivers,
    check_texts,
    check_handlers,
    check_nodes,
    check_markers,
    check_movie,
    check_file_output,
    check_switches,
    check_oversights,
    check_denoiser,
    check_colors,
)


def check_scene(
    scene: bpy.types.Scene,
    dependencies: Dependencies,
    frames: Sequence[int] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> tuple[Finding, ...]:
    """Everything that would make the farm's frames differ from the artist's, errors first.

    `frames` are those to render, the scene's own range for None; `overrides` is what `scene.config.overrides` gives.
    """
    return result_of(check_in_steps(scene, dependencies, frames, overrides))


def check_in_steps(
    scene: bpy.types.Scene,
    dependencies: Dependencies,
    frames: Sequence[int] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Generator[None, None, tuple[Finding, ...]]:
    """The same in steps of a millisecond or so; the last one gives the result.

    To be thrown away when anything in the file changes between two steps.
    """
    request = _request(scene, dependencies, frames, overrides or {})
    found: list[Finding] = []
    for check in CHECKS:
        found += yield from collected(check(request))
        yield
    return errors_first(found)


def errors_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings, errors before warnings, each otherwise in its place."""
    return tuple(sorted(findings, key=lambda finding: finding.severity is not Severity.ERROR))


def _request(
    scene: bpy.types.Scene, dependencies: Dependencies, frames: Sequence[int] | None, overrides: Mapping[str, Any]
) -> Request:
    if frames is not None:
        return Request(scene, dependencies, tuple(frames), overrides)
    try:
        return Request(
            scene, dependencies, frames_of_range(scene.frame_start, scene.frame_end, scene.frame_step), overrides
        )
    except FrameListError as error:
        return Request(scene, dependencies, (), overrides, str(error))
