# SPDX-License-Identifier: GPL-3.0-or-later
"""All checks of a scene, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from typing import Any

import bpy

from ...messages.message import Message, message_of
from ..config.frames import FrameListError, frames_of_range
from ..dependencies.scan import Dependencies
from ..steps import collected, result_of
from .add_ons import check_denoiser, check_engine, check_nodes
from .broken_files import check_broken_files
from .burnt_in import check_burnt_in
from .camera import check_camera, check_markers
from .checked_scene import CheckedScene, Findings
from .file_output import check_file_output
from .files import check_files
from .finding import Finding, Severity
from .frame_range import check_frames
from .handlers import check_handlers
from .images import check_images
from .libraries import check_libraries, check_linked
from .linked_paths import check_linked_paths
from .output import check_colors, check_movie, check_oversights, check_switches
from .scripts import check_drivers, check_texts
from .sequencer import check_sequencer
from .simulations import check_rigid_bodies, check_simulations
from .templates import check_output_path
from .usd import check_usd
from .view_layers import check_single_layer
from .workbench import check_workbench

CHECKS: tuple[Callable[[CheckedScene], Findings], ...] = (
    check_camera,
    check_sequencer,
    check_frames,
    check_engine,
    check_files,
    check_broken_files,
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
    check_output_path,
    check_file_output,
    check_switches,
    check_single_layer,
    check_burnt_in,
    check_oversights,
    check_denoiser,
    check_colors,
)


RANKS = {"scenes": 0, "libraries": 1, "sounds": 3}
"""How far back findings stand that are about a collection of `bpy.data`: the scene itself first, what is heard last."""
RANK_OF_OTHERS = 2


def check_scene(
    scene: bpy.types.Scene,
    dependencies: Dependencies,
    frames: Sequence[int] | None = None,
    overrides: Mapping[str, Any] | None = None,
    *,
    without_files: bool = False,
) -> tuple[Finding, ...]:
    """Everything that would make the farm's frames differ from the artist's, errors first.

    `frames` None means the frame range of the scene. `overrides` is what `scene.config.overrides` gives.
    `without_files`: the scene is sent without the files that are missing or broken, which the artist may also have
    agreed to in the scene's settings.
    """
    return result_of(check_in_steps(scene, dependencies, frames, overrides, without_files=without_files))


def check_in_steps(
    scene: bpy.types.Scene,
    dependencies: Dependencies,
    frames: Sequence[int] | None = None,
    overrides: Mapping[str, Any] | None = None,
    *,
    without_files: bool = False,
) -> Generator[None, None, tuple[Finding, ...]]:
    """Like `check_scene`, in steps of about a millisecond. The last step gives the result.

    It must not be continued after anything in the file changed between two steps.
    """
    checked = _checked_scene(scene, dependencies, frames, overrides or {}, without_files)
    found: list[Finding] = []
    for check in CHECKS:
        found += yield from collected(check(checked))
        yield
    return errors_first(found)


def errors_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings with errors before warnings, and in both the most important ones first.

    What spoils every frame comes before what spoils a part of them; otherwise the order stays, which is that of the
    checks.
    """

    def key(finding: Finding) -> tuple[bool, int]:
        return finding.severity is not Severity.ERROR, RANKS.get(finding.collection, RANK_OF_OTHERS)

    return tuple(sorted(findings, key=key))


def _checked_scene(
    scene: bpy.types.Scene,
    dependencies: Dependencies,
    frames: Sequence[int] | None,
    overrides: Mapping[str, Any],
    without_files: bool,
) -> CheckedScene:
    no_frames_reason: Message | None = None
    if frames is None:
        try:
            frames = frames_of_range(scene.frame_start, scene.frame_end, scene.frame_step)
        except FrameListError as error:
            frames, no_frames_reason = (), message_of(error)
    return CheckedScene(
        scene=scene,
        dependencies=dependencies,
        frames=tuple(frames),
        overrides=overrides,
        no_frames_reason=no_frames_reason,
        sends_without_files=without_files or _is_agreed(scene, dependencies),
    )


def _is_agreed(scene: Any, dependencies: Dependencies) -> bool:
    """True when the artist has agreed to send the scene without all files that are lacking now."""
    lack = set(dependencies.lack.split())
    return bool(lack) and lack <= set(scene.renderjuice.without_files.split())
