# SPDX-License-Identifier: GPL-3.0-or-later
"""What the extension's timer costs Blender with a hundred live jobs, against SQLite's cheapest question."""

from __future__ import annotations

import os
from statistics import median
from typing import Any

from measuring import Figure, Pairs
from programs import MODULE, Bench

JOBS = 100
TICKS = 2000


def measure(bench: Bench) -> list[Figure]:
    """The 99th percentile of a tick after which a job had changed, after none had, and after all had."""
    user = bench.folder("user")
    bench.install(user)
    python = os.environ.get("RENDERJUICE_TOOLS_PYTHON") or str(bench.blender_python)
    found = bench.run(
        "tick_in_blender.py", MODULE, python, bench.extension, str(JOBS), str(TICKS), timeout=400, user=user
    )
    return [
        _figure(bench, found, "changed", "one of them changed", 1.0),
        _figure(bench, found, "unchanged", "none changed", 0.1),
        _figure(bench, found, "all", "all of them changed", 1.0),
    ]


def _figure(bench: Bench, found: dict[str, Any], kind: str, words: str, target: float) -> Figure:
    """`target` and what was found are milliseconds."""
    pairs = Pairs([round_[kind]["p99"] for round_ in found["rounds"]], [r["bare"]["p99"] for r in found["rounds"]])
    p99 = median(pairs.ours)
    middle = median(round_[kind]["median"] for round_ in found["rounds"])
    own = median(round_[kind]["own p99"] for round_ in found["rounds"])
    ticks = found["rounds"][0][kind]["count"]
    raw = (
        f"Blender {bench.blender}, {JOBS} live jobs, {words}, {ticks} ticks: 99th percentile {p99:.3f} ms (median "
        f"{middle:.3f} ms; without waiting for the processor {own:.3f} ms), bare {median(pairs.reference):.4f} ms; "
        f"{pairs.spread()}; background mode has no windows, so no redraw was asked for"
    )
    return Figure(f"tick {kind}", pairs.ratio, "a bare PRAGMA data_version", f"< {target:g} ms", p99 < target, raw)
