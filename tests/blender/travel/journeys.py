# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends scenes to the local farm with their files out of reach, as soon as these are packed."""

from __future__ import annotations

import importlib
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from .scenes import Made, out_of_reach, same

LOOK_SECONDS = 0.1
PACKAGING_SECONDS = 120.0


@dataclass(frozen=True)
class Journey:
    """A submitted scene, and why it did not come back, if so."""

    made: Made
    output: Path
    trouble: str = ""

    @property
    def is_same(self) -> bool:
        """True when the farm's frames are those that were rendered here."""
        return not self.trouble and same(self.made.here, sorted(self.output.glob("*.png")))


def travel(scenes: Mapping[str, Made], output: Path, session: Any) -> dict[str, Journey]:
    """Submit all scenes, hide everything that they read once it is packed, and wait for their frames."""
    waiting = importlib.import_module(type(session).__module__.replace("session", "waiting"))
    troubles: dict[str, str] = {}
    sent = {}
    for name, scene in scenes.items():
        bpy.ops.wm.open_mainfile(filepath=str(scene.blend))
        frames = ",".join(map(str, scene.frames))
        try:
            bpy.ops.renderjuice.submit(frames=frames, output_dir=str(output / name))
            sent[name] = session.journal.jobs()[0]
        except RuntimeError as error:
            troubles[name] = str(error).strip()
    _wait_for_packages(session, [job.id for job in sent.values()])
    with hidden(scenes.values()):
        for name, job in sent.items():
            ended = waiting.wait_for_job(session, job.id, job.api_url, lambda _job: None)
            if ended.stage != "done":
                troubles[name] = ended.failure.sentence if ended.failure else str(ended.stage)
    return {name: Journey(scene, output / name, troubles.get(name, "")) for name, scene in scenes.items()}


def hidden(scenes: Iterable[Made]) -> Any:
    """A context in which nothing is left where the scenes' paths lead."""
    places = [place for scene in scenes for place in (scene.places.folder, scene.places.mount)]
    return out_of_reach([place for place in places if place.exists()])


def _wait_for_packages(session: Any, job_ids: list[str]) -> None:
    deadline = time.monotonic() + PACKAGING_SECONDS
    while any(session.journal.job(job_id).stage == "packaging" for job_id in job_ids):
        assert time.monotonic() < deadline, "the packages are not made"
        time.sleep(LOOK_SECONDS)
