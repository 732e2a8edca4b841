# SPDX-License-Identifier: GPL-3.0-or-later
"""Enabling the extension in a fresh Blender, against Node Wrangler, which comes with every Blender."""

from __future__ import annotations

from statistics import median

from measuring import Figure, alternate
from programs import MODULE, Bench

REFERENCE = "node_wrangler"
TARGET = 0.050


def measure(bench: Bench) -> list[Figure]:
    """Seconds to enable, each in a process of its own, and which heavy modules that imports."""
    user = bench.folder("user")
    bench.install(user)
    heavy: set[str] = set()
    own: list[float] = []
    share: list[float] = []

    def enable(module: str) -> float:
        found = bench.run("enable_in_blender.py", module, timeout=120, user=user)
        if module == MODULE:
            heavy.update(found["heavy"])
            own.append(found["own"])
            share.append(found["share"])
        return float(found["seconds"])

    enable(REFERENCE)  # compiles it: ours was compiled when it was installed
    pairs = alternate(lambda: enable(MODULE), lambda: enable(REFERENCE))
    ours = median(pairs.ours)
    imported = ", ".join(sorted(heavy)) or "none"
    return [
        Figure(
            "enable",
            pairs.ratio,
            "enabling Node Wrangler",
            "< 50 ms",
            ours < TARGET and not heavy,
            f"Blender {bench.blender}: ours {ours * 1e3:.1f} ms (without waiting for the processor "
            f"{median(own) * 1e3:.1f} ms; Blender's own check of all extensions took {median(share) * 1e3:.1f} ms of "
            f"it), Node Wrangler {median(pairs.reference) * 1e3:.1f} ms; "
            f"imported by ours of requests, urllib3 and zstandard: {imported}; {pairs.spread()}",
        )
    ]
