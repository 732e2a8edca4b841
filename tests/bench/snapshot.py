# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the artist's Blender is blocked: our snapshot against a bare save of a copy."""

from __future__ import annotations

from statistics import median

from measuring import Figure, Pairs
from programs import MODULE, Bench

SIZE = 500_000_000


def measure(bench: Bench) -> list[Figure]:
    """Seconds of the main thread for a scene of about 500 MB."""
    bench.need_space(2 * SIZE)
    user = bench.folder("user")
    bench.install(user)
    found = bench.run("snapshot_in_blender.py", MODULE, bench.folder("snapshot"), str(SIZE), timeout=300, user=user)
    pairs = Pairs(found["ours"], found["reference"])
    return [
        Figure(
            "snapshot",
            pairs.ratio,
            "a bare save_as_mainfile(copy=True, compress=False)",
            "<= 1.05",
            pairs.ratio <= 1.05,
            f"Blender {found['version']}, {found['size'] / 1e6:.0f} MB: ours {median(pairs.ours) * 1e3:.0f} ms, "
            f"bare {median(pairs.reference) * 1e3:.0f} ms; {pairs.spread()}",
        )
    ]
