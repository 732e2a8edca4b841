# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes submissions for the journal, and names the program that is another Blender at the same journal."""

from __future__ import annotations

import uuid
from pathlib import Path

from renderjuice.api.render_config import RenderConfig
from renderjuice.jobs.records import Submission

OTHER_BLENDER = Path(__file__).with_name("other_blender.py")


def submission(job_id: str = "") -> Submission:
    """Something to write down, with every kind of value."""
    return Submission(
        job_id=job_id or uuid.uuid4().hex,
        name="shot “7”",
        scene="Scene",
        blend=Path("/project/shot.blend"),
        snapshot=Path("/home/snapshot/shot.blend"),
        frames=(-3, 1, 2),
        config=RenderConfig(frame_ranges=("-3", "1-2"), resolution=(32, 16), exr_codec="ZIP"),
        output_dir=Path("/project/frames"),
        api_url="https://api.example.com",
        notes=("one",),
    )
