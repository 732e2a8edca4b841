# SPDX-License-Identifier: GPL-3.0-or-later
"""Who imports whom: nothing here knows Blender, and Blender's own process loads no network library."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from tools import rooms  # noqa: E402

IN_BLENDER = tuple(
    ".".join((*room.name.split("/"), path.stem))
    for room in rooms.ROOMS
    if room.top in ("jobs", "package_layout", "messages") and room.process in ("any", "Blender")
    for path in sorted((ROOT / room.name).glob("[a-z]*.py"))
)
"""What Blender's own process loads."""
PROGRAM = """
import importlib, sys, types
package = types.ModuleType("renderjuice")
package.__path__ = [sys.argv[1]]
sys.modules["renderjuice"] = package
for name in sys.argv[2:]:
    importlib.import_module(f"renderjuice.{name}")
print(" ".join(sys.modules))
"""


def loaded_with(*names: str) -> set[str]:
    """The modules that a fresh, isolated Python has after importing some of ours."""
    command = [sys.executable, "-I", "-c", PROGRAM, str(ROOT), *names]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return set(done.stdout.split())


def test_no_module_of_the_rooms_without_blender_needs_it() -> None:
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for room in rooms.STRICT
        for path in (ROOT / room).rglob("*.py")
        if path.stem not in ("__init__", "start_worker")
    ]
    assert set(IN_BLENDER) < set(names)
    loaded = loaded_with(*names)
    assert "requests" in loaded
    assert not {"bpy", "_bpy", "mathutils"} & loaded
    assert not {f"renderjuice.{room}" for room in rooms.INSIDE_BLENDER} & loaded


@pytest.mark.parametrize("name", IN_BLENDER)
def test_what_blender_loads_needs_no_network_library(name: str) -> None:
    assert not {"requests", "urllib3", "zstandard", "ssl"} & loaded_with(name)
