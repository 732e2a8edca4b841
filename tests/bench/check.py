# SPDX-License-Identifier: GPL-3.0-or-later
"""How long looking at a large scene holds Blender up: the search for its files, and the check in the panel's steps."""

from __future__ import annotations

from statistics import median

from measuring import Figure, Pairs
from programs import MODULE, Bench

OBJECTS, IMAGES = 10_000, 5_000
SCAN_TARGET, STEP_TARGET = 50.0, 5.0
"""Milliseconds."""


def measure(bench: Bench) -> list[Figure]:
    """Milliseconds of the main thread for a scene of many objects and images."""
    user = bench.folder("user")
    bench.install(user)
    scene = str(bench.folder("check"))
    found = bench.run("check_in_blender.py", MODULE, scene, str(OBJECTS), str(IMAGES), timeout=300, user=user)
    scans = Pairs(found["scans"], found["listings"])
    of = f"Blender {found['version']}, {OBJECTS:,} objects, {IMAGES:,} images in files"
    longest = median(found["longest"])
    checks = Pairs(found["checks"], found["listings"])
    return [
        Figure(
            "scan",
            scans.ratio,
            "bpy.utils.blend_paths and a look whether each file is there",
            f"< {SCAN_TARGET:g} ms",
            median(scans.ours) < SCAN_TARGET,
            f"{of}: {median(scans.ours):.1f} ms for all their files, blend_paths {median(scans.reference):.1f} ms; "
            f"{scans.spread()}",
        ),
        Figure(
            "check",
            checks.ratio,
            "the same",
            f"steps < {STEP_TARGET:g} ms",
            longest < STEP_TARGET,
            f"{of}: the longest of {found['steps']} steps {longest:.1f} ms, all of them {median(checks.ours):.1f} ms; "
            f"{checks.spread()}",
        ),
    ]
