# SPDX-License-Identifier: GPL-3.0-or-later
"""A fluid's cache travels: in a Blender of its own, because Mantaflow does not work in the bpy module."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from renderjuice.tests.support.farm import API_KEY, running_farm
from renderjuice.tests.window.window import install

SCRIPT = Path(__file__).resolve().parent / "fluid_in_blender.py"
SECONDS = 120.0
BROKEN = {"4.3": "PyImport_AppendInittab() may not be called after Py_Initialize()"}
"""What Debian's Blender of that version dies of as soon as it comes to Mantaflow."""


def test_the_farm_renders_the_same_liquid(program: str, version: str, tmp_path: Path) -> None:
    variables = {"BLENDER_USER_RESOURCES": str(tmp_path / "user"), "HOME": str(tmp_path)}
    install(program, os.environ["RENDERJUICE_ZIP"], variables)
    with running_farm({version: program}) as farm:
        command = [program, "--background", "--python-exit-code", "1", "--python", str(SCRIPT)]
        command += ["--", str(tmp_path), farm.api_url, API_KEY]
        ended = subprocess.run(
            command, env=os.environ | variables, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    if version in BROKEN:
        assert BROKEN[version] in ended.stderr
        return
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert json.loads((tmp_path / "result.json").read_text()) == {
        "unseen": False,
        "trouble": "",
        "same": True,
        # while all files are there, without one, and without any
        "missed": [[], ["mesh/fluid_mesh_0002.bobj.gz"], [f"mesh/fluid_mesh_000{frame}.bobj.gz" for frame in (2, 3)]],
    }
