# SPDX-License-Identifier: GPL-3.0-or-later
"""Who imports whom: nothing here knows Blender, and Blender's own process loads no network library."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
IN_BLENDER = (
    "journal",
    "control",
    "watch",
    "records",
    "home",
    "lock",
    "credentials",
    "retry",
    "destination",
    "estimate",
    "comparison",
)
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


def test_no_module_of_api_and_jobs_needs_blender() -> None:
    names = [
        f"{room}.{path.stem}"
        for room in ("api", "jobs")
        for path in (ROOT / room).glob("*.py")
        if path.stem != "__init__"
    ]
    assert {f"jobs.{name}" for name in IN_BLENDER} < set(names)
    loaded = loaded_with(*names)
    assert "requests" in loaded
    assert not {"bpy", "_bpy", "mathutils"} & loaded
    assert not {f"renderjuice.{room}" for room in ("scene", "operators", "panels", "properties")} & loaded


@pytest.mark.parametrize("name", IN_BLENDER)
def test_what_blender_loads_needs_no_network_library(name: str) -> None:
    assert not {"requests", "urllib3", "zstandard", "ssl"} & loaded_with(f"jobs.{name}")
