# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the measurements of tests/bench, a program of its own."""

from collections.abc import Sequence

from tools import environments, packaging, processes, testing
from tools.errors import CannotGoOn
from tools.machine import gui_blender
from tools.paths import ROOT

SECONDS = 3600.0
WINDOW = "window"
"""The measurement that needs a Blender with a window."""
GUI_VERSION = "5.2"


def bench(names: Sequence[str]) -> int:
    """Run those measurements (all without names) and give their exit code. Raises CannotGoOn when there are none."""
    program = ROOT / "tests" / "bench"
    if not (program / "__main__.py").is_file():
        raise CannotGoOn(f"There is nothing to measure: {program} has no __main__.py.")
    tools_python = environments.ensure(environments.TOOLS)
    environments.ensure_any_blender()
    known = testing.programs(tools_python, environments.ready_blenders())
    if not names or WINDOW in names:
        windows, left_out = gui_blender.ensure_all([GUI_VERSION])
        known |= {"RENDERJUICE_GUI_VERSION": GUI_VERSION, "RENDERJUICE_GUI_BLENDER": str(windows.get(GUI_VERSION, ""))}
        known["RENDERJUICE_NO_GUI_BLENDER"] = left_out.get(GUI_VERSION, "")
    with processes.nothing_left_behind() as mark:
        variables = processes.settings(**known, RENDERJUICE_ZIP=str(packaging.build()), **mark)
        return processes.run([tools_python, program, *names], env=variables, timeout=SECONDS).code
