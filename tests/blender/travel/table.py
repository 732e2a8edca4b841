# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints the table of docs/travel.md from what tests/blender/travel/compare.py measured: `table.py FOLDER`.

The folder has a file for each Blender version, which names for each kind what came of it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

WAYS = {"extension": "this extension", "bat": "`bat pack` 1.23", "pack_all": "`pack_all`"}
Rows = Mapping[str, Mapping[str, Any]]


def main(folder: Path) -> None:
    """Read the measurements and print the table with its sums."""
    versions = sorted(folder.glob("*.json"), key=lambda path: [int(part) for part in path.stem.split(".")])
    measured: dict[str, Rows] = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in versions}
    newest = measured[versions[-1].stem]
    say(f"| Kind | {' | '.join(WAYS.values())} | bytes, ours / bat's | |")
    say("| --- | " + "--- | " * len(WAYS) + "--: | --- |")
    for kind, row in newest.items():
        known = {version: rows[kind] for version, rows in measured.items() if kind in rows}
        cells = [in_words({version: rows[way] for version, rows in known.items()}) for way in WAYS]
        about = " ".join(row["about"].split())
        say(f"| {kind.replace('_', ' ')} | {' | '.join(cells)} | {row['size']} / {row['bat_size']} | {about} |")
    for way, name in WAYS.items():
        whole = sum(all(rows[kind][way] == "same" for rows in measured.values() if kind in rows) for kind in newest)
        say(f"\n{name}: the same picture for {whole} of {len(newest)} kinds in every version.")
    fair = {kind: row for kind, row in newest.items() if row["bat"] == row["extension"] == "same"}
    ours, theirs = (sum(row[size] for row in fair.values()) for size in ("size", "bat_size"))
    larger = [kind.replace("_", " ") for kind, row in fair.items() if row["size"] > row["bat_size"]]
    version = versions[-1].stem
    say(f"\nBytes in {version}, where both are complete: {ours / theirs:.3f}; larger: {', '.join(larger) or 'none'}.")


def in_words(results: Mapping[str, str]) -> str:
    """One cell: whether the picture is the same, and in which versions it is not."""
    lost = [version for version, result in results.items() if result != "same"]
    if not lost:
        return "yes"
    return "no" if len(lost) == len(results) else f"not in {', '.join(lost)}"


def say(text: str) -> None:
    """Print a line of the page."""
    print(text)  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
