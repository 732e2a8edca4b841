# SPDX-License-Identifier: GPL-3.0-or-later
"""What gets loaded along: no `requests` with the plain data, and never `bpy`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
import importlib, sys, types
package = types.ModuleType("renderjuice")
package.__path__ = [sys.argv[1]]
sys.modules["renderjuice"] = package
for name in sys.argv[2:]:
    importlib.import_module("renderjuice.api." + name)
print(" ".join(sorted(name.partition(".")[0] for name in sys.modules)))
"""
PLAIN = ("errors", "models", "parse", "progress", "render_config", "retry", "error_text", "address")


def loaded(*names: str) -> set[str]:
    """The top-level modules of a fresh Python that imports these modules of `api`."""
    command = [sys.executable, "-I", "-c", PROGRAM, str(ROOT), *names]
    return set(subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.split())


@pytest.mark.parametrize("name", PLAIN)
def test_plain_modules_need_no_requests(name: str) -> None:
    assert not loaded(name) & {"requests", "urllib3", "bpy"}


def test_the_client_needs_no_blender() -> None:
    modules = loaded("client", "storage")
    assert "requests" in modules
    assert "bpy" not in modules


def test_this_test_run_is_plain_python_too() -> None:
    assert "bpy" not in sys.modules
