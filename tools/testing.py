# SPDX-License-Identifier: GPL-3.0-or-later
"""Run every tier of tests that this machine can run, and say loudly what was left out.

Tier `unit` runs once, with the tools' Python. Tier `blender` runs once per Blender version, each in a process of
its own: a Blender that crashes or hangs at exit takes nothing else with it, and is reported as what it is. Tier
`window` runs once per Blender that can be had with a window, which the tests start, with the tools' Python.

Most tests wait for a Blender that starts, or keep one processor busy, so that as many runs as there are processors go
on side by side. The windows come last and alone: on a busy machine they are misread.
"""

import asyncio
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools import environments, packaging, processes
from tools.errors import CannotGoOn
from tools.machine import gui_blender
from tools.paths import ROOT
from tools.tier_runs import TIERS, Result, Run, run_all

ALL_WINDOWS = "RENDERJUICE_ALL_WINDOWS"
"""With this variable, the tests in windows are run at all widths of the panel and in all Blenders."""
AGAIN = ("--reruns", "1")
"""A test in a window reads what is on the screen, and a machine under load misreads now and then: it has two tries."""


def versions() -> list[str]:
    """The Blender versions that one of the tiers runs with, oldest first."""
    known = {*environments.BLENDERS, *gui_blender.GUI_BLENDERS}
    return sorted(known, key=lambda version: [int(part) for part in version.split(".")])


def run_tests(
    *,
    tiers: Sequence[str],
    blenders: Sequence[str],
    paths: Sequence[str],
    pytest_arguments: Sequence[str],
    screenshots: Path | None = None,
) -> int:
    """Run tests and print a table; gives the exit code: 0 when something ran and all of it passed.

    Empty `tiers`, `blenders` and `paths` mean all; `paths` are files or folders in tests/, or pytest's node ids.
    `screenshots` is the folder for pictures of the windows; without it they go into a new temporary one.
    """
    wanted = paths_by_tier(paths, tiers)
    tools_python = environments.ensure(environments.TOOLS)
    asked = blenders or versions()
    pythons, left_out = environments.ensure_blenders(version for version in environments.BLENDERS if version in asked)
    windows: dict[str, Path] = {}
    no_window: dict[str, str] = {}
    if wanted.get("window"):
        windows, no_window = gui_blender.ensure_all(v for v in gui_blender.GUI_BLENDERS if v in asked)
        screenshots = (screenshots or Path(tempfile.mkdtemp(prefix="renderjuice-screenshots-"))).absolute()
    results = [
        Result(what, version, "FAILED: asked for, but cannot be set up", ok=False)
        for what, missing in (("set-up", left_out), ("window", no_window))
        for version in missing
        if version in blenders
    ]
    known = programs(tools_python, pythons)
    try:
        known["RENDERJUICE_ZIP"] = str(packaging.build())
    except CannotGoOn as error:
        print(error, flush=True)
        results.append(Result("package", "-", "FAILED", ok=False))
    reasons = {f"Blender {version}": reason for version, reason in left_out.items()}
    reasons |= {f"Blender {version} in a window": reason for version, reason in no_window.items()}
    with processes.nothing_left_behind() as mark:
        variables = processes.settings(**known, **mark)
        reasons |= {f"tier {tier}": f"there is no folder tests/{tier}" for tier in wanted if not wanted[tier]}
        # the longest first: a short one fills the gap at the end
        runs: list[Run] = []
        if wanted.get("unit"):
            runs.append(Run("unit", "-", tools_python, variables, (*wanted["unit"], *pytest_arguments)))
        if wanted.get("blender"):
            arguments = (*wanted["blender"], *pytest_arguments)
            runs += [Run("blender", version, python, variables, arguments) for version, python in pythons.items()]
        results += asyncio.run(run_all(runs, at_once=os.cpu_count() or 1))
        arguments = (*wanted.get("window", ()), *AGAIN, *pytest_arguments)
        in_windows = []
        for version, program in windows.items():
            of_window = variables | _window_variables(version, program, screenshots)
            in_windows.append(Run("window", version, tools_python, of_window, arguments))
        results += asyncio.run(run_all(in_windows, at_once=1))
    if windows and not os.environ.get(ALL_WINDOWS):
        reasons["the panel's settings in windows, its states at 450 px and in Blender 4.3"] = (
            f"they take long; {ALL_WINDOWS}=1 runs them, too"
        )
    _print_table(results)
    _print_left_out(reasons)
    if windows:
        print(f"\nPictures of the windows are in {screenshots}")
    if not any(result.passed or result.failed for result in results):
        print("\nNo test ran.")
        return 1
    return 0 if all(result.ok for result in results) else 1


def programs(tools_python: Path, blenders: Mapping[str, Path]) -> dict[str, str]:
    """The variables that tell tests and measurements where the Pythons are (Blender version -> its Python)."""
    listed = ",".join(f"{version}={python}" for version, python in blenders.items())
    return {"RENDERJUICE_TOOLS_PYTHON": str(tools_python), "RENDERJUICE_BLENDERS": listed}


def paths_by_tier(paths: Sequence[str], tiers: Sequence[str]) -> dict[str, list[str]]:
    """Tier -> what pytest is to run in it, for the tiers asked for; empty for a tier that has no folder."""
    asked = [tier for tier in TIERS if tier in (tiers or TIERS)]
    if not paths:
        return {tier: [f"tests/{tier}"] if (ROOT / "tests" / tier).is_dir() else [] for tier in asked}
    wanted: dict[str, list[str]] = {}
    for path in paths:
        file, separator, node = path.partition("::")
        full = Path(file).absolute()
        if not full.exists():
            raise CannotGoOn(f"There is no {file}.")
        here = [tier for tier in asked if full.is_relative_to(ROOT / "tests" / tier)]
        if not here:
            raise CannotGoOn(f"{file} is not in {' or '.join(f'tests/{tier}' for tier in asked)}.")
        wanted.setdefault(here[0], []).append(full.relative_to(ROOT).as_posix() + separator + node)
    return wanted


def _window_variables(version: str, program: Path, screenshots: Path | None) -> dict[str, str]:
    return {
        "RENDERJUICE_GUI_VERSION": version,
        "RENDERJUICE_GUI_BLENDER": str(program),
        "RENDERJUICE_SCREENSHOTS": str(screenshots),
    }


def _print_table(results: Sequence[Result]) -> None:
    print(f"\n{'tier':<9}{'blender':<9}{'passed':>7}{'failed':>8}{'skipped':>9}{'seconds':>9}   result")
    for result in results:
        numbers = f"{result.passed:>7}{result.failed:>8}{result.skipped:>9}{result.seconds:>9.1f}"
        print(f"{result.tier:<9}{result.blender:<9}{numbers}   {result.verdict}")


def _print_left_out(reasons: Mapping[str, str]) -> None:
    if not reasons:
        print("\nNothing that was asked for was left out.", flush=True)
        return
    print("\nLEFT OUT on this machine:")
    by_reason: dict[str, list[str]] = {}
    for what, reason in reasons.items():
        by_reason.setdefault(reason, []).append(what)
    for reason, everything in by_reason.items():
        print(f"  {', '.join(everything)}: {reason}", flush=True)
