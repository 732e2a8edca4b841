# SPDX-License-Identifier: GPL-3.0-or-later
"""How runs of tests are carried out and judged."""

import asyncio
import io
import sys
from pathlib import Path

import pytest

from tools import processes, tier_runs
from tools.processes import Outcome

PASSED = tier_runs.Counts(3, 0, 0)
FAILED = tier_runs.Counts(2, 1, 0)
MEETING = """
import os, tempfile, time
from pathlib import Path

def test_the_other_one_is_there():
    mine, others = (Path(__file__).with_name(os.environ[name]) for name in ("ME", "OTHER"))
    mine.touch()
    deadline = time.monotonic() + 60
    while not others.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    Path(tempfile.gettempdir(), "of one run only").touch(exist_ok=False)
"""
"""A test that passes only while another run of it is there, which has temporary files of its own."""


@pytest.mark.parametrize(
    ("outcome", "counts", "text", "ok"),
    [
        (Outcome(0, 1.0, False), PASSED, "passed", True),
        (Outcome(1, 1.0, False), FAILED, "FAILED (exit code 1)", False),
        (Outcome(0, 1.0, False), None, "FAILED (exit code 0)", False),
        (Outcome(5, 1.0, False), tier_runs.Counts(0, 0, 0), "no tests", True),
        (Outcome(-11, 1.0, False), PASSED, "CRASHED at exit, after its tests passed (SIGSEGV)", False),
        (Outcome(-11, 1.0, False), FAILED, "CRASHED at exit (SIGSEGV)", False),
        (Outcome(-11, 1.0, False), None, "CRASHED during the tests (SIGSEGV)", False),
        (Outcome(-9, 1.0, True), PASSED, "TIMED OUT at exit, after its tests passed", False),
        (Outcome(-9, 1.0, True), None, "TIMED OUT during the tests", False),
    ],
)
def test_verdict(outcome: Outcome, counts: tier_runs.Counts | None, text: str, ok: bool) -> None:
    assert tier_runs.verdict(outcome, counts) == (text, ok)


def test_counts_come_from_pytests_report(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text('<testsuites><testsuite tests="9" failures="1" errors="2" skipped="3"/></testsuites>')
    assert tier_runs.read_report(report) == tier_runs.Counts(passed=3, failed=3, skipped=3)


@pytest.mark.parametrize("text", [None, "", "<testsuites><testsuite tests="])
def test_a_report_that_was_not_finished_has_no_counts(tmp_path: Path, text: str | None) -> None:
    report = tmp_path / "report.xml"
    if text is not None:
        report.write_text(text)
    assert tier_runs.read_report(report) is None


def test_runs_go_on_side_by_side_with_temporary_files_of_their_own(tmp_path: Path) -> None:
    test = tmp_path / "test_meeting.py"
    test.write_text(MEETING)
    runs = [
        tier_runs.Run(tier, "-", Path(sys.executable), processes.settings(ME=me, OTHER=other), [str(test)])
        for tier, me, other in (("unit", "one", "two"), ("blender", "two", "one"))
    ]
    results = asyncio.run(tier_runs.run_all(runs, at_once=2))
    assert [(result.tier, result.verdict, result.passed) for result in results] == [
        ("unit", "passed", 1),
        ("blender", "passed", 1),
    ]


def test_what_runs_say_reaches_a_terminal_of_another_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(terminal, encoding="ascii"))
    settings = processes.settings(PYTHONIOENCODING="utf-8")
    runs = [tier_runs.Run(tier, "-", Path(sys.executable), settings, ["日本.py"]) for tier in ("unit", "blender")]
    assert not any(result.ok for result in asyncio.run(tier_runs.run_all(runs, at_once=2)))
    assert terminal.getvalue().decode().count("not found: 日本.py") == len(runs)
