# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of tiers of tests: carried out side by side, each in a process of its own, and judged by what pytest reports."""

import asyncio
import shutil
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tools import processes

TIERS = {"unit": 1800.0, "blender": 1500.0, "window": 1800.0}
"""Tier (a folder in tests/) -> seconds that one run of it may take."""
NO_TESTS = 5
"""pytest's exit code when it found nothing to run."""


@dataclass(frozen=True)
class Result:
    """One line of the closing table."""

    tier: str
    blender: str
    verdict: str
    ok: bool
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Run:
    """One run of a tier: with which Python, variables and arguments for pytest. `blender` is a version, or "-"."""

    tier: str
    blender: str
    python: Path
    variables: Mapping[str, str]
    arguments: Sequence[str]

    @property
    def title(self) -> str:
        """What it is called in the output."""
        return self.tier if self.blender == "-" else f"{self.tier}, Blender {self.blender}"


@dataclass(frozen=True)
class Counts:
    """What pytest's own report says; `failed` includes errors."""

    passed: int
    failed: int
    skipped: int


async def run_all(runs: Sequence[Run], *, at_once: int) -> list[Result]:
    """Carry out runs, so many of them side by side."""
    lanes = asyncio.Semaphore(at_once)
    are_beside = min(at_once, len(runs)) > 1

    async def in_turn(run: Run) -> Result:
        async with lanes:
            return await (_run_beside(run) if are_beside else _run(run))

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(in_turn(run)) for run in runs]
    return [task.result() for task in tasks]


async def _run_beside(run: Run) -> Result:
    """Carry out a run beside others: what it says is printed when it is done, or is ended."""
    print(f"\n===== {run.title} has begun =====", flush=True)
    with tempfile.TemporaryFile() as said:
        try:
            return await _run(run, said)
        finally:
            said.seek(0)
            # as it is, as if the run had shared our terminal, whatever letters that has
            shutil.copyfileobj(said, sys.stdout.buffer)
            sys.stdout.flush()


async def _run(run: Run, output: IO[bytes] | None = None) -> Result:
    """Carry out a run. `output` takes what is said; None means that it is printed at once."""
    _say(f"\n===== {run.title} =====", output)
    with tempfile.TemporaryDirectory(prefix="renderjuice-test-", ignore_cleanup_errors=True) as temporary:
        report = Path(temporary, "report.xml")
        # Blender's own settings and extensions of this machine's user stay out of it. Temporary files are its own, too:
        # what is copied to be pasted lies among them under one name, for all Blenders.
        user, files = Path(temporary, "user"), Path(temporary, "files")
        user.mkdir()
        files.mkdir()
        pytest: list[str | Path] = [
            run.python,
            "-m",
            "pytest",
            "-c",
            "pyproject.toml",
            "--rootdir",
            "tests",
            "--confcutdir",
            "tests",
        ]
        command = [*pytest, "--junitxml", report, *run.arguments]
        temporaries = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(files))
        variables = {**run.variables, **temporaries, "BLENDER_USER_RESOURCES": str(user)}
        outcome = await processes.run_beside(command, env=variables, timeout=TIERS[run.tier], output=output)
        counts = read_report(report)
    text, ok = verdict(outcome, counts)
    _say(f"===== {run.title}: {text} =====", output)
    counts = counts or Counts(0, 0, 0)
    return Result(run.tier, run.blender, text, ok, counts.passed, counts.failed, counts.skipped, outcome.seconds)


def _say(line: str, output: IO[bytes] | None) -> None:
    if output is None:
        print(line, flush=True)
    else:
        output.write(f"{line}\n".encode())
        output.flush()


def read_report(report: Path) -> Counts | None:
    """Counts from a JUnit report; None when pytest did not live to write it."""
    try:
        suites = list(ElementTree.parse(report).getroot().iter("testsuite"))  # noqa: S314 (our own file)
    except (OSError, ElementTree.ParseError):
        return None

    def total(name: str) -> int:
        return sum(int(suite.get(name, "0")) for suite in suites)

    failed, skipped = total("failures") + total("errors"), total("skipped")
    return Counts(total("tests") - failed - skipped, failed, skipped)


def verdict(outcome: processes.Outcome, counts: Counts | None) -> tuple[str, bool]:
    """(what to call a run, whether it counts as passed). A crash at exit is a failure, even when all tests passed."""
    tests_passed = counts is not None and counts.failed == 0
    when = "at exit, after its tests passed" if tests_passed else "at exit" if counts else "during the tests"
    if outcome.timed_out:
        return f"TIMED OUT {when}", False
    if outcome.crash:
        return f"CRASHED {when} ({outcome.crash})", False
    if outcome.code == NO_TESTS:
        return "no tests", True
    if outcome.code != 0 or not tests_passed:
        return f"FAILED (exit code {outcome.code})", False
    return "passed", True
